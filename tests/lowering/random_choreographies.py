"""Random choreographies: small, mostly wrong, and with everything that a choreography may have."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from sagacheck import (
    After,
    AllOf,
    AnyOf,
    AtLeastOnce,
    AtMostOnce,
    Barrier,
    Choreography,
    Compensation,
    ExactlyOnce,
    Informational,
    Keyed,
    Natural,
    NoContract,
    NonCompensatable,
    On,
    Ordered,
    Retry,
    Service,
    Step,
    applied,
)
from sagacheck.core.contract import Reply

EVENTS = ("A", "B", "C", "D", "E")
START = "S"

CONTRACTS = st.sampled_from(
    [
        NoContract(),
        Natural(),
        Keyed("id"),
        Keyed("id", tolerates_empty=True),
        Keyed("id", stores_rejections=False),
        Keyed("id", reply=Reply.CONFLICT),
        Barrier("id"),
        Barrier("id", stores_rejections=False),
        None,
    ]
)
DELIVERIES: Any = st.sampled_from(
    [
        AtLeastOnce(outbox=True),
        AtLeastOnce(outbox=True, inbox=True),
        AtLeastOnce(),
        AtLeastOnce(inbox=True),
        AtLeastOnce(ack="before"),
        AtMostOnce(),
        ExactlyOnce(),
    ]
)
TOPIC = "log"
LOGS: Any = st.sampled_from(
    [Ordered(topic=TOPIC, outbox=outbox, ack=ack) for outbox in (False, True) for ack in ("after", "before")]
)
ORDERS: Any = st.sampled_from(
    [
        Ordered(topic=TOPIC, outbox=True),
        Ordered(topic=TOPIC),
        Ordered(topic=TOPIC, inbox=True),
        Ordered(topic=TOPIC, ack="before"),
        Ordered(topic="other"),
        Ordered(),
        Ordered(outbox=True),
    ]
)


@st.composite
def steps(draw: st.DrawFn, name: str) -> Step:
    """A step of any kind."""
    retry = draw(st.sampled_from([Retry.until_known(), Retry.until_done()]))
    undo = draw(
        st.sampled_from(
            [
                Compensation(f"{name} undone", retry=Retry.until_done()),
                Compensation(f"{name} undone"),
                NonCompensatable("gone"),
                Informational("a mail"),
                None,
            ]
        )
    )
    effect = undo is not None or draw(st.booleans())
    return Step(name, compensation=undo, contract=draw(CONTRACTS), retry=retry, effect=effect)


@st.composite
def choreographies(draw: st.DrawFn, *, cyclic: bool = False, ordered: bool = False) -> Choreography:
    """A choreography of two or three services.

    Args:
        draw: hypothesis'.
        cyclic: whether events may lead to each other; otherwise each leads to later ones only.
        ordered: whether some events keep their order.
    """
    services = []
    for number in range(draw(st.integers(2, 3))):
        step = draw(steps(f"step {number}"))
        reactions = [draw(reaction(step, first=number == 0, undo=False, cyclic=cyclic))]
        if step.spec.compensation is not None:
            reactions += draw(st.lists(reaction(step, first=False, undo=True, cyclic=cyclic), max_size=2))
        try:
            services.append(Service(f"service {number}", *reactions))
        except ValueError:
            # Two reactions to one event touch one step.
            services.append(Service(f"service {number}", reactions[0]))
    some: Any = st.sampled_from([*EVENTS, AnyOf("A", "B"), AllOf("C", "D"), None])
    delivery: Any = draw(DELIVERIES)
    if draw(st.booleans()):
        delivery = {draw(st.sampled_from((START, *EVENTS))): draw(DELIVERIES), ...: draw(DELIVERIES)}
    kept: dict[str, Any] = {}
    if ordered:
        one = draw(ORDERS)
        kept = {event: one if draw(st.integers(0, 3)) else draw(ORDERS) for event in (START, *EVENTS, "X")}
        delivery = kept | ({} if isinstance(delivery, dict) else {...: delivery})
    rest: dict[str, Any] = {
        "starts_with": START,
        "services": services,
        "committed_when": draw(some),
        "aborted_when": draw(some),
        "manual_when": {"E": "look"} if draw(st.booleans()) else None,
        "may_arrive": ["X"] if draw(st.booleans()) else [],
    }
    try:
        return Choreography("random", delivery=delivery, **rest)
    except ValueError:
        # An event of two publishers needs a log that both share.
        named = {event: replace(how, topic=how.topic or TOPIC) for event, how in kept.items()}
        return Choreography("random", delivery=delivery | named, **rest)


@st.composite
def reaction(draw: st.DrawFn, step: Step, *, first: bool, undo: bool, cyclic: bool) -> On:
    """A reaction that does a step or undoes it."""
    place = -1 if first else draw(st.integers(0, len(EVENTS) - 2))
    trigger: Any = START if first else EVENTS[place]
    if not first and place > 0:
        other = EVENTS[draw(st.integers(0, place - 1))]
        trigger = draw(st.sampled_from([trigger, trigger, AllOf(other, trigger), AnyOf("X", trigger)]))
    if undo and draw(st.integers(0, 3)) == 0:
        trigger = After("1m", draw(st.sampled_from((START, EVENTS[place]))), unless=EVENTS[place + 1])
    later = st.sampled_from(EVENTS if cyclic else EVENTS[place + 1 :])
    remote = draw(st.integers(0, 4)) == 0
    options: dict[str, Any] = {"ok": draw(later)}
    undone = step.spec.compensation
    possible = undone.outcomes if undo and undone is not None else step.spec.outcomes
    if len(possible) > 1 and draw(st.booleans()):
        options["failed" if undo else "rejected"] = draw(later)
    if remote:
        options |= {"remote": True, "unknown": draw(st.none() | later)}
    if undo:
        return On(trigger, undo=step, **options)
    return On(trigger, do=step, **options)


@st.composite
def guarded(draw: st.DrawFn, deliveries: st.SearchStrategy[Any] = DELIVERIES) -> Choreography:
    """A choreography in which a service asks its own books.

    Args:
        draw: hypothesis'.
        deliveries: how its events may be delivered.
    """
    step = Step("step", compensation=Compensation("undo", retry=Retry.until_done()), contract=draw(CONTRACTS))
    undoing: Any = st.sampled_from(["X", "C", AnyOf("X", "C")])
    asking: Any = st.sampled_from(["A", "C", AllOf("A", "C")])
    guard = applied(step) if draw(st.booleans()) else ~applied(step)
    return Choreography(
        "guarded",
        starts_with=START,
        services=[
            Service(
                "books",
                On(START, do=step, ok="A", rejected="B"),
                On(draw(undoing), undo=step, ok="D"),
                On(draw(asking), ok="E", only_if=guard),
            ),
            Service("other", On("A", ok="C")),
        ],
        committed_when="E",
        aborted_when=AnyOf("B", "D"),
        may_arrive=["X"],
        delivery=draw(deliveries),
    )
