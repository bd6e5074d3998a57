"""Several sagas side by side: good handlers come through, and what breaks is shown by the smallest storm."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagacheck import Keyed, NoContract, Retry, Saga, Step, Storm
from sagacheck.application.storm_saga import StormOptions, prepared, storm_saga
from sagacheck.application.storm_source import StormSource
from sagacheck.application.written_test import written_test
from sagacheck.core.storming import Blow, Turn
from sagacheck.storm.keys import NoOtherKeyError
from sagacheck.storm.replaying import played_token
from sagacheck.storm.several import Several, fewest, several_sagas, turns_taken
from sagacheck.storm.token import token_of_turns
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


def test_a_time_that_is_over_ends_them_without_a_word(tmp_path: Path) -> None:
    with prepared(shop(tmp_path)) as ready:
        found = several_sagas(ready.play, 0, 10, until=0.0)
    assert ("", 0) == (found.why, found.steps)


def test_a_missing_tombstone_is_shown_with_both_sagas(tmp_path: Path) -> None:
    found = several(shop(tmp_path, without=TOMBSTONE))
    assert "the world is not as any calm run" in found.why
    assert ("stock: 6, and 8 would be right",) == found.evidence
    assert {"1", "2"} == {one.actor.split()[0] for one in found.happened}
    assert [one.fault for one in found.happened if one.fault].count("late") == 1
    # Nothing of it can be left out: one late request is enough.
    assert [Blow.LATE] == [turn.blow for turn in found.turns]


@given(st.sets(st.integers(0, 30), max_size=4), st.integers(0, 40))
def test_of_turns_only_those_are_kept_that_are_needed(needed: set[int], more: int) -> None:
    every = tuple(Turn(number + 1, Blow.LOST) for number in range(31 + more))

    def breaks(turns: tuple[Turn, ...]) -> bool:
        return needed <= {turn.saga - 1 for turn in turns} and (3 not in needed or Turn(4, Blow.LOST) in turns)

    found = fewest(every, breaks)
    assert sorted(needed) == [turn.saga - 1 for turn in found]
    assert {3} & needed == {turn.saga - 1 for turn in found if turn.blow}


def test_turns_of_a_saga_that_is_not_there_or_has_ended_are_nothing(tmp_path: Path) -> None:
    with prepared(shop(tmp_path)) as ready:
        many = (Turn(9, Blow.LOST), Turn(9, arrives=True), *[Turn(1)] * 50)
        assert turns_taken(ready.play, many).happened == turns_taken(ready.play, ()).happened


def test_simulated_sagas_side_by_side_have_keys_of_their_own() -> None:
    charge = Step("card.charge", compensation="card.refund", contract=Keyed("id"), retry=Retry.until_known())
    with prepared(Storm(Saga("pay", charge))) as ready:
        assert not turns_taken(ready.play, (Turn(1), Turn(2, Blow.REPLY_LOST))).why
        assert {1, 2} == set(ready.play.bench.stage.observe())  # type: ignore[call-overload] # one for each saga
    with prepared(Storm(Saga("pay", Step("card.charge", compensation="card.refund", contract=NoContract())))) as ready:
        assert (
            "2.card.charge.effects: 2, and 1 would be right"
            in turns_taken(ready.play, (Turn(1), Turn(2, Blow.TWICE))).evidence
        )


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
    (broken,) = bad.broken
    assert broken.several
    assert not bad.green
    with prepared(shop(tmp_path, without=TOMBSTONE)) as ready:
        again = played_token(ready.play, broken.token)
    assert (broken.why, broken.happened, broken.evidence) == (again.why, again.happened, again.evidence)
    with prepared(shop(tmp_path)) as ready:
        assert not played_token(ready.play, broken.token).why


def test_turns_that_break_sagas_are_a_test_file_that_passes_once_they_are_mended(tmp_path: Path) -> None:
    model = write_shop(tmp_path, without=TOMBSTONE)
    token = token_of_turns((Turn(2, Blow.LATE),))
    target = tmp_path / "test_found.py"
    text = written_test(StormSource(str(model), "buy"), token, target)
    target.write_text(text, encoding="utf-8")
    written: dict[str, object] = {"__file__": str(target)}
    exec(compile(text, str(target), "exec"), written)  # noqa: S102 - our own text
    run = written["test_buy_survives_the_plan"]
    assert callable(run)
    with pytest.raises(AssertionError, match=r"(?s)does not survive side-by-side/2:late.*2 stock.reserve: ok"):
        run()
    write_shop(tmp_path)
    run()
