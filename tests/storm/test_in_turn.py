"""What two operations are given in turn is compared by who was given the same, and all else as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagacheck.storm.in_turn import InTurn, Ordered, given_in_turn
from sagacheck.storm.observing import observed

Row = dict[str, object]


def table(*rows: tuple[object, ...]) -> list[Row]:
    return [dict(zip(("id", "key", "amount"), row, strict=True)) for row in rows]


def found_in(before: object, one: tuple[object, object], other: tuple[object, object]) -> InTurn:
    """What is given out in turn, of what a probe returned."""
    first, second = (Ordered(*map(observed, seen)) for seen in (one, other))
    return given_in_turn(observed(before), first, second)


A_FIRST = {"bills": table((1, "a", 30), (2, "b", 45))}
B_FIRST = {"bills": table((1, "b", 45), (2, "a", 30))}
BILLS = found_in(
    {"bills": []},
    ({"bills": table((1, "a", 30))}, A_FIRST),
    ({"bills": table((1, "b", 45))}, B_FIRST),
)


def test_a_number_is_what_a_row_bears_otherwise_when_it_comes_second() -> None:
    assert {"bills": ("id",)} == dict(BILLS.numbers)
    assert frozenset() == BILLS.lists


@given(st.lists(st.integers(), min_size=2, max_size=2))
def test_rows_may_bear_any_numbers_that_differ(numbers: list[int]) -> None:
    found = observed({"bills": table((numbers[0], "a", 30), (numbers[1], "b", 45))})
    assert (numbers[0] != numbers[1]) is BILLS.same(observed(A_FIRST), found)


@pytest.mark.parametrize(
    "bills",
    [
        table((1, "a", 45), (2, "b", 30)),
        table((1, "a", 30), (2, "a", 45)),
        table((1, "a", 30)),
        table((1, "a", 30), (2, "b", 45), (3, "b", 45)),
        [],
    ],
)
def test_all_else_has_to_be_as_it_is(bills: list[Row]) -> None:
    assert not BILLS.same(observed(A_FIRST), observed({"bills": bills}))


def test_a_balance_that_depends_on_the_order_is_no_number() -> None:
    def balance(value: int) -> dict[str, list[Row]]:
        return {"account": [{"balance": value}]}

    none = found_in(balance(100), (balance(90), balance(85)), (balance(95), balance(86)))
    assert {"account": ()} == dict(none.numbers)
    assert not none.same(observed(balance(85)), observed(balance(90)))


def test_a_balance_that_is_written_beside_what_it_is_after_is_no_number_if_the_two_orders_differ_in_it() -> None:
    kept = found_in([], ([(70, "a")], [(70, "a"), (25, "b")]), ([(55, "b")], [(55, "b"), (25, "a")]))
    assert {"": ()} == dict(kept.numbers)


def test_a_list_of_what_came_may_be_in_any_order_and_hold_nothing_else() -> None:
    one, other = (["a"], ["a", "b"]), (["b"], ["b", "a"])
    came = found_in(["z"], tuple(["z", *seen] for seen in one), tuple(["z", *seen] for seen in other))  # type: ignore[arg-type]
    assert frozenset({""}) == came.lists
    assert came.same(["z", "a", "b"], ["b", "z", "a"])
    assert not came.same(["z", "a", "b"], ["z", "a", "a"])


def test_things_of_their_own_that_a_probe_returns_together_are_compared_each_by_itself() -> None:
    both = found_in(
        ([], 7),
        ((table((1, "a", 3)), 6), (table((1, "a", 3), (2, "b", 4)), 5)),
        ((table((1, "b", 4)), 6), (table((1, "b", 4), (2, "a", 3)), 5)),
    )
    right = observed((table((1, "a", 3), (2, "b", 4)), 5))
    assert both.same(right, observed((table((4, "a", 3), (2, "b", 4)), 5)))
    assert not both.same(right, observed((table((1, "a", 3), (2, "b", 4)), 6)))
