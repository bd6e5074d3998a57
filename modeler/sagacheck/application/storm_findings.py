"""Findings from a storm: what it found out, told as what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sagacheck.application.discovery import shown_path
from sagacheck.core.chart import Chart
from sagacheck.core.finding import Finding, Label, RootCause
from sagacheck.core.span import Span
from sagacheck.core.storming import Blow, Broken, Cell, Happened, Law, Place, Standing, StormReport, Strike, Way
from sagacheck.core.story import Line, Story
from sagacheck.storm.observing import is_about_rows
from sagacheck.storm.pages.registry import page_of

if TYPE_CHECKING:
    from sagacheck.authoring.storm import Storm
    from sagacheck.core.step import Handler

_MOST_STRIKES_NAMED = 2
_CRASHES = {
    Way.PARK: "its participant crashes",
    Way.CANCEL: "its participant is cancelled",
    Way.KILL: "its participant is killed",
    Way.STALE: "its participant stands still, and goes on later,",
}
_STRIKES: dict[str, str] = {
    Blow.REJECTED: "is refused",
    Blow.LOST: "is lost",
    Blow.REPLY_LOST: "is done and its answer lost",
    Blow.TWICE: "arrives twice",
    Blow.LATE: "comes when all else is over",
    Blow.OVERTAKEN: "is overtaken by the next call",
    Blow.AGAIN: "arrives again when all else is over",
    "resent": "is sent again by its coordinator, which crashed and recovered",
    "forgotten": "was sent when its coordinator crashed, forgot all and began again",
    "cancel": "is in flight when a request to cancel arrives",
    "behind": "waits until the calls of other branches are through",
}


def findings_of(report: StormReport, storm: Storm, chart: Chart) -> Iterator[Finding]:
    """What is wrong: a finding for each defect of an action, then one for each plan that was not survived.

    A violated obligation that builds on another violated one of its action is no finding of its own.

    Args:
        report: what the storm found out.
        storm: what was stormed.
        chart: its saga.
    """
    violated = [cell for cell in report.cells if cell.standing is Standing.VIOLATED]
    told = {(cell.action, cell.law) for cell in violated}
    for cell in violated:
        if (cell.action, cell.follows) not in told:
            with_it = [other.law for other in violated if (other.action, other.follows) == (cell.action, cell.law)]
            yield _of_cell(cell, storm, chart, (*_with_it(with_it), *_counted(report, storm, cell.evidence)))
    for broken in report.broken:
        finding = of_plan(broken, storm, chart)
        yield replace(finding, evidence=(*finding.evidence, *_counted(report, storm, broken.evidence)))


def _counted(report: StormReport, storm: Storm, evidence: Sequence[str]) -> Iterator[str]:
    """What counted, where nobody said it and it may be wrong."""
    if storm.probe is None and not report.simulated and any(map(is_about_rows, evidence)):
        yield "without a probe every table counts; where one does not, say what does: probe=... in Storm"


def _of_cell(cell: Cell, storm: Storm, chart: Chart, more: Sequence[str]) -> Finding:
    page = page_of(cell.law)
    declared = _shown(chart.step[cell.step].span)
    primary, secondary = _places(cell, _handler(storm, cell.action), declared)
    return Finding(
        code=page.code,
        name=page.name,
        severity=page.severity,
        saga=chart.name,
        message=f"`{cell.action}`: {cell.why}",
        primary=primary,
        root_cause=RootCause(chart.name, (cell.step,), f"{cell.law} of {cell.action}"),
        secondary=secondary,
        help=page.help,
        evidence=(*cell.evidence, *more),
    )


def _with_it(laws: Sequence[Law]) -> Iterator[str]:
    if laws:
        yield f"violated with it: {', '.join(laws)}"


def _places(cell: Cell, handler: Handler | None, declared: Span | None) -> tuple[Label, tuple[Label, ...]]:
    """The guilty boundary, or else the handler, or else the step; and the others of them."""
    labels = []
    if cell.place is not None and cell.place.file:
        labels.append(Label(_line(cell.place), f"at this boundary: {cell.place.name}"))
    if handler is not None and (span := _definition(handler)) is not None:
        labels.append(Label(span, f"does `{cell.action}`"))
    labels.append(Label(declared, "claimed here"))
    return labels[0], tuple(labels[1:])


def _shown(span: Span | None) -> Span | None:
    """A place with the file as the user knows it."""
    return None if span is None else replace(span, file=shown_path(span.file))


def _line(place: Place) -> Span:
    """The whole line of a boundary; how long it is, the frame finds out."""
    return Span(shown_path(place.file), place.line, 1, place.line, 1)


def _handler(storm: Storm, action: str) -> Handler | None:
    return storm.handlers.get(action, storm.own_handlers().get(action))


def handler_places(storm: Storm) -> Iterator[Span]:
    """Where the handlers of a saga begin, in so far as they are written in Python.

    Args:
        storm: what knows them.
    """
    for handler in (*storm.own_handlers().values(), *storm.handlers.values()):
        place = _definition(handler)
        if place is not None:
            yield place


def _definition(handler: Handler) -> Span | None:
    """The line on which a handler begins, decorated or not; None for one that is not written in Python."""
    import inspect

    function = inspect.unwrap(handler)
    code = getattr(function, "__code__", None) or getattr(getattr(function, "__func__", None), "__code__", None)
    if code is None:
        return None
    return Span(shown_path(code.co_filename), code.co_firstlineno, 1, code.co_firstlineno, 1)


def of_plan(broken: Broken, storm: Storm, chart: Chart) -> Finding:
    """The finding that tells of a plan which a saga does not survive.

    Args:
        broken: the plan and what came of it.
        storm: what was stormed.
        chart: its saga.
    """
    page = page_of(None)
    strikes = broken.plan.strikes
    named = " and ".join(strike_in_words(one) for one in strikes[:_MOST_STRIKES_NAMED])
    if len(strikes) > _MOST_STRIKES_NAMED:
        named = f"{len(strikes)} faults strike"
    when = f"when {named}" if strikes else "even when nothing fails"
    if broken.several:
        when = "when several go side by side"
    step = chart.step.get(broken.step)
    return Finding(
        code=page.code,
        name=page.name,
        severity=page.severity,
        saga=chart.name,
        message=f"`{chart.name}` does not come to a legal end {when}",
        primary=Label(_shown((step.span if step else None) or storm.declared_at), ""),
        root_cause=RootCause(
            chart.name,
            (broken.step,) if broken.step else (),
            "survive side by side" if broken.several else f"survive {broken.token}",
        ),
        help=page.help,
        story=Story(story_lines_of(broken.happened), len(broken.happened), broken.why, broken.token, len(strikes)),
        evidence=broken.evidence,
    )


def story_lines_of(happened: tuple[Happened, ...]) -> tuple[Line, ...]:
    """What happened in a played plan, as the lines of a story."""
    return tuple(Line(one.actor or "participant", one.text, one.fault) for one in happened)


def strike_in_words(strike: Strike) -> str:
    """A fault of a plan in half a sentence: "the second request for `payment.charge` is lost"."""
    turns = {1: "the first", 2: "the second", 3: "the third"}
    request = f"{turns.get(strike.turn, f'request {strike.turn}')} {'request ' if strike.turn in turns else ''}for"
    if strike.blow is Blow.CRASH:
        return f"{_CRASHES[strike.way]} at boundary {strike.boundary} of {request} `{strike.call}`"
    return f"{request} `{strike.call}` {_STRIKES.get(strike.blow, f'is struck: {strike.blow}')}"
