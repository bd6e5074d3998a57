"""What a picture of a chart must show."""

from __future__ import annotations

from dataclasses import replace

import networkx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sagacheck.core.chart import Call, Chart, Compensate, Edge, End, Exit, Wait
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.scenario import Scenario
from sagacheck.core.step import CompensationSpec, NonCompensatable
from sagacheck.render.diagram import to_dot, to_mermaid
from sagacheck.render.diagram.extract import picture_of
from sagacheck.render.diagram.picture import Arrow, ArrowKind, Box, BoxKind, Emphasis, Guide, Picture
from sagacheck.semantics.listing import list_scenarios
from tests.importers.definitions import FAILED, catching, chart_of, machine, task
from tests.render.diagram_charts import (
    ANY,
    KNOWN,
    NAMES,
    chain,
    chart,
    edges,
    fan,
    labels_of,
    order,
    step,
    trip,
    walked,
    wired,
)

FLOW = (ArrowKind.FORWARD, ArrowKind.FAILURE, ArrowKind.UNWINDING)


def box(picture: Picture, title: str) -> Box:
    (found,) = [box for box in picture.boxes if " ".join(box.title) == title]
    return found


def arrows(picture: Picture, tail: str, head: str) -> list[Arrow]:
    ends = (box(picture, tail).id, box(picture, head).id)
    return [arrow for arrow in picture.arrows if (arrow.tail, arrow.head) == ends]


def test_each_compensation_stands_beside_its_step_and_is_linked_to_it() -> None:
    picture = picture_of(order())
    for done, undone in (("reserve", "release"), ("charge", "refund")):
        assert box(picture, done).id == box(picture, undone).beside
        assert [ArrowKind.UNDOES] == [arrow.kind for arrow in arrows(picture, undone, done)]


def test_outcomes_that_lead_to_one_place_are_one_arrow() -> None:
    (failure,) = (arrow for arrow in picture_of(fan_of_any()).arrows if arrow.kind is ArrowKind.FAILURE)
    assert "rejected / unknown" == failure.label


def fan_of_any() -> Chart:
    ends = [End(id="committed", kind=EndKind.COMMITTED), End(id="aborted", kind=EndKind.ABORTED)]
    wiring = edges(("a", "ok", "committed"), ("a", "rejected", "aborted"), ("a", "unknown", "aborted"))
    return chart([Call(id="a", step="a", outcomes=ANY), *ends], wiring, [step("a", CompensationSpec("b"))])


def test_an_informational_step_that_goes_on_anyway_has_one_arrow_for_any_outcome() -> None:
    (arrow,) = arrows(picture_of(order()), "confirm", "committed")
    assert ("any", ArrowKind.FORWARD) == (arrow.label, arrow.kind)


def test_a_swallowed_failure_is_an_arrow_of_its_own() -> None:
    swallowing = replace(order(), steps=tuple(replace(each, undo=None) for each in order().steps))
    kinds = {(arrow.label, arrow.kind) for arrow in arrows(picture_of(swallowing), "confirm", "committed")}
    assert {("", ArrowKind.FORWARD), ("rejected / unknown", ArrowKind.FAILURE)} == kinds


def test_markers_ends_and_questions_have_kinds_of_their_own() -> None:
    picture = picture_of(order())
    kinds = {" ".join(box.title): box.kind for box in picture.boxes if box.title}
    assert {
        "reserve": BoxKind.STEP,
        "charge": BoxKind.STEP,
        "ship": BoxKind.PIVOT,
        "confirm": BoxKind.INFORMATIONAL,
        "refund": BoxKind.COMPENSATION,
        "release": BoxKind.COMPENSATION,
        "anything left?": BoxKind.TEST,
        "committed": BoxKind.COMMITTED,
        "aborted": BoxKind.ABORTED,
        "manual": BoxKind.MANUAL,
    } == kinds
    assert ("call the warehouse",) == box(picture, "manual").notes
    assert "the parcel has left the building" in box(picture, "ship").tooltip


def test_the_pivot_is_the_first_step_that_cannot_be_undone() -> None:
    undone = {"reserve": CompensationSpec("release")}
    steps = tuple(replace(each, undo=undone.get(each.name, NonCompensatable("gone"))) for each in order().steps)
    locked = replace(order(), steps=steps)
    kinds = {" ".join(box.title): box.kind for box in picture_of(locked).boxes if box.title}
    assert (BoxKind.PIVOT, BoxKind.LOCKED, BoxKind.LOCKED) == (kinds["charge"], kinds["ship"], kinds["confirm"])


