"""Misuse of the words that a saga is written with is answered at once, with what to write instead."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

import sagacheck
from sagacheck import Condition, Natural, parallel
from sagacheck.core.misuse import closest, written

# Misuse is what type checkers refuse: here nobody checks.
Barrier: Any = sagacheck.Barrier
Compensation: Any = sagacheck.Compensation
Keyed: Any = sagacheck.Keyed
Retry: Any = sagacheck.Retry
Saga: Any = sagacheck.Saga
Step: Any = sagacheck.Step
first_of: Any = sagacheck.first_of
when: Any = sagacheck.when

a, b, c = Step("a.do", compensation="a.undo", contract=Keyed("id")), Step("b.do"), Step("c.do")
wet = Condition("wet")


def charge() -> None:
    """An action."""


class Warehouse:
    """An object without a representation of its own."""

    def reserve(self) -> None:
        """An action."""


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Saga("s"), "Saga: missing a required argument: 'flow'; write Saga('place-order', reserve >> charge)"),
        (lambda: Saga("s", a, b), "Saga: too many positional arguments; write Saga('place-order', reserve >> charge)"),
        (lambda: Saga("s", [a, b]), "[Step('a.do'), Step('b.do')] as the second argument of Saga is no flow; join"),
        (lambda: Saga("s", {b, a}), "{Step('a.do'), Step('b.do')} as the second argument of Saga is no flow; join"),
        (lambda: Saga("s", "b.do"), "'b.do' as the second argument of Saga is no step; write Step('b.do')"),
        (lambda: Saga("s", charge), "charge as the second argument of Saga is no step; write Step(charge)"),
        (lambda: Saga("s", None), "None as the second argument of Saga is no step; write Step(...), or steps joined"),
        (lambda: Saga("s", Saga("t", a)), "put its flow there: 't'.flow"),
        (lambda: Saga(a, "s"), "Saga(Step('a.do'), ...): begin with a name"),
        (lambda: Saga("s", a, cancellable="yes"), "Saga('s'): cancellable='yes': write True or False"),
        (lambda: Saga("s", a, cancelable=True), "there is no cancelable=, did you mean cancellable=?"),
        (Step, "Step: missing a required argument: 'action'; write Step('payment.charge', compensation="),
        (lambda: Step(""), "action is ''; write a name like 'payment.charge'"),
        (lambda: Step("a", "b"), "Step: too many positional arguments; write Step('payment.charge', compensation="),
        (lambda: Step("a", compensate="x"), "Step: there is no compensate=, did you mean compensation=?; write Step("),
        (lambda: Step("a", zzz="x"), "Step: there is no zzz=; write Step("),
        (lambda: Step("a", effect="no"), "a: effect='no': write True or False"),
        (lambda: Step("a", effect=0), "a: effect=0: write True or False"),
        (lambda: Step("a", contract=Natural), "a: contract=Natural is none; write Keyed('order_id')"),
        (lambda: Step("a", retry=Retry.until_known), "retry=Retry.until_known: write Retry(attempts=3)"),
        (lambda: Step("a", retry=lambda: 3), "retry=a lambda: write Retry(attempts=3)"),
        (lambda: Step(lambda: None), "a lambda has no name that people could read; give it one: Step(..., name="),
        (
            lambda: Step("a", compensation=lambda: None),
            "a lambda has no name that people could read; give it one: write",
        ),
        (lambda: parallel(a, lambda: None), "a lambda in parallel is no step; write Step(..., name='payment.charge')"),  # type: ignore[arg-type]
        (lambda: Step(functools.partial(charge)), "partial(charge) has no name that people could read"),
        (lambda: Step(a), "a step was given where the action"),
        (Compensation, "Compensation: missing a required argument: 'action'; write Compensation("),
        (lambda: Retry(3, 5), "Retry: too many positional arguments; write Retry(attempts=3)"),
        (lambda: when(wet, a, b), "when: too many positional arguments; write when(Condition('gift wrapped'), a, oth"),
        (lambda: when(wet), "when: missing a required argument: 'then'; write when("),
        (lambda: when("wet", a), "when('wet', ...): name the question, like when(Condition('wet'), ...)"),
        (lambda: when(charge, a), "when(charge, ...): name the question, like when(Condition('gift wrapped'), ...)"),
        (lambda: when(wet, a, otherwize=b), "there is no otherwize=, did you mean otherwise=?"),
        (Keyed, "Keyed: missing a required argument: 'key'; write Keyed('order_id')"),
        (Barrier, "Barrier: missing a required argument: 'key'; write Barrier('order_id')"),
        (lambda: Keyed("id", key="id"), "Keyed: multiple values for argument 'key'; write Keyed('order_id')"),
        (lambda: a >> [b, c], "[Step('b.do'), Step('c.do')] on the right of >> is no flow"),
        (lambda: a >> Warehouse(), "Warehouse> on the right of >> is no step"),
    ],
)
def test_misuse_is_a_type_error_that_says_what_to_write(make: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)) as caught:
        make()
    assert "0x" not in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Saga("s", a, profile=["strict"]), "there is no profile ['strict']; choose from strict, temporal, dtm"),
        (lambda: Saga("s", a, residue_accepted=True), "say why what cannot be undone may stay"),
        (lambda: Retry(backoff="2"), "Retry(backoff='2'): write the factor"),
        (lambda: Retry("3"), "Retry(attempts='3'): write the number of attempts"),
        (lambda: Keyed(""), "Keyed('') needs the name of the payload field"),
        (lambda: Barrier(charge), "Barrier(charge) needs the name of the payload field"),
        (lambda: Keyed("id", dedup="effect-first"), "Keyed(..., dedup='effect-first') is none of Dedup.TOGETHER"),
        (lambda: Barrier("id", reply=None), "Barrier(..., reply=None) is none of Reply.SAME"),
    ],
)
def test_a_value_that_makes_no_sense_is_a_value_error_that_says_what_to_write(
    make: Callable[[], object], message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        make()


@pytest.mark.parametrize(
    "combine",
    [lambda: wet and Condition("late"), lambda: wet or Condition("late"), lambda: not wet, lambda: bool(wet)],
)
def test_a_condition_is_neither_true_nor_false(combine: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match=re.escape("Write one question, Condition('x and y'), or nest them: when(")):
        combine()


def test_an_answer_is_a_word() -> None:
    with pytest.raises(ValueError, match="the question 'size' has an empty answer; each needs a word"):
        Condition("size", answers=("small", ""))


def test_a_flow_is_shown_as_it_is_written() -> None:
    flow = a >> parallel(b, when(wet, c)) >> first_of(b, when(wet, a, otherwise=c))
    expected = (
        "Step('a.do') >> parallel(Step('b.do'), when(Condition('wet'), Step('c.do'))) >> "
        "first_of(Step('b.do'), when(Condition('wet'), Step('a.do'), otherwise=Step('c.do')))"
    )
    assert expected == repr(flow)


def test_an_error_inside_a_word_is_not_taken_for_misuse() -> None:
    class Moody(str):
        __slots__ = ()

        def strip(self, _chars: str | None = None) -> str:
            raise TypeError("not today")

    for word in (Saga, Step, Keyed, Barrier):
        with pytest.raises(TypeError, match=r"^not today$"):
            word(Moody("s"), *([a] if word is Saga else []))


def test_what_may_be_written_is_still_to_be_seen() -> None:
    assert ["key", "stores_rejections", "tolerates_empty"] == list(inspect.signature(Keyed).parameters)[:3]
    assert ["name", "flow", "profile"] == list(inspect.signature(Saga).parameters)[:3]
    assert ["condition", "then", "otherwise"] == list(inspect.signature(when).parameters)
    assert Keyed("id") == Keyed("id")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (charge, "charge"),
        (Warehouse, "Warehouse"),
        (Warehouse.reserve, "Warehouse.reserve"),
        (Warehouse(), "<tests.authoring.test_misuse.Warehouse>"),
        ([lambda: None], "[<function <lambda>>]"),
        (functools.partial(max, 1), "partial(max)"),
        ({"b", "a"}, "{'a', 'b'}"),
        ("é" * 100, "'" + "é" * 76 + "..."),
    ],
)
def test_a_value_is_written_short_and_alike_in_every_run(value: object, expected: str) -> None:
    assert expected == written(value)


def test_only_a_name_that_is_alike_was_meant() -> None:
    assert "agred" == closest("agreed", ["paid", "agred"])
    assert closest("wrapped", ["paid", "agreed"]) is None
    assert closest("wrapped", []) is None


def test_a_shared_compensation_with_two_retry_policies_is_refused() -> None:
    once = Step("stock.reserve", compensation="stock.cancel")
    sure = Step("stock.confirm", compensation=Compensation("stock.cancel", retry=Retry.until_done()))
    with pytest.raises(ValueError, match="with two retry policies; share one value"):
        Saga("order", once >> sure)
