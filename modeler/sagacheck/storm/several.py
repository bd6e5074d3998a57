"""Several sagas side by side, through long storms that hypothesis makes up.

A state machine of hypothesis has each of them go on, call by call, with any fault at each request, and has late messages
arrive at any time. Then it heals: all go on without faults to their ends, what is still on its way arrives, and the
world has to be as calm runs of all of them, one after another, leave it. What goes wrong is a list of turns, which is made
shorter here: hypothesis would need many more runs for that, and what it gives is no token. There is one rule that goes on, with the fault
as its argument: as a rule of its own it could be switched off for a whole example (swarm testing), and nothing would
move.
"""

from __future__ import annotations

import hashlib
import itertools
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sagacheck.core.storming import Blow, Happened, Plan, Strike, Turn
from sagacheck.storm.bench import Done
from sagacheck.storm.judging import Execution, Verdict, judged
from sagacheck.storm.keys import other_keys
from sagacheck.storm.longer import NoHypothesisError
from sagacheck.storm.playing import Play
from sagacheck.storm.running import Run
from sagacheck.storm.simulated import SAGA, SimulatedStage

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
        turns: who went when under which fault, until all heal, if something is wrong.
        happened: what happened, in order: actors begin with the number of the saga.
        evidence: what was observed, and what would have been right.
        unsure: whether nobody says if the end is right: what is in `evidence` may be records, and there is no probe.
    """

    steps: int
    turns: tuple[Turn, ...] = ()
    why: str = ""
    happened: tuple[Happened, ...] = ()
    evidence: tuple[str, ...] = ()
    unsure: bool = False


class _BrokenError(AssertionError):
    """Sagas that are not as calm runs leave them."""


def several_sagas(
    play: Play, seed: int, examples: int, until: float | None = None, told: Callable[[Several], None] = lambda _: None
) -> Several:
    """Storms over several sagas, until one goes wrong.

    Args:
        play: the saga, with what each action gets.
        seed: of what is made up.
        examples: how many storms.
        until: the time (`time.monotonic`) after which none is begun; None for no limit.
        told: is told what they have come to, each time that they have come to more.

    Raises:
        NoHypothesisError: if hypothesis is not installed.
        NoOtherKeyError: if the example has a key of which no second one can be made.
    """
    try:
        import hypothesis
        from hypothesis.stateful import run_state_machine_as_test
    except ImportError:
        raise NoHypothesisError from None
    plays = tuple(_plays(play))
    found = _Found()
    machine = hypothesis.seed(seed)(_machine(plays, found, until, told))
    settings = hypothesis.settings(
        max_examples=examples,
        stateful_step_count=_STEPS,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=hypothesis.Verbosity.quiet,
        phases=(hypothesis.Phase.generate,),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    try:
        run_state_machine_as_test(machine, settings=settings)
    except _BrokenError as error:
        wrong = str(error)
        turns = fewest(found.turns, lambda other: turns_taken(play, other).why == wrong)
        return replace(turns_taken(play, turns), steps=found.steps)
    return replace(turns_taken(play, found.unsure), steps=found.steps) if found.unsure else Several(found.steps)


def turns_taken(play: Play, turns: tuple[Turn, ...]) -> Several:
    """What becomes of sagas side by side that take these turns, and then heal.

    Args:
        play: the saga, with what each action gets.
        turns: who goes when, and what strikes.

    Raises:
        NoOtherKeyError: if the example has a key of which no second one can be made.
    """
    together = _Together(tuple(_plays(play)))
    for turn in turns:
        together.take(turn)
    end = together.healed()
    return Several(together.steps, turns, end.why, tuple(together.happened), end.evidence, end.unsure)


def fewest(turns: tuple[Turn, ...], breaks: Callable[[tuple[Turn, ...]], bool]) -> tuple[Turn, ...]:
    """Turns of which none can be left out, and at none of which what strikes.

    Args:
        turns: some that break the sagas.
        breaks: whether turns do.
    """
    size = len(turns)
    while size:
        kept = 0
        while kept < len(turns):
            fewer = (*turns[:kept], *turns[kept + size :])
            if breaks(fewer):
                turns = fewer
            else:
                kept += size
        size //= 2
    for number, turn in enumerate(turns):
        calm = (*turns[:number], Turn(turn.saga, arrives=turn.arrives), *turns[number + 1 :])
        if turn.blow is not None and breaks(calm):
            return fewest(calm, breaks)
    return turns


@dataclass
class _Found:
    """What the storms came to: how many calls in all, the turns of one that broke the sagas, and of one not judged."""

    steps: int = 0
    turns: tuple[Turn, ...] = ()
    unsure: tuple[Turn, ...] = ()


class _Together:
    """Several sagas on their way in one world.

    Args:
        plays: the sagas.
    """

    def __init__(self, plays: tuple[Play, ...]) -> None:
        plays[0].bench.stage.reset()
        executions: list[Execution] = []
        self.runs = [_Going(play, executions) for play in plays]
        self.happened: list[Happened] = []
        self.steps = 0

    def take(self, turn: Turn) -> None:
        """One of them has its turn; nothing comes of that if there is none of that number, or if it has ended."""
        if turn.saga > len(self.runs):
            return
        one = self.runs[turn.saga - 1]
        if turn.arrives:
            one.run.drain()
        else:
            self.steps += not one.over
            one.go(turn.blow, turn.boundary)
        self.happened += [replace(what, actor=f"{turn.saga} {what.actor}".rstrip()) for what in one.news()]

    def healed(self) -> Verdict:
        """All go on to their ends, without faults, and what is still on its way arrives; what is said of them then."""
        for number, one in enumerate(self.runs, 1):
            while not one.over:
                self.take(Turn(number))
        for number in range(1, len(self.runs) + 1):
            self.take(Turn(number, arrives=True))
        return _judged([one.run for one in self.runs])


def _plays(play: Play) -> Iterator[Play]:
    """The saga as often as it goes, each under keys of its own."""
    for number in range(SAGAS):
        changed = other_keys(play.chart, play.payload, number)
        if isinstance(play.bench.stage, SimulatedStage):
            changed[SAGA] = number + 1
        payload = {**play.payload, **changed}
        rejecting = {action: {**other, **changed} for action, other in play.rejecting.items()}
        yield replace(play, payload=payload, rejecting=rejecting)


def _machine(
    plays: tuple[Play, ...], found: _Found, until: float | None, told: Callable[[Several], None]
) -> type[RuleBasedStateMachine]:
    """The state machine that hypothesis drives; its name is that of the model, so that none has another one's past."""
    from hypothesis import strategies
    from hypothesis.stateful import RuleBasedStateMachine, rule

    which = strategies.integers(1, len(plays))

    class Sagas(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.over = until is not None and time.monotonic() > until
            self.together = _Together(plays)
            self.turns: list[Turn] = []

        @rule(which=which, blow=strategies.sampled_from(_BLOWS), boundary=strategies.integers(1, _BOUNDARIES))
        def deliver(self, which: int, blow: Blow | None, boundary: int) -> None:
            self._take(Turn(which, blow, boundary if blow is Blow.CRASH else 0))

        @rule(which=which)
        def arrive(self, which: int) -> None:
            self._take(Turn(which, arrives=True))

        def teardown(self) -> None:
            if self.over or sys.exc_info()[0] is not None:
                return
            end = self.together.healed()
            found.steps += self.together.steps
            if end.unsure:
                found.unsure = found.unsure or tuple(self.turns)
            happened = tuple(self.together.happened)
            told(Several(found.steps, tuple(self.turns), end.why, happened, end.evidence, end.unsure))
            if end.why:
                found.turns = found.turns or tuple(self.turns)
                raise _BrokenError(end.why)

        def _take(self, turn: Turn) -> None:
            if self.over:  # a rule that is switched off instead would leave hypothesis nothing to do
                return
            self.turns.append(turn)
            self.together.take(turn)

    digest = hashlib.blake2b(repr((plays[0].chart.nodes, plays[0].chart.edges)).encode(), digest_size=6).hexdigest()
    Sagas.__name__ = Sagas.__qualname__ = f"Sagas{digest}"
    return Sagas


class _Going:
    """One of several sagas, on its way.

    Args:
        play: the saga.
        executions: what all of them execute, in order.
    """

    def __init__(self, play: Play, executions: list[Execution]) -> None:
        self.run = Run(play, Plan(), executions=executions)
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


def _judged(runs: list[Run]) -> Verdict:
    """What is said of the end."""
    for run in runs:
        if run.why:
            return Verdict(run.why)
    return judged(runs[0].play, _together(runs), runs[0].executions)


def _together(runs: list[Run]) -> Iterator[tuple[Done, ...]]:
    """The calm runs of all, one after another, that fit what each believes."""
    for chosen in itertools.product(*(list(itertools.islice(run.calm(), 16)) for run in runs)):
        yield tuple(itertools.chain.from_iterable(chosen))
