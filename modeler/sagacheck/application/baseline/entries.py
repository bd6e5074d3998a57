"""Reads a baseline. It is data that anybody may have edited: whatever is wrong is refused, with its line.

The file is TOML, one `[[finding]]` after another. It is read entry by entry, so that each keeps its text, with the
comments above it, and so that no text can make the parser slow.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sagacheck.application.refusal import RefusedError, did_you_mean

DEFAULT_FILE = "sagacheck-baseline.toml"
VERSION = 1
_LONGEST_FILE = 16 * 2**20
_LONGEST_ENTRY = 2**16
_HEADER = re.compile(r"[ \t]*\[\[[ \t]*(?:finding|\"finding\"|'finding')[ \t]*\]\]")
_FINGERPRINT = re.compile(r"[0-9a-f]{32}(?::[1-9][0-9]{0,8})?")
_TEXTS = ("fingerprint", "code", "file", "saga", "message", "reason")
_KEYS = (*_TEXTS, "profiles", "expires")


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding that is accepted.

    Args:
        fingerprint: which one, as `core.fingerprint` has it, with the file relative to the folder of the baseline.
        code, file, saga, message: what it was when it was accepted, for those who read the file.
        reason: why it is accepted.
        expires: the last day on which it is; None for no end.
        profiles: the engine profiles that show it, where they have to be asked for; none for those that need not.
        line: where the entry begins, counted from 1; 0 if it is not in a file yet.
        text: the entry as it is written, with the comments above it, without blank lines around it.
    """

    fingerprint: str
    code: str
    file: str
    saga: str
    message: str
    reason: str
    expires: date | None = None
    profiles: tuple[str, ...] = ()
    line: int = 0
    text: str = ""

    def expired(self, day: date) -> bool:
        """Whether it is accepted no longer on this day."""
        return self.expires is not None and self.expires < day


@dataclass(frozen=True, slots=True)
class Baseline:
    """A baseline as it was read.

    Args:
        file: the file, as the user knows it.
        path: its absolute path.
        head: what stands above the first entry, without blank lines at its end.
        entries: in the order of the file.
    """

    file: str
    path: Path
    head: str = ""
    entries: tuple[Entry, ...] = ()


def read_baseline(path: Path, shown: str) -> Baseline:
    """The baseline in a file.

    Args:
        path: absolute.
        shown: the file, as the user knows it.

    Raises:
        RefusedError: if it cannot be read or is not understood; the message names the line.
    """
    try:
        if not path.is_file():
            what = "is no regular file" if path.exists() else "there is no such file"
            msg = f"{shown}: {what}; `sagacheck baseline write` makes a baseline"
            raise RefusedError(msg)
        with path.open("rb") as stream:
            data = stream.read(_LONGEST_FILE + 1)
    except (OSError, ValueError) as error:
        msg = f"{shown}: cannot be read: {getattr(error, 'strerror', None) or error}"
        raise RefusedError(msg) from None
    if len(data) > _LONGEST_FILE:
        msg = f"{shown}: is longer than {_LONGEST_FILE // 2**20} MB, which no baseline is"
        raise RefusedError(msg)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        msg = f"{shown}:{line}: is not UTF-8; save it as UTF-8"
        raise RefusedError(msg) from None
    return _parsed(text, path, shown)


def _parsed(text: str, path: Path, shown: str) -> Baseline:
    lines = text.replace("\r\n", "\n").split("\n")
    starts = [number for number, line in enumerate(lines) if _HEADER.match(line)]
    first = _with_comments(lines, starts[0], 0) if starts else len(lines)
    head = "\n".join(lines[:first]).strip("\n")
    _check_head(head, shown)
    entries = [_entry(block, shown) for block in _blocks(lines, starts, shown)]
    seen: dict[str, int] = {}
    for entry in entries:
        if entry.fingerprint in seen:
            place = f"{shown}:{entry.line}"
            msg = f"{place}: the finding of line {seen[entry.fingerprint]} a second time; remove one of the two entries"
            raise RefusedError(msg)
        seen[entry.fingerprint] = entry.line
    return Baseline(shown, path, head, tuple(entries))


@dataclass(frozen=True, slots=True)
class _Block:
    """The text of an entry, what it says, the line on which it begins and that of its header, counted from 1."""

    text: str
    said: dict[str, Any]
    line: int
    header: int

    def line_of(self, key: str) -> int:
        """Where a key is set; the parser does not tell."""
        pattern = re.compile(rf"[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*[.=]")
        lines = self.text.split("\n")
        return next((self.line + number for number, line in enumerate(lines) if pattern.match(line)), self.header)


