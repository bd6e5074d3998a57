"""Reads `[tool.sagacheck]` from the nearest pyproject.toml."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sagacheck.application.exclusion import Exclusion
from sagacheck.application.refusal import RefusedError, did_you_mean
from sagacheck.core.finding import Severity

_TABLE = "tool.sagacheck"


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a project has settled for its sagas; None where it says nothing.

    Args:
        paths: what to check when the command line names nothing; relative to the working directory.
        exclusion: what directories do not contribute.
        profiles: engine profiles for declared sagas.
        fail_on: from which severity on findings fail a run.
        unroll: how often loops are repeated for counting.
        timeout: seconds that a model may take to import.
        prove: whether sagas are proved over an unreliable network, too.
        budget: seconds that each proof may take.
        strict: whether contracts have to be declared.
        baseline: the file of findings that are accepted; relative to the working directory.
    """

    paths: tuple[str, ...] = ()
    exclusion: Exclusion = field(default_factory=Exclusion)
    profiles: tuple[str, ...] = ()
    fail_on: Severity | None = None
    unroll: int | None = None
    timeout: float | None = None
    prove: bool = True
    budget: float | None = None
    strict: bool = False
    baseline: str | None = None


def read_configuration(start: Path | None = None) -> Configuration:
    """The configuration that holds in a folder: that of the nearest pyproject.toml, there or further up.

    Args:
        start: the folder; the working directory if None.

    Raises:
        RefusedError: if the file cannot be read or says what sagacheck does not understand; the message names the line.
    """
    start = (start or Path.cwd()).absolute()
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            return _read(file, start)
    return Configuration()


def _read(file: Path, start: Path) -> Configuration:
    shown = _relative(file, start)
    try:
        text = file.read_bytes().decode("utf-8")
        document = tomllib.loads(text.replace("\r\n", "\n"))
    except OSError as error:
        msg = f"{shown}: cannot be read: {error.strerror or error}"
        raise RefusedError(msg) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        msg = f"{shown}: is not valid TOML: {error}"
        raise RefusedError(msg) from None
    tool = document.get("tool", {})
    table = tool.get("sagacheck", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        msg = f"{shown}: [{_TABLE}] must be a table"
        raise RefusedError(msg)
    settings = {key: _setting(key, value, shown, text) for key, value in table.items()}
    return Configuration(
        paths=tuple(_relative(file.parent / path, start) for path in settings.get("paths", ())),
        exclusion=Exclusion(str(file.parent), settings.get("exclude", ())),
        profiles=settings.get("profile", ()),
        fail_on=settings.get("fail-on"),
        unroll=settings.get("unroll"),
        timeout=settings.get("timeout"),
        prove=settings.get("prove", True),
        budget=settings.get("budget"),
        strict=settings.get("strict", False),
        baseline=_relative(file.parent / settings["baseline"], start) if "baseline" in settings else None,
    )


def _setting(key: str, value: object, shown: str, text: str) -> Any:  # noqa: ANN401 - as the key says
    """The value of one key, as the configuration keeps it."""
    line = _line_of(key, text)
    place = f"{shown}:{line}" if line else shown
    if key not in _SETTINGS:
        msg = f"{place}: [{_TABLE}] has no key {key!r}; {did_you_mean(key, _SETTINGS)}"
        raise RefusedError(msg)
    try:
        return _SETTINGS[key](value)
    except ValueError as error:
        msg = f"{place}: {_TABLE}.{key} {error}, not {value!r}"
        raise RefusedError(msg) from None


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        msg = 'must be a list of strings, like ["models"]'
        raise ValueError(msg)
    return tuple(value)


def _profiles(value: object) -> tuple[str, ...]:
    from sagacheck.authoring.profile import PROFILES

    names = [value] if isinstance(value, str) else value
    if (
        not isinstance(names, list)
        or not names
        or not all(isinstance(name, str) and name in PROFILES for name in names)
    ):
        msg = f"must be one of {', '.join(PROFILES)}, or a list of them"
        raise ValueError(msg)
    return tuple(dict.fromkeys(names))


def _severity(value: object) -> Severity:
    if not isinstance(value, str) or value not in list(Severity):
        msg = f"must be one of {', '.join(Severity)}"
        raise ValueError(msg)
    return Severity(value)


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        msg = "must be a whole number from 1 on"
        raise ValueError(msg)
    return value


def _seconds(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < float("inf"):
        msg = "must be a number of seconds, 0 for no limit"
        raise ValueError(msg)
    return float(value)


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        msg = "must be true or false"
        raise ValueError(msg)
    return value


def _file(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        msg = 'must be the name of a file, like "sagacheck-baseline.toml"'
        raise ValueError(msg)
    return value


def _budget(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < float("inf"):
        msg = "must be a number of seconds above 0"
        raise ValueError(msg)
    return float(value)


_SETTINGS: dict[str, Callable[[object], object]] = {
    "paths": _strings,
    "exclude": _strings,
    "profile": _profiles,
    "fail-on": _severity,
    "unroll": _count,
    "timeout": _seconds,
    "prove": _yes_or_no,
    "budget": _budget,
    "strict": _yes_or_no,
    "baseline": _file,
}


def _line_of(key: str, text: str) -> int | None:
    """The line on which a key of the table is set; the parser does not tell."""
    written = rf"""(?:{re.escape(key)}|"{re.escape(key)}"|'{re.escape(key)}')"""
    inside = ""
    fallback = None
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line)
        if header:
            inside = re.sub(r"[\s\"']", "", header.group(1))
        elif inside == _TABLE and re.match(rf"\s*{written}\s*[.=]", line):
            return number
        if f"{inside}.".startswith(f"{_TABLE}.") or re.search(r"\bsagacheck\b", line):
            named = re.search(rf"(?:^|[^\w-]){written}\s*[.=\]]", line)
            fallback = fallback or (number if named else None)
    return fallback


def _relative(path: Path, start: Path) -> str:
    """A path as seen from a folder, if it lies inside or above."""
    try:
        return Path(os.path.relpath(path, start)).as_posix()
    except ValueError:  # on another drive
        return path.as_posix()