def test_a_step_that_nothing_undoes_says_so() -> None:
    bare = replace(order(), steps=tuple(replace(each, undo=None) for each in order().steps))
    assert "nothing undoes it" == box(picture_of(bare), "charge").alarm


def test_branches_lie_in_frames_and_their_exits_are_not_drawn() -> None:
    picture = picture_of(trip())
    outer = next(cluster for cluster in picture.clusters if not cluster.parent)
    assert "in parallel" == outer.title
    inner = {cluster.id for cluster in picture.clusters if cluster.parent == outer.id}
    assert inner == {box(picture, "fly").cluster, box(picture, "sleep").cluster}
    bars = [box for box in picture.boxes if box.kind in (BoxKind.FORK, BoxKind.JOIN)]
    assert [(outer.id, 2), (outer.id, 2)] == [(bar.cluster, len(bar.branches)) for bar in bars]
    drawn = {" ".join(box.title) for box in picture.boxes}
    assert not drawn & {"flown", "not flown", "slept", "not slept"}


def test_a_question_that_only_skips_a_compensation_is_told_in_its_box() -> None:
    picture = picture_of(trip())
    assert "◇ sleep done?" in box(picture, "wake").notes
    assert BoxKind.TEST not in {box.kind for box in picture.boxes}
    (onward,) = arrows(picture, "wake", "land")
    assert ("any", ArrowKind.UNWINDING) == (onward.label, onward.kind)


def test_a_question_with_ways_of_its_own_stays_a_diamond() -> None:
    assert BoxKind.TEST is box(picture_of(order()), "anything left?").kind


@pytest.mark.parametrize("number", range(len(order().edges)))
def test_whichever_edge_is_missing_a_stub_shows_it(number: int) -> None:
    whole = order()
    missing = whole.edges[number]
    picture = picture_of(replace(whole, edges=tuple(edge for edge in whole.edges if edge is not missing)))
    (stub,) = (arrow for arrow in picture.arrows if arrow.kind is ArrowKind.UNHANDLED)
    assert [missing.label] == [stub.label]
    node = whole.node[missing.source]
    title = node.label or (node.step if isinstance(node, Call) else node.id)
    assert box(picture, title).id == stub.tail


def test_a_stub_keeps_to_its_side_of_the_picture() -> None:
    picture = picture_of(replace(order(), edges=()))
    side = {box.beside: box.before for box in picture.boxes if box.kind is BoxKind.UNHANDLED}
    assert side[box(picture, "reserve").id]
    assert not side[box(picture, "release").id]


def test_nothing_is_said_to_be_unhandled_where_all_is() -> None:
    for complete in (order(), trip(), chain(3), fan(6)):
        assert ArrowKind.UNHANDLED not in {arrow.kind for arrow in picture_of(complete).arrows}


@given(wired())
def test_exactly_what_is_not_handled_has_a_stub(any_chart: Chart) -> None:
    handled = {(edge.source, edge.label) for edge in any_chart.edges}
    expected = sorted(
        (node.id, sorted(label for label in labels_of(node) if (node.id, label) not in handled))
        for node in any_chart.nodes
        if any((node.id, label) not in handled for label in labels_of(node))
    )
    stubs = [box.tooltip for box in picture_of(any_chart).boxes if box.kind is BoxKind.UNHANDLED]
    told = [stub.split(": nothing handles ") for stub in stubs]
    assert expected == sorted((node, sorted(labels.split(" / "))) for node, labels in told)


def tells_a_question(picture: Picture) -> bool:
    """Whether a question is told in a compensation's box, whose ways are then told of that box."""
    return any(note.startswith("◇") for box in picture.boxes for note in box.notes)


@given(wired())
def test_every_edge_is_drawn_and_no_other(any_chart: Chart) -> None:
    picture = picture_of(any_chart)
    told = [arrow.tooltip.split(": ") for arrow in picture.arrows if arrow.kind in FLOW and arrow.tail != "start"]
    drawn = sorted((source, label) for source, labels in told for label in labels.split(" / "))
    assume(not tells_a_question(picture))
    assert sorted((edge.source, edge.label) for edge in any_chart.edges) == drawn


