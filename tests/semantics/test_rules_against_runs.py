"""Rules against every run of random charts: each rule's page, said once more as a question about runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagacheck.core.chart import Call, Chart, Compensate, Edge, End, Origin
from sagacheck.core.contract import Barrier, NoContract
from sagacheck.core.outcome import OUTSTANDING, EndKind, Outcome, Status
from sagacheck.core.step import CompensationSpec, NonCompensatable, StepSpec
from sagacheck.rules.registry import all_rules
from sagacheck.semantics.analysis import Analysis
from tests.semantics.brute import Run, all_runs
from tests.semantics.charts import Shape, Style, Wiring, examples, forked_charts, sequential_charts

CHECKS = {rule.code: rule.check for rule in all_rules()}
Steps = set[str]


def found_steps(chart: Chart, code: str) -> Steps:
    """The steps that a rule's findings are about."""
    return {step for finding in CHECKS[code](Analysis(chart)) for step in finding.root_cause.steps}


def never_undone(chart: Chart, runs: Iterable[Run]) -> Steps:
    bare = [step.name for step in chart.steps if step.owes and step.undo is None]
    over = [run for run in runs if run.kind in (EndKind.ABORTED, EndKind.MANUAL)]
    return {step for step in bare if any(run.line(step).status in OUTSTANDING for run in over)}


def unknown_and_untried(chart: Chart, runs: Iterable[Run]) -> Steps:
    aborted = [run for run in runs if run.kind is EndKind.ABORTED and not run.cancelled]
    return {
        step.name
        for step in chart.steps
        if step.compensation
        and step.owes
        and any(run.line(step.name).status is Status.MAYBE and not run.line(step.name).tried for run in aborted)
    }


def applied_and_untried(chart: Chart, runs: Iterable[Run]) -> Steps:
    aborted = [run for run in runs if run.kind is EndKind.ABORTED and not run.cancelled and not run.excused]
    return {
        step.name
        for step in chart.steps
        if step.compensation
        and step.owes
        and any(run.line(step.name).status is Status.APPLIED and not run.line(step.name).tried for run in aborted)
    }


def left_by_a_cancellation(chart: Chart, runs: Iterable[Run]) -> Steps:
    aborted = [run for run in runs if run.kind is EndKind.ABORTED and run.cancelled and not run.excused]
    standing = (Status.APPLIED, Status.MAYBE)
    return {
        step.name
        for step in chart.steps
        if step.compensation
        and step.owes
        and any(run.line(step.name).status in standing and not run.line(step.name).tried for run in aborted)
    }


def pivot_left_at_aborted(chart: Chart, runs: Iterable[Run]) -> Steps:
    aborted = [run for run in runs if run.kind is EndKind.ABORTED]
    pivots = [step.name for step in chart.steps if step.non_compensatable and step.effect]
    standing = (Status.APPLIED, Status.MAYBE)
    return {pivot for pivot in pivots if any(run.line(pivot).status in standing for run in aborted)}


def person_without_need(chart: Chart, runs: Iterable[Run]) -> Steps:
    pivots = [step.name for step in chart.steps if step.non_compensatable]
    return {
        run.end
        for run in runs
        if run.kind is EndKind.MANUAL
        and not run.excused
        and not (run.failed and any(run.line(pivot).status is Status.APPLIED for pivot in pivots))
    }


def only_for_nothing(chart: Chart, runs: Iterable[Run]) -> Steps:
    """Steps of compensations that are called, and never find any of their steps called with an effect."""
    called = {node.step for node in chart.nodes if isinstance(node, Call)}
    visits = [visit for run in runs for visit in run.visits]
    steps: Steps = set()
    for node in chart.node.values():
        if isinstance(node, Compensate) and called.intersection(node.steps):
            here = [visit for visit in visits if visit.node == node.id]
            empty = [all(visit.line(step).status is Status.NONE for step in node.steps) for visit in here]
            if here and all(empty):
                steps |= set(node.steps)
    return steps


def undone_again(chart: Chart, runs: Iterable[Run]) -> Steps:
    steps: Steps = set()
    for run in runs:
        for visit in run.visits:
            node = chart.node.get(visit.node)
            if isinstance(node, Compensate):
                found = {visit.line(step).status for step in node.steps}
                if Status.UNDONE in found and not found & OUTSTANDING:
                    steps |= set(node.steps)
    return steps


@dataclass(frozen=True)
class Oracle:
    """A rule's code, and what its page asks of runs.

    `traced` if it asks what was known on the way: that depends on the interleaving, which runs keep and the walk does
    not, so such a rule is compared where nothing runs side by side.
    """

    code: str
    expected: Callable[[Chart, Iterable[Run]], Steps]
    traced: bool = False


