"""Commands about one saga: which one, its paths and its picture."""

from __future__ import annotations

import pytest

from sagacheck.application.list_paths import UndecidedError, list_paths
from sagacheck.application.loaded import LoadOptions
from sagacheck.application.refusal import RefusedError, did_you_mean
from sagacheck.application.selection import LoadError, NoSagaError, one_saga
from sagacheck.core.outcome import EndKind
from sagacheck.core.report import Tally
from sagacheck.semantics.analysis import TooLargeError
from sagacheck.semantics.listing import Filter
from tests.application.models import two_steps, write


@pytest.fixture(autouse=True)
def _models() -> None:
    write(
        {"one.py": two_steps(), "two.py": two_steps("a", "first") + "second = Saga('b', charge)\n", "broken.py": "1/0"}
    )


def test_the_only_saga_needs_no_name() -> None:
    assert one_saga("one.py", None, LoadOptions()).chart.name == "place-order"


def test_of_several_the_named_one_is_taken() -> None:
    assert one_saga("two.py", "b", LoadOptions()).chart.name == "b"
    assert one_saga("two.py:first", None, LoadOptions()).chart.name == "a"


@pytest.mark.parametrize(
    ("model", "name", "expected"),
    [
        ("two.py", None, "two.py holds 2 sagas (a, b); choose one with --saga NAME"),
        ("one.py", "place-oder", "there is no saga 'place-oder' in one.py; did you mean place-order?"),
    ],
)
def test_a_choice_that_is_no_choice_is_refused(model: str, name: str | None, expected: str) -> None:
    with pytest.raises(RefusedError) as refused:
        one_saga(model, name, LoadOptions())
    assert str(refused.value) == expected


def test_sagas_of_one_name_in_two_files_are_told_apart_by_file() -> None:
    write({"m/a.py": two_steps("x"), "m/b.py": two_steps("x")})
    with pytest.raises(RefusedError, match=r"m holds 2 sagas named 'x'; name one of the files: m/a\.py, m/b\.py"):
        one_saga("m", "x", LoadOptions())


def test_a_model_without_a_saga_and_one_that_fails_are_different_errors() -> None:
    write(
        {
            "none.py": "import sagacheck\n",
            "m/none.py": "",
            "m/broken.py": "import sagacheck\n1/0",
            "m/one.py": two_steps(),
        }
    )
    with pytest.raises(NoSagaError, match=r"there is no saga in none\.py: defines no saga"):
        one_saga("none.py", None, LoadOptions())
    with pytest.raises(LoadError) as error:
        one_saga("broken.py", None, LoadOptions())
    assert [failure.file for failure in error.value.failures] == ["broken.py"]
    assert one_saga("m", "place-order", LoadOptions()).file == "m/one.py"


def test_paths_are_listed_shortest_first_with_the_number_of_all() -> None:
    listing = list_paths(one_saga("one.py", None, LoadOptions()), Filter(), 3, 2)
    assert listing.total == listing.matching == Tally(1, 4, 5)
    assert listing.shown is not None
    assert [scenario.length for scenario in listing.shown] == [1, 2, 2]
    assert listing.wanted == ()


def test_filters_narrow_the_paths_and_are_put_into_words() -> None:
    wanted = Filter(EndKind.MANUAL, ("payment.charge",), ("inventory.reserve",), ("payment.refund",))
    listing = list_paths(one_saga("one.py", None, LoadOptions()), wanted, 99, 2)
    assert listing.shown is not None
    assert (listing.matching, len(listing.shown)) == (Tally(manual=2), 2)
    assert listing.total == Tally(1, 4, 5)
    assert listing.wanted == (
        "end manual",
        "payment.charge fails",
        "inventory.reserve is called",
        "compensation payment.refund fails",
    )


def test_only_their_number_can_be_asked_for() -> None:
    listing = list_paths(one_saga("one.py", None, LoadOptions()), Filter(EndKind.ABORTED), None, 2)
    assert (listing.shown, listing.matching) == (None, Tally(aborted=4))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(failing=("payment.charg",)), "place-order has no step 'payment.charg'; did you mean payment.charge?"),
        (Filter(visits=("x",)), "place-order has no step 'x'; known: inventory.reserve, payment.charge"),
        (
            Filter(failed_compensation=("payment.refnd",)),
            "place-order has no compensation, or compensated step, 'payment.refnd'; did you mean payment.refund?",
        ),
    ],
)
def test_steps_that_the_saga_does_not_have_are_refused(wanted: Filter, expected: str) -> None:
    with pytest.raises(RefusedError) as refused:
        list_paths(one_saga("one.py", None, LoadOptions()), wanted, 1, 2)
    assert str(refused.value).startswith(expected)


def test_a_saga_that_is_too_large_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_large(*_: object) -> None:
        raise TooLargeError("a million nodes")

    monkeypatch.setattr("sagacheck.application.list_paths.count_scenarios", too_large)
    with pytest.raises(UndecidedError, match="place-order: too large to be listed exactly: a million nodes"):
        list_paths(one_saga("one.py", None, LoadOptions()), Filter(), 1, 2)


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("verfy", ["verify", "paths"], "did you mean verify?"),
        ("VERIFY", ["verify", "paths"], "did you mean verify?"),
        ("aab", ["aac", "aad"], "did you mean aac or aad?"),
        ("zzz", ["b", "a"], "known: a, b"),
        ("zzz", [], ""),
        ("zzz", [f"step-{number}" for number in range(99)], ""),
    ],
)
def test_guesses_are_near_and_lists_are_short(word: str, known: list[str], expected: str) -> None:
    assert did_you_mean(word, known) == expected
