"""Several sagas side by side, through long storms that hypothesis makes up.

A state machine of hypothesis has each of them go on, call by call, with any fault at each request, and has late messages
arrive at any time. Then it heals: all go on without faults to their ends, what is still on its way arrives, and the
world has to be as calm runs of all of them, one after another, leave it. There is one rule that goes on, with the fault
as its argument: as a rule of its own it could be switched off for a whole example (swarm testing), and nothing would
move.
"""

from __future__ import annotations

import hashlib
import itertools
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sagacheck.core.storming import Blow, Happened, Plan, Strike
from sagacheck.storm.bench import Done
from sagacheck.storm.judging import judged
from sagacheck.storm.keys import other_keys
from sagacheck.storm.longer import NoHypothesisError
from sagacheck.storm.playing import Play
from sagacheck.storm.running import Run

if TYPE_CHECKING:
    from hypothesis.stateful import RuleBasedStateMachine

SAGAS = 2
"""How many go side by side."""
_STEPS = 40
_BOUNDARIES = 6
_BLOWS = (
    None,
    Blow.TWICE,
    Blow.REPLY_LOST,
    Blow.LOST,
    Blow.AGAIN,
    Blow.LATE,
    Blow.OVERTAKEN,
    Blow.CRASH,
)


@dataclass(frozen=True, slots=True)
class Several:
    """What came of several sagas side by side.

    Args:
        steps: how many calls were made in all.
        why: what is wrong; "" if nothing is.
        happened: what happened, in order, if something is wrong: actors begin with the number of the saga.
        evidence: what was observed, and what would have been right.
    """

    steps: int
    why: str = ""
    happened: tuple[Happened, ...] = ()
    evidence: tuple[str, ...] = ()


class _BrokenError(AssertionError):
    """Sagas that are not as calm runs leave them."""


def several_sagas(play: Play, seed: int, examples: int, until: float | None = None) -> Several:
    """Storms over several sagas, until one goes wrong.

    Args:
        play: the saga, with what each action gets.
        seed: of what is made up.
        examples: how many storms.
        until: the time (`time.monotonic`) after which none is begun; None for no limit.

    Raises:
        NoHypothesisError: if hypothesis is not installed.
        NoOtherKeyError: if the example has a key of which no second one can be made.
    """
    try:
        import hypothesis
        from hypothesis.stateful import run_state_machine_as_test
    except ImportError:
        raise NoHypothesisError from None
    found = _Found()
    machine = hypothesis.seed(seed)(_machine(tuple(_plays(play)), found, until))
    settings = hypothesis.settings(
        max_examples=examples,
        stateful_step_count=_STEPS,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=hypothesis.Verbosity.quiet,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    try:
        run_state_machine_as_test(machine, settings=settings)
    except _BrokenError:
        return Several(found.steps, found.why, found.happened, found.evidence)
    return Several(found.steps)


@dataclass
class _Found:
    """What the last storm came to; hypothesis runs the smallest one that fails last."""

    steps: int = 0
    why: str = ""
    happened: tuple[Happened, ...] = ()
    evidence: tuple[str, ...] = ()


def _plays(play: Play) -> Iterator[Play]:
    """The saga as often as it goes, each under keys of its own."""
    for number in range(SAGAS):
        changed = other_keys(play.chart, play.payload, number)
        payload = {**play.payload, **changed}
        rejecting = {action: {**other, **changed} for action, other in play.rejecting.items()}
        yield replace(play, payload=payload, rejecting=rejecting)


def _machine(  # noqa: C901 - a class with its rules, each of which is short
    plays: tuple[Play, ...], found: _Found, until: float | None
) -> type[RuleBasedStateMachine]:
    """The state machine that hypothesis drives; its name is that of the model, so that none has another one's past."""
    from hypothesis import strategies
    from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

    which = strategies.integers(0, len(plays) - 1)

    class Sagas(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.over = until is not None and time.monotonic() > until
            plays[0].bench.stage.reset()
            self.runs = [_Going(play) for play in plays]
            self.happened: list[Happened] = []

        @precondition(lambda self: not self.over)
        @rule(which=which, blow=strategies.sampled_from(_BLOWS), boundary=strategies.integers(1, _BOUNDARIES))
        def deliver(self, which: int, blow: Blow | None, boundary: int) -> None:
            self._go(which, blow, boundary)

        @precondition(lambda self: not self.over)
        @rule(which=which)
        def arrive(self, which: int) -> None:
            self.runs[which].run.drain()
            self._hear(which)

        def teardown(self) -> None:
            if self.over or sys.exc_info()[0] is not None:
                return
            self._heal()
            why, evidence = _judged([one.run for one in self.runs])
            if why:
                found.why, found.happened, found.evidence = why, tuple(self.happened), evidence
                raise _BrokenError(why)

        def _heal(self) -> None:
            """All go on to their ends, without faults, and what is still on its way arrives."""
            for number, one in enumerate(self.runs):
                while not one.over:
                    self._go(number, None, 0)
            for number, one in enumerate(self.runs):
                one.run.drain()
                self._hear(number)

        def _go(self, number: int, blow: Blow | None, boundary: int) -> None:
            one = self.runs[number]
            found.steps += not one.over
            one.go(blow, boundary)
            self._hear(number)

        def _hear(self, number: int) -> None:
            """What has happened in one of the sagas since the last time."""
            new = self.runs[number].news()
            self.happened += [replace(what, actor=f"{number + 1} {what.actor}".rstrip()) for what in new]

    digest = hashlib.blake2b(repr((plays[0].chart.nodes, plays[0].chart.edges)).encode(), digest_size=6).hexdigest()
    Sagas.__name__ = Sagas.__qualname__ = f"Sagas{digest}"
    return Sagas


class _Going:
    """One of several sagas, on its way.

    Args:
        play: the saga.
    """

    def __init__(self, play: Play) -> None:
        self.run = Run(play, Plan())
        self._way = self.run.going()
        self._told = 0
        self._waiting = next(self._way, None)

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._waiting is None

    def go(self, blow: Blow | None, boundary: int) -> None:
        """Makes the next call, with this fault at its first request."""
        if self._waiting is None:
            return
        if blow is not None:
            strike = Strike(*self._waiting, blow, boundary if blow is Blow.CRASH else 0)
            self.run.plan = replace(self.run.plan, strikes=(*self.run.plan.strikes, strike))
        self._waiting = next(self._way, None)

    def news(self) -> list[Happened]:
        """What has happened since the last time."""
        new = self.run.happened[self._told :]
        self._told = len(self.run.happened)
        return new


def _judged(runs: list[Run]) -> tuple[str, tuple[str, ...]]:
    """What is wrong in the end, and what was observed."""
    for run in runs:
        if run.why:
            return run.why, ()
    return judged(runs[0].play, _together(runs))


def _together(runs: list[Run]) -> Iterator[tuple[Done, ...]]:
    """The calm runs of all, one after another, that fit what each believes."""
    for chosen in itertools.product(*(list(itertools.islice(run.calm(), 16)) for run in runs)):
        yield tuple(itertools.chain.from_iterable(chosen))
