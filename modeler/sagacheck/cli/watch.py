"""Verifies again whenever a file is saved, each time in a process of its own, so that modules are imported anew."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sagacheck.application.refusal import RefusedError

if TYPE_CHECKING:
    from watchfiles import Change

_SUFFIXES = (".py", ".json", ".yml", ".yaml", ".toml")
_QUIET_MS = 200
"""How long nothing may be saved before it is verified again: editors and git write several files at once."""
_INTERRUPTED = 130


def watch(paths: Iterable[str], arguments: list[str], written: Iterable[str]) -> int:
    """Runs a command, and again after each change, until it is interrupted.

    Args:
        paths: files and folders to watch, besides the working directory.
        arguments: of the command line, without what asks for this.
        written: files that the command itself writes: they are no changes.

    Returns:
        The exit code of the last run that came to an end; that of an interruption if none did.

    Raises:
        RefusedError: if the library that watches is missing, or the system does not let it.
    """
    try:
        from watchfiles import watch as changes_of
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "watchfiles":
            raise
        msg = "--watch needs the library watchfiles: pip install 'sagacheck[watch]'"
        raise RefusedError(msg) from None
    status = _INTERRUPTED
    began = False
    try:
        changes = changes_of(
            *_places(paths),
            watch_filter=_counts(written),
            step=_QUIET_MS,
            rust_timeout=_QUIET_MS,
            yield_on_timeout=True,
        )
        for found in changes:
            if found or not began:  # the first time round nothing has changed, and whatever changes from now on is seen
                began = True
                click.clear()
                status = _run(arguments)
                click.echo("watching for changes; Ctrl-C ends with the exit code of this run", err=True)
    except KeyboardInterrupt:
        return status
    except OSError as error:
        msg = f"--watch: the system does not let files be watched: {error.strerror or error}"
        raise RefusedError(msg) from None
    return status


def _run(arguments: list[str]) -> int:
    sys.stdout.flush()
    return subprocess.run([sys.executable, "-m", "sagacheck", *arguments], check=False).returncode  # noqa: S603 - what the user asked for


def _places(paths: Iterable[str]) -> list[str]:
    """What to watch: the working directory, and what is named outside of it."""
    here = Path.cwd()
    places = [here]
    for path in map(Path, paths):
        place = path.absolute()
        while not place.exists():
            place = place.parent
        if not any(place.is_relative_to(known) for known in places):
            places.append(place if place.is_dir() else place.parent)
    return [str(place) for place in places]


def _counts(written: Iterable[str]) -> Callable[[Change, str], bool]:
    """Whether a change may change the verdict."""
    from watchfiles import DefaultFilter

    usual = DefaultFilter(ignore_paths=[Path(file).absolute() for file in written])
    return lambda change, path: path.endswith(_SUFFIXES) and usual(change, path)


def without_watch(arguments: list[str]) -> list[str]:
    """The command line without what asks to watch; behind `--` stand paths."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return [*(one for one in arguments[:end] if one != "--watch"), *arguments[end:]]
