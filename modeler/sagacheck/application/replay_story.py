"""Shows a story again from its token, on the model as it is now."""

from __future__ import annotations

from dataclasses import dataclass

from sagacheck.application.choreography_proof import with_strongest
from sagacheck.application.loaded import LoadedChoreography, LoadedSaga
from sagacheck.application.refusal import RefusedError
from sagacheck.application.weakest import LADDER
from sagacheck.core.chart import Chart
from sagacheck.core.contract import NoContract
from sagacheck.core.obligation import Owed
from sagacheck.core.story import Line
from sagacheck.core.system import Progress, System, Variable, holds
from sagacheck.lowering.choreographed.choreography import lowered
from sagacheck.lowering.choreographed.obligations import Obligation
from sagacheck.lowering.choreographed.story import lines_of as choreographed_lines
from sagacheck.lowering.replay import Replayed, TokenError, replay
from sagacheck.lowering.saga import lower_saga
from sagacheck.lowering.story import lines_of


@dataclass(frozen=True, slots=True)
class ReplayedStory:
    """A story that was told again.

    Args:
        lines: what happens, as far as it is still possible.
        missing: how many steps are not possible any more.
        broken: what is wrong at its end.
    """

    lines: tuple[Line, ...]
    missing: int
    broken: tuple[Owed | Obligation, ...]


def replay_story(loaded: LoadedSaga | LoadedChoreography, token: str, *, durable: bool = True) -> ReplayedStory:
    """The story that a token stands for, and what it breaks now.

    A step whose contract is not declared gets the strongest, under which `verify` tells what is wrong.

    Args:
        loaded: the saga.
        token: what stands behind `replay` in a report.
        durable: whether the coordinator goes on after a crash where it was; a choreography has none.

    Raises:
        RefusedError: if it is no token.
    """
    if isinstance(loaded, LoadedChoreography):
        choreography = lowered(with_strongest(loaded.net))
        found = _replayed(choreography.system, token)
        return ReplayedStory(
            choreographed_lines(choreography, found.trace),
            found.missing,
            tuple(choreography.obligations[name] for name in _broken(choreography.system, found)),
        )
    found, broken = story_again(loaded.chart, token, durable=durable)
    return ReplayedStory(lines_of(loaded.chart, found.trace), found.missing, broken)


def story_again(chart: Chart, token: str, *, durable: bool = True) -> tuple[Replayed, tuple[Owed, ...]]:
    """The run of a saga that a token stands for, and what it breaks now.

    Args:
        chart: the saga's chart.
        token, durable: as for `replay_story`.

    Raises:
        RefusedError: if it is no token.
    """
    contracts = {step.name: step.contract or (LADDER[-1] if step.owes else NoContract()) for step in chart.steps}
    saga = lower_saga(chart, contracts, durable=durable)
    found = _replayed(saga.system, token)
    return found, tuple(saga.owed[name] for name in _broken(saga.system, found))


def _replayed(system: System, token: str) -> Replayed:
    try:
        return replay(system, token, lambda trace: bool(_broken(system, Replayed(trace, 0))))
    except TokenError as error:
        raise RefusedError(str(error)) from error


def _broken(system: System, found: Replayed) -> tuple[str, ...]:
    """The properties that are broken in the last state, or by the last step; none if the run is not whole."""
    if found.missing:
        return ()
    values = found.trace.end
    before = dict(found.trace.start)
    for step in found.trace.steps[:-1]:
        before.update((name, after) for name, _, after in step.changes)
    last = found.trace.steps[-1].rule.name
    stuck = None
    broken = []
    for prop in system.properties:
        if isinstance(prop, Progress):
            stuck = prop
        elif (last in prop.by and holds(prop.broken, before)) if prop.by else holds(prop.broken, values):
            broken.append(prop.name)
    if stuck is not None and not broken and _is_doomed(system, stuck, values):
        broken.append(stuck.name)
    return tuple(broken)


def _is_doomed(system: System, goal: Progress, values: dict[str, str]) -> bool:
    """Whether a goal cannot be reached from a state."""
    from sagacheck.prover.prove import prove

    variables = tuple(
        Variable(one.name, (values[one.name], *(value for value in one.domain if value != values[one.name])))
        for one in system.variables
    )
    proof = prove(System(system.name, variables, system.rules, (goal,)))
    shortest = [len(result.trace.steps) for result in proof.broken if result.trace is not None]
    return 0 in shortest
