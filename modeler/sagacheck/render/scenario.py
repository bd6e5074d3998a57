"""Tells a scenario as a numbered list of what happened, what it did to the ledger and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sagacheck.core.outcome import EndKind, Outcome, Status
from sagacheck.core.scenario import Change, Event, EventKind, Scenario
from sagacheck.render.number import counted
from sagacheck.render.terminal import PLAIN, UNLIMITED, Page, Palette, cells, harmless, padded, wrapped

_WIDEST_NAME = 44
_WIDEST_END = 56
_SHALLOWEST = 6
_LONGEST_WHOLE = 24
_KEPT_AT_EDGES = 3
_MOST_OUTSTANDING = 8

_STANDS = {
    Status.APPLIED: "is still applied",
    Status.MAYBE: "may be applied",
    Status.UNDOING: "may or may not be undone",
}

_END_ROLES = {EndKind.COMMITTED: "good", EndKind.ABORTED: "bold", EndKind.MANUAL: "warning", EndKind.UNHANDLED: "error"}


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the story: number, what, result and remarks; a row without a number spans the first two columns."""

    number: str
    what: str
    result: str
    remarks: tuple[str, ...]
    role: str = ""


def story(
    scenario: Scenario, indent: int = 0, palette: Palette = PLAIN, page: Page = UNLIMITED, *, whole: bool = True
) -> list[str]:
    """The lines that tell a scenario.

    Args:
        scenario: what happened.
        indent: spaces before every line.
        palette: colours.
        page: how wide.
        whole: whether a long scenario is told in full; otherwise long runs of calls that went well are left out.
    """
    digits = len(str(len(scenario.events)))
    rows = [_event_row(number, event) for number, event in enumerate(scenario.events, 1)]
    if not whole and len(rows) > _LONGEST_WHOLE:
        rows = list(_shortened(rows, scenario.events))
    rows.append(_end_row(scenario))
    what = max((min(cells(row.what), _WIDEST_NAME) for row in rows if row.number), default=0)
    result = max((cells(row.result) for row in rows if row.number), default=0)
    end = cells(rows[-1].what) + 2 if rows[-1].remarks else 0
    column = max(digits + 2 + what + 3 + result + 3, end if end <= _WIDEST_END else 0)
    room = None if page.limit is None else page.limit - indent
    if room is not None:
        widest = max((cells(remark) for row in rows for remark in row.remarks), default=0)
        column = max(digits + 2 + what + 3 + result + 2, min(column, room - widest))
    margin = " " * indent
    lines = (line for row in rows for line in _lines(row, (digits, what, column), room, palette))
    return [(margin + line).rstrip() for line in lines if line.strip()]


def _lines(row: _Row, widths: tuple[int, int, int], room: int | None, palette: Palette) -> Iterator[str]:
    digits, what, column = widths
    if row.number:
        head = f"{row.number:>{digits}}  {padded(row.what, what)}   "
        taken = cells(head) + cells(row.result)
        head += palette.paint(row.role, row.result) if row.role else row.result
    else:
        *above, last = [row.what] if room is None else wrapped(row.what, room)
        yield from (palette.paint(row.role, line) if row.role else line for line in above)
        head = palette.paint(row.role, last) if row.role else last
        taken = cells(last)
    first, *rest = row.remarks or ("",)
    at = max(taken + 2, column)
    if (taken + 2 > column and not row.number) or (room is not None and at + cells(first) > room):
        yield head
        yield from _remark(first, column, room)
    else:
        yield head + " " * (at - taken) + first
    for remark in rest:
        yield from _remark(remark, column, room)


def _remark(text: str, column: int, room: int | None) -> Iterator[str]:
    """A remark on lines of its own: in its column, or further left where it would not fit."""
    if room is not None:
        column = min(column, max(_SHALLOWEST, room - cells(text)))
    for line in [text] if room is None else wrapped(text, room - column):
        yield " " * column + line


def _event_row(number: int, event: Event) -> _Row:
    result = harmless(event.result)
    told = list(changes(event))
    if event.published:
        events = harmless(", ".join(event.published))
        told = [f"{', '.join((*told, 'publishes'))} {events}"]
    return _Row(str(number), harmless(event.text), result, tuple(told), "error" if event.failed else "")


def changes(event: Event) -> Iterator[str]:
    """What an event did to the ledger; of several steps, those of which there was nothing are left out."""
    told = [change for change in event.changes if (change.before, change.after) != (Status.NONE, Status.NONE)]
    for change in told or event.changes:
        own = event.kind is EventKind.CALL and len(event.changes) == 1
        yield _change(change) if own else f"{harmless(change.step)}: {_change(change)}"


def _change(change: Change) -> str:
    return change.before.value if change.before is change.after else f"{change.before.value} -> {change.after.value}"


def _shortened(rows: Sequence[_Row], events: Sequence[Event]) -> Iterator[_Row]:
    """The rows without the middle of long runs of calls that simply went well."""
    dull = [event.kind is EventKind.CALL and event.result == Outcome.OK for event in events]
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and dull[end]:
            end += 1
        left_out = end - start - 2 * _KEPT_AT_EDGES
        if left_out > 1:
            yield from rows[start : start + _KEPT_AT_EDGES]
            yield _Row("", f"... {counted(left_out, 'call')} more, all ok", "", (), "dim")
            yield from rows[end - _KEPT_AT_EDGES : end]
        else:
            yield from rows[start:end]
        if end < len(rows):
            yield rows[end]
        start = end + 1


def end_text(scenario: Scenario) -> str:
    """How a scenario ended, in a few words."""
    name = harmless(scenario.end_text)
    if scenario.cut:
        return "cut off: the loop is unrolled no further"
    if scenario.kind is EndKind.UNHANDLED:
        return f"stuck at {name}" if scenario.end else name
    kind = scenario.kind.value
    return f"end {kind}" if name.casefold() in ("", kind) else f"end {kind} ({name})"


def _end_row(scenario: Scenario) -> _Row:
    return _Row("", end_text(scenario), "", tuple(remarks(scenario)), "" if scenario.cut else _END_ROLES[scenario.kind])


def remarks(scenario: Scenario) -> Iterator[str]:
    """What is wrong with how a scenario ended: what nothing handles, and which effects stand."""
    here = scenario.events and scenario.events[-1].node == scenario.end
    if scenario.kind is EndKind.UNHANDLED and not scenario.cut and here:
        yield f"nothing handles {harmless(scenario.events[-1].result)}"
    expected = {Status.APPLIED} if scenario.kind is EndKind.COMMITTED else set()
    stands = [(step, status) for step, status in scenario.outstanding if status in _STANDS and status not in expected]
    for step, status in stands[:_MOST_OUTSTANDING]:
        yield f"{harmless(step)} {_STANDS[status]}"
    if len(stands) > _MOST_OUTSTANDING:
        yield f"and {counted(len(stands) - _MOST_OUTSTANDING, 'step')} more"
