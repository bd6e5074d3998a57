"""Several sagas side by side: good handlers come through, and what breaks is shown by the smallest storm."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from sagacheck import Keyed, Saga, Step, Storm
from sagacheck.application.storm_saga import StormOptions, prepared, storm_saga
from sagacheck.storm.keys import NoOtherKeyError
from sagacheck.storm.several import Several, several_sagas
from tests.storm.shop import TOMBSTONE, write_shop

EXAMPLES = 40


def shop(folder: Path, **options: str) -> Storm:
    write_shop(folder, **options)
    spec = importlib.util.spec_from_file_location("shop_of_a_test", folder / "shop.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (storm,) = (value for value in vars(module).values() if isinstance(value, Storm))
    return storm


def several(storm: Storm, seed: int = 0) -> Several:
    with prepared(storm) as ready:
        return several_sagas(ready.play, seed, EXAMPLES)


def test_handlers_that_keep_their_contracts_come_through(tmp_path: Path) -> None:
    found = several(shop(tmp_path))
    assert ("", ()) == (found.why, found.happened)
    assert found.steps > EXAMPLES


def test_a_missing_tombstone_is_shown_with_both_sagas(tmp_path: Path) -> None:
    found = several(shop(tmp_path, without=TOMBSTONE))
    assert "the world is not as any calm run" in found.why
    assert ("stock: 6, and 8 would be right",) == found.evidence
    assert {"1", "2"} == {one.actor.split()[0] for one in found.happened}
    assert [one.fault for one in found.happened if one.fault].count("late") == 1


def test_the_same_seed_makes_up_the_same_storms(tmp_path: Path) -> None:
    storm = shop(tmp_path, without=TOMBSTONE)
    assert several(storm, 7) == several(storm, 7)


def test_a_key_that_is_neither_text_nor_number_is_refused() -> None:
    storm = Storm(
        Saga("pay", Step("card.charge", compensation="card.refund", contract=Keyed("id"))), example={"id": 1.5}
    )
    with prepared(storm) as ready, pytest.raises(NoOtherKeyError, match=r"no second key can be made of 1\.5"):
        several_sagas(ready.play, 0, 1)


def test_a_storm_tells_of_it_as_of_any_plan(tmp_path: Path) -> None:
    good = storm_saga(shop(tmp_path), "shop.py", StormOptions(faults=0, several=5))
    assert good.side_by_side > 0
    assert good.green
    bad = storm_saga(
        shop(tmp_path, without=TOMBSTONE), "shop.py", StormOptions(faults=0, matrix=False, several=EXAMPLES)
    )
    assert [(True, "")] == [(broken.several, broken.token) for broken in bad.broken]
    assert not bad.green