@st.composite
def unwinding_charts(draw: st.DrawFn) -> Chart:
    """Calls in a row, and compensations to which failures lead at random: what rules about undoing have to judge."""
    names = ["a", "b", "c"][: draw(st.integers(1, 3))]
    undo = [None, NonCompensatable("why"), *(CompensationSpec(f"undo {name}") for name in names)]
    contract = st.sampled_from([None, Barrier("key"), NoContract()])
    steps = [
        StepSpec(name, name, undo=draw(st.sampled_from([undo[index + 2]] * 3 + undo[:2])), contract=draw(contract))
        for index, name in enumerate(names)
    ]
    calls = [Call(id=f"call {step.name}", step=step.name, outcomes=step.outcomes) for step in steps]
    undoing = [step for step in steps if step.compensation]
    count = draw(st.integers(1, 4)) if undoing else 0
    chosen = [draw(st.sampled_from(undoing)) for _ in range(count)]
    compensations = [
        Compensate(
            id=f"undoing {n}", steps=(step.name,), action=f"undo {step.name}", outcomes=(Outcome.OK, Outcome.FAILED)
        )
        for n, step in enumerate(chosen)
    ]
    ends = [End(id=kind.value, kind=kind) for kind in (EndKind.COMMITTED, EndKind.ABORTED, EndKind.MANUAL)]
    edges = []
    for index, call in enumerate(calls):
        following = calls[index + 1].id if index + 1 < len(calls) else "committed"
        failing = [node.id for node in compensations] * 2 + ["aborted", "manual"]
        edges.append(Edge(call.id, Outcome.OK, following))
        edges += [Edge(call.id, outcome, draw(st.sampled_from(failing))) for outcome in call.outcomes[1:]]
    for index, node in enumerate(compensations):
        later = [other.id for other in compensations[index + 1 :]] * 2 + ["aborted"]
        edges += [Edge(node.id, outcome, draw(st.sampled_from([*later, "manual"]))) for outcome in node.outcomes]
    return Chart("unwinding", calls[0].id, (*calls, *compensations, *ends), tuple(edges), tuple(steps), Origin.MACHINE)


ORACLES = [
    Oracle("SC201", never_undone),
    Oracle("SC202", unknown_and_untried),
    Oracle("SC203", applied_and_untried),
    Oracle("SC205", undone_again, traced=True),
    Oracle("SC206", only_for_nothing, traced=True),
    Oracle("SC211", pivot_left_at_aborted),
    Oracle("SC213", person_without_need),
]

many = pytest.mark.parametrize("oracle", ORACLES, ids=lambda oracle: oracle.code)


@many
def test_a_rule_finds_in_all_manners_of_unwinding_what_walking_every_run_finds(oracle: Oracle) -> None:
    tripped = set()

    @examples(250)
    @given(unwinding_charts())
    def compare(chart: Chart) -> None:
        expected = oracle.expected(chart, all_runs(chart, traced=oracle.traced))
        tripped.add(bool(expected))
        assert expected == found_steps(chart, oracle.code)

    compare()
    assert {False, True} == tripped


@many
def test_a_rule_finds_in_sequential_charts_what_walking_every_run_finds(oracle: Oracle) -> None:
    @examples(120)
    @given(sequential_charts(Wiring(doubles=False)))
    def compare(chart: Chart) -> None:
        runs = all_runs(chart, traced=oracle.traced)
        assert oracle.expected(chart, runs) == found_steps(chart, oracle.code)

    compare()


@pytest.mark.parametrize("oracle", [one for one in ORACLES if not one.traced], ids=lambda oracle: oracle.code)
def test_a_rule_finds_in_branches_what_walking_every_interleaving_finds(oracle: Oracle) -> None:
    @examples(40)
    @given(forked_charts(Shape(styles=(Style.APART, Style.LEAVES))))
    def compare(chart: Chart) -> None:
        runs = all_runs(chart)
        assert oracle.expected(chart, runs) == found_steps(chart, oracle.code)

    compare()


@examples(150)
@given(sequential_charts(Wiring(doubles=False)))
def test_what_a_cancellation_leaves_standing_is_found_as_walking_every_run_finds_it(chart: Chart) -> None:
    left = left_by_a_cancellation(chart, all_runs(chart))
    findings = [
        finding
        for finding in CHECKS["SC215"](Analysis(chart))
        if finding.root_cause.obligation == "undo when cancelled"
    ]
    assert left == {step for finding in findings for step in finding.root_cause.steps}


@examples(150)
@given(sequential_charts(Wiring(doubles=False)))
def test_a_missing_edge_is_found_where_and_only_where_a_run_wants_it(chart: Chart) -> None:
    stuck = {(run.end, run.label) for run in all_runs(chart) if run.label and not run.cut}
    wanting = {node for node, label in stuck if label not in chart.successors[node]}
    shown = {
        finding.scenario.end
        for code in ("SC101", "SC103", "SC207")
        for finding in CHECKS[code](Analysis(chart))
        if finding.scenario is not None
    }
    assert wanting == shown
