"""Reading JSON with places: as strict as the standard library, and it knows where everything stands."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagacheck.importers.states_language import DefinitionError
from sagacheck.importers.states_language.reading import (
    MAX_DEPTH,
    Value,
    plain,
    read_value,
)
from sagacheck.importers.states_language.source import Document

printable = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | printable
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(printable, inner, max_size=4), max_leaves=25
)
layouts = st.sampled_from(
    [{}, {"indent": 2}, {"indent": "\t"}, {"separators": (" ,\n", "\r\n: ")}, {"ensure_ascii": False}]
)


def written(value: object, layout: dict[str, object]) -> str:
    """The value in JSON, laid out like this."""
    return json.JSONEncoder(**layout).encode(value)  # type: ignore[arg-type]


def read(text: str) -> Value:
    return read_value(Document(text, "x.json"))


@given(values, layouts)
def test_it_reads_what_the_standard_library_reads(value: object, layout: dict[str, object]) -> None:
    text = written(value, layout)
    assert json.loads(text) == plain(read(text))


@given(
    values, layouts, st.integers(min_value=0), st.sampled_from(["", "{", "}", "[", "]", ",", ":", '"', "\\", "0", "e"])
)
def test_it_refuses_exactly_what_the_standard_library_refuses(
    value: object, layout: dict[str, object], place: int, put: str
) -> None:
    text = written(value, layout)
    cut = place % (len(text) + 1)
    text = text[:cut] + put + text[cut + 1 :]
    refusal = refusal_of(text)
    if refusal is None:
        assert json.dumps(json.loads(text)) == json.dumps(plain(read(text)))
    elif known_to_the_standard_library(refusal):
        with pytest.raises(json.JSONDecodeError) as caught:
            json.loads(text)
        if text.strip():
            assert (caught.value.lineno, caught.value.colno) == (refusal.line, refusal.column)


def refusal_of(text: str) -> DefinitionError | None:
    """The error with which a text is refused."""
    try:
        read(text)
    except DefinitionError as error:
        return error
    return None


def known_to_the_standard_library(refusal: DefinitionError) -> bool:
    """Whether the standard library refuses it, too: it takes repeated keys and half characters."""
    return "named twice" not in refusal.message and "surrogate" not in refusal.message


@given(values, layouts)
def test_every_value_stands_where_it_says(value: object, layout: dict[str, object]) -> None:
    text = written(value, layout)

    def check(found: Value) -> None:
        assert json.loads(text[found.start : found.end]) == plain(found)
        inner = found.data
        if isinstance(inner, dict):
            for name, member in inner.items():
                quoted, _ = json.JSONDecoder().raw_decode(text[member.key :])
                assert name == quoted
                assert found.start < member.key < member.start < member.end < found.end
        members = list(inner.values()) if isinstance(inner, dict) else inner if isinstance(inner, list) else []
        for member in members:
            check(member)
        for one, other in pairwise(members):
            assert one.end < other.start

    check(read(text))


def test_lines_and_columns_count_characters_from_one() -> None:
    document = Document('{\n\t"ä😀": {\r\n"b": 1}}', "x.json")
    value = read_value(document)
    assert isinstance(value.data, dict)
    (outer,) = value.data.values()
    assert (2, 2) == document.place(outer.key)
    assert isinstance(outer.data, dict)
    assert (3, 1) == document.place(outer.data["b"].key)
    span = document.span(outer.data["b"].key, outer.data["b"].end)
    assert (3, 1, 3, 7) == (span.line, span.column, span.end_line, span.end_column)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "nul", "True", "01", "1.", ".5", "+1", "'a'", "٣"])
def test_what_only_python_takes_for_json_is_refused(word: str) -> None:
    with pytest.raises(DefinitionError, match="not JSON"):
        read(f"[{word}]")


@pytest.mark.parametrize("text", ["", " \n", '{"a": 1', '{"a', '{"a":', "[1,", '"abc', "["])
def test_a_text_that_is_cut_off_is_said_to_end_early(text: str) -> None:
    with pytest.raises(DefinitionError, match=r"empty|too early|unterminated"):
        read(text)


def test_substitutions_are_text_and_do_not_hide_what_is_wrong() -> None:
    assert {"a": "${A}", "b": ["${B.Arn}"]} == plain(read('{"a": ${A}, "b": [${B.Arn}]}'))
    with pytest.raises(DefinitionError, match="not JSON") as caught:
        read('{"a": ${A},\n "b": 1,}')
    assert (2, 9) == (caught.value.line, caught.value.column)


def test_of_two_equal_keys_neither_is_dropped() -> None:
    with pytest.raises(DefinitionError) as caught:
        read('{"a": [1, {"b~/": 1,\n "c": 2, "b~/": 3}]}')
    assert "`b~/` is named twice here, first on line 1" in caught.value.message
    assert (2, 10, "/a/1/b~0~1") == (caught.value.line, caught.value.column, caught.value.pointer)


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_deep_nesting_is_refused_and_not_followed(opening: str) -> None:
    with pytest.raises(DefinitionError, match="deeper than"):
        read(opening * 200_000)


def test_nesting_up_to_the_limit_is_read() -> None:
    text = "[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH
    assert json.loads(text) == plain(read(text))
    with pytest.raises(DefinitionError, match="deeper than"):
        read(f"[{text}]")


@pytest.mark.parametrize("text", [r'["\ud800"]', '["\ud800"]', r'{"\udc00": 1}'])
def test_text_that_could_not_be_printed_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError, match=r"surrogate|UTF-8"):
        read(text)


def test_numbers_of_any_length_are_read() -> None:
    assert isinstance(read("9" * 10_000).data, float)
    assert read("1e999").data == float("inf")
    assert 12 == read("12").data
