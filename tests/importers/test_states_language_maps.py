"""A Map works on several items: what one does to the saga while another is on its way is seen."""

from __future__ import annotations

import json

import pytest

from sagacheck.core.chart import Call, Chart, Choice, Compensate, Fork
from sagacheck.core.finding import Finding
from sagacheck.core.report import Tally
from sagacheck.core.step import CompensationSpec
from sagacheck.importers.states_language.several import MOST_NODES
from sagacheck.semantics.count import count_scenarios
from tests.importers.definitions import (
    FAILED,
    SUCCEEDED,
    State,
    catching,
    chart_of,
    edges_from,
    machine,
    parallel,
    passing,
    task,
)
from tests.rules.models import check

SECOND = "(another item)"


def mapping(items: State, following: str | None = None, **fields: object) -> State:
    """A Map over items."""
    going: State = {"End": True} if following is None else {"Next": following}
    return {"Type": "Map", "ItemProcessor": items, **going, **fields}


def booked(items: State, **fields: object) -> Chart:
    """A Map of bookings, with what undoes them all behind it."""
    return chart_of(
        machine(
            Each={**mapping(items, Catch=[catching("CancelSeats")]), **fields},
            CancelSeats=task("Failed", catch=[catching("Failed")]),
            Failed=FAILED,
        )
    )


def found(chart: Chart) -> list[Finding]:
    """What is found in a chart."""
    return list(check(chart).findings)


def test_two_items_are_booked_independently() -> None:
    chart = chart_of(machine(Each=mapping(machine(BookSeat=task())), Done=SUCCEEDED))
    assert {"BookSeat", f"BookSeat {SECOND}"} == {node.step for node in chart.nodes if isinstance(node, Call)}
    # One item: ok, rejected, unknown. Two: both ok; either fails in two ways while the other one is ok or interrupted.
    assert Tally(committed=1 + 1, unhandled=2 + 2 * 2 * 2) == count_scenarios(chart)


def test_what_undoes_all_items_undoes_both() -> None:
    node = booked(machine(BookSeat=task())).node["CancelSeats"]
    assert isinstance(node, Compensate)
    assert ("BookSeat", f"BookSeat {SECOND}") == node.steps


def test_an_item_that_undoes_itself_undoes_its_own_booking_only() -> None:
    items = machine(
        BookSeat=task("Pay", catch=[catching("CancelSeat")]),
        Pay=task(catch=[catching("CancelSeat")]),
        CancelSeat=task("Out", catch=[catching("Out")]),
        Out=FAILED,
    )
    chart = chart_of(machine(Each=mapping(items)))
    undoing = {node.id: (node.steps, node.action) for node in chart.nodes if isinstance(node, Compensate)}
    assert {
        "CancelSeat": (("BookSeat",), "CancelSeat"),
        f"CancelSeat {SECOND}": ((f"BookSeat {SECOND}",), f"CancelSeat {SECOND}"),
    } == undoing
    undo = chart.step[f"BookSeat {SECOND}"].undo
    assert isinstance(undo, CompensationSpec)
    assert f"CancelSeat {SECOND}" == undo.action


def test_an_item_that_stands_when_another_one_fails_is_found_once() -> None:
    chart = chart_of(machine(Each=mapping(machine(BookSeat=task()), Catch=[catching("Failed")]), Failed=FAILED))
    (finding,) = found(chart)
    assert "SC201" == finding.code
    assert "`BookSeat` is never undone when `BookSeat (another item)` is rejected" == finding.message
    assert () == finding.secondary[1:]


def test_failure_points_of_the_second_item_are_those_of_the_first() -> None:
    one = chart_of(machine(BookSeat=task(catch=[catching("Failed")]), Failed=FAILED))
    several = chart_of(machine(Each=mapping(machine(BookSeat=task()), Catch=[catching("Failed")]), Failed=FAILED))
    assert check(one).failure_points == check(several).failure_points
    assert check(one).claims == check(several).claims


