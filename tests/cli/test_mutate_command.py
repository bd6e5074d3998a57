"""`sagacheck mutate` on the command line."""

from __future__ import annotations

import json

import pytest

from sagacheck.application import mutate
from tests.application.models import write
from tests.cli.running import FAULTY, run

SOUND = """\
from sagacheck import Barrier, Saga, Step

pay = Saga("pay", Step("card.charge", compensation="card.refund", contract=Barrier("id")))
"""


def test_the_score_is_told_kind_by_kind() -> None:
    write({"pay.py": SOUND})
    result = run("mutate", "pay.py")
    assert (0, "") == (result.exit_code, result.stderr)
    assert result.stdout.startswith("pay.py  pay  ")
    assert " wrong twins noticed\n  a compensation is dropped          1 of 1\n" in result.stdout
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


def test_a_saga_that_is_wrong_itself_is_to_be_repaired_first() -> None:
    write({"checkout.py": FAULTY})
    result = run("mutate", "checkout.py")
    assert result.exit_code == 2
    assert "checkout is not sound itself: SC201" in result.stderr


def test_without_a_saga_there_is_nothing_to_do() -> None:
    write({"m/empty.py": ""})
    assert run("mutate", "m").exit_code == 5
