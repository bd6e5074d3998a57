"""Misuse of the words that a choreography is written with is answered at once, with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

import sagacheck
from sagacheck import Compensation, Informational, Keyed, Retry

# Misuse is what type checkers refuse: here nobody checks.
After: Any = sagacheck.After
AllOf: Any = sagacheck.AllOf
AnyOf: Any = sagacheck.AnyOf
AtLeastOnce: Any = sagacheck.AtLeastOnce
AtMostOnce: Any = sagacheck.AtMostOnce
Choreography: Any = sagacheck.Choreography
Event: Any = sagacheck.Event
Ordered: Any = sagacheck.Ordered
On: Any = sagacheck.On
Service: Any = sagacheck.Service
Step: Any = sagacheck.Step
applied: Any = sagacheck.applied

reserve = Step("inventory.reserve", compensation="inventory.release", contract=Keyed("id"))
charge = Step("payment.charge", compensation="payment.refund")
look = Step("inventory.look", effect=False)
mail = Step("email.confirm", compensation=Informational("no undo"))
inventory = Service("inventory", On("Placed", do=reserve, ok="Reserved"))


def choreography(*services: object, **options: object) -> object:
    return Choreography("order", **({"starts_with": "Placed", "services": services or [inventory]} | options))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Choreography("order"),
            "Choreography: missing a required argument: 'starts_with'; write Choreography(",
        ),
        (lambda: choreography(starts_wiht="A"), "there is no starts_wiht=, did you mean starts_with=?"),
        (lambda: Choreography("", starts_with="A", services=[inventory]), "begin with a name, like Choreography("),
        (
            lambda: choreography(starts_with=reserve),
            "Step('inventory.reserve') as starts_with= of Choreography('order')",
        ),
        (lambda: choreography(starts_with=AnyOf("A", "B")), "AnyOf('A', 'B') as starts_with= of Choreography('order')"),
        (lambda: choreography(services=inventory), "services= takes a list: services=[Service(...), ...]"),
        (lambda: choreography(services=3), "services=3: write a list: services=[Service(...), ...]"),
        (lambda: choreography(reserve), "Step('inventory.reserve') among the services is none; write Service('inv"),
        (lambda: choreography(On("A", do=reserve)), "among the services is none; write Service('inventory', On(...))"),
        (lambda: choreography(committed_when=["A", "B"]), "write AllOf('Paid', 'Packed'), or AnyOf('Paid', 'Packed')"),
        (lambda: choreography(committed_when=After("1m", "A")), "a timer as committed_when= of Choreography('order')"),
        (lambda: choreography(manual_when="A"), "manual_when='A': say what a person has to do then: manual_when={"),
        (lambda: choreography(may_arrive="Cancelled"), "may_arrive='Cancelled': write a list: may_arrive=["),
        (lambda: choreography(observed=[3]), "3 in observed= of Choreography('order') is no event; write its name"),
        (lambda: choreography(delivery="exactly once"), "delivery='exactly once': write AtLeastOnce(outbox=True)"),
        (
            lambda: choreography(delivery=AtMostOnce),
            "delivery=AtMostOnce: write AtLeastOnce(outbox=True), AtMostOnce(), ExactlyOnce() or",
        ),
        (
            lambda: choreography(delivery={"A": True}),
            "delivery=True: write AtLeastOnce(outbox=True), AtMostOnce(), ExactlyOnce() or Ordered(), or",
        ),
        (lambda: choreography(correlated_by=3), "correlated_by=3: write the name of a field: 'order_id'"),
        (lambda: choreography() >> reserve, "'order' is a choreography and no step; its events say what comes after"),
        (lambda: reserve >> choreography(), "on the right of >> is no step"),
        (Service, "Service: missing a required argument: 'name'; write Service('inventory', On("),
        (lambda: Service("a"), "Service('a'): say what it reacts to: Service('a', On('OrderPlaced', do=reserve))"),
        (lambda: Service(On("A", do=reserve)), "begin with a name, like Service('inventory', On(...))"),
        (lambda: Service("a", [On("A", do=reserve)]), "takes its reactions one by one: Service('a', On(...), On(...))"),
        (lambda: Service("a", reserve), "Step('inventory.reserve') in Service('a') is no reaction; write On("),
        (On, "On: missing a required argument: 'event'; write On('OrderPlaced', do=reserve, ok='Reserved'"),
        (lambda: On("A", reserve), "On: too many positional arguments; write On('OrderPlaced', do=reserve"),
        (lambda: On("A", do=reserve, reject="B"), "there is no reject=, did you mean rejected=?"),
        (lambda: On(reserve, do=charge), "as the first argument of On is a step; write the name of the event"),
        (lambda: On("", do=charge), "'' as the first argument of On is no event; write its name, like 'Reserved'"),
        (lambda: On(["A", "B"], do=charge), "as the first argument of On: write AllOf('Paid', 'Packed')"),
        (lambda: On("A", do="inventory.reserve"), "do='inventory.reserve' is no step; write do=reserve, with reserve"),
        (lambda: On("A", do=reserve >> charge), "is no step; a service does one step at a time; let its event set off"),
        (
            lambda: On("A", do=reserve, ok=AllOf("B", "C")),
            "AllOf('B', 'C') as ok= of On('A', ...): write the name of one",
        ),
        (lambda: On("A", do=reserve, ok=charge), "Step('payment.charge') as ok= of On('A', ...) is a step; write the"),
        (lambda: On("A", do=reserve, remote="yes"), "remote='yes': write True or False"),
        (lambda: On("A", do=reserve, only_if=reserve), "only_if=Step('inventory.reserve'): write only_if=applied("),
        (lambda: On("A", do=reserve, only_if="paid"), "only_if='paid' is no guard; write only_if=applied(reserve)"),
        (lambda: applied("payment.charge"), "applied('payment.charge'): ask for a step, like applied(reserve)"),
        (
            lambda: applied(reserve) and applied(charge),
            "Write only_if=[applied(reserve), applied(pack)], and ~applied(",
        ),
        (lambda: not applied(reserve), "a guard is neither true nor false before it is asked"),
        (lambda: applied(reserve) & applied(charge), "`&` does not join guards. Write only_if=[applied(reserve)"),
        (lambda: applied(reserve) | applied(charge), "`|` does not join guards. Write two reactions"),
        (lambda: AllOf("A"), "AllOf needs two events or more: AllOf('Paid', 'Packed'); a single one needs no AllOf"),
        (lambda: AnyOf(["A", "B"]), "AnyOf takes its events one by one: AnyOf('Paid', 'Packed'), or AnyOf(*events)"),
        (lambda: AnyOf("A", reserve), "Step('inventory.reserve') in AnyOf is a step"),
        (lambda: After(None, "A"), "After(None, ...): begin with how long, like After('30m', 'Reserved')"),
        (lambda: After("30m"), "After: missing a required argument: 'event'; write After('30m', 'Reserved', unless="),
        (lambda: After("30m", AllOf("A", "B")), "a timer waits for one event; write its name"),
        (lambda: Event(3), "Event(3): write the event's name"),
        (lambda: Event("A", at_most=2, then="A"), "Event('A', then='A'): write the name of another event"),
        (lambda: AtLeastOnce(outbox="yes"), "AtLeastOnce: outbox='yes': write True or False"),
        (lambda: AtLeastOnce(True), "AtLeastOnce: too many positional arguments; write AtLeastOnce(outbox=True)"),
        (lambda: Ordered(outbox=1), "Ordered: outbox=1: write True or False"),
        (
            lambda: Ordered("orders"),
            "Ordered: too many positional arguments; write Ordered(topic='orders', outbox=True)",
        ),
        (lambda: Ordered(topic=""), "Ordered(topic=''): write the name of a log, like topic='orders'"),
        (lambda: AtMostOnce(outbox=True), "AtMostOnce: there is no outbox=; write AtMostOnce()"),
    ],
)
def test_misuse_is_a_type_error_that_says_what_to_write(make: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)) as caught:
        make()
    assert "0x" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: choreography(services=[]), "there is no service; write services=[Service('inventory', On(...)), ...]"),
        (lambda: choreography(inventory, inventory), "two services are called 'inventory'; put all reactions of one"),
        (lambda: choreography(manual_when={"A": ""}), "manual_when['A']='': say what is to be done"),
        (
            lambda: choreography(inventory, Service("shop", On("A", do=reserve))),
            "'inventory.reserve' is done by 'inventory' and by 'shop'; a step belongs to one service",
        ),
        (
            lambda: choreography(inventory, Service("shop", On("A", undo=reserve))),
            "'shop' undoes 'inventory.reserve', which 'inventory' does; let 'inventory' hear the event",
        ),
        (
            lambda: choreography(Service("a", On("A", undo=reserve))),
            "'a' undoes 'inventory.reserve', which nobody does",
        ),
        (
            lambda: choreography(inventory, Service("shop", On("A", do=charge, only_if=applied(reserve)))),
            "'shop' asks for 'inventory.reserve', which 'inventory' does",
        ),
        (
            lambda: choreography(Service("a", On("A", do=look), On("B", do=charge, only_if=applied(look)))),
            "applied('inventory.look') is never true, as that step only reads",
        ),
        (
            lambda: choreography(
                Service("a", On("A", do=charge, remote=True), On("B", ok="C", only_if=applied(charge)))
            ),
            "whether 'payment.charge' took effect its service may not know, as it is called with remote=True",
        ),
        (
            lambda: choreography(Service("a", On("A", do=Step("x")), On("B", do=Step("x", contract=Keyed("id"))))),
            "two different steps are called 'x'; rename one: step.named('...')",
        ),
        (
            lambda: choreography(
                Service("a", On("A", do=Step("x", compensation="z")), On("B", do=Step("y", compensation="z")))
            ),
            "'z' undoes 'x' and 'y'; in a choreography each step needs a compensation of its own",
        ),
        (
            lambda: choreography(
                Service("a", On("A", do=reserve, ok=Event("B", at_most=2)), On(Event("B", at_most=3), ok="C"))
            ),
            "'B' is bounded in two ways; share one value: b = Event('B', at_most=...)",
        ),
        (
            lambda: Service("a", On("A", do=reserve), On(AnyOf("A", "B"), undo=reserve)),
            "two reactions to 'A' touch 'inventory.reserve', in one transaction; write one reaction",
        ),
        (lambda: On("A", do=reserve, undo=charge), "a reaction does a step or undoes one; write two reactions"),
        (lambda: On("A", undo=mail), "'email.confirm' cannot be undone; give it one: Step(..., compensation='...')"),
        (lambda: On("A", do=Step("x", timeout="5s")), "'x' has a timeout, and in a choreography nobody waits for an"),
        (lambda: On("A", do=reserve, failed="B"), "only a compensation fails for good; a step is rejected: write rej"),
        (lambda: On("A", undo=reserve, rejected="B"), "only a step is rejected; write failed= instead of rejected="),
        (lambda: On("A", do=reserve, unknown="B"), "a local transaction has happened or not, a crash only delivers"),
        (
            lambda: On("A", do=Step("x", retry=Retry.until_done()), rejected="B"),
            "'x' is retried until it is done, which claims that it is never rejected; leave out rejected=",
        ),
        (
            lambda: On("A", undo=Step("x", compensation=Compensation("y", retry=Retry.until_done())), failed="B"),
            "'y' is retried until it is done, which claims that it is never refused; leave out failed=, or write Comp",
        ),
        (lambda: On("A"), "On('A', ...) does nothing: write do=, undo= or ok="),
        (lambda: On("A", ok="B", remote=True), "nothing is called; leave out remote=, or say what is: do=charge"),
        (lambda: AllOf("A", "A"), "AllOf('A', 'A'): an event occurs twice; leave one out"),
        (lambda: After("soon", "A"), "'soon' is no duration; write a number and a unit"),
        (lambda: After("1m", "A", unless="A"), "what arms a timer cannot disarm it; name another event"),
        (lambda: Event("A", at_most=0), "Event('A', at_most=0): write a number, from 1 on"),
        (lambda: Event("A", then="B"), "say how often it is published before that: at_most=3"),
        (
            lambda: AtLeastOnce(ack="never"),
            "AtLeastOnce(ack='never'): write ack='after' or ack='before' the publishing",
        ),
    ],
)
def test_what_makes_no_sense_is_a_value_error_that_says_what_to_write(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        make()
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("value", "attribute"),
    [
        (choreography(), "name"),
        (inventory, "reactions"),
        (On("A", do=reserve), "event"),
        (AllOf("A", "B"), "parts"),
        (After("1m", "A"), "delay"),
        (Event("A"), "name"),
        (AtLeastOnce(), "outbox"),
    ],
)
def test_the_values_cannot_be_changed(value: Any, attribute: str) -> None:  # noqa: ANN401 - of any kind
    with pytest.raises(AttributeError):
        setattr(value, attribute, None)


def test_what_was_given_as_a_dictionary_or_a_list_cannot_be_changed_afterwards() -> None:
    services, manual, delivery = [inventory], {"A": "look"}, {"A": AtMostOnce()}
    made: Any = choreography(services=services, manual_when=manual, delivery=delivery)
    net = made.net()
    services.clear()
    manual.clear()
    delivery.clear()
    assert net == made.net()
    with pytest.raises(TypeError):
        made.manual_when["B"] = "look"


def test_equal_values_are_equal_and_every_reaction_knows_where_it_stands() -> None:
    assert AllOf("A", "B") == AllOf("A", "B")
    assert AllOf("A", "B") != AnyOf("A", "B")
    assert {AllOf("A", "B"): 1} == {AllOf("A", "B"): 1}
    assert "AllOf('A', AnyOf('B', 'C'))" == repr(AllOf("A", AnyOf("B", "C")))
    reaction = On("A", do=reserve, rejected="B")
    assert reaction.reaction.span.file == __file__
    made: Any = choreography()
    assert (made.span.file, made.services[0].span.file) == (__file__, __file__)


def test_a_name_of_any_script_will_do() -> None:
    step = Step("склад.резерв", compensation="склад.отмена", retry=Retry.until_known())
    made = Choreography(
        "заказ 注文 🛒",
        starts_with="Заказано",
        services=[Service("склад", On("Заказано", do=step, ok="予約済み", rejected="Нет 📦"))],
        committed_when="予約済み",
        aborted_when="Нет 📦",
    )
    net = made.net()
    assert ("Нет 📦", "予約済み") == net.published
