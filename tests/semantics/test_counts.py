"""The documented counts and other known figures, against brute force and against what sagacheck counts."""

from __future__ import annotations

import functools
import operator
from itertools import islice

import pytest

from sagacheck import (
    Barrier,
    Compensation,
    Condition,
    Informational,
    Keyed,
    NonCompensatable,
    Retry,
    Saga,
    Step,
    first_of,
    parallel,
    when,
)
from sagacheck.application.check import check_chart
from sagacheck.authoring.flow import Flow
from sagacheck.core.report import Tally
from sagacheck.semantics.count import count_scenarios
from sagacheck.semantics.listing import Filter, list_scenarios
from tests.oracle.counts_page import Row, rows
from tests.oracle.figures import counts, failure_points
from tests.oracle.literal import scenarios

BOTH = (False, True)


def step(name: str, retry: Retry | None = None) -> Step:
    return Step(name, compensation=Compensation(f"undo {name}", retry=retry))


def sure(name: str) -> Step:
    return Step(name, compensation=Compensation(f"undo {name}", retry=Retry.until_done()))


def known(name: str) -> Step:
    return Step(name, compensation=f"undo {name}", contract=Keyed("id"), retry=Retry.until_known())


def of_product(saga: Saga, *, cancelled: bool = False) -> tuple[int, ...]:
    """Committed, aborted, manual; nothing of a declared saga is unhandled or cut."""
    tally = count_scenarios(saga.chart(), Filter(cancelled=cancelled))
    assert (tally.unhandled, tally.cut) == (0, 0)
    return tally.committed, tally.aborted, tally.manual


def of_oracle(saga: Saga, *, cancelled: bool = False) -> tuple[int, ...]:
    return tuple(counts(scenarios(saga), cancelled=cancelled).values())


def points_of_product(saga: Saga) -> tuple[int, int]:
    points = check_chart(saga.chart(), "model.py").failure_points
    return points.forward, points.compensation


A, B, C = step("a"), step("b"), step("c")
X = Condition("x")
ORDER = (
    Step("inventory.reserve", compensation="inventory.release", contract=Barrier("order_id"))
    >> Step(
        "payment.charge",
        compensation="payment.refund",
        contract=Keyed("order_id"),
        retry=Retry.until_known(),
        timeout="5s",
    )
    >> Step(
        "shipping.dispatch",
        compensation=NonCompensatable("the parcel has left the building"),
        contract=Keyed("order_id"),
        retry=Retry.until_known(),
    )
    >> Step("email.confirm", compensation=Informational("a confirmation needs no undo"))
)

# Worked out by hand under the strict profile: committed, aborted, manual; failure points of steps, of compensations.
KNOWN = [
    (A, (1, 2, 1), (2, 1)),
    (A >> B, (1, 4, 5), (4, 2)),
    (sure("a") >> sure("b"), (1, 4, 0), (4, 0)),
    (step("a", Retry(3)) >> step("b", Retry(3)), (1, 4, 12), (4, 4)),
    (parallel(A, B), (1, 8, 13), (4, 2)),
    (parallel(sure("a"), sure("b")), (1, 8, 0), (4, 0)),
    (parallel(sure("a") >> sure("b"), sure("c")), (1, 16, 0), (6, 0)),
    (when(X, A) >> B, (2, 6, 6), (4, 2)),
    (first_of(sure("a"), sure("b")), (3, 4, 0), (4, 0)),
    (A >> Step("n", compensation=NonCompensatable("gone")), (1, 3, 3), (4, 1)),
    (ORDER, (3, 4, 5), (6, 2)),
]
KNOWN_NAMES = [
    "one step",
    "sequence",
    "sequence, infallible",
    "sequence, compensations may stay unknown",
    "parallel",
    "parallel, infallible",
    "parallel with a longer branch",
    "choice",
    "fallback",
    "pivot at the end",
    "order",
]


@pytest.mark.parametrize(("flow", "expected", "points"), KNOWN, ids=KNOWN_NAMES)
def test_brute_force_finds_what_was_worked_out_by_hand(
    flow: Flow, expected: tuple[int, ...], points: tuple[int, int]
) -> None:
    saga = Saga("known", flow)
    assert expected == of_oracle(saga)
    assert points == failure_points(scenarios(saga))


