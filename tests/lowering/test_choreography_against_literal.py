"""The lowering of choreographies agrees with a literal reading, message by message."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, reject, settings

from sagacheck import Choreography
from tests.lowering.deciding import flaws
from tests.lowering.literal import Literal, TooManyWorldsError
from tests.lowering.random_choreographies import LOGS, choreographies, guarded
from tests.lowering.test_choreography_reference import ROWS

MOST = 1_500


def literally(choreography: Choreography) -> frozenset[tuple[str, str]]:
    """What the literal reading finds, where it can look at everything."""
    try:
        return Literal(choreography.net()).flaws(MOST)
    except TooManyWorldsError:
        reject()


@settings(max_examples=120)
@given(choreographies())
def test_random_choreographies_have_the_same_flaws(choreography: Choreography) -> None:
    assert literally(choreography) == flaws(choreography)


@settings(max_examples=60)
@given(choreographies(cyclic=True))
def test_random_circles_have_the_same_flaws(choreography: Choreography) -> None:
    assert literally(choreography) == flaws(choreography)


@settings(max_examples=120)
@given(choreographies(ordered=True))
def test_random_ordered_logs_have_the_same_flaws(choreography: Choreography) -> None:
    assert literally(choreography) == flaws(choreography)


@settings(max_examples=40)
@given(guarded(LOGS))
def test_random_guards_in_an_ordered_log_have_the_same_flaws(choreography: Choreography) -> None:
    assert literally(choreography) == flaws(choreography)


@settings(max_examples=40)
@given(guarded())
def test_random_guards_have_the_same_flaws(choreography: Choreography) -> None:
    assert literally(choreography) == flaws(choreography)


def test_the_rows_of_the_reference_have_the_same_flaws() -> None:
    """The literal reading takes too long for some rows; it has to decide most of them."""
    count: Counter[str] = Counter()
    for name, make, _, _ in ROWS:
        choreography = make()
        try:
            expected = Literal(choreography.net()).flaws(MOST)
        except TooManyWorldsError:
            count["too many"] += 1
            continue
        count["compared"] += 1
        assert (name, expected) == (name, flaws(choreography))
    assert count["compared"] >= 17
