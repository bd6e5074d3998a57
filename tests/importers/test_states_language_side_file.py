"""A side file says what a definition cannot, and is told where it says nothing that makes sense."""

from __future__ import annotations

import json
import math
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sagacheck.core.chart import Chart, Compensate, End
from sagacheck.core.contract import Barrier, Keyed, Natural, NoContract
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.step import Informational, NonCompensatable
from sagacheck.importers.states_language import load_definitions
from sagacheck.importers.states_language.side_file import read_side_file
from sagacheck.importers.states_language.source import DefinitionError
from tests.importers.definitions import FAILED, catching, edges_from, machine, task, unclear

DEFINITION = json.dumps(
    machine(
        First=task("Second", catch=[catching("Back")]),
        Second=task("Third", catch=[catching("Back", "Refused"), catching("Back")]),
        Third=task(catch=[catching("Back")]),
        Back=task("Over", catch=[catching("Over")]),
        Over=FAILED,
    )
)


def with_side_file(text: str) -> Chart:
    """The chart of a definition with meaningless names, of which a side file says more."""
    (found,) = load_definitions(DEFINITION, "order.asl.json", {"order.saga.toml": text}.get)
    assert isinstance(found, Chart), found
    return found


def refusal(text: str) -> DefinitionError:
    """Why a side file is refused."""
    (found,) = load_definitions(DEFINITION, "sagas/order.asl.json", {"order.saga.toml": text}.get)
    assert isinstance(found, DefinitionError), found
    assert "sagas/order.saga.toml" == found.file
    return found


def test_without_a_side_file_meaningless_names_are_unclear() -> None:
    (found,) = load_definitions(DEFINITION, "order.asl.json", lambda _: None)
    assert isinstance(found, Chart)
    assert ["Back"] == unclear(found)


def test_a_compensation_undoes_what_is_said() -> None:
    chart = with_side_file('[states.Back]\nundoes = ["First", "Third"]\nnever-refused = true\n')
    node = chart.node["Back"]
    assert isinstance(node, Compensate)
    assert (("First", "Third"), (Outcome.OK,)) == (node.steps, node.outcomes)
    spec = chart.step["First"].compensation
    assert spec is not None
    assert ("Back", None) == (spec.action, spec.inferred)
    assert chart.step["Second"].undo is None
    assert [] == unclear(chart)


def test_what_undoes_nothing_is_clear_too() -> None:
    chart = with_side_file("[states.Back]\nundoes = []\n")
    assert [] == unclear(chart)
    assert not chart.step["Back"].owes


def test_effects_markers_and_contracts_are_taken_over() -> None:
    chart = with_side_file(
        """
        resume-within = "2d"
        [states]
        First = { reads-only = true }
        Second.informational = "a mail"
        Second.contract = { kind = "keyed", key = "id", lifetime = "1h", tolerates-empty = true }
        [states.Third]
        non-compensatable = "it has left"
        retry-horizon = "3h"
        [states."Third".contract]
        kind = "barrier"
        key = "id"
        dedup = "effect-first"
        reply = "conflict"
        stores-rejections = false
        """
    )
    assert 172800 == chart.resume_within
    assert not chart.step["First"].effect
    assert Informational("a mail") == chart.step["Second"].undo
    assert Keyed("id", lifetime=3600.0, tolerates_empty=True) == chart.step["Second"].contract
    assert NonCompensatable("it has left") == chart.step["Third"].undo
    assert 10800 == chart.step["Third"].retry_horizon
    contract = chart.step["Third"].contract
    assert isinstance(contract, Barrier)
    assert ("effect-first", "conflict", False) == (contract.dedup, contract.reply, contract.stores_rejections)


def test_contracts_without_keys() -> None:
    chart = with_side_file('[states]\nFirst.contract.kind = "none"\nSecond.contract = {kind = "natural"}\n')
    assert (NoContract(), Natural()) == (chart.step["First"].contract, chart.step["Second"].contract)


def test_ends_are_what_is_said() -> None:
    chart = with_side_file('[states.Over]\nend = "manual"\ninstruction = "call"\n[states.Third]\nend = "aborted"\n')
    over = chart.node["Over"]
    assert isinstance(over, End)
    assert (EndKind.MANUAL, "call", None) == (over.kind, over.instruction, over.inferred)
    third = chart.node[edges_from(chart, "Third")["ok"]]
    assert isinstance(third, End)
    assert EndKind.ABORTED == third.kind


def test_errors_are_what_is_said() -> None:
    assert "rejected" in edges_from(with_side_file(""), "Second")
    chart = with_side_file('[errors]\nRefused = "unknown"\n"Lambda.Unknown" = "rejected"\n')
    assert "Back" == edges_from(chart, "Second")["unknown"]
    assert "Back" == edges_from(chart, "Second")["rejected"]


