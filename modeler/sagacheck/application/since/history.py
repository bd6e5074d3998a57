"""Asks git how things were, without touching the user's files, index or objects."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sagacheck.application.refusal import RefusedError

_FETCH = "fetch the whole history: git fetch --unshallow; with actions/checkout, fetch-depth: 0"
_UNTOUCHED = (
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.sparseCheckout=false"),
    *("-c", "core.safecrlf=false"),
)


@dataclass(frozen=True, slots=True)
class BranchPoint:
    """The commit at which the branch that is checked out left another one.

    Args:
        ref: the other one, as the user named it, or that of the remote if only `origin` has it.
        commit: full name of the commit.
        top: the folder of the working tree, absolute, without links.
    """

    ref: str
    commit: str
    top: Path


def branch_point(ref: str) -> BranchPoint:
    """The commit at which the branch that is checked out left another one.

    Args:
        ref: a branch, a tag or a commit; if there is none of that name, the branch of `origin`.

    Raises:
        RefusedError: without git, outside of a repository, for what is no commit, or if history is cut off.
    """
    top = Path(os.path.realpath(_asked("rev-parse", "--show-toplevel")))
    shallow = _asked("rev-parse", "--is-shallow-repository") == "true"
    remote = f"origin/{ref}"
    if not _is_commit(ref):
        # CI checks out a commit, not a branch, so that other branches are there as those of the remote only
        if not _is_commit(ref, f"refs/remotes/{remote}"):
            hint = _FETCH if shallow else "fetch it, or name a branch, a tag or a commit that is there"
            msg = f"--since {ref}: git knows no such commit, nor {remote}; {hint}"
            raise RefusedError(msg)
        ref = remote
    if _git("rev-parse", "--verify", "--quiet", "HEAD^{commit}").returncode:
        msg = f"--since {ref}: nothing is committed on this branch yet"
        raise RefusedError(msg)
    found = _git("merge-base", ref, "HEAD")
    if found.returncode:
        hint = (
            f"the history of this clone is cut off; {_FETCH}" if shallow else "their histories have nothing in common"
        )
        msg = f"--since {ref}: git finds no commit at which this branch left it: {hint}"
        raise RefusedError(msg)
    return BranchPoint(ref, _text(found.stdout).split("\n")[0], top)


def _is_commit(ref: str, full: str | None = None) -> bool:
    """Whether git knows a commit of that name, which is no option.

    Args:
        ref: as the user named it.
        full: what to ask git for; the same if it is None.
    """
    if ref.startswith("-") or not ref.strip():
        return False
    return not _git("rev-parse", "--verify", "--quiet", f"{full or ref}^{{commit}}").returncode


def export(point: BranchPoint, folder: Path) -> None:
    """Writes all files as they were into an empty folder.

    An archive would leave out what is marked for that, and a worktree would be noted in the repository and run hooks.

    Args:
        point: when.
        folder: where to; absolute.
    """
    own = {"GIT_INDEX_FILE": str(folder.with_name("index")), "GIT_LFS_SKIP_SMUDGE": "1"}
    _done(point, own, "read-tree", point.commit)
    _done(point, own, "checkout-index", "--all", "--force", "--quiet", f"--prefix={folder}{os.sep}")


def renames(point: BranchPoint, folder: Path) -> dict[str, str]:
    """The files that have another name now: for each the name that it had; both relative to the top.

    Files that git was not told of yet count, unless it ignores them.

    Args:
        point: since when.
        folder: an empty one for git to work in; absolute.
    """
    index, objects = (
        Path(_asked("rev-parse", "--path-format=absolute", "--git-path", name)) for name in ("index", "objects")
    )
    (folder / "objects").mkdir()
    others = os.environ.get("GIT_ALTERNATE_OBJECT_DIRECTORIES")
    own = {
        "GIT_INDEX_FILE": str(folder / "index"),
        "GIT_OBJECT_DIRECTORY": str(folder / "objects"),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(filter(None, [str(objects), others])),
    }
    if index.exists():
        shutil.copyfile(index, folder / "index")
    _done(point, own, "add", "--intent-to-add", "--all", ".")
    options = ("--no-ext-diff", "--no-textconv", "--ignore-submodules", "--find-renames", "--diff-filter=R")
    told = _done(point, own, "diff", *options, "--name-status", "-z", point.commit)
    words = [os.fsdecode(word) for word in told.split(b"\0")]
    return {new: old for kind, old, new in zip(words[::3], words[1::3], words[2::3], strict=False) if kind}


def _asked(*words: str) -> str:
    """The answer of git in one line."""
    found = _git(*words)
    if found.returncode:
        said = _text(found.stderr).strip().split("\n")[0].removeprefix("fatal: ")
        msg = f"--since needs a git repository around this folder: git says: {said}"
        raise RefusedError(msg)
    return _text(found.stdout).removesuffix("\n")


def _done(point: BranchPoint, own: Mapping[str, str], *words: str) -> bytes:
    """What git prints, called at the top with variables of its own."""
    found = _git(*_UNTOUCHED, *words, folder=point.top, own=own)
    if found.returncode:
        said = _text(found.stderr).strip().split("\n")[-1].removeprefix("fatal: ")
        msg = f"--since {point.ref}: git cannot tell how things were at {point.commit[:10]}: {said}"
        raise RefusedError(msg)
    return found.stdout


def _git(
    *words: str, folder: Path | None = None, own: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", **(own or {})}
    git = shutil.which("git")
    if git is None:
        msg = "--since asks git how things were, and there is no git on the PATH; install it"
        raise RefusedError(msg)
    return subprocess.run(  # noqa: S603 - words that may come from outside are no options: branch_point sees to that
        [git, *words], cwd=folder, env=environment, capture_output=True, stdin=subprocess.DEVNULL, check=False
    )


def _text(data: bytes) -> str:
    return os.fsdecode(data)
