"""`sagacheck mutate` on the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from sagacheck.application import mutate
from sagacheck.core.mutation import Mutation
from tests.application.models import write
from tests.cli.running import FAULTY, run
from tests.rules.models import ROOT

SOUND = """\
from sagacheck import Barrier, Saga, Step

pay = Saga("pay", Step("card.charge", compensation="card.refund", contract=Barrier("id")))
"""


def test_the_score_is_told_kind_by_kind() -> None:
    write({"pay.py": SOUND})
    result = run("mutate", "pay.py")
    assert (0, "") == (result.exit_code, result.stderr)
    assert result.stdout.startswith("pay.py  pay  ")
    assert " wrong twins noticed\n  a compensation is dropped      2 of 2\n" in result.stdout
    assert "card.refund" not in result.stdout
    assert "`card.refund` is never called at" in run("mutate", "pay.py", "-v").stdout


def test_a_twin_that_nobody_notices_is_named_with_its_place_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutate, "_new", lambda *_: ())
    write({"pay.py": SOUND})
    result = run("mutate", "pay.py")
    assert result.exit_code == 1
    assert "pay.py  pay  0 of " in result.stdout
    assert "`card.charge` keeps no contract (pay.py:3): NOT NOTICED" in result.stdout


def test_json_lists_every_twin_with_what_was_found() -> None:
    write({"pay.py": SOUND})
    document = json.loads(run("mutate", "pay.py", "-o", "json").stdout)
    (saga,) = document["sagas"]
    assert ("sagacheck-mutation", "pay", len(saga["twins"])) == (document["format"], saga["name"], saga["caught"])
    assert all(twin["codes"] for twin in saga["twins"])


SCHEMA = json.loads(files("sagacheck.render").joinpath("score.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("model", ["models/order.py", "models/order_choreographed.py", "models/coordinator.py"])
def test_the_json_document_fits_its_schema(model: str) -> None:
    document = json.loads(run("mutate", str(ROOT / model), "-o", "json").stdout)
    Draft202012Validator.check_schema(SCHEMA)
    assert [] == [error.message for error in Draft202012Validator(SCHEMA).iter_errors(document)]
    del document["sagas"][0]["twins"][0]["codes"]
    assert list(Draft202012Validator(SCHEMA).iter_errors(document))


def test_the_schema_lists_every_kind_of_twin() -> None:
    assert [str(mutation) for mutation in Mutation] == SCHEMA["$defs"]["twin"]["properties"]["mutation"]["enum"]


def test_the_exit_code_says_that_something_was_not_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = mutate._tried
    monkeypatch.setattr(
        mutate, "_tried", lambda *given: [replace(one, codes=(), why="no time") for one in tried(*given)]
    )
    write({"pay.py": SOUND})
    result = run("mutate", "pay.py")
    assert result.exit_code == 4
    assert "not decided: no time" in result.stdout


def test_a_saga_that_is_wrong_itself_is_to_be_repaired_first() -> None:
    write({"checkout.py": FAULTY})
    result = run("mutate", "checkout.py")
    assert result.exit_code == 2
    assert "checkout is not sound itself: SC201" in result.stderr


def test_without_a_saga_there_is_nothing_to_do() -> None:
    write({"m/empty.py": ""})
    assert run("mutate", "m").exit_code == 5
