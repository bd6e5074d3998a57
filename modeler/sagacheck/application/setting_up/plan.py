"""What setting up a project comes to: a list of files, each written, added to, or left as it is."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from sagacheck.application.difference import difference
from sagacheck.application.refusal import RefusedError
from sagacheck.application.setting_up.pre_commit import with_hook
from sagacheck.application.setting_up.starting import starter
from sagacheck.application.setting_up.survey import SAGAS, Survey

_WORKFLOW = ".github/workflows/sagacheck.yml"
_PIPELINE = ".gitlab-ci.yml"
_HOOKS = ".pre-commit-config.yaml"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted.

    Args:
        ci: "github", "gitlab" or "none".
        pre_commit: whether sagacheck runs before each commit.
        model: the first model: "order", "empty" or "none".
    """

    ci: str
    pre_commit: bool
    model: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What becomes of one file.

    Args:
        file: its path from the folder, "/" between folders.
        before: its text; None if there is none.
        after: what it is to say; the same as before if it is left as it is.
        says: what it is for, or why it is left, in half a sentence.
        to_do: what a person has to do by hand, as lines; "" for nothing.
    """

    file: str
    before: str | None
    after: str | None
    says: str
    to_do: str = ""

    @property
    def changes(self) -> bool:
        """Whether it is written."""
        return self.before != self.after

    @property
    def difference(self) -> str:
        """What changes, as a unified diff; "" if nothing does."""
        return difference(self.file, self.before, self.after)


def plan(seen: Survey, wish: Wish) -> tuple[Piece, ...]:
    """What is to be done in a folder, in the order in which it is done.

    Args:
        seen: what the folder holds.
        wish: what is wanted.

    Raises:
        RefusedError: if a file stands where a folder is needed.
    """
    pieces = [_model(seen, wish.model)] if wish.model != "none" else []
    pieces.append(_configuration(seen, pieces[0].file if pieces else None))
    if wish.pre_commit:
        pieces.append(_in_root(seen, _HOOKS, "--pre-commit") or _pre_commit(seen))
    if wish.ci != "none":
        file = _WORKFLOW if wish.ci == "github" else _PIPELINE
        pieces.append(_in_root(seen, file, f"--ci {wish.ci}") or _ci(seen, file, wish.ci))
    for piece in pieces:
        if piece.changes:
            _check_folders(seen.folder, piece.file)
    return tuple(pieces)


def _check_folders(folder: Path, file: str) -> None:
    for parent in Path(file).parents:
        place = folder / parent
        if os.path.lexists(place) and not place.is_dir():
            msg = f"{parent.as_posix()}: is no folder, and {file} belongs into one of that name; move it away first"
            raise RefusedError(msg)


def next_commands(seen: Survey, pieces: tuple[Piece, ...]) -> tuple[str, str]:
    """The two commands to go on with."""
    model = next((file for file in (*(piece.file for piece in pieces), *seen.models) if file.endswith(".py")), None)
    if model:
        return "sagacheck verify", f"sagacheck diagram {model} -o {Path(model).stem}.svg"
    if seen.definitions:
        return "sagacheck verify", f"sagacheck init {seen.definitions[0]}"
    return "sagacheck verify", "sagacheck rules"


def _model(seen: Survey, kind: str) -> Piece:
    file = f"{_folder_for_models(seen)}/{'order' if kind == 'order' else 'saga'}.py"
    before = _text_of(seen.folder / file)
    if before is not None:
        return Piece(file, before, before, "is there already")
    return Piece(file, None, starter(f"{kind}.py"), "a first saga, proved as it stands")


def _folder_for_models(seen: Survey) -> str:
    """Where the project keeps its models, as far as it says so."""
    for path in _configured(seen):
        place = seen.folder / path
        if path not in ("", ".") and ".." not in Path(path).parts and (place.is_dir() or not Path(path).suffix):
            return path
    return SAGAS


def _configured(seen: Survey) -> tuple[str, ...]:
    return tuple(path for path in (seen.configuration.paths if seen.configuration else ()) if ":" not in path)


def _configuration(seen: Survey, model: str | None) -> Piece:
    file, before = "pyproject.toml", seen.pyproject
    if seen.configuration is not None:
        paths = _configured(seen)
        covered = model is None or not paths or any(path == "." or model.startswith(f"{path}/") for path in paths)
        to_do = "" if covered or model is None else f'add "{Path(model).parent.as_posix()}" to its paths'
        return Piece(file, before, before, "has [tool.sagacheck] already", to_do)
    paths = (".",) if seen.scattered else (SAGAS,)
    table = f'[tool.sagacheck]\npaths = ["{paths[0]}"]\n'
    after = _appended(before or "", table)
    if not _adds_only(before or "", after, paths):
        return Piece(file, before, before, "its tables leave no place for another one", f"add by hand:\n{table}")
    return Piece(file, before, after, "what to check")


def _appended(before: str, table: str) -> str:
    """The text with a table at its end, in its own kind of line endings; all that was there stays."""
    newline = "\r\n" if "\r\n" in before else "\n"
    between = "" if not before else newline if before.endswith("\n") else newline * 2
    return before + between + table.replace("\n", newline)


def _adds_only(before: str, after: str, paths: tuple[str, ...]) -> bool:
    expected = tomllib.loads(before)
    tool = expected.setdefault("tool", {})
    if not isinstance(tool, dict):
        return False
    tool["sagacheck"] = {"paths": list(paths)}
    try:
        return tomllib.loads(after) == expected
    except tomllib.TOMLDecodeError:
        return False


def _in_root(seen: Survey, file: str, flag: str) -> Piece | None:
    """What is said of a file that only works in the root of the repository, if the folder is not that."""
    if seen.root == seen.folder:
        return None
    root = Path(os.path.relpath(seen.root, seen.folder)).as_posix()
    to_do = f"set it up there: sagacheck init {flag} {root}"
    return Piece(file, None, None, "belongs into the root of the repository", to_do)


def _pre_commit(seen: Survey) -> Piece:
    before = _text_of(seen.folder / _HOOKS)
    entry = starter("pre-commit.yaml")
    if before is not None and "sagacheck" in before:
        return Piece(_HOOKS, before, before, "has sagacheck already")
    after = with_hook(before, entry)
    if after is None:
        return Piece(_HOOKS, before, before, "is left as it is", f"add to its repos:\n{entry}")
    return Piece(_HOOKS, before, after, "a hook that runs before each commit")


def _ci(seen: Survey, file: str, kind: str) -> Piece:
    before, text = _text_of(seen.folder / file), starter(f"{kind}.yml", seen.default_branch)
    if before is None:
        return Piece(file, None, text, "a run for each change that is proposed")
    if "sagacheck" in before:
        return Piece(file, before, before, "runs sagacheck already")
    return Piece(file, before, before, "is left as it is", f"add this job:\n{text}")


def _text_of(file: Path) -> str | None:
    """What stands in a file; "" for what is there and cannot be read as text, None if nothing is there."""
    if not os.path.lexists(file):
        return None
    try:
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
