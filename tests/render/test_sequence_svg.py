"""Sequence diagrams as SVG: nothing overlaps, nothing sticks out, nothing is executed, everything is there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagacheck.core.story import Line, Story
from sagacheck.render.sequence import sequence_svg
from sagacheck.render.sequence.measure import fitted, text_width
from tests.render.font import characters, real_width
from tests.render.sequence_stories import HOSTILE, NAMES, broken_stories, long_story, stories

_SVG = "{http://www.w3.org/2000/svg}"
_READABLE = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=60)


@dataclass(frozen=True)
class Box:
    """Where a text stands."""

    left: float
    top: float
    right: float
    bottom: float
    text: str

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def parsed(story: Story, title: str = "buy", prefix: str = "") -> ElementTree.Element:
    return ElementTree.fromstring(sequence_svg(story, title, prefix))  # noqa: S314 - our own text


def boxes(picture: ElementTree.Element) -> list[Box]:
    """Every text with the room that it takes, by the measures of the font; letters reach from 0.76 up to 0.24 below."""
    found = []
    for element in picture.iter(f"{_SVG}text"):
        size = float(element.get("font-size", "0"))
        width = real_width(element.text or "", size, bold=element.get("font-weight") == "bold")
        x, y = float(element.get("x", "0")), float(element.get("y", "0"))
        left = x - width / 2 if element.get("text-anchor") == "middle" else x
        found.append(Box(left, y - 0.76 * size, left + width, y + 0.24 * size, element.text or ""))
    return found


def assert_legible(picture: ElementTree.Element) -> None:
    _, _, width, height = map(float, picture.get("viewBox", "").split())
    found = [box for box in boxes(picture) if box.text.strip()]
    for box in found:
        assert 0 <= box.left, box
        assert box.right <= width, box
        assert 0 <= box.top, box
        assert box.bottom <= height, box
    for one, other in combinations(found, 2):
        assert not one.meets(other), (one, other)


def frames_of(picture: ElementTree.Element) -> list[tuple[ElementTree.Element, list[ElementTree.Element]]]:
    """The frames of notes, each with its texts."""
    notes = [group for group in picture.iter(f"{_SVG}g") if (group.get("class") or "").startswith("note")]
    return [(next(group.iter(f"{_SVG}rect")), list(group.iter(f"{_SVG}text"))) for group in notes]


@pytest.mark.parametrize(("model", "story"), broken_stories(), ids=[model for model, _ in broken_stories()])
def test_the_story_of_every_broken_model_is_legible(model: str, story: Story) -> None:
    assert_legible(parsed(story, model))


@settings(max_examples=60)
@given(stories(_READABLE))
def test_any_story_is_legible(story: Story) -> None:
    assert_legible(parsed(story))


def test_a_story_of_sixty_lines_is_legible() -> None:
    assert_legible(parsed(long_story()))


@given(stories(_READABLE))
def test_text_stays_inside_its_frame_and_frames_apart(story: Story) -> None:
    picture = parsed(story)
    frames = []
    for frame, texts in frames_of(picture):
        x, y, width, height = (float(frame.get(name, "0")) for name in ("x", "y", "width", "height"))
        frames.append(Box(x, y, x + width, y + height, texts[0].text or ""))
        for text in texts:
            size = float(text.get("font-size", "0"))
            wide = real_width(text.text or "", size, bold=text.get("font-weight") == "bold")
            assert wide <= width
            assert y < float(text.get("y", "0")) < y + height
    for one, other in combinations(frames, 2):
        assert not one.meets(other), (one, other)
    framed = {text for _, texts in frames_of(picture) for text in texts}
    free = [box for box, text in zip(boxes(picture), picture.iter(f"{_SVG}text"), strict=True) if text not in framed]
    assert not [(box, frame) for box in free for frame in frames if box.text.strip() and box.meets(frame)]


@given(stories())
def test_every_line_has_a_group_of_its_own_with_what_is_told_of_it(story: Story) -> None:
    picture = parsed(story)
    ids = [element.get("id") for element in picture.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert [f"line-{number}" for number in range(1, len(story.lines) + 1)] == [
        one for one in ids if one and "line-" in one
    ]
    for number, line in enumerate(story.lines, 1):
        (group,) = (element for element in picture.iter(f"{_SVG}g") if element.get("id") == f"line-{number}")
        told = "".join(text.text or "" for text in group.iter(f"{_SVG}text"))
        assert _letters(line.text) <= _letters(told)


def _letters(text: str) -> set[str]:
    return {character for character in text if character.isascii() and character.isalnum()}


@given(stories(), NAMES)
def test_it_is_well_formed_and_the_same_every_time_and_refers_to_nothing(story: Story, title: str) -> None:
    assert sequence_svg(story, title) == sequence_svg(story, title)
    picture = parsed(story, title)
    tags = {element.tag.removeprefix(_SVG) for element in picture.iter()}
    assert tags <= {"svg", "title", "desc", "style", "g", "rect", "path", "circle", "text"}
    names = {name for element in picture.iter() for name in element.keys()}  # noqa: SIM118 - an element is no dict
    assert not {name for name in names if name.startswith("on") or "href" in name}
    style = next(picture.iter(f"{_SVG}style")).text or ""
    assert "url(" not in style
    assert "@import" not in style


@given(stories())
def test_numbers_are_numbers(story: Story) -> None:
    for element in parsed(story).iter():
        for name in ("x", "y", "cx", "cy", "r", "width", "height"):
            assert re.fullmatch(r"-?\d+(\.\d)?", element.get(name, "0"))
        assert re.fullmatch(r"[MLHVZ0-9. -]*", element.get("d", ""))


def test_it_says_what_it_shows_to_those_who_do_not_see_it() -> None:
    story = Story((Line("payment", "takes effect"),), 1, "`payment.charge` stands twice")
    picture = parsed(story, "buy <all>")
    assert "img" == picture.get("role")
    assert ("buy <all>", "1. payment takes effect. payment.charge stands twice") == (
        picture.findtext(f"{_SVG}title"),
        picture.findtext(f"{_SVG}desc"),
    )


def test_several_pictures_can_share_a_page() -> None:
    story = long_story(4)
    ids = [
        {element.get("id") for element in parsed(story, "", prefix).iter()} - {None}
        for prefix in ("", "first-", "second-")
    ]
    assert all(not one & other for one, other in combinations(ids, 2))


def test_it_is_readable_on_dark_paper_too() -> None:
    style = next(parsed(long_story(4)).iter(f"{_SVG}style")).text or ""
    light, dark = style.split("@media (prefers-color-scheme:dark){")
    coloured = [rule.partition("{")[0].strip() for rule in light.splitlines() if "#" in rule.partition("{")[2]]
    assert coloured == [rule.partition("{")[0].strip() for rule in dark.splitlines() if "{" in rule]


def test_the_line_that_goes_wrong_stands_out_and_no_other() -> None:
    picture = parsed(long_story(6))
    wrong = [group.get("id") for group in picture.iter(f"{_SVG}g") if "wrong" in (group.get("class") or "").split()]
    assert ["line-6"] == [name for name in wrong if name]


def test_what_happens_to_messages_is_told_in_words_beside_colours() -> None:
    lines = (
        Line("coordinator", "sends", sends=(("payment", "charge"), ("payment", "refund"))),
        Line("payment", "takes", receives=("coordinator", "charge")),
        Line("payment", "takes", receives=("coordinator", "charge")),
        Line("network", "loses", "loss", loses=("coordinator", "payment", "refund")),
        Line("payment", "takes", receives=("bank", "money")),
        Line("coordinator", "sends", sends=(("payment", "one"),)),
        Line("coordinator", "sends", sends=(("payment", "two"),)),
        Line("payment", "takes", receives=("coordinator", "two")),
        Line("payment", "takes", receives=("coordinator", "one")),
    )
    told = {element.text for element in parsed(Story(lines, 3, "")).iter(f"{_SVG}text")}
    assert {"charge", "charge (again)", "refund (lost)", "money (from outside)", "one (late)", "two"} <= told


def test_characters_are_never_wider_than_they_are_taken_for() -> None:
    for character in characters():
        if character.isalpha() or character.isascii():
            assert real_width(character, 100) <= text_width(character, 100) + 0.1, character


@given(_READABLE | st.sampled_from(HOSTILE), st.integers(40, 300))
def test_broken_text_loses_only_spaces_and_fits(text: str, room: int) -> None:
    lines = fitted(text, 12, room)
    assert "".join(text.split(" ")) == "".join("".join(lines).split(" "))
    assert all(text_width(line, 12) <= room for line in lines if len(line) > 2)
