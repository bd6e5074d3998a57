"""The end of a plan is judged by calm runs, and these by what each action does alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from sagacheck import Barrier, Informational, NonCompensatable, Retry, Saga, Step, Storm, first_of
from sagacheck.application.storm_saga import Prepared, prepared
from sagacheck.core.retry import RetryPolicy
from sagacheck.core.storming import Blow, Plan, Strike
from sagacheck.storm.bench import Done
from sagacheck.storm.judging import what_stands
from sagacheck.storm.running import played

World = dict[str, Any]
KEY = {"id": "o-1"}


@dataclass(frozen=True)
class Handlers:
    """Handlers of steps that add their name to what stands, and of compensations that take it away.

    Args:
        key_of_undo: under which key a compensation is remembered.
        tombstone: whether one that comes first keeps its step from working.
        adds: whether a compensation writes down that it ran, where the probe sees it.
    """

    key_of_undo: Callable[[str], str] = "undo {}".format
    tombstone: bool = True
    adds: bool = False

    def step(self, name: str) -> Callable[[World, Mapping[str, Any]], None]:
        """What does a step."""

        def do(world: World, _: Mapping[str, Any]) -> None:
            if name not in world["keys"] and not (self.tombstone and f"tomb {name}" in world["keys"]):
                world["keys"].add(name)
                world["stands"].append(name)

        return do

    def undo(self, name: str) -> Callable[[World, Mapping[str, Any]], None]:
        """What undoes it."""

        def undo(world: World, _: Mapping[str, Any]) -> None:
            key = self.key_of_undo(name)
            world["keys"].add(f"tomb {name}")
            if key in world["keys"]:
                return
            world["keys"].add(key)
            if name in world["stands"]:
                world["stands"].remove(name)
            if self.adds:
                world["stands"].append(key)

        return undo


GOOD = Handlers()


UNTIL_KNOWN = Retry.until_known()


def a_step(handlers: Handlers, name: str, retry: RetryPolicy = UNTIL_KNOWN) -> Step:
    """A step of this name, with its compensation."""
    return Step(handlers.step(name), name=name, compensation=f"undo {name}", contract=Barrier("id"), retry=retry)


@contextmanager
def ready(handlers: Handlers, saga: Saga) -> Iterator[Prepared]:
    """A saga over these handlers."""
    undoes = {
        step.spec.compensation.action: handlers.undo(step.spec.name)
        for step in saga.flow.steps()
        if step.spec.compensation is not None
    }
    with prepared(
        Storm(
            saga,
            world=lambda: {"keys": set(), "stands": []},
            probe=lambda world: sorted(world["stands"]),
            example=KEY,
            handlers=undoes,
        )
    ) as found:
        yield found


def three(handlers: Handlers) -> Saga:
    """A saga whose last step is refused."""
    return Saga("three", a_step(handlers, "a") >> a_step(handlers, "b") >> a_step(handlers, "c"))


def why(handlers: Handlers, saga: Saga, *strikes: Strike) -> str:
    """What is wrong after a plan."""
    with ready(handlers, saga) as found:
        return played(found.play, Plan(strikes)).why


REFUSED = Strike("c", 1, Blow.REJECTED)


def test_one_compensation_that_keeps_another_one_from_working_is_wrong_although_calm_runs_do_so_too() -> None:
    one_key = Handlers(key_of_undo=lambda _: "undo")
    assert "one action keeps another from working" in why(one_key, three(one_key), REFUSED)
    assert "" == why(GOOD, three(GOOD), REFUSED)


def test_the_difference_is_told_from_what_should_stand() -> None:
    one_key = Handlers(key_of_undo=lambda _: "undo")
    with ready(one_key, three(one_key)) as found:
        assert ("['a'], and [] would be right",) == played(found.play, Plan((REFUSED,))).evidence


def test_a_step_that_comes_late_after_its_compensation_is_wrong() -> None:
    forgetful = Handlers(tombstone=False)
    gives_up = Retry(attempts=1)
    saga = Saga("two", a_step(forgetful, "a", retry=gives_up) >> a_step(forgetful, "b"))
    late = Strike("a", 1, Blow.LATE)
    assert "not as any calm run" in why(forgetful, saga, late)
    remembering = Saga("two", a_step(GOOD, "a", retry=gives_up) >> a_step(GOOD, "b"))
    assert "" == why(GOOD, remembering, late)


def test_both_mistakes_at_once_are_not_mistaken_for_none() -> None:
    both = Handlers(key_of_undo=lambda _: "undo", tombstone=False)
    saga = Saga("three", a_step(both, "a") >> a_step(both, "b") >> a_step(both, "c", retry=Retry(attempts=1)))
    assert "" != why(both, saga, Strike("c", 1, Blow.LATE))
    assert "" != why(both, saga, REFUSED)


def test_a_compensation_that_leaves_a_trace_even_alone_is_the_matter_of_its_own_law() -> None:
    leaving = Handlers(adds=True)
    assert "" == why(leaving, three(leaving), REFUSED)


def test_an_alternative_has_the_effect_that_it_has_alone() -> None:
    def saga(handlers: Handlers) -> Saga:
        return Saga("trip", first_of(a_step(handlers, "a"), a_step(handlers, "b")) >> a_step(handlers, "c"))

    assert "" == why(GOOD, saga(GOOD), Strike("a", 1, Blow.REJECTED))
    assert "" == why(GOOD, saga(GOOD), Strike("a", 1, Blow.REJECTED), REFUSED)


def run_of(found: Prepared, text: str) -> tuple[Done, ...]:
    """A calm run: actions by name, with an exclamation mark where they are refused."""
    actions = [one.strip() for one in text.split(",")]
    return tuple(Done(one.rstrip("!"), found.play.payload, one.endswith("!")) for one in actions)


@pytest.mark.parametrize(
    ("run", "left"),
    [
        ("a, b", "a, b"),
        ("a, undo a, b", "b"),
        ("a, b, undo b, undo a", ""),
        ("a, b, undo b", "a"),
        ("a, b, undo a", "a, b, undo a"),
        ("a, mail, b, undo b, undo a", "mail"),
        ("undo a, b", "undo a, b"),
    ],
)
def test_what_stands_is_what_was_not_undone_unless_something_else_came_between(run: str, left: str) -> None:
    mail = Step(GOOD.step("mail"), name="mail", compensation=Informational("no harm"))
    part = Step(GOOD.step("part"), name="part", compensation=NonCompensatable("gone"), retry=Retry.until_done())
    saga = Saga("all", a_step(GOOD, "a") >> mail >> a_step(GOOD, "b") >> a_step(GOOD, "c") >> part)
    with ready(GOOD, saga) as found:
        stands = what_stands(found.play, run_of(found, run))
        assert left == ", ".join(done.action for done in stands)


def test_what_one_saga_does_is_not_taken_for_what_another_one_undoes() -> None:
    with ready(GOOD, three(GOOD)) as found:
        (mine,), (other,) = run_of(found, "a"), run_of(found, "undo a")
        theirs = replace(other, payload={"id": "o-2"})
        assert (mine, theirs) == what_stands(found.play, (mine, theirs))
