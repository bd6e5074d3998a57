"""What the list of scenarios promises: its order, its filters, its ledgers, and that it never changes."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from sagacheck.core.chart import Call, Chart, Compensate
from sagacheck.core.outcome import OUTSTANDING, EndKind, Outcome, Status, after_call, after_compensation
from sagacheck.core.scenario import EventKind, Scenario
from sagacheck.semantics.count import count_scenarios
from sagacheck.semantics.listing import Filter, list_scenarios
from tests.semantics.brute import all_runs
from tests.semantics.charts import Shape, Wiring, drawn, examples, forked_charts, sequential_charts
from tests.semantics.comparison import Telling, of_scenario, tally_of, tellings

small_charts = sequential_charts() | forked_charts(Shape(regions=2, in_a_row=1))
charts_with_cycles = sequential_charts(Wiring(cycles=True, most=4))


@st.composite
def filters(draw: st.DrawFn, chart: Chart) -> Filter:
    """Demands on the scenarios of a chart, some of which none can meet."""
    steps = [step.name for step in chart.steps] + ["nobody calls this"]
    actions = [node.action for node in chart.nodes if isinstance(node, Compensate)]
    some_steps = st.lists(st.sampled_from(steps), max_size=2, unique=True).map(tuple)
    return Filter(
        kind=draw(st.sampled_from([None, None, *EndKind])),
        failing=draw(st.just(()) | some_steps),
        visits=draw(st.just(()) | some_steps),
        failed_compensation=tuple(draw(st.lists(st.sampled_from(steps + actions), max_size=1))),
        cancelled=draw(st.booleans()),
    )


def meets(telling: Telling, wanted: Filter, chart: Chart) -> bool:
    """Whether a scenario meets every demand, by what was called and what came of it."""
    results = dict(telling.log)

    def failed(record: str) -> bool:
        return any(result != Outcome.OK for result in results.get(record, ()))

    def undoing(name: str) -> set[str]:
        covering = {node.action for node in chart.nodes if isinstance(node, Compensate) and name in node.steps}
        return {name, *covering}

    return (
        (wanted.kind is None or telling.kind is wanted.kind)
        and all(failed(f"call {step}") for step in wanted.failing)
        and all(f"call {step}" in results for step in wanted.visits)
        and all(any(failed(f"undo {a}") for a in undoing(name)) for name in wanted.failed_compensation)
    )


@examples(200)
@given(small_charts | charts_with_cycles, st.data())
def test_a_filter_lets_through_what_meets_every_demand(chart: Chart, data: st.DataObject) -> None:
    wanted = data.draw(filters(chart))
    note(drawn(chart))
    expected = {t for t in tellings(all_runs(chart), chart, cancelled=wanted.cancelled) if meets(t, wanted, chart)}
    listed = [of_scenario(scenario, chart) for scenario in list_scenarios(chart, wanted)]
    assert (set(), set()) == (expected - set(listed), set(listed) - expected), "(missing, invented)"
    assert len(set(listed)) == len(listed)
    counted = count_scenarios(chart, wanted)
    assert tally_of(expected) == tally_of([]) if not expected else counted.total == len(expected)


@examples(100)
@given(small_charts | charts_with_cycles)
def test_shorter_scenarios_come_first(chart: Chart) -> None:
    scenarios = list(list_scenarios(chart))
    assert [of_scenario(scenario, chart).length for scenario in scenarios] == [s.length for s in scenarios]
    assert all(first.length <= second.length for first, second in pairwise(scenarios))


@examples(100)
@given(small_charts | charts_with_cycles)
def test_no_scenario_is_cut_off(chart: Chart) -> None:
    assert not any(scenario.cut for scenario in list_scenarios(chart))


@examples(100)
@given(small_charts | charts_with_cycles)
def test_the_told_ledger_follows_from_the_told_results(chart: Chart) -> None:
    for scenario in list_scenarios(chart):
        ledger = _kept_by_hand(scenario, chart)
        settled = {Status.APPLIED} if scenario.kind is EndKind.COMMITTED else set()
        owing = [step.name for step in chart.steps if step.owes]
        expected = [(name, ledger[name]) for name in owing if ledger.get(name) in OUTSTANDING - settled]
        assert expected == list(scenario.outstanding)


def _kept_by_hand(scenario: Scenario, chart: Chart) -> dict[str, Status]:
    """The ledger at the end; the changes that the scenario tells are checked on the way."""
    ledger: dict[str, Status] = {}
    for event in scenario.events:
        node = chart.node[event.node]
        if isinstance(node, Call):
            assert (EventKind.CALL, node.step) == (event.kind, event.text)
            before = {node.step: ledger.get(node.step, Status.NONE)}
            settles = chart.step[node.step].settles
            ledger[node.step] = after_call(before[node.step], Outcome(event.result), settles=settles)
        elif isinstance(node, Compensate):
            assert (EventKind.COMPENSATION, node.action) == (event.kind, event.text)
            before = {step: ledger.get(step, Status.NONE) for step in node.steps}
            ledger |= {step: after_compensation(old, Outcome(event.result)) for step, old in before.items()}
        else:
            before = {}
        told = [(change.step, change.before, change.after) for change in event.changes]
        assert [(step, old, ledger[step]) for step, old in before.items()] == told
    return ledger


@settings(max_examples=2)
@given(st.lists(small_charts | charts_with_cycles, min_size=12, max_size=12))
def test_the_list_does_not_depend_on_how_strings_are_hashed(charts: list[Chart]) -> None:
    script = (
        "import pickle, sys\n"
        "from sagacheck.semantics.listing import Filter, list_scenarios\n"
        "for chart in pickle.load(sys.stdin.buffer):\n"
        "    for cancelled in (False, True):\n"
        "        print(*list_scenarios(chart, Filter(cancelled=cancelled)), sep='\\n')\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-X", "utf8", "-c", script],
            input=pickle.dumps(charts),
            stdout=subprocess.PIPE,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize("name", ["visits", "failing", "failed_compensation"])
def test_a_demand_that_nothing_meets_lists_nothing(name: str) -> None:
    from sagacheck import Saga, Step

    chart = Saga("one", Step("a", compensation="undo a")).chart()
    wanted = Filter(**{name: ("no such step",)})  # type: ignore[arg-type]  # one of the fields that take names
    assert list(list_scenarios(chart, wanted)) == []
    assert count_scenarios(chart, wanted).total == 0
