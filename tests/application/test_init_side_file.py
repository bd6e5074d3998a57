"""`init` writes down what was inferred, and never over what a person wrote."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagacheck.application.init_side_file import Proposal, propose
from sagacheck.application.loading import load
from sagacheck.application.refusal import RefusedError
from sagacheck.core.chart import Chart
from sagacheck.core.remark import UnclearRole
from tests.application.models import two_steps, write
from tests.importers.definitions import FAILED, State, catching, machine, task

MANUAL: State = {**FAILED, "Cause": "call the hotel"}


def trip(**more: State) -> str:
    """A trip of which some can be inferred, and some not."""
    states: dict[str, State] = {
        "LookUp": task("BookHotel", Resource="arn:aws:states:::dynamodb:getItem", catch=[catching("Rejected")]),
        "BookHotel": task("BookCar", catch=[catching("CancelHotel")]),
        "BookCar": task(catch=[catching("CancelHotel"), catching("Rejected", "Odd")]),
        "CancelHotel": task("Step7", catch=[catching("NeedsManualWork")]),
        "Step7": task("Tell", catch=[catching("Tell")]),
        "Tell": task("SaveFailure", Resource="arn:aws:states:::sns:publish", catch=[catching("Rejected")]),
        "SaveFailure": task("Rejected", catch=[catching("Rejected")]),
        "Rejected": FAILED,
        "NeedsManualWork": MANUAL,
    }
    return json.dumps(machine(**{**states, **more}))


def proposed(side: str | None = None, definition: str | None = None) -> Proposal:
    """What the side file of the trip is to become, of what it is."""
    write({"trip.asl.json": definition or trip()})
    if side is not None:
        write({"trip.saga.toml": side})
    (proposal,) = propose("trip.asl.json")
    return proposal


def accepted(proposal: Proposal) -> Chart:
    """The chart of the trip with the side file as it is to become."""
    write({"trip.saga.toml": proposal.after})
    loading = load(("trip.asl.json",))
    assert () == loading.failures
    (saga,) = loading.sagas
    return saga.chart


def test_what_was_inferred_is_written_down_with_the_reason() -> None:
    proposal = proposed()
    said = tomllib.loads(proposal.after)["states"]
    assert {
        "CancelHotel": {"undoes": ["BookHotel"]},
        "LookUp": {"reads-only": True},
        "Tell": {"informational": "a notification needs no undoing"},
        "SaveFailure": {"undoes": []},
        "NeedsManualWork": {"end": "manual"},
    } == said
    assert len(said) == proposal.after.count("# inferred: ")
    assert ["Step7"] == [one.state for one in proposal.undecided]
    assert "# [states.Step7]\n" in proposal.after


def test_what_is_written_down_is_no_inference_any_more() -> None:
    chart = accepted(proposed())
    assert all(step.inferred_read_only is None for step in chart.steps)
    assert ["Step7"] == [remark.node for remark in chart.remarks if isinstance(remark, UnclearRole)]


def test_written_twice_is_written_once() -> None:
    first = proposed()
    accepted(first)
    (second,) = propose("trip.asl.json")
    assert (first.after, first.after, (), "") == (second.before, second.after, second.added, second.difference)


OWN = """\
# ours, do not touch
resume-within = '2d'   # weekend

[states.CancelHotel]   # by the order's number
contract = {kind="keyed",key="order_id"}
undoes=["BookHotel",
        "BookCar"]     # both