@pytest.mark.parametrize(("flow", "expected", "points"), KNOWN, ids=KNOWN_NAMES)
def test_sagacheck_counts_what_was_worked_out_by_hand(
    flow: Flow, expected: tuple[int, ...], points: tuple[int, int]
) -> None:
    saga = Saga("known", flow)
    assert expected == of_product(saga)
    assert points == points_of_product(saga)


def documented(row: Row) -> str:
    return f"{row.flow} {row.options}".strip()


@pytest.mark.parametrize("row", rows(), ids=documented)
def test_the_page_adds_up_and_agrees_with_brute_force(row: Row) -> None:
    saga = row.saga()
    assert row.scenarios_total == sum(row.scenarios)
    assert row.cancelled_total == sum(row.cancelled)
    assert row.scenarios == of_oracle(saga)
    assert row.cancelled == of_oracle(saga, cancelled=True)
    assert row.failure_points == failure_points(scenarios(saga))


@pytest.mark.parametrize("row", rows(), ids=documented)
def test_sagacheck_counts_what_the_page_says(row: Row) -> None:
    saga = row.saga()
    assert row.scenarios == of_product(saga)
    assert row.cancelled == of_product(saga, cancelled=True)
    assert row.failure_points == points_of_product(saga)


def test_the_page_has_many_different_sagas() -> None:
    everything = [(row.flow, row.options) for row in rows()]
    assert len(everything) == len(set(everything))
    assert 12 <= len(everything)


def test_sixty_parallel_steps_of_two_outcomes_are_counted_exactly() -> None:
    saga = Saga("wide", parallel(*(known(f"step {number}") for number in range(60))))
    # A scenario fails unless all are ok. One that is ok is undone or not, one that was rejected is left alone:
    # 3 ways for each, without the 2^60 in which all are ok and there is nothing to undo.
    failed = 3**60 - 2**60
    aborted = 2**60 - 1
    assert (1, aborted, failed - aborted) == of_product(saga)


def test_sixty_parallel_steps_of_two_outcomes_and_infallible_compensations_are_counted_exactly() -> None:
    branches = (
        Step(
            f"step {number}",
            compensation=Compensation(f"undo {number}", retry=Retry.until_done()),
            contract=Barrier("id"),
            retry=Retry.until_known(),
        )
        for number in range(60)
    )
    assert (1, 2**60 - 1, 0) == of_product(Saga("wide", parallel(*branches)))


def test_a_chain_of_two_hundred_steps_is_counted_exactly() -> None:
    chain = functools.reduce(operator.rshift, (step(f"step {number}") for number in range(200)))
    # Step k, counted from 0, rejected: k compensations of two outcomes; unknown: k + 1. Aborted if all are ok.
    total = 1 + sum(2**k + 2 ** (k + 1) for k in range(200))
    assert total == 1 + 3 * (2**200 - 1)
    assert (1, 400, total - 401) == of_product(Saga("long", chain))


def test_a_chain_of_two_hundred_questions_asks_each_once() -> None:
    questions = [when(Condition(f"question {number}"), sure(f"step {number}")) for number in range(200)]
    chain = functools.reduce(operator.rshift, questions)
    # Question k is reached with 2^k answers before it, and its step can fail in two ways.
    aborted = sum(2 * 2**k for k in range(200))
    assert (2**200, aborted, 0) == of_product(Saga("asked", chain))


def test_the_shortest_scenarios_of_a_huge_saga_are_listed_without_the_others() -> None:
    chain = functools.reduce(operator.rshift, (step(f"step {number}") for number in range(200)))
    # A scenario in which step k fails, counted from 0, has k + 1 calls; one more if it is unknown; k compensations.
    # One of length 1; the two of step 0 unknown have length 2; step 1 rejected has 2 + 1, two ways; unknown 2 + 2, ...
    expected = [1, 2, 2, 3, 3, 4, 4, 4, 4]
    assert expected == [found.length for found in islice(list_scenarios(Saga("long", chain).chart()), 9)]


def test_a_filter_that_nothing_meets_counts_and_lists_nothing() -> None:
    chart = Saga("small", A >> B).chart()
    wanted = Filter(failing=("a", "b"))
    assert Tally() == count_scenarios(chart, wanted)
    assert [] == list(list_scenarios(chart, wanted))