@given(wired())
def test_every_node_has_a_box(any_chart: Chart) -> None:
    picture = picture_of(any_chart)
    nodes = [box for box in picture.boxes if box.id.startswith("node_")]
    told_elsewhere = sum(any(note.startswith("◇") for note in box.notes) for box in nodes)
    assert len(any_chart.nodes) == len(nodes) + told_elsewhere


@given(wired(NAMES))
def test_ids_are_unique_and_plain(any_chart: Chart) -> None:
    picture = picture_of(any_chart)
    ids = [*(box.id for box in picture.boxes), *(cluster.id for cluster in picture.clusters)]
    assert len(ids) == len(set(ids))
    assert all(name.isascii() and name.replace("_", "").isalnum() for name in ids)
    known = {box.id for box in picture.boxes}
    assert all({arrow.tail, arrow.head} <= known for arrow in picture.arrows)


@given(wired())
def test_rows_have_no_circle(any_chart: Chart) -> None:
    picture = picture_of(any_chart)
    leader = {box.id: box.beside for box in picture.boxes}

    def row(name: str) -> str:
        for _ in leader:
            name = leader[name] or name
        return name

    ranking: networkx.DiGraph[str] = networkx.DiGraph()
    for arrow in picture.arrows:
        if arrow.guide in (Guide.DOWN, Guide.UP, Guide.GATHERED):
            upper, lower = (arrow.tail, arrow.head) if arrow.guide is Guide.DOWN else (arrow.head, arrow.tail)
            ranking.add_edge(row(upper), row(lower))
    assert networkx.is_directed_acyclic_graph(ranking)


def test_an_edge_to_nowhere_leads_to_a_box_that_says_so() -> None:
    astray = replace(order(), edges=(*order().edges[1:], Edge("reserve", "ok", "chrage")))
    lost = box(picture_of(astray), "chrage")
    assert (BoxKind.DEFECT, "there is no such node") == (lost.kind, lost.alarm)


def test_a_start_that_does_not_exist_is_shown() -> None:
    picture = picture_of(replace(order(), start="beginning"))
    assert "there is no such node" == box(picture, "beginning").alarm
    assert "never reached" == box(picture, "reserve").alarm


def test_a_second_node_with_an_id_and_one_that_nobody_reaches_are_shown() -> None:
    picture = picture_of(replace(order(), nodes=(*order().nodes, Wait(id="ship", label="ship twice"), Wait(id="idle"))))
    assert "another node has this id" == box(picture, "ship twice").alarm
    assert "never reached" == box(picture, "idle").alarm
    assert "" == box(picture, "reserve").alarm


def test_an_edge_in_the_shadow_of_another_is_said_to_be_never_taken() -> None:
    picture = picture_of(replace(order(), edges=(*order().edges, Edge("charge", "rejected", "aborted"))))
    assert ["rejected (never taken)"] == [arrow.label for arrow in arrows(picture, "charge", "aborted")]


def test_an_exit_outside_of_forks_is_a_defect() -> None:
    stray = chart([Call(id="a", step="a", outcomes=KNOWN), Exit(id="out")], edges(("a", "ok", "out")), [step("a")])
    assert BoxKind.DEFECT is box(picture_of(stray), "out").kind


def test_a_chart_without_nodes_is_drawn() -> None:
    picture = picture_of(Chart("void", "nothing", (), (), (), order().origin))
    assert ["start", "lost_nothing"] == [box.id for box in picture.boxes]


def test_a_compensation_of_several_steps_names_them_and_is_linked_to_each() -> None:
    shared = replace(
        order(),
        nodes=tuple(
            replace(node, steps=("reserve", "charge"))
            if isinstance(node, Compensate) and node.id == "release"
            else node
            for node in order().nodes
        ),
    )
    picture = picture_of(shared)
    assert "undoes reserve, charge" in box(picture, "release").notes
    assert arrows(picture, "release", "reserve")
    assert arrows(picture, "release", "charge")


