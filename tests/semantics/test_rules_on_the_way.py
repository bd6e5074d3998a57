"""Rules that ask what happened on the way, and all rules together, against every run of random charts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import combinations, permutations

import networkx
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from sagacheck.core.chart import (
    CANCELLED,
    AnyNode,
    Call,
    Chart,
    Choice,
    Compensate,
    Edge,
    End,
    Exit,
    Fork,
    Join,
    Origin,
    Region,
)
from sagacheck.core.contract import Barrier
from sagacheck.core.outcome import OUTSTANDING, EndKind, Outcome, Status
from sagacheck.core.question import Condition
from sagacheck.core.step import CompensationSpec, StepSpec
from sagacheck.rules.registry import all_rules
from sagacheck.semantics.analysis import Analysis
from tests.semantics.brute import Run, Visit, all_runs
from tests.semantics.charts import Shape, Style, Wiring, drawn, examples, forked_charts, sequential_charts
from tests.semantics.test_rules_against_runs import CHECKS, Steps, unwinding_charts

FATES = ("done", "failed")
MAY_STAND = (Status.APPLIED, Status.MAYBE)


def visits_of(chart: Chart, runs: Iterable[Run], kind: type[Call | Compensate]) -> Iterator[tuple[Run, Visit]]:
    for run in runs:
        for visit in run.visits:
            if isinstance(chart.node[visit.node], kind):
                yield run, visit


def calls_in(chart: Chart, run: Run) -> list[tuple[str, str]]:
    """The calls of a run without branches, in their order, with their outcomes."""
    had: dict[str, int] = {}
    calls = []
    for visit in run.visits:
        node = chart.node[visit.node]
        if isinstance(node, Call):
            number = had[node.step] = had.get(node.step, 0) + 1
            calls.append((node.step, run.results(f"call {node.step}")[number - 1]))
    return calls


def compensated_in(chart: Chart, run: Run) -> list[tuple[Compensate, Visit, str]]:
    """The compensations of a run without branches, in their order, with what was known and their outcomes."""
    had: dict[str, int] = {}
    found = []
    for visit in run.visits:
        node = chart.node[visit.node]
        if isinstance(node, Compensate):
            number = had[node.action] = had.get(node.action, 0) + 1
            found.append((node, visit, run.results(f"undo {node.action}")[number - 1]))
    return found


def tried_in_vain(chart: Chart, runs: Iterable[Run]) -> Steps:
    """SC209: steps that stand at an aborted or a committed end although their compensation was called."""
    over = [run for run in runs if run.kind in (EndKind.ABORTED, EndKind.COMMITTED)]
    return {step.name for step in chart.steps if step.owes and any(_in_vain(run, step.name) for run in over)}


def _in_vain(run: Run, step: str) -> bool:
    return run.line(step).status in OUTSTANDING and run.line(step).tried


def stuck_behind_a_pivot(chart: Chart, runs: Iterable[Run]) -> Steps:
    """SC210: pivots that have happened before another step failed, and the saga did not commit."""
    pivots = {step.name for step in chart.steps if step.non_compensatable and step.effect}
    mattering = {step.name for step in chart.steps if not step.informational}
    found = set()
    for run in runs if chart.residue_accepted is None else ():
        if run.kind in (EndKind.ABORTED, EndKind.MANUAL):
            for (pivot, outcome), (later, result) in combinations(calls_in(chart, run), 2):
                failed = later in mattering - {pivot} and result in (Outcome.REJECTED, Outcome.UNKNOWN)
                if pivot in pivots and outcome == Outcome.OK and failed:
                    found.add(pivot)
    return found


def called_again(chart: Chart, runs: Iterable[Run]) -> Steps:
    """SC218: keyed steps that are called after they took effect, or after a rejection that was stored."""
    found = set()
    for _, visit in visits_of(chart, runs, Call):
        node = chart.node[visit.node]
        assert isinstance(node, Call)
        contract, line = chart.step[node.step].contract, visit.line(node.step)
        if contract is not None and contract.keyed:
            refused = line.called and line.status is Status.NONE and contract.stores_rejections
            if refused or line.status in (Status.APPLIED, Status.UNDONE, Status.UNDOING):
                found.add(node.step)
    return found


def refused_for_nothing(chart: Chart, runs: Iterable[Run]) -> Steps:
    """SC219: steps of compensations that find nothing while a contract says that this fails."""
    refusing = {step.name for step in chart.steps if step.contract is not None and not step.contract.tolerates_empty}
    return {
        step
        for _, visit in visits_of(chart, runs, Compensate)
        if isinstance(node := chart.node[visit.node], Compensate)
        and refusing.intersection(node.steps)
        and all(visit.line(step).status is Status.NONE for step in node.steps)
        for step in node.steps
    }


ON_THE_WAY: dict[str, Callable[[Chart, Iterable[Run]], Steps]] = {
    "SC209": tried_in_vain,
    "SC210": stuck_behind_a_pivot,
    "SC218": called_again,
    "SC219": refused_for_nothing,
}


@pytest.mark.parametrize("code", ON_THE_WAY)
def test_a_rule_finds_what_walking_every_run_finds(code: str) -> None:
    tripped = set()

    @examples(200)
    @given(sequential_charts(Wiring(doubles=False)) | unwinding_charts())
    def compare(chart: Chart) -> None:
        note(drawn(chart))
        expected = ON_THE_WAY[code](chart, all_runs(chart, traced=True))
        tripped.add(bool(expected))
        assert expected == {step for finding in CHECKS[code](Analysis(chart)) for step in finding.root_cause.steps}

    compare()
    assert {False, True} == tripped


def swallowed(chart: Chart, runs: Iterable[Run]) -> Steps:
    """SC212: steps without whose effect the saga commits, and in whose place no other step has come; SC209 left out."""
    committed = [run for run in runs if run.kind is EndKind.COMMITTED]
    owing = [step.name for step in chart.steps if step.owes]
    missing = {step: [run for run in committed if _is_missing(step, run, committed, owing)] for step in owing}
    return {step for step, without in missing.items() if not all(_in_vain(run, step) for run in without)}


def _is_missing(step: str, run: Run, committed: list[Run], owing: list[str]) -> bool:
    line = run.line(step)
    if line.status in (Status.MAYBE, Status.UNDOING):
        return True
    went_well = [
        other for other in committed if other.line(step).status is Status.APPLIED and not other.line(step).tried
    ]
    instead = [
        other
        for other in owing
        if run.line(other).status is Status.APPLIED and not any(one.line(other).called for one in went_well)
    ]
    gone = (line.called and line.status is Status.NONE) or (line.status is Status.UNDONE and run.failed)
    return gone and not instead


@examples(300)
@given(sequential_charts(Wiring(doubles=False)) | unwinding_charts() | forked_charts(Shape(regions=2, in_a_row=1)))
def test_a_swallowed_failure_is_found_where_every_run_shows_it(chart: Chart) -> None:
    note(drawn(chart))
    assert len(swallowed(chart, all_runs(chart))) == len(list(CHECKS["SC212"](Analysis(chart))))


def undone_unasked(chart: Chart, runs: Iterable[Run]) -> set[str]:
    """SC214: compensations that are called when all was ok, unasked, or when nothing failed on a way that commits."""
    found = set()
    for run in runs:
        asked = False
        fine = True
        calls = iter(calls_in(chart, run))
        undoing = iter(compensated_in(chart, run))
        for visit in run.visits:
            node = chart.node[visit.node]
            asked = asked or (isinstance(node, Choice) and isinstance(node.test, Condition))
            if isinstance(node, Compensate):
                if (fine and not asked and not visit.failed) or (not visit.failed and run.kind is EndKind.COMMITTED):
                    found.add(node.action)
                fine = fine and next(undoing)[2] == Outcome.OK
            elif isinstance(node, Call):
                fine = fine and next(calls)[1] == Outcome.OK
    return found


@examples(300)
@given(sequential_charts(Wiring(doubles=False, ledger=False, cancellation=False)))
def test_a_compensation_on_the_forward_path_is_found_where_a_run_shows_it(chart: Chart) -> None:
    note(drawn(chart))
    found = {step for finding in CHECKS["SC214"](Analysis(chart)) for step in finding.root_cause.steps}
    assert undone_unasked(chart, all_runs(chart, traced=True)) <= found


def in_their_order(chart: Chart, runs: Collection[Run]) -> set[tuple[str, str]]:
    """Pairs of steps, each called in one place, of which the second is called after the first.

    In a loop the second one is, if no run comes to it before the first has taken effect.
    """
    graph = chart.graph()
    calls = [node for node in chart.nodes if isinstance(node, Call)]
    pairs = set()
    for first, second in permutations(calls, 2):
        around = networkx.has_path(graph, second.id, first.id)
        if networkx.has_path(graph, first.id, second.id) and not (
            around and any(_comes_without(first.step, second.id, run) for run in runs)
        ):
            pairs.add((first.step, second.step))
    return pairs


def _comes_without(first: str, second: str, run: Run) -> bool:
    """Whether a run comes to a node before a step has taken effect."""
    for visit in run.visits:
        if visit.line(first).status is Status.APPLIED:
            return False
        if visit.node == second:
            return True
    return False


def foremost(visit: Visit, steps: Iterable[str], pairs: set[tuple[str, str]]) -> set[str]:
    """Of steps that one compensation undoes, those that may stand while none before them does."""
    standing = [step for step in steps if visit.line(step).status in MAY_STAND]
    return {step for step in standing if not any((other, step) in pairs for other in standing)}


def undone_too_early(chart: Chart, runs: Collection[Run], *, later: bool) -> set[frozenset[str]]:
    """SC204: pairs of which the earlier step is undone while the later one may stand, and is undone after it.

    Args:
        chart: without branches, or with them.
        runs: all of them, traced.
        later: whether the later step must really be undone in that run, or may be.
    """
    graph = chart.graph()
    pairs = in_their_order(chart, runs)
    undoing = [node for node in chart.node.values() if isinstance(node, Compensate)]
    found = set()
    for run in runs:
        for number, visit in enumerate(run.visits):
            early = chart.node[visit.node]
            if not isinstance(early, Compensate):
                continue
            visited = {other.node for other in run.visits[number + 1 :]}
            for late in undoing:
                behind = late.id in visited if later else late.id in networkx.descendants(graph, early.id)
                untried = {step for step in foremost(visit, late.steps, pairs) if not visit.line(step).tried}
                order = {(first, second) for first in foremost(visit, early.steps, pairs) for second in untried}
                if behind and early.action != late.action and order & pairs:
                    found.add(frozenset((*early.steps, *late.steps)))
    return found


def calls_each_once(chart: Chart) -> bool:
    calls = [node.step for node in chart.nodes if isinstance(node, Call)]
    return len(calls) == len(set(calls))


def in_wrong_order(chart: Chart) -> set[frozenset[str]]:
    return {frozenset(finding.root_cause.steps) for finding in CHECKS["SC204"](Analysis(chart))}


def test_undoing_in_the_wrong_order_is_found_where_and_only_where_a_run_shows_it() -> None:
    tripped = set()

    @examples(300)
    @given(sequential_charts(Wiring(doubles=False)).filter(calls_each_once) | unwinding_charts())
    def compare(chart: Chart) -> None:
        note(drawn(chart))
        runs = all_runs(chart, traced=True)
        found = in_wrong_order(chart)
        tripped.add(bool(found))
        assert undone_too_early(chart, runs, later=True) <= found == undone_too_early(chart, runs, later=False)

    compare()
    assert {False, True} == tripped


@st.composite
def winding_charts(draw: st.DrawFn) -> Chart:
    """Steps around, within and behind a fork, perhaps all in a loop, and a chain of compensations at random."""
    names = ["before", "left", "left too", "right", "behind"]
    steps = [StepSpec(name, name, undo=CompensationSpec(f"undo {name}"), contract=Barrier("key")) for name in names]
    region = {"left": "one", "left too": "one", "right": "other"}
    called = st.sampled_from([(Outcome.OK, Outcome.REJECTED), (Outcome.OK, Outcome.REJECTED, Outcome.UNKNOWN)])
    calls = [Call(id=name, region=region.get(name, ""), step=name, outcomes=draw(called)) for name in names]
    chosen = draw(st.lists(st.sampled_from(names), min_size=2, max_size=4))
    undoing = [
        Compensate(id=f"undoing {n}", steps=(name,), action=f"undo {name}", outcomes=(Outcome.OK, Outcome.FAILED))
        for n, name in enumerate(chosen)
    ]
    starts = st.sampled_from(["undoing 0", "undoing 0", "undoing 1", "aborted"])
    again = Choice(id="again", test=Condition("again", stable=False))
    nodes: list[AnyNode] = [
        *calls,
        *undoing,
        again,
        Fork(id="fork", regions=(Region(id="one", entry="left"), Region(id="other", entry="right")), join="join"),
        *(Exit(id=f"{end} {name}", region=name, failed=end == "failed") for name in ("one", "other") for end in FATES),
        Join(id="join"),
        *(End(id=kind.value, kind=kind) for kind in (EndKind.COMMITTED, EndKind.ABORTED, EndKind.MANUAL)),
    ]
    following = {"before": "fork", "left": "left too", "left too": "done one", "right": "done other", "behind": "again"}
    edges = [Edge(name, Outcome.OK, target) for name, target in following.items()]
    for call in calls:
        within = f"failed {call.region}" if call.region else None
        edges += [Edge(call.id, outcome, within or draw(starts)) for outcome in call.outcomes[1:]]
    edges += [Edge("join", "done", "behind"), Edge("join", "failed", draw(starts))]
    edges += [Edge("again", "yes", draw(st.sampled_from(["before", "behind", "undoing 0"])))]
    edges += [Edge("again", "no", "committed")]
    for n, node in enumerate(undoing):
        target = undoing[n + 1].id if n + 1 < len(undoing) else "aborted"
        edges += [
            Edge(node.id, Outcome.OK, target),
            Edge(node.id, Outcome.FAILED, draw(st.sampled_from([target, "manual"]))),
        ]
    return Chart("winding", "before", tuple(nodes), tuple(edges), tuple(steps), Origin.MACHINE)


def test_undoing_in_the_wrong_order_is_found_behind_branches_and_in_loops_where_a_run_shows_it() -> None:
    tripped = set()

    @examples(60)
    @given(winding_charts())
    def compare(chart: Chart) -> None:
        note(drawn(chart))
        runs = all_runs(chart, traced=True)
        found = in_wrong_order(chart)
        tripped.add(bool(found))
        assert undone_too_early(chart, runs, later=True) <= found
        assert found <= undone_too_early(chart, runs, later=False)

    compare()
    assert {False, True} == tripped


def droppers(chart: Chart, run: Run, step: str) -> set[str]:
    """The compensations that were not ok in a run, and would else have led on to that of the step."""
    found = set()
    for node, _, result in compensated_in(chart, run):
        edge = chart.successors[node.id].get(Outcome.OK)
        behind = [chart.node.get(name) for name in chart.reachable([edge.target])] if edge else []
        if result != Outcome.OK and any(isinstance(other, Compensate) and step in other.steps for other in behind):
            found.add(node.id)
    return found


@examples(300)
@given(sequential_charts(Wiring(doubles=False)) | unwinding_charts())
def test_a_dropped_obligation_is_found_where_a_run_shows_one(chart: Chart) -> None:
    """SC208 looks at the shortest run in which a step stands: it has to find what every such run shows."""
    note(drawn(chart))
    over = [
        run for run in all_runs(chart, traced=True) if run.excused and run.kind in (EndKind.ABORTED, EndKind.MANUAL)
    ]
    shown: list[set[str]] = []
    for step in chart.steps:
        if step.compensation and step.owes:
            lines = [(run, run.line(step.name)) for run in over]
            left = [run for run, line in lines if line.status in MAY_STAND and not line.tried]
            shown += [droppers(chart, run, step.name) for run in left] if left else []
            if left and all(droppers(chart, run, step.name) for run in left):
                assert list(CHECKS["SC208"](Analysis(chart)))
    found = {step for finding in CHECKS["SC208"](Analysis(chart)) for step in finding.root_cause.steps}
    assert found <= set().union(*shown)


def deaf(chart: Chart, runs: Iterable[Run]) -> Steps:
    """SC215: steps whose call a cancellation may strike, before any pivot and any failure, without a way on."""
    pivots = [step.name for step in chart.steps if step.non_compensatable]
    found: dict[str, bool] = {}
    behind = set()
    for _, visit in visits_of(chart, runs, Call):
        found[visit.node] = found.get(visit.node, False) or not visit.failed
        if any(visit.line(pivot).status in MAY_STAND for pivot in pivots):
            behind.add(visit.node)
    nodes = [chart.node[name] for name, struck in found.items() if struck and name not in behind]
    unheard = [node for node in nodes if CANCELLED not in chart.successors[node.id]] if chart.cancellable else []
    return {node.step for node in unheard if isinstance(node, Call) and node.step not in pivots}


@examples(200)
@given(sequential_charts(Wiring(doubles=False)))
def test_calls_that_a_cancellation_cannot_leave_are_found_where_a_run_makes_them(chart: Chart) -> None:
    findings = [f for f in CHECKS["SC215"](Analysis(chart)) if f.root_cause.obligation == "handle a cancellation"]
    found = {step for finding in findings for step in finding.root_cause.steps}
    assert deaf(chart, all_runs(chart, traced=True)) == found


def breaks_the_ledger(chart: Chart, run: Run, runs: Iterable[Run]) -> bool:
    """Whether a run ends as no saga may: stuck, or with a ledger that its kind of end forbids."""
    owing = [step for step in chart.steps if step.owes]
    if run.kind is EndKind.UNHANDLED:
        return True
    if run.kind is EndKind.ABORTED:
        return any(run.line(step.name).status in OUTSTANDING for step in owing)
    if run.kind is EndKind.MANUAL:
        return not run.excused
    committed = [one for one in runs if one.kind is EndKind.COMMITTED]
    return any(_is_missing(step.name, run, committed, [s.name for s in owing]) for step in owing)


any_chart = (
    sequential_charts(Wiring(gaps=False))
    | unwinding_charts()
    | forked_charts(Shape(regions=2, in_a_row=1, styles=(Style.APART, Style.LEAVES)))
)


@examples(250)
@given(any_chart)
def test_where_a_run_ends_as_none_may_some_rule_has_a_finding(chart: Chart) -> None:
    note(drawn(chart))
    runs = all_runs(chart)
    if any(breaks_the_ledger(chart, run, runs) for run in runs):
        analysis = Analysis(chart)
        assert any(finding for rule in all_rules() for finding in rule.check(analysis))


@examples(250)
@given(any_chart)
def test_a_step_that_may_stand_when_a_saga_is_aborted_is_named_by_a_finding(chart: Chart) -> None:
    note(drawn(chart))
    aborted = [run for run in all_runs(chart) if run.kind is EndKind.ABORTED]
    analysis = Analysis(chart)
    findings = [finding for rule in all_rules() for finding in rule.check(analysis)]
    named = {step for finding in findings for step in finding.root_cause.steps}
    shown = {step for finding in findings if finding.scenario for step, _ in finding.scenario.outstanding}
    owing = [step.name for step in chart.steps if step.owes]
    assert {step for step in owing if any(run.line(step).status in OUTSTANDING for run in aborted)} <= named | shown
