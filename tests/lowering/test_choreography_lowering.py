"""What a choreography lowers to, apart from what the reference says of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagacheck import (
    AllOf,
    AnyOf,
    AtLeastOnce,
    AtMostOnce,
    Barrier,
    Choreography,
    Compensation,
    Event,
    Informational,
    Keyed,
    NoContract,
    On,
    Retry,
    Service,
    Step,
)
from sagacheck.core.contract import Dedup
from sagacheck.core.outcome import EndKind
from sagacheck.lowering.choreographed.choreography import lower_choreography, lowered
from sagacheck.lowering.choreographed.obligations import Flaw, Obligation
from sagacheck.lowering.choreographed.recurrence import cycles, recurring, repeatable
from sagacheck.lowering.choreographed.wiring import Unannounced, Unpublished, wiring
from tests.lowering.choreographies import KEYED, NONE, OUTBOX, circling, fanned, order, timed_by_inventory
from tests.lowering.deciding import BOTH, DOUBLE, STOPPED, TWICE_UNDONE, flaws, kinds
from tests.lowering.random_choreographies import choreographies
from tests.prover.explorer import explore


@st.composite
def shuffled(draw: st.DrawFn) -> tuple[Choreography, Choreography]:
    """A choreography, and the same with its services and their reactions in another order."""
    made = draw(choreographies())
    services = [
        Service(service.name, *draw(st.permutations(service.reactions)))
        for service in draw(st.permutations(made.services))
    ]
    other = Choreography(
        made.name,
        starts_with=made.starts_with,
        services=services,
        committed_when=made.committed_when,
        aborted_when=made.aborted_when,
        manual_when=made.manual_when,
        delivery=made.delivery,
        may_arrive=made.may_arrive,
    )
    return made, other


@settings(max_examples=60)
@given(shuffled())
def test_the_order_of_declarations_changes_no_verdict_and_no_number_of_states(
    pair: tuple[Choreography, Choreography],
) -> None:
    one, other = (lowered(made.net()) for made in pair)
    assert flaws(pair[0]) == flaws(pair[1])
    assert len(explore(one.system).moves) == len(explore(other.system).moves)
    assert wiring_words(pair[0]) == wiring_words(pair[1])


def wiring_words(choreography: Choreography) -> list[str]:
    """The flaws of the wiring without the places at which they are found."""
    return [type(flaw).__name__ + str(getattr(flaw, "event", "")) for flaw in wiring(choreography.net())]


def test_lowering_says_the_same_every_time() -> None:
    assert lower_choreography(fanned().net()) == lower_choreography(fanned().net())


def test_every_property_says_what_it_is_about() -> None:
    found = lowered(order(delivery={"Paid": AtMostOnce(), ...: OUTBOX}).net())
    assert [prop.name for prop in found.system.properties] == list(found.obligations)
    name = "`order`: stopped half-way as `Paid` to `shipping` was lost"
    assert Obligation(Flaw.STOPPED, "order", ("Paid", "shipping")) == found.obligations[name]
    assert {EndKind.COMMITTED, EndKind.ABORTED, EndKind.MANUAL} == set(found.announced)


def test_the_keyed_order_is_small() -> None:
    """Figures that change when the encoding does: the message-level system of the order saga, by brute force."""
    assert 37 == len(explore(lower_choreography(order().net())).moves)
    assert 2_427 == len(explore(lower_choreography(order(contract=NONE).net())).moves)


def test_a_step_that_nobody_gives_an_account_of_has_no_variable() -> None:
    names = {variable.name for variable in lower_choreography(order().net()).variables}
    assert "`email.confirm`" not in names
    assert "`payment.charge`" in names


def test_names_of_any_script_are_lowered() -> None:
    step = Step("склад.резерв", compensation=Compensation("склад.отмена", retry=Retry.until_done()), contract=KEYED)
    made = Choreography(
        "заказ 注文 🛒",
        starts_with="Заказано",
        services=[Service("склад", On("Заказано", do=step, ok="予約済み", rejected="Нет 📦"))],
        committed_when="予約済み",
        aborted_when="Нет 📦",
        delivery=OUTBOX,
    )
    assert frozenset() == flaws(made)
    assert any("склад.резерв" in rule.name for rule in lower_choreography(made.net()).rules)


def test_a_contract_that_was_not_declared_promises_nothing() -> None:
    made: Any = None
    assert flaws(order(contract=made)) == flaws(order(contract=NONE))


@pytest.mark.parametrize(("dedup", "expected"), [(Dedup.TOGETHER, set()), (Dedup.EFFECT_FIRST, {DOUBLE, TWICE_UNDONE})])
def test_a_record_behind_the_effect_lets_a_crash_repeat_it(dedup: Dedup, expected: set[str]) -> None:
    found = kinds(order(contract=Keyed("order_id", dedup=dedup)))
    assert expected == found & {DOUBLE, TWICE_UNDONE}


def test_a_record_before_the_effect_lets_a_crash_lose_it() -> None:
    found = kinds(order(contract=Keyed("order_id", dedup=Dedup.RECORD_FIRST)))
    assert {Flaw.COMMITTED_WITHOUT, Flaw.ABORTED_WITH} <= found


def test_the_same_event_for_two_reasons_is_two_messages_to_an_inbox() -> None:
    """Both requests publish Counted; an inbox tells them apart, and a step without a key takes effect twice."""
    count = Step("stock.count", compensation=Compensation("stock.uncount", retry=Retry.until_done()), contract=NONE)
    made = Choreography(
        "count",
        starts_with="Start",
        services=[
            Service("one", On("Start", ok="Wanted")),
            Service("two", On("Start", ok="Wanted")),
            Service("stock", On("Wanted", do=count, ok="Counted", rejected="Refused")),
        ],
        committed_when="Counted",
        aborted_when="Refused",
        delivery=AtLeastOnce(outbox=True, inbox=True),
    )
    assert {"Wanted", "Counted", "Refused"} == recurring(made.net())
    assert {(DOUBLE, "stock.count"), (BOTH, "count")} <= flaws(made)


def test_an_inbox_behind_a_service_that_repeats_itself_does_not_help() -> None:
    """What is handled twice is published twice, under two ids."""
    made = order(contract=NONE, delivery={"OrderPlaced": OUTBOX, ...: AtLeastOnce(outbox=True, inbox=True)})
    assert {(DOUBLE, "payment.charge"), (DOUBLE, "shipping.dispatch")} <= flaws(made)
    assert frozenset() == repeatable(order(delivery=AtLeastOnce(outbox=True, inbox=True)).net())


def test_a_join_of_single_events_runs_once() -> None:
    assert frozenset() == recurring(fanned().net())


def test_a_circle_is_found_from_any_of_its_events() -> None:
    assert (frozenset({"Again", "Unclear"}),) == cycles(circling().net())
    assert () == cycles(order().net())


def bounded(then: str | None) -> Choreography:
    """A reservation, and a charge that is tried three times, under a new key each time."""
    reserve = Step("reserve", compensation=Compensation("release", retry=Retry.until_done()), contract=Barrier("id"))
    charge = Step("charge", contract=NoContract(), effect=False)
    again = Event("ChargeAgain", at_most=2, then=then)
    return Choreography(
        "bounded",
        starts_with="Start",
        services=[
            Service(
                "stock", On("Start", do=reserve, ok="Reserved", rejected="None"), On("GaveUp", undo=reserve, ok="Back")
            ),
            Service("bank", On(AnyOf("Reserved", again), do=charge, ok="Paid", rejected=again)),
        ],
        committed_when="Paid",
        aborted_when=AnyOf("None", "Back"),
        delivery=AtLeastOnce(outbox=True, inbox=True),
    )


def test_a_bounded_circle_that_nothing_follows_stops_half_way() -> None:
    assert {STOPPED} == kinds(bounded(None))


def test_what_comes_in_the_place_of_the_bounded_event_leads_out() -> None:
    assert frozenset() == flaws(bounded("GaveUp"))
    assert () == wiring(bounded("GaveUp").net())


def test_ends_that_nothing_announces_are_flaws_of_the_wiring() -> None:
    made = Choreography(
        "a", starts_with="S", services=[Service("s", On("S", do=Step("x"), ok="Done"))], observed=["Done"]
    )
    assert ["committed_when", "aborted_when"] == [f.end for f in wiring(made.net()) if isinstance(f, Unannounced)]


def test_an_event_that_only_a_delivery_or_an_observer_names_is_unpublished() -> None:
    made = order(delivery={"Payed": AtMostOnce(), ...: OUTBOX})
    assert [("Payed", ("",), "")] == [
        (flaw.event, flaw.waiting, flaw.meant) for flaw in wiring(made.net()) if isinstance(flaw, Unpublished)
    ]


def test_what_is_observed_or_informs_is_no_flaw() -> None:
    mail = Step("mail", compensation=Informational("a mail"))
    made = Choreography(
        "mail",
        starts_with="S",
        services=[Service("s", On("S", do=mail, ok="Sent"))],
        committed_when="Sent",
        observed=["Sent"],
        delivery=AtLeastOnce(),
    )
    assert frozenset() == flaws(made)
    assert () == wiring(made.net())


def test_a_join_of_alternatives_waits_for_one_of_each() -> None:
    """Whoever pays, the parcel leaves when it is packed."""
    ship = Step("ship", contract=KEYED, retry=Retry.until_done(), compensation=Informational("shown only"))
    made = Choreography(
        "join",
        starts_with="S",
        services=[
            Service("desk", On("S", ok="Packed"), On("S", ok="PaidByCard")),
            Service("carrier", On(AllOf("Packed", AnyOf("PaidByCard", "PaidInCash")), do=ship, ok="Left")),
        ],
        committed_when="Left",
        may_arrive=["PaidInCash"],
        delivery=OUTBOX,
    )
    system = lower_choreography(made.net())
    left = system.variable["`Left` published"]
    reached = explore(system)
    packed = system.variable["`Packed` to `carrier`"]
    for state in reached.moves:
        values = reached.values(state)
        assert values[left.name] == "no" or values[packed.name] != "unsent"
    assert any(reached.values(state)[left.name] == "yes" for state in reached.moves)


def test_a_timer_may_go_off_until_it_is_disarmed() -> None:
    names = {rule.name for rule in lower_choreography(timed_by_inventory().net()).rules}
    assert any("goes off" in name for name in names)
