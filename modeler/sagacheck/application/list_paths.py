"""Lists and counts the scenarios of one saga."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from sagacheck.application.loaded import LoadedChoreography, LoadedSaga
from sagacheck.application.refusal import RefusedError, refused
from sagacheck.core.chart import Call, Chart, Compensate
from sagacheck.core.net import PROFILE
from sagacheck.core.outcome import EndKind
from sagacheck.core.report import Tally
from sagacheck.core.scenario import EventKind, Scenario
from sagacheck.render.listing import Listing
from sagacheck.semantics.analysis import TooLargeError
from sagacheck.semantics.count import count_scenarios
from sagacheck.semantics.listing import Filter, list_scenarios


class UndecidedError(Exception):
    """A budget was reached before the answer was known; the message says which and what to do."""


def list_paths(loaded: LoadedSaga | LoadedChoreography, wanted: Filter, limit: int | None, unroll: int) -> Listing:
    """The shortest wanted scenarios of a saga, with the exact number of all.

    Args:
        loaded: the saga.
        wanted: which scenarios.
        limit: how many to list; None for their number only.
        unroll: how often loops are repeated.

    Raises:
        RefusedError: if the filter names a step that the saga does not have.
        UndecidedError: if the saga is too large to be counted or listed.
    """
    if isinstance(loaded, LoadedChoreography):
        return _of_choreography(loaded, wanted, limit)
    chart = loaded.chart
    _check_names(chart, wanted)
    everything = Filter(cancelled=wanted.cancelled)
    try:
        total = count_scenarios(chart, everything, unroll)
        matching = total if wanted == everything else count_scenarios(chart, wanted, unroll)
        shown = None if limit is None else tuple(islice(list_scenarios(chart, wanted, unroll), limit))
    except TooLargeError as error:
        doing = "counted" if limit is None else "listed"
        msg = f"{chart.name}: too large to be {doing} exactly: {error}"
        raise UndecidedError(msg) from error
    return Listing(chart.name, loaded.file, chart.profile, tuple(_in_words(wanted)), total, matching, shown, unroll)


def _of_choreography(loaded: LoadedChoreography, wanted: Filter, limit: int | None) -> Listing:
    """The same of a choreography; a step whose contract is not declared gets the strongest."""
    from sagacheck.application.choreography_proof import with_strongest
    from sagacheck.lowering.choreographed.choreography import lowered
    from sagacheck.lowering.choreographed.scenarios import cascades
    from sagacheck.lowering.choreographed.telling import scenario_of

    net = loaded.net
    if wanted.cancelled:
        msg = f"{net.name} is a choreography: what cancels it is an event from outside, in its scenarios like others"
        raise RefusedError(msg)
    compensated = [step for step in net.steps.values() if step.compensation is not None]
    undone = {name for step in compensated if step.compensation for name in (step.name, step.compensation.action)}
    _check(net.name, "step", (*wanted.failing, *wanted.visits), set(net.steps))
    _check(net.name, "compensation, or compensated step,", wanted.failed_compensation, undone)
    choreography = lowered(with_strongest(net))
    try:
        found = [scenario_of(choreography, cascade) for cascade in cascades(choreography)]
    except OverflowError as error:
        msg = f"too large to be {'counted' if limit is None else 'listed'} exactly: {error}"
        raise UndecidedError(msg) from error
    matching = sorted((one for one in found if _is_wanted(one, wanted)), key=lambda one: one.length)
    shown = None if limit is None else tuple(matching[:limit])
    words = tuple(_in_words(wanted))
    return Listing(net.name, loaded.file, PROFILE, words, _tally(found), _tally(matching), shown, 0)


def _is_wanted(scenario: Scenario, wanted: Filter) -> bool:
    calls = [event for event in scenario.events if event.kind is EventKind.CALL]
    undone = [event for event in scenario.events if event.kind is EventKind.COMPENSATION and event.failed]
    failed = {name for event in undone for name in (event.text, *(change.step for change in event.changes))}
    return (
        wanted.kind in (None, scenario.kind)
        and {event.text for event in calls if event.failed}.issuperset(wanted.failing)
        and {event.text for event in calls}.issuperset(wanted.visits)
        and failed.issuperset(wanted.failed_compensation)
    )


def _tally(scenarios: list[Scenario]) -> Tally:
    return Tally(**Counter(scenario.kind.value for scenario in scenarios))


def _check_names(chart: Chart, wanted: Filter) -> None:
    called = {node.step for node in chart.nodes if isinstance(node, Call)}
    compensations = [node for node in chart.nodes if isinstance(node, Compensate)]
    undone = {name for node in compensations for name in (node.action, *node.steps)}
    _check(chart.name, "step", (*wanted.failing, *wanted.visits), called)
    _check(chart.name, "compensation, or compensated step,", wanted.failed_compensation, undone)


def _check(saga: str, what: str, names: Iterable[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            raise refused(f"{saga} has no {what} {name!r}", name, known)


def _in_words(wanted: Filter) -> Iterator[str]:
    if wanted.cancelled:
        yield "cancelled"
    if wanted.kind is EndKind.UNHANDLED:
        yield "unhandled"
    elif wanted.kind is not None:
        yield f"end {wanted.kind}"
    yield from (f"{step} fails" for step in wanted.failing)
    yield from (f"{step} is called" for step in wanted.visits)
    yield from (f"compensation {name} fails" for name in wanted.failed_compensation)
