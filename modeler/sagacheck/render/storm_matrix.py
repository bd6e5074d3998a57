"""The matrix of a storm: each law for each action, and how it stands."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.storming import Cell, Law, Standing
from sagacheck.render.terminal import Page, Palette, cells, harmless, padded

_GAP = 2
_MARKS = {
    Standing.HELD: ("held", "good"),
    Standing.VIOLATED: ("VIOLATED", "error"),
    Standing.WAIVED: ("waived", "warning"),
    Standing.NOT_CLAIMED: ("-", "dim"),
    Standing.NOT_RUN: ("not run", "warning"),
}


def matrix_lines(found: tuple[Cell, ...], page: Page, palette: Palette) -> Iterator[str]:
    """One row for each law, one column for each action; in several blocks if that is too wide.

    Args:
        found: the obligations.
        page: how wide.
        palette: colours.
    """
    actions = list(dict.fromkeys(cell.action for cell in found))
    laws = [law for law in Law if any(cell.law is law for cell in found)]
    stands = {(cell.law, cell.action): cell for cell in found}
    numbers = remarks(found)
    first = max((len(law) for law in laws), default=0)
    for number, block in enumerate(_blocks(actions, page.width - first)):
        if number:
            yield ""
        heads = [_head(action) for action in block]
        widths = [_width(action) for action in block]
        for level in range(max(map(len, heads))):
            texts = (padded(_at(head, level), width) for head, width in zip(heads, widths, strict=True))
            yield (" " * (first + _GAP) + (" " * _GAP).join(texts)).rstrip()
        for law in laws:
            marks = (_mark(stands.get((law, action)), numbers, palette) for action in block)
            if any((law, action) in stands for action in block):
                row = (" " * _GAP).join(map(_cell, marks, widths))
                yield f"{law:<{first}}{' ' * _GAP}{row}".rstrip()


def remarks(found: tuple[Cell, ...]) -> dict[str, int]:
    """What is to be said of cells that are held, each with the number of its footnote, from 1 as they are read.

    Args:
        found: the obligations.
    """
    held = (cell for law in Law for cell in found if cell.law is law and cell.standing is Standing.HELD)
    said = dict.fromkeys(remark for remark in map(_remark, held) if remark)
    return {remark: number for number, remark in enumerate(said, 1)}


def legend(found: tuple[Cell, ...], *, complete: bool = True) -> str:
    """What the marks mean that do not say it themselves; "" if there are none.

    Args:
        found: the cells.
        complete: whether all were come to.
    """
    said = ["-: not claimed"] if any(cell.standing is Standing.NOT_CLAIMED for cell in found) else []
    places = {(law, action) for law in {cell.law for cell in found} for action in {cell.action for cell in found}}
    if places != {(cell.law, cell.action) for cell in found}:
        said.append("empty: the law makes no sense there" + ", or was not come to" * (not complete))
    return "; ".join(said)


def _blocks(actions: list[str], room: int) -> Iterator[list[str]]:
    """The actions in groups of which each fits beside the laws."""
    block: list[str] = []
    left = room
    for action in actions:
        needed = _width(action) + _GAP
        if block and needed > left:
            yield block
            block, left = [], room
        block.append(action)
        left -= needed
    if block:
        yield block


def _head(action: str) -> list[str]:
    """An action's name in lines, broken behind its dots."""
    parts = harmless(action).split(".")
    return [f"{part}." for part in parts[:-1]] + parts[-1:]


def _width(action: str) -> int:
    return max(len(_MARKS[Standing.VIOLATED][0]), *map(cells, _head(action)))


def _at(head: list[str], level: int) -> str:
    return head[level] if level < len(head) else ""


def _mark(cell: Cell | None, numbers: dict[str, int], palette: Palette) -> tuple[str, str]:
    """A mark without and with paint; a footnote stands unpainted behind it."""
    if cell is None:
        return "", ""
    text, role = _MARKS[cell.standing]
    number = numbers.get(_remark(cell)) if cell.standing is Standing.HELD else None
    note = f" [{number}]" if number else ""
    return text + note, palette.paint(role, text) + note


def _remark(cell: Cell) -> str:
    return "; ".join(cell.evidence)


def _cell(mark: tuple[str, str], width: int) -> str:
    plain, painted = mark
    return painted + " " * (width - len(plain))
