"""Questions whose sets outgrow the room for decision diagrams: larger room first, then a word that callers know."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

import pytest

from sagacheck.core.chart import Call, Chart, Edge, End, Origin
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.scenario import Scenario
from sagacheck.core.step import StepSpec
from sagacheck.rules.registry import all_rules
from sagacheck.semantics import questions
from sagacheck.semantics.analysis import Analysis, Reach, TooLargeError
from sagacheck.semantics.count import count_scenarios
from sagacheck.semantics.listing import list_scenarios
from sagacheck.semantics.questions import Question, always, anything, at_end, example, happens, showing

ENDED = Question(at_end(EndKind.COMMITTED), anything)


@pytest.fixture
def chart() -> Chart:
    """A step whose failure is swallowed."""
    call = Call(id="calling", step="a", outcomes=(Outcome.OK, Outcome.REJECTED))
    edges = (Edge("calling", Outcome.OK, "done"), Edge("calling", Outcome.REJECTED, "done"))
    nodes = (call, End(id="done", kind=EndKind.COMMITTED))
    return Chart("swallowing", "calling", nodes, edges, (StepSpec("a", "a"),), Origin.MACHINE)


def without_room(*_: object) -> NoReturn:
    raise MemoryError


def test_a_search_that_outgrows_its_room_goes_on_in_a_larger_one(chart: Chart, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [finding for rule in all_rules() for finding in rule.check(Analysis(chart))]
    search, rooms = questions._example, []

    def cramped(reach: Reach, question: Question) -> Scenario | None:
        rooms.append(reach.room)
        if reach.room == min(rooms):
            raise MemoryError
        return search(reach, question)

    monkeypatch.setattr(questions, "_example", cramped)
    assert expected == [finding for rule in all_rules() for finding in rule.check(Analysis(chart))]
    assert len(set(rooms)) == 2


@pytest.mark.parametrize("ask", [happens, always, showing, example])
def test_a_question_that_outgrows_every_room_is_said_to_be_too_large(
    chart: Chart, ask: Callable[[Analysis, Question], Any]
) -> None:
    cramped = Question(ENDED.at, without_room)
    with pytest.raises(TooLargeError, match="swallowing"):
        ask(Analysis(chart), cramped)


@pytest.mark.parametrize("ask", [count_scenarios, lambda chart: list(list_scenarios(chart))], ids=["count", "list"])
def test_scenarios_that_outgrow_every_room_are_said_to_be_too_many(
    chart: Chart, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Chart], Any]
) -> None:
    monkeypatch.setattr(Reach, "ending", partial(without_room))
    with pytest.raises(TooLargeError, match="swallowing"):
        ask(chart)
