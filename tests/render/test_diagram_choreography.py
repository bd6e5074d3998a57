"""What a picture of a choreography must show."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pygraphviz
import pytest
from hypothesis import HealthCheck, given, settings

from sagacheck import AtMostOnce, Choreography, On, Service, Step
from sagacheck.application.draw_saga import choreographed
from sagacheck.core.net import Net, Timer, Work
from sagacheck.core.outcome import EndKind
from sagacheck.lowering.choreographed.wiring import Unheard, Unpublished, wiring
from sagacheck.render.diagram import Choreographed, draw, to_dot, to_mermaid
from sagacheck.render.diagram.net_extract import picture_of_net
from sagacheck.render.diagram.picture import Arrow, ArrowKind, Box, BoxKind, Picture
from tests.lowering import choreographies as rows
from tests.lowering.random_choreographies import choreographies
from tests.render.test_diagram_dot import read

ENDS = (BoxKind.COMMITTED, BoxKind.ABORTED, BoxKind.MANUAL)
EVENTS = (BoxKind.EVENT, BoxKind.SETBACK, BoxKind.UNDONE, BoxKind.LOOSE)
ROWS = {
    "order": rows.order(refusable=True),
    "lossy": rows.order(delivery=AtMostOnce()),
    "unheard": rows.order(heard=False, paid="Payed"),
    "circle": rows.circling(),
    "bounded circle": rows.circling(at_most=3),
    "timer": rows.timed_by_inventory(),
    "fan": rows.fanned(mail=True),
    "join of ends": rows.refused_shipping(both=True),
    "from outside": rows.cancelled_by_one(),
    "remote": rows.remote(unknown=True, stored=True),
}


def picture(choreography: Choreography) -> Picture:
    return picture_of_net(choreographed(choreography.net()))


def of_kind(drawn: Picture, *kinds: BoxKind) -> list[Box]:
    return [box for box in drawn.boxes if box.kind in kinds]


def box(drawn: Picture, title: str) -> Box:
    (found,) = [box for box in drawn.boxes if " ".join(box.title) == title]
    return found


def arrows(drawn: Picture, tail: str, head: str) -> list[Arrow]:
    ends = (box(drawn, tail).id, box(drawn, head).id)
    return [arrow for arrow in drawn.arrows if (arrow.tail, arrow.head) == ends]


def led_to(drawn: Picture, start: str, through: tuple[BoxKind, ...]) -> set[str]:
    """The boxes to which arrows lead from a box, by way of gates and timers only."""
    kinds = {one.id: one.kind for one in drawn.boxes}
    found: set[str] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for arrow in drawn.arrows:
            if arrow.tail == here and arrow.head not in found and arrow.kind is not ArrowKind.DISARMS:
                found.add(arrow.head)
                waiting += [arrow.head] if kinds[arrow.head] in through else []
    return found


def check(net: Net, drawn: Picture) -> None:
    """Every service, reaction, event and announcement is there, once, and lines lead from each to the next."""
    ids = [one.id for one in drawn.boxes] + [cluster.id for cluster in drawn.clusters]
    assert len(ids) == len(set(ids))
    assert [service.name for service in net.services] == [cluster.title for cluster in drawn.clusters]
    lanes = {cluster.title: cluster.id for cluster in drawn.clusters}
    events = {one.title[0]: one.id for one in of_kind(drawn, *EVENTS)}
    mentioned = {net.starts_with, *net.may_arrive, *net.published, *net.announcing, *net.observed}
    mentioned |= {event for service in net.services for event in service.hears}
    assert mentioned == events.keys()
    inside = Counter(one.cluster for one in drawn.boxes if one.kind not in (*EVENTS, BoxKind.GATE))
    timers = {s.name: sum(isinstance(r.trigger, Timer) for r in s.reactions) for s in net.services}
    assert {lanes[s.name]: len(s.reactions) + timers[s.name] for s in net.services} == {
        lane: number for lane, number in inside.items() if lane
    }
    passing = (BoxKind.GATE, BoxKind.WAIT)
    for service, reaction in net.reactions:
        within = {one.id for one in drawn.boxes if one.cluster == lanes[service.name]}
        for event in reaction.causes:
            assert within & led_to(drawn, events[event], passing)
        for _, event in reaction.publishes:
            assert any(arrow.tail in within and arrow.head == events[event] for arrow in drawn.arrows)
    ends = {one.id for one in of_kind(drawn, *ENDS)}
    for event in net.announcing:
        assert ends & led_to(drawn, events[event], passing)


@pytest.mark.parametrize("row", ROWS)
def test_all_that_a_choreography_consists_of_is_drawn(row: str) -> None:
    check(ROWS[row].net(), picture(ROWS[row]))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(choreographies(cyclic=True))
def test_all_that_a_random_choreography_consists_of_is_drawn(random: Choreography) -> None:
    net = random.net()
    drawn = picture(random)
    check(net, drawn)
    found = read(to_dot(choreographed(net)))
    names = {f"{cluster.id}_name" for cluster in drawn.clusters}
    assert {one.id for one in drawn.boxes} | names == found.nodes
    loose = {flaw.event for flaw in wiring(net) if isinstance(flaw, Unheard | Unpublished)}
    # What occurs in delivery= only is waited for by nobody, and is not drawn.
    loose -= {event for event, _ in net.deliveries} - {one.title[0] for one in of_kind(drawn, *EVENTS)}
    assert loose <= {one.title[0] for one in of_kind(drawn, BoxKind.LOOSE)}


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("form", ["svg", "png"])
def test_graphviz_draws_it(row: str, form: str) -> None:
    assert draw(choreographed(ROWS[row].net()), form)


def test_undoing_looks_otherwise_than_doing() -> None:
    drawn = picture(ROWS["order"])
    assert BoxKind.STEP == box(drawn, "inventory.reserve").kind
    undo = box(drawn, "inventory.release")
    assert (BoxKind.COMPENSATION, ("undoes inventory.reserve",)) == (undo.kind, undo.notes)
    assert (BoxKind.LOCKED, BoxKind.INFORMATIONAL) == (
        box(drawn, "shipping.dispatch").kind,
        box(drawn, "email.confirm").kind,
    )
    kinds = {"Reserved": BoxKind.EVENT, "PaymentFailed": BoxKind.SETBACK, "Released": BoxKind.UNDONE}
    assert kinds == {event: box(drawn, event).kind for event in kinds}


def test_an_event_says_which_outcome_publishes_it_if_that_is_not_ok() -> None:
    drawn = picture(ROWS["order"])
    assert ["rejected"] == [arrow.label for arrow in arrows(drawn, "payment.charge", "PaymentFailed")]
    assert [""] == [arrow.label for arrow in arrows(drawn, "payment.charge", "Paid")]
    assert ["failed"] == [arrow.label for arrow in arrows(drawn, "inventory.release", "ReleaseFailed")]


def test_what_may_be_lost_is_dashed_where_somebody_hears_it() -> None:
    drawn = picture(ROWS["lossy"])
    lanes = {one.id for one in drawn.boxes if one.cluster and one.kind not in EVENTS}
    assert {arrow.dashed for arrow in drawn.arrows if arrow.pointed and arrow.head in lanes} == {True}
    assert {arrow.dashed for arrow in drawn.arrows if arrow.head not in lanes} == {False}
    assert "dashed: delivered at most once" == drawn.legend
    assert "" == picture(ROWS["order"]).legend


def test_only_the_lossy_event_is_dashed() -> None:
    drawn = picture(rows.order(delivery={"Paid": AtMostOnce(), ...: rows.OUTBOX}))
    assert ["Paid"] == [
        one.title[0] for one in drawn.boxes for arrow in drawn.arrows if arrow.dashed and arrow.tail == one.id
    ]


def test_loose_ends_are_marked() -> None:
    drawn = picture(ROWS["unheard"])
    alarms = {
        "Paid": "nobody hears it",
        "PaymentFailed": "nobody hears it",
        "Payed": "nobody publishes it",
        "Released": "nobody publishes it",
    }
    assert alarms == {one.title[0]: one.alarm for one in of_kind(drawn, BoxKind.LOOSE)}
    assert {ArrowKind.LOOSE} == {arrow.kind for arrow in arrows(drawn, "payment.charge", "Paid")}


def test_a_circle_without_a_bound_is_marked_and_one_with_a_bound_says_it() -> None:
    assert "goes round for ever" == box(picture(ROWS["circle"]), "Again").alarm
    bounded = box(picture(ROWS["bounded circle"]), "Again")
    assert ("", ("at most 3 times",)) == (bounded.alarm, bounded.notes)


def test_a_timer_stands_in_its_service_and_says_what_stops_it() -> None:
    drawn = picture(ROWS["timer"])
    timer = box(drawn, "after 30m")
    assert "service_inventory" == timer.cluster
    assert [ArrowKind.FORWARD] == [arrow.kind for arrow in arrows(drawn, "Reserved", "after 30m")]
    assert [ArrowKind.DISARMS] == [arrow.kind for arrow in arrows(drawn, "Paid", "after 30m")]


def test_a_guard_is_told_where_it_holds_back() -> None:
    drawn = picture(ROWS["timer"])
    assert ("only if inventory.reserve", "stands") == box(drawn, "passes it on").notes


def test_a_join_meets_at_a_gate() -> None:
    drawn = picture(ROWS["fan"])
    for event in ("Reserved", "Paid"):
        assert arrows(drawn, event, "all of")
    assert arrows(drawn, "all of", "shipping.dispatch")


def test_an_end_that_nothing_announces_is_marked() -> None:
    step = Step("a.do", compensation="a.undo")
    net = Choreography("x", starts_with="S", services=[Service("a", On("S", do=step, ok="A", rejected="B"))]).net()
    drawn = picture_of_net(choreographed(net))
    assert {"committed": "no event announces it", "aborted": "no event announces it"} == {
        one.title[0]: one.alarm for one in of_kind(drawn, *ENDS)
    }
    assert [] == of_kind(picture_of_net(Choreographed(net)), *ENDS)
    assert [BoxKind.ABORTED] == [
        one.kind for one in of_kind(picture_of_net(Choreographed(net, missing=(EndKind.ABORTED,))), *ENDS)
    ]


def test_names_cannot_be_taken_for_markup() -> None:
    hostile = '<b>&amp;"\\N\n%%{init}%%'
    step = Step(hostile, compensation=hostile + "2")
    net = Choreography(
        hostile,
        starts_with=hostile,
        services=[Service(hostile, On(hostile, do=step, ok="A" + hostile))],
        committed_when="A" + hostile,
    ).net()
    drawn = Choreographed(net)
    graph = pygraphviz.AGraph(string=to_dot(drawn))
    assert len(graph.nodes()) == len(picture_of_net(drawn).boxes) + 1
    svg = draw(drawn, "svg").decode()
    assert "&lt;b&gt;&amp;amp;" in svg
    assert "<b>" not in svg
    mermaid = to_mermaid(drawn)
    assert "<b>" not in mermaid.split("---", 2)[2]
    assert "%%{" not in mermaid.split("---", 2)[2]


def test_the_words_of_mermaid_are_those_of_the_picture() -> None:
    text = to_mermaid(choreographed(ROWS["lossy"].net()))
    assert 'subgraph service_payment["payment"]' in text
    assert "event_Paid -.-> do_shipping_dispatch" in text
    assert "do_payment_charge === event_Paid" in text
    assert 'do_payment_charge ---|"rejected"| event_PaymentFailed' in text


_PRINTS = """
from tests.render.test_diagram_choreography import ROWS, choreographed, to_dot, to_mermaid
for row in ROWS.values():
    print(to_dot(choreographed(row.net())), to_mermaid(choreographed(row.net())))
"""


def test_the_text_does_not_depend_on_hashes() -> None:
    def printed(seed: str) -> bytes:
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.run([sys.executable, "-c", _PRINTS], env=environment, capture_output=True, check=True).stdout

    first = printed("1")
    assert b"digraph" in first
    assert first == printed("2")


def test_every_undoing_reaction_says_what_it_undoes() -> None:
    for row in ROWS.values():
        undone = Counter(r.step.name for _, r in row.net().reactions if r.work is Work.UNDO and r.step is not None)
        told = Counter(
            " ".join(one.notes).removeprefix("undoes ").split(" only if")[0]
            for one in of_kind(picture(row), BoxKind.COMPENSATION)
        )
        assert undone == told
