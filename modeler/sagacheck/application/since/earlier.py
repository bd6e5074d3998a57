"""Verifies sagas as they were, in a process of its own: modules of then and of now have the same names."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sagacheck.application.refusal import RefusedError
from sagacheck.application.since.facts import Facts, facts_of, placed
from sagacheck.application.since.history import BranchPoint, export, renames

if TYPE_CHECKING:
    from sagacheck.application.baseline.entries import Baseline
    from sagacheck.application.verify import VerifyOptions
    from sagacheck.core.report import Report

_START = """\
import sys
sys.path.insert(0, sys.argv[1])
import sagacheck
del sys.path[0]
from sagacheck.application.since.earlier import tell
tell(sys.argv[2])
"""


@dataclass(frozen=True, slots=True)
class Request:
    """What the process is asked.

    Args:
        options: what to verify, and how.
        top: the top of the working tree.
        tree: the folder into which the files of then were written.
        renamed: for names of old the new ones, relative to the top.
        answer: the file for the answer.
    """

    options: VerifyOptions
    top: str
    tree: str
    renamed: dict[str, str]
    answer: str


def facts_then(point: BranchPoint, options: VerifyOptions, report: Report) -> Facts:
    """What was known of the sagas then, with the names that files have now.

    Args:
        point: when.
        options: what was verified now, and how.
        report: what was found out now.

    Raises:
        RefusedError: if git or the process fail.
    """
    with TemporaryDirectory(prefix="sagacheck-", ignore_cleanup_errors=True) as scratch:
        work = Path(os.path.realpath(scratch))
        tree, asking = work / "tree", work / "asking"
        tree.mkdir()
        asking.mkdir()
        earlier = renames(point, asking)
        export(point, tree)
        here = tree / os.path.relpath(os.path.realpath(Path.cwd()), point.top)
        here.mkdir(parents=True, exist_ok=True)
        paths = _paths_then(point, options, report, earlier, tree, here)
        if not paths:
            return Facts()
        renamed = {old: new for new, old in earlier.items()}
        answer = work / "answer"
        request = Request(replace(options, paths=paths, since=None), str(point.top), str(tree), renamed, str(answer))
        (work / "request").write_bytes(pickle.dumps(request))
        _ask(point, here, work / "request")
        if not answer.is_file():
            msg = f"--since {point.ref}: verifying the sagas of {point.commit[:10]} ended without an answer"
            raise RefusedError(msg)
        return Facts.from_json(answer.read_text(encoding="utf-8"))


def _ask(point: BranchPoint, here: Path, request: Path) -> None:
    package = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-P", "-c", _START, str(package), str(request)]
    done = subprocess.run(  # noqa: S603 - the same interpreter
        command, cwd=here, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode:
        said = os.fsdecode(done.stderr).strip().split("\n")[-1]
        msg = f"--since {point.ref}: the sagas of {point.commit[:10]} could not be verified: {said}"
        raise RefusedError(msg)


def _paths_then(
    point: BranchPoint, options: VerifyOptions, report: Report, earlier: dict[str, str], tree: Path, here: Path
) -> tuple[str, ...]:
    """What to verify as it was: the same paths, by the names of then, and the old names of files that moved in."""
    found: dict[str, None] = {}

    def add(file: str, attribute: str = "") -> None:
        relative = _from_top(file, point.top)
        place = tree / earlier.get(relative, relative)
        if not relative.startswith("..") and place.exists():
            found[os.path.relpath(place, here) + attribute] = None

    for path in options.paths:
        before, colon, attribute = path.rpartition(":")
        if Path(path).exists() or not colon:
            add(path)
        elif Path(before).exists():
            add(before, f":{attribute}")
        else:
            found[path] = None  # a module, by its name
    for file in (*(saga.file for saga in report.sagas), *(failure.file for failure in report.failures)):
        if _from_top(file, point.top) in earlier and options.scope.whole:
            add(file)
    return tuple(found)


def _from_top(file: str, top: Path) -> str:
    return os.path.relpath(os.path.realpath(file), top).replace(os.sep, "/")


def tell(request: str) -> None:
    """Answers a request; called in the process that verifies the sagas as they were.

    Args:
        request: the file that holds it.
    """
    from sagacheck.application.verify import verify

    asked = pickle.loads(Path(request).read_bytes())  # noqa: S301 - written by the process that called this one
    assert isinstance(asked, Request)
    top, tree = Path(asked.top), Path(asked.tree)
    sys.path[:] = [_then(entry, top, tree) for entry in sys.path]
    exclusion = asked.options.loading.exclusion
    exclusion = replace(exclusion, root=_then(exclusion.root, top, tree)) if exclusion.root else exclusion
    options = replace(
        asked.options,
        loading=replace(asked.options.loading, exclusion=exclusion),
        baseline=_baseline_then(asked, top, tree),
    )
    report = verify(options)
    told = facts_of(placed(report, tree, asked.renamed)).to_json()
    Path(asked.answer).write_text(told, encoding="utf-8")


def _then(entry: str, top: Path, tree: Path) -> str:
    """A folder of the working tree as it was; others, and those that git does not keep, stay."""
    real = Path(os.path.realpath(entry))
    if not entry or not real.is_relative_to(top):
        return entry
    before = tree / real.relative_to(top)
    return str(before) if before.is_dir() else entry


def _baseline_then(asked: Request, top: Path, tree: Path) -> Baseline | None:
    from sagacheck.application.baseline.entries import read_baseline

    now = asked.options.baseline
    if now is None or not now.path.is_relative_to(top):
        return now
    before = tree / now.path.relative_to(top)
    try:
        return read_baseline(before, now.file) if before.exists() else None
    except RefusedError:
        return None
