"""Scenarios in one form, whoever found them, so that the oracle's and the product's can be compared."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sagacheck.authoring.saga import Saga
from sagacheck.core.outcome import EndKind, Status
from sagacheck.core.scenario import EventKind, Scenario
from tests.oracle.ledger_walk import STANDS, LiteralScenario
from tests.oracle.literal import questions

Results = frozenset[tuple[EventKind, str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Telling:
    """A scenario without the order of what is independent.

    Args:
        results: for each step, compensating action and question, what came of it.
        cancelled: whether a cancellation was honoured.
        kind: kind of the end.
        outstanding: the steps whose effect stands or may stand.
    """

    results: Results
    cancelled: bool
    kind: EndKind
    outstanding: frozenset[tuple[str, Status]]


def of_oracle(scenario: LiteralScenario) -> Telling:
    """A scenario that the interpreter found."""
    diary = scenario.diary
    results: dict[tuple[EventKind, str], list[str]] = defaultdict(list)
    for step, outcome in diary.calls:
        results[EventKind.CALL, step].append(outcome.value)
    for action, _, outcome in diary.compensations:
        results[EventKind.COMPENSATION, action].append(outcome.value)
    for question, _, answer in diary.answers:
        results[EventKind.ANSWER, question].append(answer)
    outstanding = frozenset((step, status) for step, status in scenario.ledger if status in STANDS)
    if scenario.kind is EndKind.COMMITTED:
        outstanding = frozenset()
    return Telling(_sorted(results), diary.cancelled, scenario.kind, outstanding)


def of_product(scenario: Scenario, saga: Saga) -> Telling:
    """A scenario that sagacheck lists."""
    results: dict[tuple[EventKind, str], list[str]] = defaultdict(list)
    for event in scenario.events:
        if event.kind is not EventKind.CANCELLATION:
            results[event.kind, event.text].append(event.result)
    for condition in stable_conditions(saga):
        if (EventKind.ANSWER, condition) in results:
            answers = set(results[EventKind.ANSWER, condition])
            assert len(answers) == 1, f"{condition} was answered in two ways"
            results[EventKind.ANSWER, condition] = sorted(answers)
    outstanding = frozenset((step, status) for step, status in scenario.outstanding)
    return Telling(_sorted(results), scenario.cancelled, scenario.kind, outstanding)


def stable_conditions(saga: Saga) -> list[str]:
    """The questions that get one answer however often they are asked."""
    return sorted({place.condition.name for place in questions(saga.flow) if place.condition.stable})


def _sorted(results: dict[tuple[EventKind, str], list[str]]) -> Results:
    return frozenset((kind, text, tuple(sorted(outcomes))) for (kind, text), outcomes in results.items())
