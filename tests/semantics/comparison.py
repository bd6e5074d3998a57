"""Scenarios in one form, whether the brute force played them or the product listed them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sagacheck.core.chart import Chart, Choice
from sagacheck.core.outcome import OUTSTANDING, EndKind, Status
from sagacheck.core.question import Condition
from sagacheck.core.report import Tally
from sagacheck.core.scenario import EventKind, Scenario
from tests.semantics.brute import Run, record_of


class Telling(NamedTuple):
    """What makes a scenario what it is, and what is outstanding in the end."""

    log: tuple[tuple[str, tuple[str, ...]], ...]
    end: str
    kind: EndKind
    cancelled: bool
    outstanding: tuple[tuple[str, Status], ...]

    @property
    def length(self) -> int:
        """The number of calls, compensations included."""
        return sum(len(results) for record, results in self.log if record.startswith(("call ", "undo ")))


def of_run(run: Run, chart: Chart) -> Telling:
    settled = {Status.APPLIED} if run.kind is EndKind.COMMITTED else set()
    outstanding = tuple(
        (step.name, run.line(step.name).status)
        for step in chart.steps
        if step.effect and not step.informational and run.line(step.name).status in OUTSTANDING - settled
    )
    return Telling(run.log, run.end, run.kind, run.cancelled, outstanding)


def of_scenario(scenario: Scenario, chart: Chart) -> Telling:
    log: dict[str, list[str]] = {}
    for event in scenario.events:
        if event.kind is EventKind.CANCELLATION:
            continue
        node = chart.node[event.node]
        results = log.setdefault(record_of(node), [])
        asked = isinstance(node, Choice) and isinstance(node.test, Condition) and node.test.stable
        if asked and results:
            assert results == [event.result], f"{node.id} was answered in two ways"
        else:
            results.append(str(event.result))
    told = tuple(sorted((record, tuple(results)) for record, results in log.items()))
    return Telling(told, scenario.end, scenario.kind, scenario.cancelled, scenario.outstanding)


def tellings(runs: Iterable[Run], chart: Chart, *, cancelled: bool) -> set[Telling]:
    """The scenarios among the runs, those with or those without a cancellation; what was cut off is none.

    Where all goes the same way without the cancellation, nothing depends on it: that is no scenario with one.
    """
    found = {of_run(run, chart) for run in runs if not run.cut}
    if cancelled:
        return {telling for telling in found if telling.cancelled and telling._replace(cancelled=False) not in found}
    return {telling for telling in found if not telling.cancelled}


def tally_of(found: Iterable[Telling], cut: int = 0) -> Tally:
    """How many end in which way."""
    kinds = [telling.kind for telling in found]
    return Tally(**{kind.value: kinds.count(kind) for kind in EndKind}, cut=cut)