[states.Tell]
non-compensatable = "people have read it"
"""


def test_nothing_that_a_person_wrote_is_changed() -> None:
    proposal = proposed(OWN)
    assert proposal.after.startswith(OWN)
    assert {"LookUp", "SaveFailure", "NeedsManualWork"} == {guess.state for guess in proposal.added}
    accepted(proposal)


def test_what_a_person_says_otherwise_stays_and_is_told() -> None:
    told = proposed(OWN).kept
    assert 2 == len(told)
    assert "`CancelHotel`: it says undoes =" in told[0]
    assert 'inferred would be undoes = ["BookHotel"]' in told[0]
    assert '`Tell`: it says non-compensatable = "people have read it", which stays' in told[1]


def test_a_table_that_is_there_gets_what_it_lacks() -> None:
    own = '[states.CancelHotel]\ncontract = { kind = "barrier", key = "id" } # ours\n\n[states.BookCar]\nreads-only = false\n'
    proposal = proposed(own)
    said = tomllib.loads(proposal.after)["states"]
    assert {"contract": {"kind": "barrier", "key": "id"}, "undoes": ["BookHotel"]} == said["CancelHotel"]
    assert 'contract = { kind = "barrier", key = "id" } # ours\n' in proposal.after
    assert 1 == proposal.after.count("[states.CancelHotel]")
    accepted(proposal)


def test_new_states_are_added_to_an_older_file() -> None:
    accepted(proposed())
    newer = trip(
        BookCar=task("BookFlight", catch=[catching("CancelHotel")]),
        BookFlight=task(catch=[catching("CancelFlight")]),
        CancelFlight=task("CancelHotel", catch=[catching("CancelHotel")]),
    )
    write({"trip.asl.json": newer})
    (proposal,) = propose("trip.asl.json")
    assert [("CancelFlight", ("BookFlight",))] == [(guess.state, guess.value) for guess in proposal.added]


def test_the_difference_is_shown_as_one() -> None:
    difference = proposed(OWN).difference
    assert difference.startswith("--- trip.saga.toml\n+++ trip.saga.toml\n")
    assert all(line[:1] in "+ @-" for line in difference.splitlines())
    assert not [line for line in difference.splitlines() if line.startswith("-") and not line.startswith("---")]


def test_states_that_nothing_can_be_added_to_are_left_alone() -> None:
    own = 'states = { CancelHotel = { undoes = ["BookHotel"] } }\n'
    with pytest.raises(RefusedError, match="give each a table of its own"):
        proposed(own)


def test_a_broken_side_file_is_not_touched() -> None:
    with pytest.raises(RefusedError, match=r"trip\.saga\.toml:1:2: there is no state `Hotel`"):
        proposed("[states.Hotel]\n")


def test_each_definition_of_a_template_gets_a_file_of_its_own() -> None:
    definition = json.loads(trip())
    machines = {name: {"definition": definition} for name in ("one", "two")}
    write({"sub/serverless.yml": json.dumps({"stepFunctions": {"stateMachines": machines}})})
    assert ["sub/serverless.one.saga.toml", "sub/serverless.two.saga.toml"] == [
        p.file for p in propose("sub/serverless.yml")
    ]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (".", "is a folder; name one of its definitions: a.asl.json"),
        ("empty", "there are no definitions in it"),
        ("model.py", "is no Step Functions definition"),
        ("nothing.json", "there is no such file"),
        ("broken.json", "seems to be cut off"),
        ("elsewhere.json", "holds no definition of its own"),
    ],
)
def test_what_is_no_definition_is_refused(here: Path, path: str, said: str) -> None:
    (here / "empty").mkdir()
    elsewhere = {
        "Resources": {"M": {"Type": "AWS::Serverless::StateMachine", "Properties": {"DefinitionUri": "a.asl.json"}}}
    }
    write({"a.asl.json": trip(), "model.py": two_steps(), "broken.json": "{", "elsewhere.json": json.dumps(elsewhere)})
    with pytest.raises(RefusedError, match=said):
        propose(path)


names = st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), min_size=1, max_size=8)


@given(names)
def test_any_name_can_be_written_down(name: str) -> None:
    definition = json.dumps(
        machine(
            BookHotel=task("Late", catch=[catching("Cancel hotel " + name)]),
            Late=task(catch=[catching("Cancel hotel " + name)]),
            **{"Cancel hotel " + name: task("Failed", catch=[catching("Failed")]), "Failed": FAILED},
        )
    )
    write({"trip.asl.json": definition})
    Path("trip.saga.toml").unlink(missing_ok=True)
    (proposal,) = propose("trip.asl.json")
    assert "Cancel hotel " + name in tomllib.loads(proposal.after)["states"]
    accepted(proposal)
    Path("trip.saga.toml").unlink()
