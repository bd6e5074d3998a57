"""Counts and lists against every interleaving of random charts, played by hand."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, note, reject
from hypothesis import strategies as st

from sagacheck.authoring.saga import Saga
from sagacheck.core.chart import Chart
from sagacheck.semantics.count import count_scenarios
from sagacheck.semantics.listing import Filter, list_scenarios
from tests.authoring.random_sagas import sagas
from tests.semantics.brute import TooManyStatesError, all_runs
from tests.semantics.charts import Shape, Style, Wiring, drawn, examples, forked_charts, sequential_charts
from tests.semantics.comparison import of_scenario, tally_of, tellings


def assert_agreement(chart: Chart, unroll: int = 2) -> None:
    """The product counts and lists exactly what the brute force plays."""
    try:
        runs = all_runs(chart, unroll, most=20_000)
    except TooManyStatesError:
        reject()
    note(drawn(chart))
    for cancelled in (False, True):
        expected = tellings(runs, chart, cancelled=cancelled)
        assert len({telling[:4] for telling in expected}) == len(expected), "results and end say what is outstanding"
        wanted = Filter(cancelled=cancelled)
        listed = [of_scenario(scenario, chart) for scenario in list_scenarios(chart, wanted, unroll)]
        assert len(set(listed)) == len(listed)
        assert (set(), set()) == (expected - set(listed), set(listed) - expected), "(missing, invented)"
        assert tally_of(expected) == replace(count_scenarios(chart, wanted, unroll), cut=0)


@examples(150)
@given(sequential_charts())
def test_sequential_charts_have_the_scenarios_that_playing_them_gives(chart: Chart) -> None:
    assert_agreement(chart)


@examples(100)
@given(sequential_charts(Wiring(cycles=True, most=4)), st.integers(1, 3))
def test_charts_with_cycles_have_the_scenarios_that_playing_them_to_the_bound_gives(chart: Chart, unroll: int) -> None:
    assert_agreement(chart, unroll)


@examples(100)
@given(sequential_charts(Wiring(cycles=True, most=4, cancellation=False)), st.integers(1, 3))
def test_what_is_cut_off_at_a_loops_bound_is_counted_apart(chart: Chart, unroll: int) -> None:
    runs = all_runs(chart, unroll)
    cut = sum(run.cut for run in runs)
    assert tally_of(tellings(runs, chart, cancelled=False), cut) == count_scenarios(chart, Filter(), unroll)


@examples(60)
@given(forked_charts(Shape(styles=(Style.APART,))))
def test_branches_that_leave_each_other_alone_have_all_combinations_as_scenarios(chart: Chart) -> None:
    assert_agreement(chart)


@examples(100)
@given(forked_charts(Shape(styles=(Style.HOLDS,))))
def test_branches_that_hold_each_other_have_the_scenarios_that_all_interleavings_give(chart: Chart) -> None:
    assert_agreement(chart)


@examples(100)
@given(forked_charts(Shape(styles=(Style.LEAVES,))))
def test_branches_that_interrupt_each_other_have_the_scenarios_that_all_interleavings_give(chart: Chart) -> None:
    assert_agreement(chart)


@examples(60)
@given(sagas(4))
def test_declared_sagas_have_the_scenarios_that_playing_their_charts_gives(saga: Saga) -> None:
    assert_agreement(saga.chart())
