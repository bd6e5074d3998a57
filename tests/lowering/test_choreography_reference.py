"""Every row of the reference table of choreographies: what must be found, in how many scenarios, by brute force.

Where a row of the table is clean, its sabotaged twin stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sagacheck import AtLeastOnce, AtMostOnce, Choreography, Keyed
from sagacheck.core.contract import Reply
from sagacheck.lowering.choreographed.wiring import Circle, Unheard, Unpublished, wiring
from tests.lowering.choreographies import (
    BARRIER,
    KEYED,
    NONE,
    OUTBOX,
    TOLERANT,
    cancelled_by_both,
    cancelled_by_one,
    circling,
    fanned,
    order,
    refused_shipping,
    remote,
    timed_by_inventory,
    timed_by_payment,
    undone_twice,
)
from tests.lowering.deciding import (
    BOTH,
    DOUBLE,
    EMPTY,
    ENDLESS,
    HANGING,
    LATE,
    LATE_UNDONE,
    STOPPED,
    TWICE_UNDONE,
    WITH,
    flaws,
    kinds,
    scenarios,
)

FORGETFUL = Keyed("order_id", stores_rejections=False)
UNREMARKABLE = Keyed("order_id", reply=Reply.CONFLICT)
INBOX = AtLeastOnce(outbox=True, inbox=True)

ROWS: list[tuple[str, Callable[[], Choreography], int, set[str]]] = [
    ("keyed, rejections stored, mail keyed", order, 4, set()),
    ("rejections not stored", lambda: order(contract=FORGETFUL), 4, {BOTH, LATE, LATE_UNDONE}),
    (
        "no contracts",
        lambda: order(contract=NONE),
        4,
        {DOUBLE, TWICE_UNDONE, HANGING, LATE, LATE_UNDONE, BOTH, WITH},
    ),
    ("no contracts, inbox and outbox", lambda: order(contract=NONE, delivery=INBOX), 4, set()),
    (
        "no contracts, inbox without outbox",
        lambda: order(contract=NONE, delivery=AtLeastOnce(inbox=True)),
        4,
        {STOPPED},
    ),
    ("at-most-once", lambda: order(delivery=AtMostOnce()), 4, {STOPPED}),
    ("no outbox, stored answers republished", lambda: order(delivery=AtLeastOnce()), 4, set()),
    ("no outbox, duplicates skipped", lambda: order(delivery=AtLeastOnce(inbox=True)), 4, {STOPPED}),
    (
        "no outbox, duplicates answered without an outcome",
        lambda: order(contract=UNREMARKABLE, delivery=AtLeastOnce()),
        4,
        {STOPPED},
    ),
    ("no outbox, acknowledged before publishing", lambda: order(delivery=AtLeastOnce(ack="before")), 4, {STOPPED}),
    ("nobody hears PaymentFailed", lambda: order(heard=False), 4, {STOPPED}),
    ("waits for an event that nobody publishes", lambda: order(paid="Payed"), 3, {STOPPED}),
    ("timer in payment", timed_by_payment, 4, {BOTH, LATE, LATE_UNDONE}),
    ("timer in payment, unless paid", lambda: timed_by_payment(unless="Paid"), 4, {BOTH, LATE, LATE_UNDONE}),
    ("timer in inventory, charge with a barrier", timed_by_inventory, 4, set()),
    ("timer in inventory, charge keyed", lambda: timed_by_inventory(TOLERANT), 4, {HANGING, LATE, WITH}),
    ("timer in inventory, not disarmed", lambda: timed_by_inventory(unless=None), 4, {BOTH, LATE, LATE_UNDONE}),
    ("timer in inventory, unguarded", lambda: timed_by_inventory(guarded=False), 4, {BOTH, LATE, LATE_UNDONE}),
    ("timer in inventory, at-most-once", lambda: timed_by_inventory(delivery=AtMostOnce()), 4, {STOPPED}),
    ("fan-out and fan-in, keyed", lambda: fanned(KEYED), 6, {EMPTY, STOPPED}),
    ("fan-out and fan-in, barrier", fanned, 6, set()),
    ("a cycle of events", circling, 2, {ENDLESS}),
    ("refund or release ends it", lambda: refused_shipping(both=False), 5, {LATE_UNDONE}),
    ("refund and release end it", lambda: refused_shipping(both=True), 5, set()),
    ("both undo a cancellation", cancelled_by_both, 5, {BOTH, LATE, LATE_UNDONE}),
    ("one decides a cancellation", cancelled_by_one, 6, set()),
    ("two events undo one step, inbox only", undone_twice, 4, {TWICE_UNDONE, LATE_UNDONE}),
    ("two events undo one step, keyed", lambda: undone_twice(KEYED), 4, set()),
    ("remote charge, dead letter", lambda: remote(unknown=False, stored=False), 4, {STOPPED}),
    ("remote charge, undone", lambda: remote(unknown=True, stored=False), 4, {BOTH, LATE, LATE_UNDONE}),
    ("remote charge, outcome stored", lambda: remote(unknown=True, stored=True), 4, set()),
    (
        "remote charge, outcome stored, no barrier",
        lambda: remote(unknown=True, stored=True, contract=TOLERANT),
        4,
        {HANGING, LATE, WITH},
    ),
]


@pytest.mark.parametrize(("make", "number", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_every_row_of_the_reference_has_its_flaws_and_its_number_of_scenarios(
    make: Callable[[], Choreography], number: int, expected: set[str]
) -> None:
    assert (expected, number) == (kinds(make()), scenarios(make()))


def test_a_start_that_is_accepted_after_it_was_refused_ends_in_both_ways() -> None:
    found = flaws(order(contract=FORGETFUL))
    assert {
        (BOTH, "order"),
        (LATE, "inventory.reserve"),
        (LATE, "payment.charge"),
        (LATE, "shipping.dispatch"),
    } <= found


def test_at_most_once_stops_in_three_places_and_a_lost_start_is_harmless() -> None:
    expected = {
        (STOPPED, "Reserved to payment"),
        (STOPPED, "PaymentFailed to inventory"),
        (STOPPED, "Paid to shipping"),
    }
    assert expected == flaws(order(delivery=AtMostOnce()))


def test_a_single_lossy_event_stops_in_its_own_place_only() -> None:
    assert {(STOPPED, "Paid to shipping")} == flaws(order(delivery={"Paid": AtMostOnce(), ...: OUTBOX}))
    assert frozenset() == flaws(order(delivery={"Shipped": AtMostOnce(), "OrderPlaced": AtMostOnce(), ...: OUTBOX}))


def test_a_timer_does_not_cure_loss() -> None:
    """With the mail, that nobody waits for, six queues are left in which a loss stops the order."""
    lost = {
        "Reserved to payment",
        "Reserved to inventory",
        "PaymentFailed to inventory",
        "Paid to inventory",
        "Released to payment",
        "Allocated to shipping",
    }
    assert {(STOPPED, place) for place in lost} == flaws(timed_by_inventory(delivery=AtMostOnce()))


def test_no_contracts_repeat_what_each_step_does() -> None:
    found = flaws(order(contract=NONE))
    steps = {"inventory.reserve", "payment.charge", "shipping.dispatch"}
    assert {(DOUBLE, step) for step in steps} == {(flaw, subject) for flaw, subject in found if flaw == DOUBLE}
    assert {(TWICE_UNDONE, "inventory.reserve"), (HANGING, "inventory.reserve")} <= found


def test_a_mail_that_comes_twice_or_late_is_no_flaw() -> None:
    assert frozenset() == flaws(order(delivery={"Shipped": AtLeastOnce(outbox=True), ...: INBOX}, contract=NONE))


def test_compensation_of_nothing_is_of_both_branches() -> None:
    expected = {(EMPTY, "inventory.reserve"), (EMPTY, "payment.charge"), (STOPPED, "order side by side")}
    assert expected == flaws(fanned(KEYED))


def test_tolerating_emptiness_without_a_barrier_lets_the_branch_hang() -> None:
    assert {HANGING, LATE, WITH} == kinds(fanned(TOLERANT))


def test_the_wiring_shows_who_hears_nothing_and_who_waits_for_nothing() -> None:
    assert () == wiring(order().net())
    unheard = wiring(order(heard=False).net())
    assert [("PaymentFailed", ("payment",), "")] == [
        (flaw.event, flaw.publishers, flaw.meant) for flaw in unheard if isinstance(flaw, Unheard)
    ]
    assert [("Released", ("",), "")] == [
        (flaw.event, flaw.waiting, flaw.meant) for flaw in unheard if isinstance(flaw, Unpublished)
    ]
    misspelt = wiring(order(paid="Payed").net())
    assert [("Paid", "Payed")] == [(flaw.event, flaw.meant) for flaw in misspelt if isinstance(flaw, Unheard)]
    assert [("Payed", "Paid")] == [(flaw.event, flaw.meant) for flaw in misspelt if isinstance(flaw, Unpublished)]


def test_a_cycle_is_a_flaw_of_the_wiring_unless_it_is_bounded() -> None:
    [circle] = [flaw for flaw in wiring(circling(contract=NONE).net()) if isinstance(flaw, Circle)]
    assert (("Again", "Unclear"), ("a", "b")) == (circle.events, circle.services)
    assert () == wiring(circling(contract=NONE, at_most=3).net())
    assert frozenset() == flaws(circling(contract=NONE, at_most=3))


def test_a_cycle_that_could_be_left_at_any_time_is_still_one() -> None:
    """No run has to go round for ever: only the wiring shows that one may."""
    assert frozenset() == flaws(circling(contract=NONE))


def test_a_barrier_everywhere_does_not_harm() -> None:
    assert frozenset() == flaws(order(contract=BARRIER))
    assert frozenset() == flaws(undone_twice(BARRIER))
