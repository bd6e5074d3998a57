"""A stage: performs actions of a saga in a world, calmly or with a crash, and observes what has become of it."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from sagacheck.core.ctrl_c import within_reach
from sagacheck.core.storming import Way
from sagacheck.storm.awaiting import end_loop, run_async
from sagacheck.storm.boundary import at_home, no_handler, strays_seen
from sagacheck.storm.calling import Calling, Payload
from sagacheck.storm.crashing import CRASHED, NotFiredError, Standing, cancelled, failed, killed, stopped
from sagacheck.storm.observing import Path, in_words, observed, unseen, unsettled, without
from sagacheck.storm.reply import Came, Reply
from sagacheck.storm.worlds.world import World

Probe = Callable[[Any], object]


class Stage(Protocol):
    """Where actions are performed: by real handlers, or by participants that behave as their contracts say."""

    @property
    def masked(self) -> tuple[str, ...]:
        """What is not looked at because calm runs differ in it."""

    @property
    def blind(self) -> tuple[str, ...]:
        """The parts of what is observed of which all is masked: nothing of them is compared but how much there is."""

    @property
    def ways(self) -> tuple[Way, ...]:
        """The ways in which executions can be made to crash here."""

    def reset(self) -> None:
        """Puts the world back to its beginning."""

    def perform(self, action: str, payload: Payload) -> Reply:
        """Executes an action calmly."""

    def crash(self, action: str, payload: Payload, boundary: int, way: Way) -> Reply:
        """Executes an action that crashes at a boundary.

        Raises:
            NotFiredError: if it does not come to that boundary.
        """

    def resume(self) -> Iterator[Reply]:
        """Lets executions that were left stale go on, to their ends."""

    def observe(self) -> object:
        """What can be seen of the world, as a value that can be compared."""

    def handle(self) -> object:
        """What a person's own functions about the world get."""


@dataclass
class RealStage:
    """A stage on which real handlers act.

    Args:
        world: what they work on, started.
        callings: how each action is called.
        probe: what can be seen of the world; everything in it without one.
    """

    world: World
    callings: Mapping[str, Calling]
    probe: Probe | None = None
    _masked: frozenset[Path] = frozenset()
    _blind: tuple[str, ...] = ()
    _standing: list[Standing] = field(default_factory=list)
    _stale: list[Standing] = field(default_factory=list)

    @property
    def masked(self) -> tuple[str, ...]:
        """What is not looked at, in words."""
        return tuple(sorted({in_words(path) for path in self._masked}))

    @property
    def blind(self) -> tuple[str, ...]:
        """The parts of which all is masked, in words."""
        return self._blind

    @property
    def ways(self) -> tuple[Way, ...]:
        """The ways that this world can bear."""
        found = [Way.PARK, Way.CANCEL]
        if self.world.several:
            found.append(Way.STALE)
        if self.world.forks and hasattr(os, "fork"):
            found.append(Way.KILL)
        return tuple(found)

    def reset(self) -> None:
        """Ends what still stands somewhere, and puts the world back."""
        while self._standing:
            self._standing.pop().drop()
        self._stale.clear()
        at_home()
        with no_handler(), within_reach():
            self.world.reset()

    def perform(self, action: str, payload: Payload) -> Reply:
        """Executes an action calmly."""
        handle = self.world.connect()
        if self._stale:
            self.world.hurry(handle)
        try:
            return self.callings[action].run(handle, payload)
        finally:
            self.world.release(handle)

    def crash(self, action: str, payload: Payload, boundary: int, way: Way) -> Reply:
        """Executes an action that crashes at a boundary."""
        run = self.callings[action]
        if way is Way.KILL:
            killed(run, self.world, payload, boundary)
            return Reply(Came.CRASHED, None, CRASHED)
        handle = self.world.connect()
        if way is Way.CANCEL:
            try:
                return cancelled(run, handle, payload, boundary)
            finally:
                self.world.release(handle)
        try:
            standing = stopped(run, handle, payload, boundary)
        except NotFiredError:
            self.world.release(handle)
            raise
        self._standing.append(standing)
        if way is Way.PARK:
            self.world.abandon(handle)
        else:
            self._stale.append(standing)
        return Reply(Came.CRASHED, None, CRASHED, tuple(standing.places))

    def fail(self, action: str, payload: Payload, boundary: int) -> Reply:
        """Executes an action at one of whose boundaries what it talks to fails.

        Raises:
            NotFiredError: if it does not come to that boundary.
        """
        handle = self.world.connect()
        try:
            return failed(self.callings[action], handle, payload, boundary)
        finally:
            self.world.release(handle)

    def resume(self) -> Iterator[Reply]:
        """Lets executions that were left stale go on, to their ends."""
        while self._stale:
            standing = self._stale.pop(0)
            self._standing.remove(standing)
            yield standing.finish()
            self.world.release(standing.handle)

    def observe(self) -> object:
        """What can be seen of the world, without what is masked."""
        return without(self._seen(), self._masked)

    def _seen(self) -> object:
        if self.probe is None:
            return observed(self.world.everything())
        handle = self.world.connect()
        try:
            with no_handler(), within_reach():
                seen = self.probe(handle)
                return observed(run_async(lambda: seen) if inspect.isawaitable(seen) else seen)
        finally:
            self.world.release(handle)

    def handle(self) -> object:
        """A handle of the world; it is not given back."""
        return self.world.connect()

    def learn(self, calm: Callable[[], object], rounds: int = 2) -> None:
        """Plays the same calm run several times; what then differs is masked from now on.

        Args:
            calm: plays it, from the beginning of the world.
            rounds: how often.
        """
        first: object = None
        found: set[Path] = set()
        for number in range(rounds):
            self.reset()
            calm()
            if number:
                found.update(unsettled(first, self._seen()))
            else:
                first = self._seen()
        self._masked = frozenset(found)
        self._blind = unseen(first, self._masked)


@contextmanager
def started(world: World) -> Iterator[World]:
    """A world that is ready; it is stopped in the end.

    Args:
        world: the world.
    """
    ready = False
    with strays_seen():
        try:
            with within_reach():
                world.start()
                ready = True
            yield world
        finally:
            try:
                if ready:
                    world.stop()
            finally:
                end_loop()
