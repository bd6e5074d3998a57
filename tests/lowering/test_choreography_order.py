"""Events that keep their order, and events that come exactly once."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given, reject, settings

from sagacheck import AtLeastOnce, Choreography, ExactlyOnce, Keyed, On, Ordered, Retry, Service, Step
from sagacheck.core.net import Net
from sagacheck.lowering.choreographed.choreography import lowered
from sagacheck.lowering.choreographed.order import waiting
from sagacheck.lowering.choreographed.queues import AGAIN, AGAIN_TWICE, BEHIND, HANDLED, SENT, TWICE
from sagacheck.prover.prove import prove
from tests.lowering.choreographies import BARRIER, KEYED, NONE, TOLERANT, Delivered, How, fanned, order
from tests.lowering.deciding import DOUBLE, EMPTY, HANGING, STOPPED, flaws, kinds, scenarios
from tests.lowering.random_choreographies import LOGS, choreographies, guarded
from tests.lowering.test_choreography_scenarios import by_every_interleaving, in_canonical_order
from tests.prover.explorer import TooManyStatesError, explore

ONE_LOG = Ordered(topic="orders", outbox=True)
OWN_LOGS = Ordered(outbox=True)
WAITING = {SENT: 1, HANDLED: 1, AGAIN: 1, TWICE: 2, AGAIN_TWICE: 2, BEHIND: 2}


def proved(choreography: Choreography) -> set[str]:
    """The kinds of flaw, by the prover."""
    system = lowered(choreography.net())
    return {str(system.obligations[result.prop.name].flaw) for result in prove(system.system, traces=0).broken}


def without_order(net: Net) -> Net:
    """The same choreography, in which events come in any order."""
    single = tuple((event, replace(how, log=None)) for event, how in net.deliveries)
    return replace(net, delivery=replace(net.delivery, log=None), deliveries=single)


@pytest.mark.parametrize("delivery", [OWN_LOGS, AtLeastOnce(outbox=True)])
def test_a_log_of_all_events_makes_a_barrier_needless_and_one_for_each_publisher_does_not(delivery: How) -> None:
    """In one log each service hears the start before it hears what the other one made of it."""
    assert not proved(fanned(TOLERANT, delivery=ONE_LOG))
    assert HANGING in proved(fanned(TOLERANT, delivery=delivery))
    assert not proved(fanned(BARRIER, delivery=delivery))


def test_what_was_refused_is_still_compensated_in_order() -> None:
    assert {EMPTY} == proved(fanned(KEYED, delivery=ONE_LOG))
    assert {EMPTY, STOPPED} == proved(fanned(KEYED))


@pytest.mark.parametrize("delivery", [ONE_LOG, OWN_LOGS])
def test_a_service_that_crashes_before_it_acknowledges_handles_a_message_again(delivery: How) -> None:
    assert DOUBLE in kinds(order(contract=NONE, delivery=delivery))
    assert not kinds(order(delivery=delivery))


@pytest.mark.parametrize(
    "delivery", [Ordered(outbox=True, inbox=True), Ordered(outbox=True, ack="before"), ExactlyOnce()]
)
def test_what_is_skipped_or_was_acknowledged_before_is_handled_once(delivery: How) -> None:
    assert not kinds(order(contract=NONE, delivery=delivery))


def test_what_comes_again_comes_before_what_is_newer() -> None:
    """A repetition that overtakes the cancellation would reserve again what was released; in a log it comes before."""
    reserve = Step("stock.reserve", compensation="stock.release", contract=NONE, retry=Retry.until_done())

    def cancellable(delivery: Delivered) -> Choreography:
        return Choreography(
            "cancellable",
            starts_with="Placed",
            services=[
                Service("stock", On("Placed", do=reserve, ok="Reserved"), On("Cancelled", undo=reserve, ok="Released"))
            ],
            committed_when="Reserved",
            aborted_when="Released",
            may_arrive=["Cancelled"],
            delivery=delivery,
        )

    overtaking = "effect after its compensation"
    assert overtaking in kinds(cancellable(AtLeastOnce(outbox=True)))
    assert overtaking not in kinds(cancellable(Ordered(outbox=True)))
    assert DOUBLE in kinds(cancellable(Ordered(outbox=True)))


@settings(max_examples=60)
@given(guarded(LOGS))
def test_order_only_takes_flaws_away(choreography: Choreography) -> None:
    net = choreography.net()
    systems = [lowered(which).system for which in (net, without_order(net))]
    found = [{result.prop.name for result in prove(system, traces=0).broken} for system in systems]
    assert found[0] <= found[1]


@settings(max_examples=60)
@given(choreographies())
def test_exactly_once_is_what_an_outbox_and_an_inbox_make_of_at_least_once(choreography: Choreography) -> None:
    net = choreography.net()
    both = [
        lowered(replace(net, delivery=how.delivery(), deliveries=())).system
        for how in (ExactlyOnce(), AtLeastOnce(outbox=True, inbox=True))
    ]
    found = [{result.prop.name for result in prove(system, traces=0).broken} for system in both]
    assert found[0] == found[1]


@settings(max_examples=60)
@given(choreographies(ordered=True))
def test_the_order_of_every_two_events_agrees_with_what_is_owed(choreography: Choreography) -> None:
    system = lowered(choreography.net())
    try:
        explored = explore(system.system, 3_000)
    except TooManyStatesError:
        reject()
    network = system.network
    for state in explored.moves:
        values = explored.values(state)
        for pair in network.order.precedences:
            word, _ = waiting(values[pair.variable.name])
            owed = [values[network.queues[event, pair.service].variable.name] for event in pair.events]
            assert [word.count("1"), word.count("2")] == [WAITING.get(value, 0) for value in owed]


@settings(max_examples=60)
@given(choreographies(ordered=True))
def test_scenarios_in_ordered_logs_are_those_of_every_interleaving(choreography: Choreography) -> None:
    expected = by_every_interleaving(lowered(choreography.net()))
    if expected is None:
        reject()
    assert expected == in_canonical_order(choreography)


@settings(max_examples=40)
@given(guarded(LOGS))
def test_races_in_an_ordered_log_are_told_apart(choreography: Choreography) -> None:
    expected = by_every_interleaving(lowered(choreography.net()))
    if expected is None:
        reject()
    assert expected == in_canonical_order(choreography)


def test_two_events_of_one_transaction_come_in_either_order() -> None:
    """The order in which reactions are written means nothing."""
    bill, pack = (
        Step(name, effect=False, contract=Keyed("id"), retry=Retry.until_done()) for name in ("desk.bill", "desk.pack")
    )
    hear = Step("log.note", effect=False, contract=Keyed("id"), retry=Retry.until_done())
    choreography = Choreography(
        "twofold",
        starts_with="Asked",
        services=[
            Service("desk", On("Asked", do=bill, ok="Billed"), On("Asked", do=pack, ok="Packed")),
            Service("log", On("Billed", do=hear, ok="Noted"), On("Packed", ok="Seen")),
        ],
        committed_when="Noted",
        observed=["Seen"],
        delivery=ExactlyOnce(),
    )
    net = choreography.net()
    ordered = replace(net, delivery=ONE_LOG.delivery())
    system = lowered(ordered)
    (pair,) = system.network.order.precedences
    words = {explore(system.system).values(state)[pair.variable.name] for state in explore(system.system).moves}
    assert {"12", "21"} <= {waiting(word)[0] for word in words}


def test_scenarios_of_the_order_saga_do_not_depend_on_how_its_events_travel() -> None:
    assert [4, 4, 4] == [scenarios(order(delivery=how)) for how in (ONE_LOG, OWN_LOGS, ExactlyOnce())]


def test_an_event_of_two_publishers_needs_the_name_of_a_log() -> None:
    ask, answer = (Step(name, effect=False, retry=Retry.until_done()) for name in ("a.ask", "b.answer"))

    def asking(delivery: How) -> Choreography:
        return Choreography(
            "asking",
            starts_with="Asked",
            services=[
                Service("a", On("Asked", do=ask, ok="Done")),
                Service("b", On("Asked", do=answer, ok="Done")),
                Service("c", On("Done", ok="Noted")),
            ],
            committed_when="Noted",
            delivery=delivery,
        )

    with pytest.raises(ValueError, match=r"'Done' is ordered .* published by 'a' and by 'b'; name the log .*topic="):
        asking(Ordered())
    assert not flaws(asking(Ordered(topic="answers", outbox=True)))


@pytest.mark.parametrize("topic", ["", "  ", cast("str", 7), cast("str", ["orders"])])
def test_a_topic_is_a_name(topic: str) -> None:
    with pytest.raises(TypeError, match="topic='orders'"):
        Ordered(topic=topic)


def test_the_other_words_of_a_delivery_are_checked_as_everywhere() -> None:
    with pytest.raises(ValueError, match="ack='before'"):
        Ordered(ack="never")
