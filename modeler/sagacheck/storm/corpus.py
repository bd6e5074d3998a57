"""Keeps plans that a saga did not survive in a folder, so that they are played first the next time.

One small JSON file for each plan, written at once or not at all. What is read is data: a file that is none is named
and skipped.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sagacheck.core.storming import Plan
from sagacheck.storm.token import PlanTokenError, plan_of, token_of

FORMAT = 1
_LONGEST = 64 * 1024
_MOST_FILES = 1_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What a corpus holds of one saga.

    Args:
        plans: the plans, in the order of their files.
        problems: what was skipped, and why.
    """

    plans: tuple[Plan, ...] = ()
    problems: tuple[str, ...] = ()


def kept_plans(folder: Path, saga: str) -> Kept:
    """The plans of a saga that are kept in a folder; none if it is not there.

    Args:
        folder: the corpus.
        saga: the saga's name.
    """
    plans: dict[Plan, None] = {}
    problems = []
    try:
        files = sorted(path for path in _home(folder, saga).iterdir() if path.suffix == ".json")
    except FileNotFoundError:
        return Kept()
    except OSError as error:
        return Kept(problems=(f"{folder}: {error.strerror}",))
    for path in files[:_MOST_FILES]:
        try:
            plans[_read(path, saga)] = None
        except (OSError, ValueError) as error:
            problems.append(f"{path.name} is skipped: {error}")
    if len(files) > _MOST_FILES:
        problems.append(f"{len(files) - _MOST_FILES} files more are skipped: a corpus holds {_MOST_FILES} of a saga")
    return Kept(tuple(plans), tuple(problems))


def keep(folder: Path, saga: str, plan: Plan, why: str) -> Path:
    """Keeps a plan.

    Args:
        folder: the corpus; it is made if it is not there.
        saga: the saga's name.
        plan: the plan.
        why: what is wrong in the end, for readers.

    Raises:
        OSError: if it cannot be written.
    """
    home = _home(folder, saga)
    home.mkdir(parents=True, exist_ok=True)
    token = token_of(plan)
    path = home / f"{hashlib.blake2b(token.encode(), digest_size=6).hexdigest()}.json"
    text = json.dumps({"format": FORMAT, "saga": saga, "plan": token, "why": why}, indent=2) + "\n"
    handle, name = tempfile.mkstemp(dir=home, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def forget(folder: Path, saga: str, plan: Plan) -> None:
    """Removes a plan that the saga survives by now.

    Args:
        folder: the corpus.
        saga: the saga's name.
        plan: the plan.
    """
    name = hashlib.blake2b(token_of(plan).encode(), digest_size=6).hexdigest()
    (_home(folder, saga) / f"{name}.json").unlink(missing_ok=True)


def _home(folder: Path, saga: str) -> Path:
    """The folder of one saga. No name of a saga leads out of the corpus."""
    name = quote(saga, safe=" -_", errors="surrogatepass").replace(".", "%2E") or "%"
    if len(name) > 100:  # noqa: PLR2004 - file systems bear 255 bytes
        name = f"{name[:80]}~{hashlib.blake2b(name.encode(), digest_size=6).hexdigest()}"
    return folder / name


def _read(path: Path, saga: str) -> Plan:
    if path.is_symlink() or not path.is_file():
        raise ValueError("it is no ordinary file")
    if path.stat().st_size > _LONGEST:
        raise ValueError(f"it is longer than {_LONGEST} bytes")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise ValueError("it is no JSON") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError(f"it is not of format {FORMAT}")
    if found.get("saga") != saga or not isinstance(found.get("plan"), str):
        raise ValueError("it holds no plan of this saga")
    try:
        return plan_of(found["plan"])
    except PlanTokenError as error:
        raise ValueError(str(error)) from None
