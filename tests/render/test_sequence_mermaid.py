"""Sequence diagrams as Mermaid: a strict grammar that no name can break out of.

The grammar is narrower than Mermaid's own, against whose parser (version 11) such texts were tried.
"""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given

from sagacheck.core.story import Line, Story
from sagacheck.render.sequence import sequence_mermaid
from tests.render.sequence_stories import HOSTILE, NAMES, broken_stories, long_story, stories

# Neither `;` nor `#` but in entities, no quotes, no brackets of HTML but line breaks; never beginning with a keyword.
_TEXT = r"(?!(?i:end|wrap|nowrap))(?:[^\W_]|[ .,_\-/:?!()…→]|#\d+;|<br/>)+"
_PARTICIPANT = re.compile(rf"    participant (L\d+) as {_TEXT}")
_NOTE = re.compile(rf" {{4}}(?: {{4}})?Note over (L\d+)(?:,(L\d+))?: {_TEXT}")
_ARROW = re.compile(rf" {{4}}(?: {{4}})?(L\d+)(->>|-x|--\))(L\d+): {_TEXT}")
_BLOCK = ("    rect rgb(253, 231, 233)", "    end")


def check(text: str) -> None:
    """Fails if a line is not what it should be, or names who does not take part."""
    first, title, third, kind, *lines = text.split("\n")
    assert ("---", "---", "sequenceDiagram") == (first, third, kind)
    assert isinstance(json.loads(title.removeprefix("title: ")), str)
    assert "" == lines.pop()
    taking_part = [match[1] for line in lines if (match := _PARTICIPANT.fullmatch(line))]
    assert [f"L{number}" for number in range(len(taking_part))] == taking_part
    for line in lines[len(taking_part) :]:
        match = _NOTE.fullmatch(line) or _ARROW.fullmatch(line)
        assert match or line in _BLOCK, line
        if match:
            assert {name for name in match.groups() if name and name.startswith("L")} <= {*taking_part}
    blocks = [line for line in lines if line in _BLOCK]
    assert blocks in ([], list(_BLOCK))


@given(stories(), NAMES)
def test_every_line_is_what_it_should_be_whatever_the_names_are(story: Story, title: str) -> None:
    check(sequence_mermaid(story, title))


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_breaks_out(name: str) -> None:
    lines = (
        Line(name, name, name, ((name, name, name),), ((name, name),)),
        Line(name, name, receives=(name, name)),
    )
    check(sequence_mermaid(Story(lines, 1, name), name))


def test_the_stories_of_broken_models_can_be_written() -> None:
    for model, story in broken_stories():
        check(sequence_mermaid(story, model))


def test_a_long_story_can_be_written() -> None:
    check(sequence_mermaid(long_story(), ""))


def test_a_story_reads_as_expected() -> None:
    lines = (
        Line("coordinator", "begins, and sends a", sends=(("payment", "a"),)),
        Line("payment", "takes effect", "", (("a", "no effect", "effect"),), (("coordinator", "a: ok"),), ("x", "b")),
        Line("payment", "crashes", "crash", receives=("coordinator", "a")),
        Line("network", "loses the answer", "loss", loses=("payment", "coordinator", "a: ok")),
        Line("payment", "takes effect", "", (("a", "effect", "two effects"),), (("mail", "m"),), ("coordinator", "a")),
    )
    expected = """\
---
title: "buy"
---
sequenceDiagram
    participant L0 as coordinator
    participant L1 as payment
    participant L2 as mail
    Note over L0: 1. begins, and sends a
    L1->>L1: b (from outside)
    Note over L1: 2. takes effect<br/>a: no effect → effect
    L0->>L1: a (sent in 1)
    Note over L1: 3. crashes #91;crash#93;
    L1-xL0: a: ok (lost, sent in 2)
    Note over L0,L2: 4. network loses the answer #91;loss#93;
    rect rgb(253, 231, 233)
        L0->>L1: a (again, sent in 1)
        Note over L1: 5. takes effect<br/>a: effect → two effects
    end
    L1--)L2: m (still on its way)
    Note over L0,L2: so: money is gone
"""
    assert expected == sequence_mermaid(Story(lines, 5, "money is gone"), "buy")
