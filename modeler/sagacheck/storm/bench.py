"""A bench: one action of a saga under test, with what has to happen before it, and the states that calm runs lead to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sagacheck.core.contract import Contract, NoContract
from sagacheck.core.step import StepSpec
from sagacheck.core.storming import Law, Place, Standing, Way
from sagacheck.storm.boundary import no_handler
from sagacheck.storm.calling import Payload
from sagacheck.storm.records import Tables, may_be_records, only_grown
from sagacheck.storm.reply import Came, Reply
from sagacheck.storm.stage import Stage

_MOST_RETRIES = 3
_Key = tuple[tuple[str, str, tuple[int, Way] | None], ...]
NO_PROBE = "without a probe nobody says what counts as its effect: probe=... in Storm"


@dataclass(frozen=True, slots=True)
class Done:
    """An action with its payload.

    Args:
        action: the action.
        payload: what it gets.
        refused: whether it refuses that.
        stops: at which boundary it crashes, from 1, and how; None if it does not.
    """

    action: str
    payload: Payload = field(hash=False)
    refused: bool = False
    stops: tuple[int, Way] | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """An action that a saga does beside another one, in whatever order.

    Args:
        before: what has to be done before both, in order.
        other: the action.
    """

    before: tuple[Done, ...]
    other: Done


@dataclass(frozen=True, slots=True)
class Subject:
    """An action under test.

    Args:
        step: the step; for a compensation one of those that it covers.
        action: the action: the step's or its compensation's.
        covered: for a compensation, the actions that it undoes.
        payload: what the action gets.
        other: another payload under the same key; None if there is none.
        rejecting: a payload that the step refuses; None if there is none.
        before: what has to be done before, in order; for a compensation what it covers included.
        behind: what a saga does after it, in order.
        elsewhere: the payload of another operation, under keys of its own; None if there is none.
        undone_with: for a step, the actions that its compensation undoes, its own included.
        unwinding: for a step, what undoes what was done before it, in order.
        beside: what comes before it or after it.
    """

    step: StepSpec
    action: str
    covered: tuple[str, ...]
    payload: Payload
    other: Payload | None = None
    rejecting: Payload | None = None
    before: tuple[Done, ...] = ()
    behind: tuple[Done, ...] = ()
    elsewhere: Payload | None = None
    undone_with: tuple[str, ...] = ()
    unwinding: tuple[Done, ...] = ()
    beside: tuple[Beside, ...] = ()

    @property
    def undoes(self) -> bool:
        """Whether it is a compensation."""
        return bool(self.covered)

    @property
    def contract(self) -> Contract:
        """What its participant promises; nothing if nothing was declared."""
        return self.step.contract or NoContract()

    @property
    def done(self) -> Done:
        """The action with its usual payload."""
        return Done(self.action, self.payload)

    @property
    def refused(self) -> Done:
        """The action with the payload that it refuses."""
        assert self.rejecting is not None
        return Done(self.action, self.rejecting, refused=True)

    @property
    def without_covered(self) -> tuple[Done, ...]:
        """What has to be done before, without what the compensation covers."""
        return tuple(done for done in self.before if done.action not in self.covered)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a law came to.

    Args:
        standing: how the obligation stands.
        tried: how many executions under a fault decided it.
        why: what went wrong, or why it was not run; "" if it held.
        place: the boundary that is to blame.
        evidence: what was observed, line by line.
        builds_on: laws that are violated, too, where this one is violated in this way.
    """

    standing: Standing
    tried: int = 0
    why: str = ""
    place: Place | None = None
    evidence: tuple[str, ...] = ()
    builds_on: tuple[Law, ...] = ()


def held(tried: int) -> Judged:
    """The obligation held.

    Args:
        tried: how many executions under a fault decided it.
    """
    return Judged(Standing.HELD, tried)


def not_run(why: str) -> Judged:
    """The obligation could not be looked at.

    Args:
        why: why not, and what to do.
    """
    return Judged(Standing.NOT_RUN, 0, why)


class CannotBeginError(Exception):
    """An action does not work, even calmly.

    Args:
        action: the action.
        reply: what came of it.
    """

    def __init__(self, action: str, reply: Reply) -> None:
        super().__init__(f"{action} does not work, without any fault: {reply}")
        self.action = action


class NoSuchCrashError(ValueError):
    """A way of crashing that is not done in a world; the message says what it takes.

    Args:
        way: the way.
    """

    def __init__(self, way: Way) -> None:
        super().__init__(f"{_TAKES[way]}: give Storm handlers and such a world (SqliteWorld, SqlAlchemyWorld)")
        self.way = way


_TAKES = {
    Way.CANCEL: "crash-N-cancel cancels a handler, which takes one",
    Way.PARK: "crash-N parks a handler, which takes a world that can roll it back",
    Way.KILL: "crash-N-kill ends a process of its own, which takes a world that a child process can open",
    Way.STALE: "crash-N-stale lets another execution go first, which takes a world where each has a handle of its own",
}


