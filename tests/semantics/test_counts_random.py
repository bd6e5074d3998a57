"""Random small sagas: what sagacheck counts and lists is what brute force finds, however the saga is written."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagacheck.application.check import check_chart
from sagacheck.authoring.flow import Flow
from sagacheck.authoring.saga import Saga
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.report import Tally
from sagacheck.semantics.count import count_scenarios
from sagacheck.semantics.listing import Filter, list_scenarios
from tests.oracle.comparison import of_oracle, of_product
from tests.oracle.counts_page import saga_of
from tests.oracle.figures import counts, failure_points
from tests.oracle.ledger_walk import LiteralScenario
from tests.oracle.literal import scenarios
from tests.oracle.shape import rewritten
from tests.oracle.strategies import sagas


def tallies(saga: Saga) -> tuple[Tally, Tally]:
    """What sagacheck counts without and with a cancellation."""
    chart = saga.chart()
    return count_scenarios(chart), count_scenarios(chart, Filter(cancelled=True))


def expected_tallies(saga: Saga) -> tuple[Tally, Tally]:
    found = scenarios(saga)
    return tally(found, cancelled=False), tally(found, cancelled=True)


def tally(found: frozenset[LiteralScenario], *, cancelled: bool) -> Tally:
    number = counts(found, cancelled=cancelled)
    return Tally(number[EndKind.COMMITTED], number[EndKind.ABORTED], number[EndKind.MANUAL])


@settings(max_examples=400)
@given(sagas())
def test_counts_are_those_of_brute_force(saga: Saga) -> None:
    assert expected_tallies(saga) == tallies(saga)


@settings(max_examples=200)
@given(saga=sagas(), cancelled=st.booleans())
def test_the_list_holds_every_scenario_once_and_the_shorter_ones_first(saga: Saga, *, cancelled: bool) -> None:
    listed = list(list_scenarios(saga.chart(), Filter(cancelled=cancelled)))
    expected = Counter(of_oracle(found) for found in scenarios(saga) if found.diary.cancelled is cancelled)
    assert expected == Counter(of_product(scenario, saga) for scenario in listed)
    assert sorted(scenario.length for scenario in listed) == [scenario.length for scenario in listed]


def failure_points_of_product(saga: Saga) -> tuple[int, int]:
    points = check_chart(saga.chart(), "model.py").failure_points
    return points.forward, points.compensation


@settings(max_examples=100)
@given(sagas())
def test_failure_points_are_those_that_brute_force_meets(saga: Saga) -> None:
    found = scenarios(saga)
    assert failure_points(found) == failure_points_of_product(saga)


def test_a_compensation_that_is_never_called_has_no_failure_point() -> None:
    saga = saga_of("parallel(known('a'), mail)", "")
    assert (3, 0) == failure_points_of_product(saga)


@settings(max_examples=100)
@given(sagas(), st.data())
def test_a_filter_picks_the_scenarios_that_meet_its_demands(saga: Saga, data: st.DataObject) -> None:
    names = sorted(step.name for step in saga.flow.steps())
    actions = sorted({step.spec.compensation.action for step in saga.flow.steps() if step.spec.compensation})
    wanted = Filter(
        kind=data.draw(st.sampled_from([None, EndKind.COMMITTED, EndKind.ABORTED, EndKind.MANUAL])),
        failing=tuple(data.draw(st.lists(st.sampled_from(names), max_size=1))),
        visits=tuple(data.draw(st.lists(st.sampled_from(names), max_size=2, unique=True))),
        failed_compensation=tuple(data.draw(st.lists(st.sampled_from(actions), max_size=1))) if actions else (),
        cancelled=data.draw(st.booleans()),
    )
    expected = [found for found in scenarios(saga) if meets(found, wanted)]
    chart = saga.chart()
    assert tally(frozenset(expected), cancelled=wanted.cancelled) == count_scenarios(chart, wanted)
    assert Counter(map(of_oracle, expected)) == Counter(
        of_product(scenario, saga) for scenario in list_scenarios(chart, wanted)
    )


def meets(scenario: LiteralScenario, wanted: Filter) -> bool:
    """Whether a scenario meets every demand."""
    diary = scenario.diary
    failed = {name for name, outcome in diary.calls if outcome is not Outcome.OK}
    not_undone = {action for action, _, outcome in diary.compensations if outcome is not Outcome.OK}
    return (
        wanted.kind in (None, scenario.kind)
        and wanted.cancelled is diary.cancelled
        and failed.issuperset(wanted.failing)
        and {name for name, _ in diary.calls}.issuperset(wanted.visits)
        and not_undone.issuperset(wanted.failed_compensation)
    )


def reversed_branches(branches: tuple[Flow, ...]) -> tuple[Flow, ...]:
    return branches[::-1]


def rotated_branches(branches: tuple[Flow, ...]) -> tuple[Flow, ...]:
    return branches[1:] + branches[:1]


@settings(max_examples=100)
@given(sagas(), st.sampled_from([reversed_branches, rotated_branches]))
def test_the_order_of_parallel_branches_changes_no_count(saga: Saga, reorder: object) -> None:
    assert callable(reorder)
    assert tallies(saga) == tallies(rewritten(saga, reorder=reorder))


def mirrored(name: str) -> str:
    return name[::-1]


def numbered(name: str) -> str:
    """A name that sorts the other way round."""
    return f"{0x10FFFF - ord(name[0])} {name}"


@settings(max_examples=100)
@given(sagas(), st.sampled_from([mirrored, numbered, str.upper]))
def test_names_change_no_count(saga: Saga, rename: object) -> None:
    assert callable(rename)
    assert tallies(saga) == tallies(rewritten(saga, rename=rename))


@settings(max_examples=50)
@given(sagas())
def test_the_same_saga_has_the_same_list(saga: Saga) -> None:
    assert list(list_scenarios(saga.chart())) == list(list_scenarios(saga.chart()))


@pytest.mark.parametrize("profile", ["strict", "temporal", "dtm"])
def test_the_order_in_which_steps_are_declared_changes_no_count(profile: str) -> None:
    lines = [
        "one = Step('one', compensation='undo one')",
        "two = Step('two', compensation='undo two')",
        "three = Step('three', compensation='undo one')",
    ]
    found = set()
    for declarations in (lines, lines[::-1], lines[1:] + lines[:1]):
        names: dict[str, object] = {}
        exec("from sagacheck import *\n" + "\n".join(declarations), names)  # noqa: S102 - text of our own
        flow = eval("parallel(one, two) >> three", names)  # noqa: S307 - likewise
        found.add(tallies(Saga("declared", flow, profile=profile, cancellable=True)))
    assert 1 == len(found)


@pytest.mark.parametrize(
    ("flow", "options"),
    [
        ("parallel(first_of(a, b), c)", "cancellable=True"),
        ("parallel(first_of(a, b), c)", "profile='temporal'"),
        ("parallel(first_of(a, b), c)", "profile='temporal', cancellable=True"),
        ("parallel(a >> b, c)", "profile='temporal', cancellable=True"),
        ("parallel(first_of(a, b), c, pivot)", ""),
        ("parallel(a, parallel(when(x, b), when(y, c)) >> d)", ""),
        ("first_of(parallel(a >> b, c), d)", "cancellable=True"),
        ("parallel(b, pivot >> c)", "cancellable=True"),
        ("when(x, a) >> b", "cancellable=True"),
        ("c >> first_of(pivot, b)", "profile='temporal'"),
        ("parallel(when(x, a), b >> when(y, c)) >> d", "cancellable=True"),
        ("parallel(parallel(first_of(a, b), c), d)", "profile='temporal'"),
    ],
)
def test_counts_are_those_of_brute_force_where_branches_meet_fallbacks_and_cancellations(
    flow: str, options: str
) -> None:
    saga = saga_of(flow, options)
    assert expected_tallies(saga) == tallies(saga)
