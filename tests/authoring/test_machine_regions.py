"""Parallel states and their regions as forks."""

from __future__ import annotations

from statemachine import State

from sagacheck import (
    Aborted,
    Call,
    Committed,
    Compensate,
    Failed,
    SagaMachine,
    ok,
    rejected,
    unknown,
)
from sagacheck.authoring.machine import chart_of_machine
from sagacheck.core import chart as charts
from tests.authoring.charted import bare, charge, edges_of, look, reserve, ways


class Trip(SagaMachine):
    class booking(State.Parallel):  # noqa: N801 - a state
        class flight(State.Compound):  # noqa: N801
            flying = Call(reserve)
            flight_booked = State(final=True)
            flight_failed = Failed()
            flight_ok = ok(flying.to(flight_booked))
            flight_refused = rejected(flying.to(flight_failed))

        class room(State.Compound):  # noqa: N801
            looking = Call(look)
            sleeping = Call(charge)
            room_booked = State(final=True)
            found = ok(looking.to(sleeping))
            room_ok = ok(sleeping.to(room_booked))

    undoing, off = Compensate(reserve), Aborted()
    booked = Committed()
    room_refused = rejected(booking.room.sleeping.to(undoing))
    undone = ok(undoing.to(off))
    silent = unknown(booking.to(undoing))
    done_state_booking = off.from_(booking, cond="a_region_failed") | booked.from_(
        booking, unless="a_region_failed and p"
    )
    p = True


def test_a_parallel_state_becomes_a_fork_whose_regions_end_by_themselves() -> None:
    chart = chart_of_machine(Trip)
    fork = chart.node["booking"]
    assert isinstance(fork, charts.Fork)
    assert not fork.holds
    regions = [("booking.flight", "flying"), ("booking.room", "looking")]
    assert regions == [(region.id, region.entry) for region in fork.regions]
    inside = {node.id: node.region for node in chart.nodes if node.region}
    assert {
        "flying": "booking.flight",
        "flight_booked": "booking.flight",
        "flight_failed": "booking.flight",
        "looking": "booking.room",
        "sleeping": "booking.room",
        "room_booked": "booking.room",
    } == inside
    exits = {node.id: node.failed for node in chart.nodes if isinstance(node, charts.Exit)}
    assert {"flight_booked": False, "flight_failed": True, "room_booked": False} == exits


def test_what_follows_the_regions_may_ask_whether_one_failed() -> None:
    chart = chart_of_machine(Trip)
    assert "off" == ways(chart, "booking done", "failed")
    assert "booked" == ways(chart, "booking done", "done")


def test_what_a_state_in_a_region_does_not_handle_the_parallel_state_handles() -> None:
    chart = chart_of_machine(Trip)
    edges = edges_of(chart)
    assert ["ok -> flight_booked", "rejected -> flight_failed", "unknown -> undoing"] == edges["flying"]
    assert ["ok -> sleeping", "unknown -> undoing"] == edges["looking"]
    assert ["ok -> room_booked", "rejected -> undoing", "unknown -> undoing"] == edges["sleeping"]


def test_a_parallel_state_that_nothing_leaves_has_a_join_that_nothing_leaves() -> None:
    class Forgotten(SagaMachine):
        class both(State.Parallel):  # noqa: N801
            class one(State.Compound):  # noqa: N801
                calling = Call(look)
                called = State(final=True)
                went = ok(calling.to(called))

            class other(State.Compound):  # noqa: N801
                waiting = State()
                waited = State(final=True)
                on = waiting.to(waited)

        done = Committed()

    chart = chart_of_machine(Forgotten)
    assert ("both", {}) == (chart.start, chart.successors["both done"])
    assert {"calling": ["ok -> called"], "waiting": ["next -> waited"]} == edges_of(chart)


def test_parallel_states_may_lie_in_regions() -> None:
    class Deep(SagaMachine):
        class outer(State.Parallel):  # noqa: N801
            class left(State.Compound):  # noqa: N801
                class inner(State.Parallel):  # noqa: N801
                    class up(State.Compound):  # noqa: N801
                        climbing = Call(look)
                        climbed = State(final=True)
                        up_ok = ok(climbing.to(climbed))

                    class down(State.Compound):  # noqa: N801
                        falling = Call(charge)
                        fallen = State(final=True)
                        down_ok = ok(falling.to(fallen))

                left_done = State(final=True)
                done_state_inner = inner.to(left_done)

            class right(State.Compound):  # noqa: N801
                turning = Call(bare)
                turned = State(final=True)
                right_ok = ok(turning.to(turned))

        finished = Committed()
        done_state_outer = outer.to(finished)

    chart = chart_of_machine(Deep)
    inner = chart.node["inner"]
    assert isinstance(inner, charts.Fork)
    assert ("outer.left", "outer.left") == (inner.region, chart.node["inner done"].region)
    assert ["outer.left.inner.up", "outer.left.inner.down"] == [region.id for region in inner.regions]
    assert "left_done" == ways(chart, "inner done", "done")
    assert "outer" == chart.start


def test_states_of_one_name_in_different_regions_are_both_there_to_be_reported() -> None:
    class Double(SagaMachine):
        class both(State.Parallel):  # noqa: N801
            class one(State.Compound):  # noqa: N801
                working = Call(look)
                one_done = State(final=True)
                one_ok = ok(working.to(one_done))

            class other(State.Compound):  # noqa: N801
                working = Call(charge)
                other_done = State(final=True)
                other_ok = ok(working.to(other_done))

        finished = Committed()
        done_state_both = both.to(finished)

    chart = chart_of_machine(Double)
    doubles = [(node.region, node.step) for node in chart.nodes if isinstance(node, charts.Call)]
    assert [("both.one", "price.look_up"), ("both.other", "payment.charge")] == doubles


def test_reading_twice_gives_the_same_chart() -> None:
    assert chart_of_machine(Trip) == chart_of_machine(Trip)
    assert repr(chart_of_machine(Trip)) == repr(chart_of_machine(Trip))
