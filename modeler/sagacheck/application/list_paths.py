"""Lists and counts the scenarios of one saga."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from sagacheck.application.loaded import LoadedSaga
from sagacheck.application.refusal import refused
from sagacheck.core.chart import Call, Chart, Compensate
from sagacheck.core.outcome import EndKind
from sagacheck.render.listing import Listing
from sagacheck.semantics.analysis import TooLargeError
from sagacheck.semantics.count import count_scenarios
from sagacheck.semantics.listing import Filter, list_scenarios


class UndecidedError(Exception):
    """A budget was reached before the answer was known; the message says which and what to do."""


def list_paths(loaded: LoadedSaga, wanted: Filter, limit: int | None, unroll: int) -> Listing:
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


def _check_names(chart: Chart, wanted: Filter) -> None:
    called = {node.step for node in chart.nodes if isinstance(node, Call)}
    compensations = [node for node in chart.nodes if isinstance(node, Compensate)]
    undone = {name for node in compensations for name in (node.action, *node.steps)}
    _check(chart, "step", (*wanted.failing, *wanted.visits), called)
    _check(chart, "compensation, or compensated step,", wanted.failed_compensation, undone)


def _check(chart: Chart, what: str, names: Iterable[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            raise refused(f"{chart.name} has no {what} {name!r}", name, known)


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