def test_suppressions_stand_where_they_are_written() -> None:
    chart = with_side_file('[states.Back.suppress]\nSC207 = "we are paged"\n')
    (suppression,) = chart.suppressions
    assert ("SC207", "Back", "we are paged") == (suppression.code, suppression.state, suppression.reason)
    assert suppression.span is not None
    assert (2, 1) == (suppression.span.line, suppression.span.column)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[states.Bakc]\n", 1, "there is no state `Bakc`; did you mean `Back`?"),
        ("[states.Nowhere]\n", 1, "there are `First`, `Second`, `Third`, `Back`, `Over`"),
        ("\nstate = 1\n", 2, "there is no key `state`; did you mean `states`?"),
        ('[states.Back]\nundoe = ["First"]\n', 2, "did you mean `undoes`?"),
        ('[states.Back]\nundoes = ["Frist"]\n', 1, "no Task here; did you mean `First`?"),
        ('[states.Back]\nundoes = ["Over"]\n', 1, "which is no Task here"),
        ('[states.Back]\nundoes = ["Back"]\n', 1, "which is a compensation itself"),
        ('[states.Back]\nundoes = "First"\n', 2, "must be a list of states"),
        ('[states.Back]\nundoes = ["First"]\n\nreads-only = true\n', 4, "only one of them can hold"),
        ("[states.Over]\nreads-only = true\n", 1, "`Over` is no Task"),
        ('[states.First]\nend = "manual"\n', 1, "ends no execution"),
        ('[states.Over]\nend = "maybe"\n', 2, "end must be one of committed, aborted, manual"),
        ('[states.Over]\ninstruction = "call"\n', 2, 'say end = "manual" as well'),
        ("[states.Back]\nnever-refused = true\n", 2, "say what it undoes as well"),
        ('[states.First]\ninformational = ""\n', 2, "must be a text that says something"),
        ('[states.First]\ncontract = "keyed"\n', 2, "`contract` must be a table"),
        ("[states.First]\ncontract = {}\n", 2, "the contract has no kind"),
        ('[states.First.contract]\nkind = "keyd"\n', 2, "did you mean `keyed`?"),
        ('[states.First.contract]\nkind = "keyed"\n', 1, "name the field that identifies the operation"),
        ('[states.First.contract]\nkind = "natural"\nkey = "x"\n', 3, "has no meaning for the kind natural"),
        ('[states.First.contract]\nkind = "barrier"\nkey = "x"\ntolerates-empty = false\n', 4, "that is what it is"),
        ('[states.First]\nretry-horizon = "soon"\n', 2, "is no duration"),
        ("resume-within = true\n", 1, "must be a duration"),
        ('[errors]\n"States.Timeout" = "rejected"\n', 2, "is the engine's"),
        ('[errors]\nRefused = "maybe"\n', 2, 'must be "rejected"'),
        ('[states.First.suppress]\nSC1 = "x"\n', 2, "is no code of a finding"),
        ('[states.First.suppress]\nSC101 = ""\n', 2, "must be a text that says something"),
        ("[states.First\n", 1, "this is not TOML"),
        ("a = \n", 1, "this is not TOML"),
        ("[states]\n[states]\n", 2, "this is not TOML"),
        ("x = " + "[" * 20_000, 1, "this is not TOML"),
        ("states = 7\n", 1, "`states` must be a table"),
        ("[states]\nFirst = 7\n", 2, "`First` must be a table"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(text: str, line: int, said: str) -> None:
    error = refusal(text)
    assert said in error.message
    assert line == error.line


SCHEMA = json.loads(
    files("sagacheck.importers.states_language").joinpath("side-file.schema.json").read_text(encoding="utf-8")
)
WORDS = st.sampled_from(
    ["1h", "keyed", "barrier", "natural", "none", "manual", "aborted", "", " ", "x", "unknown", "together", "-1s"]
)
VALUES = st.booleans() | st.integers(-5, 5) | WORDS | st.lists(WORDS, max_size=2)
KEYS = {
    "contract": st.sampled_from(["kind", "key", "lifetime", "dedup", "tolerates-empty", "keys"]),
    "suppress": st.sampled_from(["SC101", "SC1", "all"]),
    "state": st.sampled_from(
        [
            "undoes",
            "never-refused",
            "reads-only",
            "informational",
            "non-compensatable",
            "retry-horizon",
            "end",
            "instruction",
            "undo",
        ]
    ),
}
STATES = st.builds(
    lambda plain, tables: {**plain, **tables},
    st.dictionaries(KEYS["state"], VALUES, max_size=3),
    st.fixed_dictionaries(
        {},
        optional={name: st.dictionaries(KEYS[name], VALUES, max_size=3) | VALUES for name in ("contract", "suppress")},
    ),
)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "states": st.dictionaries(st.sampled_from(["A", "B c", "ä.\"'"]), STATES | VALUES, max_size=2) | VALUES,
        "errors": st.dictionaries(
            st.sampled_from(["Refused", "States.Timeout"]), VALUES | st.just("rejected"), max_size=2
        ),
        "resume-within": VALUES,
        "resume": VALUES,
    },
)


def written(value: object) -> str:
    """A value as TOML writes it inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {written(inner)}" for key, inner in value.items()) + "}"
    return "[" + ", ".join(map(written, value)) + "]" if isinstance(value, list) else json.dumps(value)


@given(DOCUMENTS)
def test_the_schema_allows_what_is_understood(document: dict[str, object]) -> None:
    text = "".join(f"{key} = {written(value)}\n" for key, value in document.items())
    refused = ""
    try:
        read_side_file(text, "x.saga.toml")
    except DefinitionError as error:
        refused = error.message
    allowed = Draft202012Validator(SCHEMA).is_valid(document)
    assert allowed is not bool(refused), refused


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_nothing_is_known_for_ever_by_default() -> None:
    contract = read_side_file('[states.A.contract]\nkind = "keyed"\nkey = "id"\n', "x").states["A"].contract
    assert contract is not None
    assert math.isinf(contract.lifetime_seconds)