def test_many_failures_that_lead_to_one_place_are_gathered() -> None:
    guides = [arrow.guide for arrow in picture_of(fan(8)).arrows if arrow.kind is ArrowKind.FAILURE]
    assert 6 == guides.count(Guide.GATHERED)
    few = [arrow.guide for arrow in picture_of(fan(3)).arrows if arrow.kind is ArrowKind.FAILURE]
    assert Guide.GATHERED not in few


def on_path(picture: Picture) -> list[tuple[str, str]]:
    """What stands out, as (source, label), by what the arrows tell."""
    told = [
        arrow.tooltip.split(": ")
        for arrow in picture.arrows
        if arrow.emphasis is Emphasis.PATH and arrow.kind in FLOW and arrow.tail != "start"
    ]
    return sorted((source, label) for source, labels in told for label in labels.split(" / "))


def test_only_the_outcome_that_was_taken_stands_out_of_those_that_share_an_arrow() -> None:
    scenario = walked(order(), "ok", "ok", "rejected", "failed", "ok", "yes")
    picture = picture_of(order(), scenario)
    assert sorted((source, label) for source, _, label in scenario.edges) == on_path(picture)
    emphasis = {" ".join(box.title): box.emphasis for box in picture.boxes}
    assert Emphasis.PATH is emphasis["manual"]
    assert {Emphasis.FADED} == {emphasis["aborted"], emphasis["confirm"], emphasis["committed"]}


@given(wired(), st.lists(st.sampled_from(["ok", "rejected", "unknown", "failed", "yes", "no", "next"]), max_size=12))
def test_exactly_the_edges_of_a_scenario_stand_out(any_chart: Chart, labels: list[str]) -> None:
    scenario = walked(any_chart, *labels)
    picture = picture_of(any_chart, scenario)
    assume(not tells_a_question(picture))
    assert sorted({(source, label) for source, _, label in scenario.edges}) == on_path(picture)
    assert Emphasis.PLAIN not in {arrow.emphasis for arrow in picture.arrows if arrow.kind in FLOW}


def test_a_path_through_branches_and_skipped_compensations_stands_out() -> None:
    links = (
        ("fork", "fly", "air"),
        ("fly", "flown", "ok"),
        ("flown", "join", "done"),
        ("fork", "sleep", "bed"),
        ("sleep", "not slept", "rejected"),
        ("not slept", "join", "failed"),
        ("join", "land?", "failed"),
        ("land?", "fly?", "no"),
        ("fly?", "land", "yes"),
        ("land", "aborted", "ok"),
    )
    picture = picture_of(trip(), Scenario((), links, "aborted", "aborted", EndKind.ABORTED, ()))
    taken = [
        ("fly", "ok"),
        ("fork", "air"),
        ("fork", "bed"),
        ("join", "failed"),
        ("land", "ok"),
        ("sleep", "rejected"),
        ("wake", "no"),
    ]
    assert taken == on_path(picture)
    assert Emphasis.FADED is box(picture, "wake").emphasis
    assert Emphasis.PATH is box(picture, "land").emphasis


def test_a_path_that_ends_unhandled_leads_to_the_stub() -> None:
    broken = replace(order(), edges=tuple(edge for edge in order().edges if edge.label != Outcome.FAILED))
    scenario = walked(broken, "ok", "rejected", "failed", kind=EndKind.UNHANDLED)
    picture = picture_of(broken, scenario)
    struck = [
        arrow.tail for arrow in picture.arrows if arrow.kind is ArrowKind.UNHANDLED and arrow.emphasis is Emphasis.PATH
    ]
    assert [box(picture, "release").id] == struck


def test_the_items_of_a_map_are_drawn_once() -> None:
    definition = machine(
        Each={
            "Type": "Map",
            "ItemProcessor": machine(BookSeat=task()),
            "Catch": [catching("CancelSeats")],
            "End": True,
        },
        CancelSeats=task("Failed"),
        Failed=FAILED,
    )
    chart = chart_of(definition)
    scenario = next(one for one in list_scenarios(chart) if any("another" in event.text for event in one.events))
    for text in (to_dot(chart), to_dot(chart, scenario), to_mermaid(chart)):
        assert "for each item" in text
        assert "another item" not in text


def test_a_task_whose_role_is_unclear_says_so() -> None:
    chart = chart_of(machine(Book=task(catch=[catching("Step7")]), Step7=task("Failed"), Failed=FAILED))
    assert "what it does is unknown" in to_dot(chart)