class Bench:
    """Where the laws of one saga's actions are tried.

    Args:
        stage: where actions are performed.
        apart: likewise, with handles of their own for executions side by side; the same stage if there is none.
        has_probe: whether a person has said what of the world counts.
        later: lets time pass in a world: called with a handle and seconds; None if that cannot be done.
    """

    def __init__(
        self, stage: Stage, apart: Stage, *, has_probe: bool, later: Callable[[Any, float], object] | None = None
    ) -> None:
        self.stage = stage
        self.apart = apart
        self.has_probe = has_probe
        self.later = later
        self._calm: dict[tuple[int, _Key], object] = {}
        self._left: dict[_Key, object] = {}
        self._other: Bench | None = None
        self._records: Tables = frozenset()

    def begin(self, *before: Done, on: Stage | None = None) -> None:
        """Puts the world back, and does calmly what has to be done before.

        Raises:
            CannotBeginError: if that does not work.
            NotFiredError: if something does not come to the boundary where it should crash.
        """
        stage = on or self.stage
        stage.reset()
        for done in before:
            if done.stops is not None:
                stage.crash(done.action, done.payload, *done.stops)
                continue
            self._do(done, stage)

    def _do(self, done: Done, stage: Stage) -> None:
        """Does something that has to work."""
        reply = stage.perform(done.action, done.payload)
        if reply.came is not (Came.REJECTED if done.refused else Came.OK):
            raise CannotBeginError(done.action, reply)

    def after(self, *done: Done, on: Stage | None = None) -> object:
        """What is observed after a calm run of these from the beginning of the world.

        Raises:
            CannotBeginError: if they do not work.
        """
        stage = on or self.stage
        key = id(stage), _key(done)
        if key not in self._calm:
            self.begin(*done, on=stage)
            self._calm[key] = stage.observe()
        return self._calm[key]

    def perform(self, done: Done, on: Stage | None = None) -> Reply:
        """Executes an action calmly, in the world as it is."""
        return (on or self.stage).perform(done.action, done.payload)

    def retried(self, done: Done, on: Stage | None = None) -> Reply:
        """Executes an action until it is answered, a few times at most, as a caller would."""
        for _ in range(_MOST_RETRIES - 1):
            reply = self.perform(done, on)
            if reply.came is not Came.ERROR:
                return reply
        return self.perform(done, on)

    def changes(self, run: Iterable[Done]) -> Iterator[bool]:
        """Of each of these, done calmly one after the other, whether it changes what is observed.

        Raises:
            CannotBeginError: if they do not work.
        """
        self.begin()
        before = self.stage.observe()
        for done in run:
            self._do(done, self.stage)
            after = self.stage.observe()
            yield after != before
            before = after

    def left_by(self, *done: Done) -> object:
        """What is observed after these one after the other from the beginning of the world, whatever they answer."""
        key = _key(done)
        if key not in self._left:
            self.stage.reset()
            for one in done:
                self.perform(one)
            self._left[key] = self.stage.observe()
        return self._left[key]

    def learn_records(self, subjects: Iterable[Subject]) -> None:
        """Finds out where records of requests may be kept: no probe says it.

        Args:
            subjects: the actions of the saga.
        """
        for stage in (self.stage, self.apart):
            # From now on the beginning is known, and asking for it does not put the world back.
            self.after(on=stage)
        kept: set[str] = set()
        for subject in subjects:
            try:
                if subject.undoes:
                    before = self.after(*subject.without_covered)
                    kept.update(only_grown(before, self.after(*subject.before, subject.done)))
                    kept.update(only_grown(before, self.left_by(*subject.without_covered, subject.done)))
                elif subject.rejecting is not None:
                    before = self.after(*subject.before)
                    kept.update(only_grown(before, self.after(*subject.before, subject.refused)))
            except CannotBeginError:
                continue
        self._records = frozenset(kept)

    def perhaps_right(self, right: object, found: object, on: Stage | None = None) -> bool:
        """Whether it takes a probe to say if a world is right that differs: all that does may be records of requests.

        Args:
            right: what is right for certain.
            found: what was observed.
            on: the stage where it was.
        """
        return not self.has_probe and may_be_records(right, found, self.after(on=on), self._records)

    def pass_time(self, seconds: float) -> None:
        """Lets time pass in the world.

        Args:
            seconds: how much.
        """
        assert self.later is not None
        with no_handler():
            self.later(self.stage.handle(), seconds)

    def bearing(self, ways: Collection[Way]) -> Bench:
        """A bench on whose stage executions can crash in all of these ways: this one, or the one that stands apart.

        Args:
            ways: the ways.

        Raises:
            NoSuchCrashError: if there is none.
        """
        if set(ways) <= set(self.stage.ways):
            return self
        missing = [way for way in ways if way not in self.apart.ways]
        if missing:
            raise NoSuchCrashError(missing[0])
        if self._other is None:
            self._other = Bench(self.apart, self.apart, has_probe=self.has_probe, later=self.later)
            self._other._records, self._other._calm = self._records, self._calm  # noqa: SLF001 - one of its kind
        return self._other

    def stages(self) -> dict[Way, Stage]:
        """For each way of crashing where it is done, the quickest place for each."""
        found = dict.fromkeys(self.apart.ways, self.apart)
        found.update(dict.fromkeys(self.stage.ways, self.stage))
        return found


def _key(done: Iterable[Done]) -> _Key:
    """What a run is known by: requests with equal payloads are the same."""
    return tuple((one.action, repr(sorted(one.payload.items())), one.stops) for one in done)
