"""Scenarios of choreographies are told by runs that can happen, in which comes out what tells them apart."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings

from sagacheck import Choreography
from sagacheck.application.choreographies import check_choreography
from sagacheck.application.choreography_proof import with_strongest
from sagacheck.application.list_paths import UndecidedError, list_paths
from sagacheck.application.loaded import LoadedChoreography
from sagacheck.application.refusal import RefusedError
from sagacheck.core.outcome import EndKind, Outcome, Status
from sagacheck.core.scenario import EventKind
from sagacheck.core.system import holds
from sagacheck.core.trace import trace_of
from sagacheck.lowering.choreographed import scenarios as walking
from sagacheck.lowering.choreographed.choreography import lowered
from sagacheck.lowering.choreographed.scenarios import cascades
from sagacheck.lowering.choreographed.telling import scenario_of
from sagacheck.render.listing import Listing, render_listing
from sagacheck.semantics.listing import Filter
from tests.lowering import choreographies as rows
from tests.lowering.random_choreographies import choreographies, guarded


def listed(choreography: Choreography, wanted: Filter | None = None, limit: int | None = 100) -> Listing:
    return list_paths(LoadedChoreography(choreography.net(), "m.py"), wanted or Filter(), limit, 2)


def check(choreography: Choreography) -> None:
    """Every scenario has a run of the system; what comes out of it are the outcomes of the scenario, and what stands."""
    net = with_strongest(choreography.net())
    low = lowered(net)
    for cascade in cascades(low):
        values = dict(low.system.start)
        for rule in cascade.run:
            assert holds(rule.guard, values)
            assert not rule.fault
            values |= {update.variable: update.applied(values[update.variable]) for update in rule.updates}
        if not cascade.settles:
            continue
        assert trace_of(low.system, cascade.run).end == values
        scenario = scenario_of(low, cascade)
        told = {
            (event.text, event.result)
            for event in scenario.events
            if event.kind is EventKind.CALL or (event.kind is EventKind.COMPENSATION and event.failed)
        }
        assert set(cascade.outcomes) == told
        standing = {
            name
            for name, book in low.books.items()
            if not book.step.informational and book.reals[values[book.variable.name]].standing
        }
        assert standing <= {name for name, status in scenario.outstanding if status is Status.APPLIED}


@pytest.mark.parametrize(
    "make",
    [
        rows.order,
        partial(rows.order, refusable=True),
        rows.fanned,
        rows.timed_by_inventory,
        rows.cancelled_by_one,
        rows.cancelled_by_both,
        partial(rows.refused_shipping, both=True),
        rows.circling,
        partial(rows.circling, at_most=2),
    ],
)
def test_every_scenario_of_the_reference_has_a_run(make: partial[Choreography]) -> None:
    check(make())


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(choreographies(cyclic=True))
def test_every_scenario_of_a_random_choreography_has_a_run(random: Choreography) -> None:
    check(random)
    listing = listed(random)
    assert check_choreography(random.net(), "m.py").scenarios == listing.total
    assert listing.shown is not None
    assert listing.matching.total == len(listing.shown)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(guarded())
def test_every_scenario_with_guards_has_a_run(random: Choreography) -> None:
    check(random)


ORDER = """\
m.py  order  4 scenarios (1 committed, 2 aborted, 1 manual)
wanted: payment.charge fails: 2 scenarios (0 committed, 1 aborted, 1 manual)

1  manual (free the stock by hand)
   1  inventory.reserve   ok            none -> applied, publishes Reserved
   2  payment.charge      rejected      none, publishes PaymentFailed
   3  inventory.release   failed        inventory.reserve: applied, publishes ReleaseFailed
   end manual (free the stock by hand)  inventory.reserve is still applied

2  aborted
   1  inventory.reserve   ok         none -> applied, publishes Reserved
   2  payment.charge      rejected   none, publishes PaymentFailed
   3  inventory.release   ok         inventory.reserve: applied -> undone, publishes Released
   end aborted

2 of 2 shown, shortest first
"""


def test_a_list_reads_like_that_of_an_orchestrated_saga() -> None:
    order = rows.order(refusable=True, mail=False)
    assert ORDER == render_listing(listed(order, Filter(failing=("payment.charge",))))


def test_filters_hold_together() -> None:
    order = rows.order(refusable=True)
    for wanted, number in (
        (Filter(kind=EndKind.MANUAL), 1),
        (Filter(kind=EndKind.UNHANDLED), 0),
        (Filter(visits=("shipping.dispatch",)), 2),
        (Filter(visits=("shipping.dispatch",), failing=("payment.charge",)), 0),
        (Filter(failed_compensation=("inventory.release",)), 1),
        (Filter(failed_compensation=("inventory.reserve",)), 1),
    ):
        listing = listed(order, wanted)
        assert (5, number) == (listing.total.total, listing.matching.total)


def test_the_shortest_come_first_and_the_rest_is_counted() -> None:
    listing = listed(rows.order(), limit=2)
    assert listing.shown is not None
    assert (4, [1, 3]) == (listing.matching.total, [scenario.length for scenario in listing.shown])
    assert listed(rows.order(), limit=None).shown is None


def test_ends_that_two_events_announce_are_told() -> None:
    listing = listed(rows.cancelled_by_both())
    assert listing.shown is not None
    texts = {scenario.end_text for scenario in listing.shown if scenario.kind is EndKind.UNHANDLED}
    assert any("committed and aborted" in text for text in texts)


def test_an_event_from_outside_and_a_relay_are_told() -> None:
    listing = listed(rows.cancelled_by_one())
    assert listing.shown is not None
    told = {(event.kind, event.text) for scenario in listing.shown for event in scenario.events}
    assert (EventKind.ARRIVAL, "OrderCancelled comes from outside") in told
    relayed = listed(rows.timed_by_inventory())
    assert relayed.shown is not None
    assert EventKind.RELAY in {event.kind for scenario in relayed.shown for event in scenario.events}


def test_an_outcome_is_never_unknown() -> None:
    listing = listed(rows.remote(unknown=True, stored=True))
    assert listing.shown is not None
    assert Outcome.UNKNOWN not in {event.result for scenario in listing.shown for event in scenario.events}


def test_a_filter_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"order has no step 'payment\.chrage'; did you mean payment\.charge\?"):
        listed(rows.order(), Filter(failing=("payment.chrage",)))
    with pytest.raises(RefusedError, match="what cancels it is an event from outside"):
        listed(rows.order(), Filter(cancelled=True))


def test_one_that_is_too_large_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "cascades", partial(cascades, most=2))
    with pytest.raises(UndecidedError, match="too large to be counted exactly: order: more than 2 states"):
        listed(rows.order(), limit=None)
