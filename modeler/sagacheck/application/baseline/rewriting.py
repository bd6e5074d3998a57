"""Writes a baseline anew, such that what people wrote in it stays as it was."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sagacheck.application.baseline.entries import VERSION, Baseline, Entry
from sagacheck.core.fingerprint import Identified

_HEAD = f"""\
# Findings that are accepted for now: `sagacheck verify` does not count them.
# `sagacheck baseline write` adds entries, `prune` removes those that match
# nothing any more. Reasons, dates and comments are yours to edit.
version = {VERSION}
"""
_UNASKED = ("strict", "as drawn", "step functions", "choreography")
_LONGEST_MESSAGE = 200


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A baseline as it is to be written.

    Args:
        text: all of it.
        added: entries that are new.
        renewed: entries that had expired and were accepted anew.
        removed: entries that are gone.
        kept: number of entries that stay as they were.
    """

    text: str
    added: tuple[Entry, ...] = ()
    renewed: tuple[Entry, ...] = ()
    removed: tuple[Entry, ...] = ()
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Why findings are accepted, and until which day, that day included; None for no end."""

    reason: str
    expires: date | None = None


def with_accepted(baseline: Baseline, found: Iterable[Identified], accepting: Acceptance, day: date) -> Rewritten:
    """The baseline with every finding that counts in it.

    Entries that are there stay as they are; those that have expired get the new reason and end.

    Args:
        baseline: as it is.
        found: findings, with files relative to the folder of the baseline.
        accepting: for the new entries.
        day: on which day.
    """
    known = {entry.fingerprint: entry for entry in baseline.entries}
    added, renewed = [], {}
    for one in found:
        entry = known.get(one.fingerprint)
        if one.reason is not None:
            continue
        if entry is None:
            added.append(_new(one, accepting))
        elif entry.expired(day):
            renewed[entry.fingerprint] = _renewed(entry, accepting)
    entries = [renewed.get(entry.fingerprint, entry) for entry in baseline.entries]
    text = _text(baseline.head, [*entries, *added])
    return Rewritten(text, tuple(added), tuple(renewed.values()), kept=len(entries) - len(renewed))


def without_stale(baseline: Baseline, stale: Iterable[Entry]) -> Rewritten:
    """The baseline without entries that match nothing, and without the comments above them.

    Args:
        baseline: as it is.
        stale: what to remove; told by fingerprints, since the file may have changed in the meantime.
    """
    gone = {entry.fingerprint for entry in stale}
    kept = [entry for entry in baseline.entries if entry.fingerprint not in gone]
    removed = tuple(entry for entry in baseline.entries if entry.fingerprint in gone)
    return Rewritten(_text(baseline.head, kept), removed=removed, kept=len(kept))


def _text(head: str, entries: Iterable[Entry]) -> str:
    ordered = sorted(entries, key=lambda entry: (entry.file, entry.saga, entry.code, entry.message, entry.fingerprint))
    if "version" not in head:
        head = f"{head}\n{_HEAD}" if head else _HEAD
    return "\n\n".join([head.strip("\n"), *(entry.text for entry in ordered)]) + "\n"


def _new(one: Identified, accepting: Acceptance) -> Entry:
    finding = one.finding
    asked = tuple(profile for profile in one.profiles if profile not in _UNASKED)
    entry = Entry(
        fingerprint=one.fingerprint,
        code=finding.code,
        file=one.saga.file,
        saga=one.saga.name,
        message=_one_line(finding.message),
        reason=accepting.reason,
        expires=accepting.expires,
        profiles=asked if len(asked) == len(one.profiles) else (),
    )
    texts = ("fingerprint", "code", "file", "saga", "message", "reason")
    lines = [f"{key} = {quoted(getattr(entry, key))}" for key in texts]
    if entry.profiles:
        lines.append(f"profiles = [{', '.join(map(quoted, entry.profiles))}]")
    if entry.expires is not None:
        lines.append(f"expires = {entry.expires.isoformat()}")
    return replace(entry, text="\n".join(["[[finding]]", *lines]))


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_MESSAGE else f"{line[:_LONGEST_MESSAGE]}..."


def _renewed(entry: Entry, accepting: Acceptance) -> Entry:
    """The entry with another reason and end; all else that is written there stays."""
    import tomlkit

    document = tomlkit.parse(entry.text)
    (table,) = document["finding"]
    table["reason"] = tomlkit.value(quoted(accepting.reason))
    if accepting.expires is None:
        table.remove("expires")
    else:
        table["expires"] = tomlkit.date(accepting.expires.isoformat())
    text = tomlkit.dumps(document).strip("\n")
    return replace(entry, reason=accepting.reason, expires=accepting.expires, text=text)


def quoted(text: str) -> str:
    """A text as TOML writes it, on one line, with what cannot be seen as escapes; lone surrogates become U+FFFD."""
    return f'"{"".join(map(_character, text))}"'


def _character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character) == "Cs" else f"\\U{ord(character):08x}"