def _with_comments(lines: list[str], start: int, floor: int) -> int:
    """The first of the comment lines that stand directly above a line."""
    while start > floor and lines[start - 1].lstrip(" \t").startswith("#"):
        start -= 1
    return start


def _blocks(lines: list[str], starts: list[int], shown: str) -> Iterator[_Block]:
    """The entries. What looks like a header may stand in a string of several lines: then the text before it is no TOML."""
    position = 0
    while position < len(starts):
        header = starts[position]
        begin = _with_comments(lines, header, starts[position - 1] + 1 if position else 0)
        failed: RefusedError | None = None
        for following in range(position + 1, len(starts) + 1):
            end = _with_comments(lines, starts[following], header + 1) if following < len(starts) else len(lines)
            text = "\n".join(lines[begin:end])
            if len(text) > _LONGEST_ENTRY:
                msg = f"{shown}:{header + 1}: this entry is longer than {_LONGEST_ENTRY // 2**10} KB"
                raise failed or RefusedError(msg)
            try:
                said = _toml(text, begin, shown)
            except RefusedError as error:
                failed = failed or error
                continue
            yield _Block(text.strip("\n"), said, begin + 1, header + 1)
            position = following
            break
        else:
            raise failed or AssertionError


def _toml(text: str, before: int, shown: str) -> dict[str, Any]:
    """What a part of the file says; `before` lines stand above it."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        msg = f"{shown}:{before + 1}: is nested too deeply"
        raise RefusedError(msg) from None
    except ValueError as error:
        found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        lines = text.rstrip("\n").count("\n") + 1
        line = before + (int(found[1]) if found and found[1] else lines)
        conflict = re.search(r"^(?:<{7}|={7}|>{7})(?: |$)", text, re.MULTILINE) is not None
        why = "a merge left its conflict markers here" if conflict else _sentence(error, found)
        msg = f"{shown}:{line}: is not valid TOML: {why}"
        raise RefusedError(msg) from None


def _sentence(error: ValueError, place: re.Match[str] | None) -> str:
    text = str(error)
    return text[: place.start()] if place else text.partition(":")[0]


def _check_head(head: str, shown: str) -> None:
    said = _toml(head, 0, shown)
    if "finding" in said:
        msg = f"{shown}: write each entry under a line [[finding]], with its keys below it"
        raise RefusedError(msg)
    for key in said:
        if key != "version":
            msg = f"{shown}: a baseline has no key {key!r}; {did_you_mean(key, ('version', 'finding'))}"
            raise RefusedError(msg.removesuffix("; "))
    version = said.get("version", VERSION)
    if version != VERSION or isinstance(version, bool):
        msg = f"{shown}: version {version!r} is not known; this sagacheck reads version {VERSION}"
        raise RefusedError(msg)


def _entry(block: _Block, shown: str) -> Entry:
    """The entry that a block says, checked key by key."""

    def refuse(key: str, why: str) -> RefusedError:
        return RefusedError(f"{shown}:{block.line_of(key)}: {why}")

    tables = block.said.get("finding")
    if set(block.said) != {"finding"} or not isinstance(tables, list) or len(tables) != 1:
        raise refuse("", "write each entry under a line [[finding]], with its keys below it, and nothing else")
    (said,) = tables
    for key in said:
        if key not in _KEYS:
            raise refuse(key, f"an entry has no key {key!r}; {did_you_mean(key, _KEYS)}")
    texts: dict[str, str] = {}
    for key in _TEXTS:
        value = said.get(key)
        if key not in said:
            raise refuse("", f"this entry has no {key}")
        if not isinstance(value, str) or not value.strip():
            raise refuse(key, f"{key} must be a text that is not empty, not {str(value)[:60]!r}")
        texts[key] = value
    if not _FINGERPRINT.fullmatch(texts["fingerprint"]):
        raise refuse("fingerprint", "fingerprint must be 32 hexadecimal digits; `sagacheck baseline write` writes it")
    from sagacheck.application.pages import all_pages

    codes = {page.code for page in all_pages()}
    if texts["code"] not in codes:
        hint = did_you_mean(texts["code"], codes)
        raise refuse("code", f"there is no rule {texts['code']!r}{'; ' if hint else ''}{hint}")
    expires = said.get("expires")
    if expires is not None and (not isinstance(expires, date) or isinstance(expires, datetime)):
        raise refuse("expires", "expires must be a date without quotes, like 2030-12-31")
    profiles = said.get("profiles", [])
    if not isinstance(profiles, list) or not all(isinstance(name, str) and name for name in profiles):
        raise refuse("profiles", 'profiles must be a list of names, like ["temporal"]')
    return Entry(**texts, expires=expires, profiles=tuple(profiles), line=block.header, text=block.text)
