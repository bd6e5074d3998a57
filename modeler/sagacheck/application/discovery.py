"""Finds out which files the paths of a command line name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sagacheck.application.exclusion import Exclusion
from sagacheck.core.report import Failure, PassedOver

_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules"})
_IMPORTS_SAGACHECK = re.compile(rb"^(?:\xef\xbb\xbf)?[ \t]*(?:from|import)[ \t][^\n#]*\bsagacheck\b", re.MULTILINE)
_DEFINITIONS = (".json", ".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class Target:
    """A file or module to load.

    Args:
        shown: its path as the user knows it: as given, or relative to the working directory; "/" between folders.
        path: absolute; "" for a module that is still to be found.
        named: whether the user named it, rather than a directory around it.
        attribute: the one value to take from it, possibly dotted; None for all.
        module: its dotted name, if that is how it was named.
    """

    shown: str
    path: str
    named: bool = True
    attribute: str | None = None
    module: str | None = None

    @property
    def is_definition(self) -> bool:
        """Whether it holds definitions rather than Python."""
        return self.shown.endswith(_DEFINITIONS) or self.path.endswith(_DEFINITIONS)


Found = Target | Failure | PassedOver


def discover(paths: tuple[str, ...], exclusion: Exclusion) -> Iterator[Found]:
    """What the paths name, each file once, in the order of the paths; within a directory sorted by name.

    Args:
        paths: files, directories, `module:name` or `file.py:name`.
        exclusion: what directories do not contribute.
    """
    seen: set[tuple[str, str | None]] = set()
    for path in paths:
        for found in _named(path, exclusion):
            if isinstance(found, Target):
                key = (os.path.realpath(found.path) if found.path else found.shown, found.attribute)
                if key in seen:
                    continue
                seen.add(key)
            yield found


def shown_path(path: str) -> str:
    """A path relative to the working directory if it lies inside, with "/" between folders; else as it is."""
    if os.path.isabs(path):  # noqa: PTH117 - asked for every file
        here = str(Path.cwd())
        if path == here or path.startswith(here.rstrip(os.sep) + os.sep):
            path = os.path.relpath(path, here)
    return path.replace(os.sep, "/") if path else path


def _named(text: str, exclusion: Exclusion) -> Iterator[Found]:
    """What one path of the command line names."""
    try:
        path = Path(text)
        if text and path.is_dir():
            yield from _walk(path, exclusion, set())
        elif text and path.exists():
            yield _file(path, None)
        else:
            yield _missing(text)
    except (OSError, ValueError) as error:
        yield Failure(text, f"cannot be read: {_reason(error)}")


def _file(path: Path, attribute: str | None) -> Found:
    shown = path.as_posix()
    if path.suffix not in (".py", *_DEFINITIONS):
        return Failure(shown, "is neither a Python file (.py) nor a definition or template (.json, .yml, .yaml)")
    return Target(shown, str(path.absolute()), attribute=attribute)


def _missing(text: str) -> Found:
    """What a text names that is no existing path: part of a file or of a module, or nothing."""
    before, colon, attribute = text.rpartition(":")
    if colon and before and attribute:
        path = Path(before)
        if path.exists():
            return (
                _file(path, attribute) if path.is_file() else Failure(text, f"{before} is a folder; name a file in it")
            )
        if all(part.isidentifier() for part in before.split(".")):
            return Target(text, "", attribute=attribute, module=before)
    hint = (
        "; for a value in a module write module:name"
        if re.fullmatch(r"[\w.]+", text) and not text.endswith(".py")
        else ""
    )
    return Failure(text, f"there is no such file or folder{hint}")


def _walk(folder: Path, exclusion: Exclusion, visited: set[tuple[int, int]]) -> Iterator[Found]:
    """The models in a folder and its folders.

    Args:
        folder: where to look.
        exclusion: what to leave out.
        visited: the folders that were walked, by device and inode: links may lead to them again, even for ever.
    """
    try:
        status = folder.stat()
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        yield Failure(folder.as_posix(), f"cannot be read: {_reason(error)}")
        return
    identity = (status.st_dev, status.st_ino)
    if identity in visited:
        return
    visited.add(identity)
    for entry in entries:
        path = folder / entry.name
        if exclusion.covers(str(path.absolute())):
            continue
        if _is_folder(entry):
            if not _skipped(path):
                yield from _walk(path, exclusion, visited)
        elif path.suffix in (".py", *_DEFINITIONS):
            yield _candidate(path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _skipped(folder: Path) -> bool:
    """Whether a folder holds what others wrote or what tools made."""
    return folder.name.startswith(".") or folder.name in _SKIPPED_FOLDERS or (folder / "pyvenv.cfg").exists()


def _candidate(path: Path) -> Found:
    """A file that a directory contributes, if it looks like a model."""
    shown = path.as_posix()
    try:
        if not path.is_file():
            return PassedOver(shown, "is not a regular file")
        data = path.read_bytes()
    except OSError as error:
        return Failure(shown, f"cannot be read: {_reason(error)}")
    target = Target(shown, str(path.absolute()), named=False)
    if path.suffix == ".py":
        return target if _IMPORTS_SAGACHECK.search(data) else PassedOver(shown, "does not import sagacheck")
    from sagacheck.importers.states_language.recognition import may_hold_definitions

    if may_hold_definitions(data, path.name):
        return target
    return PassedOver(shown, "is not a Step Functions definition, nor a template with one")


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)
