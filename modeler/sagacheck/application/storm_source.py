"""Finds a saga's storm again from the file that it stands in: for other processes, and for tests that run by themselves."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sagacheck.application.module_import import alone, dotted_package, import_file, import_root
from sagacheck.application.module_sagas import sagas_in
from sagacheck.core.storming import Plan
from sagacheck.storm.playing import Play, Played
from sagacheck.storm.replaying import played_token
from sagacheck.storm.running import played

if TYPE_CHECKING:
    from sagacheck.authoring.storm import Storm


@dataclass(frozen=True, slots=True)
class StormSource:
    """Where a storm stands.

    Args:
        path: the model file, absolute.
        saga: the saga's name.
        simulated: whether contracts act in place of handlers.
        nth: which of the file's storms over that saga it is, from 0.
        shown: the path that what is told of it names; the absolute one if "".
    """

    path: str
    saga: str
    simulated: bool = False
    nth: int = 0
    shown: str = ""


class NoSuchStormError(LookupError):
    """The file has no such saga any more."""


@contextmanager
def opened(source: StormSource) -> Iterator[Storm]:
    """The storm over a saga; a bare one where its file holds only the saga. Handlers can import while this lasts.

    Args:
        source: where it stands.

    Raises:
        NoSuchStormError: if it is not there.
    """
    from sagacheck.authoring.saga import Saga
    from sagacheck.authoring.storm import Storm, is_machine

    path = str(Path(source.path).resolve())
    with alone(import_root(path), dotted_package(path)):
        found = sagas_in(import_file(path, source.shown or source.path))
        wired = [one for one in found.storms if one.name == source.saga and not source.simulated]
        bare = [Storm(one) for one in found.values if isinstance(one, Saga) or is_machine(one)]
        alike = wired or [one for one in bare if one.name == source.saga]
        storm = alike[source.nth] if source.nth < len(alike) else None
        if storm is None:
            raise NoSuchStormError(f"{source.path} has no saga {source.saga!r} any more")
        yield storm


@dataclass(frozen=True, slots=True)
class PlaysPlans:
    """Plays plans in whatever process it is called; the model is imported there once.

    Args:
        source: where the storm stands.
        durable: whether the coordinator keeps a log.
    """

    source: StormSource
    durable: bool = True

    def __call__(self, plans: tuple[Plan, ...]) -> list[Played]:
        """How each plan went."""
        if self not in _OPEN:
            _OPEN[self] = _played_with(self)
        return [played(_OPEN[self], plan) for plan in plans]


_OPEN: dict[PlaysPlans, Play] = {}
_STAYS = ExitStack()
"""What stays open until the process ends: a worker's model, and its world."""
atexit.register(_STAYS.close)


def _played_with(work: PlaysPlans) -> Play:
    from dataclasses import replace

    from sagacheck.application.storm_saga import prepared

    storm = _STAYS.enter_context(opened(work.source))
    return replace(_STAYS.enter_context(prepared(storm)).play, durable=work.durable)


def play_again(source: StormSource, token: str, *, durable: bool = True) -> Played:
    """How a plan goes by now.

    Args:
        source: where the storm stands.
        token: the plan, or the turns of several sagas.
        durable: whether the coordinator keeps a log.

    Raises:
        NoSuchStormError: if the saga is not there any more.
        PlanTokenError: if the token is none.
        NoSuchCrashError: if it has a crash that is not done in the storm's world.
    """
    from dataclasses import replace

    from sagacheck.application.storm_saga import prepared

    with opened(source) as storm, prepared(storm) as ready:
        return played_token(replace(ready.play, durable=durable), token)


def assert_survives(
    path: str, saga: str, token: str, *, durable: bool = True, simulated: bool = False, nth: int = 0
) -> None:
    """Asserts that a saga survives a plan. For generated tests.

    Args:
        path: the model file.
        saga: the saga's name.
        token: the plan.
        durable: whether the coordinator keeps a log.
        simulated: whether contracts act in place of handlers.
        nth: which of the storms over that saga in the file, from 0.

    Raises:
        AssertionError: if it does not survive it, or if a fault of the plan did not strike.
    """
    went = play_again(StormSource(path, saga, simulated, nth), token, durable=durable)
    told = "\n".join(
        f"  {one.actor or 'late'}: {one.text}" + (f"  [{one.fault}]" if one.fault else "") for one in went.happened
    )
    wrong = "\n".join(f"  {line}" for line in went.evidence)
    assert not went.why, f"{saga} does not survive {token}: {went.why}\n{told}\n{wrong}"
    missed = ", ".join(f"{one.call}:{one.turn}:{one.blow}" for one in went.unfired)
    assert not went.unsure, f"{saga} under {token}: without a probe nobody says whether this is right\n{told}\n{wrong}"
    assert not missed, f"faults of {token} did not strike: {missed}\n{told}"
