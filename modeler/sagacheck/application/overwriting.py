"""Keeps reports from being written over what they are about."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from sagacheck.application.discovery import Target, discover
from sagacheck.application.exclusion import Exclusion
from sagacheck.application.refusal import RefusedError
from sagacheck.core.report import PassedOver


def check_outputs(outputs: Iterable[str], paths: tuple[str, ...], exclusion: Exclusion, baseline: str = "") -> None:
    """Refuses a report that would take the place of a model, of the baseline or of pyproject.toml.

    Args:
        outputs: the files that are to be written.
        paths: what is looked at, as in `discover`.
        exclusion: what directories do not contribute.
        baseline: the file of accepted findings, which need not be there; "" for none.

    Raises:
        RefusedError: for the first such file; links lead to the file that they name.
    """
    there = {file: identity for file in outputs if (identity := _identity(file)) is not None}
    if not there:
        return
    inputs = {identity: what for file, what in _inputs(paths, exclusion, baseline) if (identity := _identity(file))}
    for file, identity in there.items():
        what = "pyproject.toml" if Path(file).resolve().name == "pyproject.toml" else inputs.get(identity)
        if what is not None:
            msg = f"{file}: is {what}, and a report would overwrite it; name another file behind the ="
            raise RefusedError(msg)


def _inputs(paths: tuple[str, ...], exclusion: Exclusion, baseline: str) -> Iterator[tuple[str, str]]:
    """Files with what they are; Python files in which no saga is seen count, as models may import them."""
    if baseline:
        yield baseline, "the baseline"
    for found in discover(paths, exclusion):
        if isinstance(found, Target):
            module = (found.module or "").replace(".", os.sep)
            names = (found.path,) if found.path else (f"{module}.py", str(Path(module, "__init__.py")))
            yield from ((name, "one of the files that are looked at") for name in names)
        elif isinstance(found, PassedOver) and found.file.endswith(".py"):
            yield found.file, "one of the files that are looked at"


def _identity(file: str) -> tuple[int, int] | None:
    """Device and inode of a regular file; None if there is none."""
    try:
        status = Path(file).stat()
    except (OSError, ValueError):
        return None
    return (status.st_dev, status.st_ino) if Path(file).is_file() else None
