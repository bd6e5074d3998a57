"""What a runner would obey in a log: none of it is left, and values in JSON and XML stay as they were."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from sagacheck.render.log_commands import unheeded

TEXTS = st.text(st.sampled_from('#[:] \n\t\u00a0\\"<a')) | st.text()
"""Much of what commands consist of."""


def obeyed(text: str) -> list[str]:
    """The lines that the runner of GitHub Actions takes for a command."""
    return [line for line in text.split("\n") if line.lstrip().startswith("::") or "##[" in line]


@given(TEXTS)
def test_nothing_is_obeyed_and_only_spaces_are_added(text: str) -> None:
    shown = unheeded(text)
    assert not obeyed(shown)
    assert text.replace(" ", "") == shown.replace(" ", "")
    assert obeyed(text) or shown == text


@given(TEXTS)
def test_json_keeps_its_value(text: str) -> None:
    document = json.dumps({text: [text]}, indent=2, ensure_ascii=False)
    shown = unheeded(document, "json")
    assert not obeyed(shown)
    assert {text: [text]} == json.loads(shown)


@given(st.text(st.sampled_from("#[:] \na<&")))
def test_xml_keeps_its_value(text: str) -> None:
    element = ET.Element("a", b=text)
    element.text = text
    shown = unheeded(ET.tostring(element, encoding="unicode"), "junit")
    assert not obeyed(shown)
    read = ET.fromstring(shown)  # noqa: S314 - written right here
    assert (text, text) == (read.get("b"), read.text or "")


def test_our_own_commands_stay() -> None:
    assert "::error::# #[error]x\n" == unheeded("::error::##[error]x\n", "github")
