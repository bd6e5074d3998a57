"""How wide text really is in DejaVu Sans: read from the font itself, and not from what the package knows of it."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

import sagacheck.render.diagram

_FONT = Path(sagacheck.render.diagram.__file__).with_name("fonts") / "DejaVuSans.ttf"


@cache
def _advances() -> dict[int, float]:
    """For every character of the font its advance width in parts of the font's size (tables cmap, hmtx, head)."""
    data = _FONT.read_bytes()
    tables = {}
    for number in range(struct.unpack_from(">H", data, 4)[0]):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, 12 + 16 * number)
        tables[tag] = offset
    units = struct.unpack_from(">H", data, tables[b"head"] + 18)[0]
    metrics = struct.unpack_from(">H", data, tables[b"hhea"] + 34)[0]

    def advance(glyph: int) -> float:
        place = tables[b"hmtx"] + 4 * min(glyph, metrics - 1)
        return float(struct.unpack_from(">H", data, place)[0] / units)

    found: dict[int, float] = {}
    cmap = tables[b"cmap"]
    for number in range(struct.unpack_from(">H", data, cmap + 2)[0]):
        begin = cmap + struct.unpack_from(">I", data, cmap + 4 + 8 * number + 4)[0]
        if struct.unpack_from(">H", data, begin)[0] != 12:
            continue
        for group in range(struct.unpack_from(">I", data, begin + 12)[0]):
            first, last, glyph = struct.unpack_from(">III", data, begin + 16 + 12 * group)
            found.update({first + step: advance(glyph + step) for step in range(last - first + 1)})
    assert len(found) > 5000
    return found


def characters() -> list[str]:
    """All characters that the font has."""
    return list(map(chr, sorted(_advances())))


def real_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a text; what the font lacks counts as the widest that other fonts have for ordinary letters.

    DejaVu Sans Bold is not at hand: its letters are at most 1.2 times as wide on the average of a text.
    """
    return sum(_advances().get(ord(one), 1.0) for one in text) * size * (1.2 if bold else 1.0)
