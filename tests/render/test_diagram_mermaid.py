"""Diagrams as Mermaid: the same picture, and no name that could break out of its quotes."""

from __future__ import annotations

import json
import re

from hypothesis import given

from sagacheck.core.chart import Chart
from sagacheck.render.diagram import to_mermaid
from sagacheck.render.diagram.extract import picture_of
from tests.render.diagram_charts import NAMES, order, trip, walked, wired

_QUOTED = r'"[^"\n<>`]*(?:<br/>[^"\n<>`]*)*"'
_BOX = re.compile(
    rf"\w+(?:\(\(\(|\(\(|\(\[|\(|\[\[|\[|\{{\{{|\{{|>){_QUOTED}(?:\)\)\)|\)\)|\]\)|\)|\]\]|\]|\}}\}}|\}}):::\w+"
)
_ARROW = re.compile(rf"(\w+) (?:==>|-->|-\.-x|-\.-)(?:\|{_QUOTED}\|)? (\w+)")
_STYLE = re.compile(r"(?:classDef \w+|style \w+|linkStyle \d+(?:,\d+)*) [a-z-]+:[\w# .]+(?:,[a-z-]+:[\w# .]+)*")
_FRAME = re.compile(rf"subgraph \w+\[{_QUOTED}\]")


@given(wired(NAMES))
def test_every_line_is_what_it_should_be_whatever_the_names_are(any_chart: Chart) -> None:
    text = to_mermaid(any_chart)
    first, title, third, kind, *lines = text.split("\n")
    assert ("---", "---", "flowchart TD") == (first, third, kind)
    assert isinstance(json.loads(title.removeprefix("title: ")), str)
    assert "" == lines.pop()
    for line in (line.strip() for line in lines):
        assert line == "end" or any(form.fullmatch(line) for form in (_BOX, _ARROW, _STYLE, _FRAME)), line


@given(wired(NAMES))
def test_all_boxes_and_arrows_of_the_picture_are_there(any_chart: Chart) -> None:
    picture = picture_of(any_chart)
    lines = [line.strip() for line in to_mermaid(any_chart).split("\n")]
    arrows = [match for line in lines if (match := _ARROW.fullmatch(line))]
    assert [{arrow.tail, arrow.head} for arrow in picture.arrows] == [set(match.groups()) for match in arrows]
    boxes = [line.partition(":::")[0] for line in lines if _BOX.fullmatch(line)]
    assert len(picture.boxes) == len(boxes)
    styled = [number for line in lines if line.startswith("linkStyle") for number in line.split()[1].split(",")]
    assert sorted(map(int, styled)) == list(range(len(picture.arrows)))
    classes = {line.split()[1] for line in lines if line.startswith("classDef")}
    assert {line.rpartition(":::")[2] for line in lines if _BOX.fullmatch(line)} == classes


def test_the_order_reads_as_expected() -> None:
    text = to_mermaid(order())
    for line in (
        'title: "place-order"',
        '    node_ship[["ship<br/>pivot: cannot be undone"]]:::pivot',
        '    node_manual{{"manual<br/>call the warehouse"}}:::manual',
        "    node_reserve ==> node_charge",
        '    node_reserve -->|"rejected"| node_aborted',
        '    node_confirm ==>|"any"| node_committed',
        '    node_reserve -.-|"undoes"| node_release',
    ):
        assert f"{line}\n" in text


def test_branches_are_subgraphs_one_in_the_other() -> None:
    lines = to_mermaid(trip()).split("\n")
    depth = 0
    for line in lines:
        depth += line.strip().startswith("subgraph") - (line.strip() == "end")
        if line.strip().startswith("node_fly("):
            assert 2 == depth
    assert 0 == depth


def test_a_path_has_a_style_of_its_own() -> None:
    text = to_mermaid(order(), walked(order(), "rejected"))
    assert "node_reserve(" in text
    assert ":::step_path" in text
    assert ":::committed_faded" in text
