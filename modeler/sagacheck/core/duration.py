"""Durations as people write them: "5s", "30m", "24h"."""

from __future__ import annotations

import math
import re

Duration = float | int | str
"""Seconds, or a number with a unit: ms, s, m, h or d."""

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PATTERN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")


def seconds(duration: Duration) -> float:
    """The length of a duration in seconds.

    Raises:
        ValueError: if it is negative, not a number, or text in another form.
    """
    if isinstance(duration, str):
        match = _PATTERN.fullmatch(duration.strip())
        if match is None:
            msg = f"{duration!r} is no duration; write a number and a unit, like '500ms', '5s', '30m', '24h' or '7d'"
            raise ValueError(msg)
        return float(match[1]) * _UNITS[match[2]]
    if isinstance(duration, bool) or not duration >= 0:
        msg = f"{duration!r} is no duration; write seconds from 0 on, or text like '5s'"
        raise ValueError(msg)
    return float(duration)


def in_words(duration: float) -> str:
    """Seconds as people write them: 7200 is "2h", 457200 is "5d 7h"; "for ever" where infinite."""
    if math.isinf(duration):
        return "for ever"
    parts = []
    for unit in ("d", "h", "m"):
        number, duration = divmod(duration, _UNITS[unit])
        if number:
            parts.append(f"{number:.0f}{unit}")
    if duration or not parts:
        parts.append(f"{duration:g}s")
    return " ".join(parts)
