"""YAML gives the values that JSON gives, in their places, and nothing that it says can hurt."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sagacheck.importers.states_language.reading import MAX_DEPTH, Value, name_end, plain, read_value
from sagacheck.importers.states_language.reading_yaml import read_yaml
from sagacheck.importers.states_language.source import DefinitionError, Document


def read(text: str) -> Value:
    """The value that a text in YAML is."""
    return read_yaml(Document(text, "x.yaml"))


def data_of(text: str) -> object:
    """The same, without places."""
    return plain(read(text))


def refusal(text: str) -> DefinitionError:
    """Why a text is refused."""
    with pytest.raises(DefinitionError) as caught:
        read(text)
    return caught.value


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff"),
    max_size=12,
)
scalars = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | texts
documents = st.dictionaries(
    texts,
    st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)),
    max_size=4,
)


@given(documents, st.booleans())
def test_what_a_library_writes_is_read_back(value: dict[str, Any], flow: bool) -> None:  # noqa: FBT001
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=flow, sort_keys=False)
    assert value == data_of(text)


@given(documents)
def test_json_is_yaml(value: dict[str, Any]) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    assert plain(read_value(Document(text, "x.json"))) == data_of(text)


def values_in(value: Value) -> list[Value]:
    """A value and all values in it."""
    inner = (
        list(value.data.values())
        if isinstance(value.data, dict)
        else value.data
        if isinstance(value.data, list)
        else []
    )
    return [value, *(found for part in inner for found in values_in(part))]


@given(documents)
def test_every_member_stands_where_it_says(value: dict[str, Any]) -> None:
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
    for found in values_in(read(text)):
        assert 0 <= found.key <= found.start <= found.end <= len(text)
        for name, member in found.data.items() if isinstance(found.data, dict) else ():
            assert {name: 0} == data_of(f"{text[member.key : name_end(text, member)]}: 0")


def test_scalars_mean_what_they_mean_in_templates() -> None:
    text = "a: 010\nb: yes\nc: 2010-09-09\nd: '5'\ne: ~\nf: 1e3\ng: 1.5\nh: !!str 5\ni: .inf\nj: |\n  x\n  y\n"
    expected = {
        "a": 8,
        "b": True,
        "c": "2010-09-09",
        "d": "5",
        "e": None,
        "f": "1e3",
        "g": 1.5,
        "h": "5",
        "i": float("inf"),
        "j": "x\ny\n",
    }
    assert expected == data_of(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!Ref A", {"Ref": "A"}),
        ("!GetAtt A.Arn", {"Fn::GetAtt": ["A", "Arn"]}),
        ("!GetAtt A.Outputs.B", {"Fn::GetAtt": ["A", "Outputs.B"]}),
        ("!Sub 'x-${A}'", {"Fn::Sub": "x-${A}"}),
        ("!Join ['', [a, !Ref B]]", {"Fn::Join": ["", ["a", {"Ref": "B"}]]}),
        ("!If [C, {a: 1}, {b: 2}]", {"Fn::If": ["C", {"a": 1}, {"b": 2}]}),
        ("!Condition C", {"Condition": "C"}),
    ],
)
def test_short_tags_of_cloudformation_become_its_long_form(text: str, value: object) -> None:
    assert {"a": value} == data_of(f"a: {text}\n")


def test_anchors_are_shared_and_merged() -> None:
    text = "base: &base {a: 1, b: 2}\none: *base\ntwo:\n  <<: *base\n  b: 3\nthree:\n  <<: [*base, {c: 4}]\n"
    expected = {
        "base": {"a": 1, "b": 2},
        "one": {"a": 1, "b": 2},
        "two": {"b": 3, "a": 1},
        "three": {"a": 1, "b": 2, "c": 4},
    }
    assert expected == data_of(text)


def test_a_key_may_have_an_anchor() -> None:
    assert {"a": 1, "b": "a", "c": {"a": 2}} == data_of("&k a: 1\nb: *k\nc: {*k : 2}\n")


@pytest.mark.parametrize("text", ["a: 1\n---\n", "---\na: 1\n---\n# nothing\n---\n...\n"])
def test_documents_without_content_may_follow(text: str) -> None:
    assert {"a": 1} == data_of(text)


def test_aliases_that_stand_for_too_much_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    error = refusal("\n".join(lines))
    assert "its aliases stand for more than" in error.message
    assert error.line <= 8


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("", 1, 1, "the file is empty"),
        ("# nothing\n", 1, 1, "the file is empty"),
        ("a: 1\na: 2\n", 2, 1, "`a` is named twice here, first on line 1"),
        ("a: &x [*x]\n", 1, 8, "stands within what it stands for"),
        ("a: *nowhere\n", 1, 4, "anchor"),
        ("a: !!python/object:os.system x\n", 1, 4, "neither YAML's own nor CloudFormation's"),
        ("a: !Mine x\n", 1, 4, "neither YAML's own nor CloudFormation's"),
        ("a: b: c\n", 1, 5, "this is not YAML"),
        ("a:\n\t- b\n", 2, 1, "this is not YAML"),
        ('a: "open\n', 2, 1, "this is not YAML"),
        ("? [a]\n: b\n", 1, 3, "a key must be a string"),
        ("a: 1\n---\nb: 2\n", 2, 1, "a second document begins here"),
        ("---\n---\nb: 2\n", 2, 1, "a second document begins here"),
        ("a: 1\n---\n---\n[]\n", 3, 1, "a second document begins here"),
        ("a: {<<: x}\n", 1, 9, "`<<` takes over the members of mappings"),
        ("a: {<<: [{b: 1}, 2]}\n", 1, 19, "`<<` takes over the members of mappings"),
        ("a: \x01\n", 1, 4, "control character"),
        ("a: \ud800\n", 1, 4, "not UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, line: int, column: int, said: str) -> None:
    error = refusal(text)
    assert said in error.message
    assert (line, column) == (error.line, error.column)


def test_an_error_names_the_way_to_it() -> None:
    assert "/States/A" == refusal("States:\n  A:\n    x: 1\n  A:\n    y: 2\n").pointer


@pytest.mark.parametrize(
    "deep", ["[" * 100_000, "a: " + "{b: " * 5_000, "".join(f"{' ' * n}a:\n" for n in range(300)) + " " * 300 + "x: 1"]
)
def test_deep_nesting_is_refused(deep: str) -> None:
    assert f"deeper than {MAX_DEPTH}" in refusal(deep).message


def test_depth_counts_what_aliases_stand_for() -> None:
    half = MAX_DEPTH // 2
    text = f"a: &a {'[' * half}x{']' * half}\nb: {'[' * (half + 5)}*a{']' * (half + 5)}\n"
    assert f"deeper than {MAX_DEPTH}" in refusal(text).message


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))
def test_any_text_gives_a_value_or_an_error(noise: bytes) -> None:
    text = noise.decode("utf-8", "replace")
    refused: DefinitionError | None = None
    try:
        read(text)
    except DefinitionError as error:
        refused = error
    assert refused is None or (refused.message and 1 <= refused.line <= text.count("\n") + text.count("\r") + 2)