def test_of_a_map_within_a_map_one_item_is_followed() -> None:
    chart = chart_of(machine(Outer=mapping(machine(Inner=mapping(machine(BookSeat=task()))))))
    assert {"BookSeat", f"BookSeat {SECOND}"} == {node.id for node in chart.nodes if isinstance(node, Call)}
    assert {
        "Map `Outer`: one item, or two that stand for several",
        "Map `Inner`: one item is followed, as if there were no other",
    } <= set(chart.assumptions)


def test_of_a_very_large_map_one_item_is_followed() -> None:
    size = MOST_NODES // 2 + 1
    items = machine(**{f"S{n}": passing(f"S{n + 1}") for n in range(size)}, **{f"S{size}": passing()})
    chart = chart_of(machine(Each=mapping(items)))
    assert "Map `Each`: one item is followed, as if there were no other" in chart.assumptions


def test_a_parallel_within_an_item_is_repeated_whole() -> None:
    chart = chart_of(machine(Each=mapping(machine(Both=parallel(machine(A=task()), machine(B=task()))))))
    forks = {node.id: [region.id for region in node.regions] for node in chart.nodes if isinstance(node, Fork)}
    assert {"Each", "Both", f"Both {SECOND}"} == forks.keys()
    assert all(region in chart.fork_of for regions in forks.values() for region in regions)
    assert 2 == count_scenarios(chart).committed


@pytest.mark.parametrize("field", ["ToleratedFailureCount", "ToleratedFailurePercentage", "ToleratedFailureCountPath"])
def test_a_map_may_tolerate_that_an_item_fails(field: str) -> None:
    chart = booked(machine(BookSeat=task()), **{field: 5})
    asked = [node for node in chart.nodes if isinstance(node, Choice) and node.id not in chart.copies]
    assert {"yes": "Each/1/end", "no": "CancelSeats"} == edges_from(chart, asked[0].id)
    codes = [(finding.code, finding.severity.value) for finding in found(chart) if finding.code.startswith("SC22")]
    assert ("SC221", "warning") in codes


def test_too_many_failed_items_are_caught_by_their_name() -> None:
    catch = [catching("Other", "States.ExceedToleratedFailureThreshold"), catching("CancelSeats")]
    chart = chart_of(
        machine(
            Each=mapping(machine(BookSeat=task()), ToleratedFailureCount=1, Catch=catch),
            Other=FAILED,
            CancelSeats=task("Other", catch=[catching("Other")]),
        )
    )
    asked = next(node for node in chart.nodes if isinstance(node, Choice))
    assert "Other" == edges_from(chart, asked.id)["no"]


@pytest.mark.parametrize("error", ["States.BranchFailed", "States.ALL", "States.TaskFailed"])
def test_what_fails_in_a_branch_is_a_failed_branch_to_the_parallel(error: str) -> None:
    both = parallel(machine(A=task()), machine(B=passing()), catch=[catching("Failed", error)])
    chart = chart_of(machine(Both=both, Failed=FAILED))
    assert "Failed" == edges_from(chart, "A")["rejected"]


def test_what_no_catcher_can_catch_is_not_taken_for_caught() -> None:
    chart = chart_of(
        machine(A=task(catch=[catching("Failed", "States.Runtime", "States.DataLimitExceeded")]), Failed=FAILED)
    )
    assert {"ok": "(succeeded)"} == edges_from(chart, "A")


def test_a_distributed_map_with_a_reader_is_a_map() -> None:
    items = {**machine(BookSeat=task()), "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}}
    reader = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"}}
    chart = chart_of(machine(Each=mapping(items, ItemReader=reader, ResultWriter={"Resource": "x"}, Label="l")))
    assert [] == list(chart.remarks)
    assert 2 == sum(isinstance(node, Call) for node in chart.nodes)


def test_repeating_twice_gives_the_same_bytes() -> None:
    definition = machine(
        Each=mapping(machine(Both=parallel(machine(A=task()), machine(B=task(catch=[catching("C")]), C=passing()))))
    )
    assert repr(chart_of(definition)) == repr(chart_of(json.loads(json.dumps(definition))))
