"""Shows a story again from its token, on the model as it is now."""

from __future__ import annotations

from dataclasses import dataclass

from sagacheck.application.loaded import LoadedSaga
from sagacheck.application.refusal import RefusedError
from sagacheck.application.weakest import LADDER
from sagacheck.core.contract import NoContract
from sagacheck.core.obligation import Owed
from sagacheck.core.story import Line
from sagacheck.core.system import Progress, holds
from sagacheck.core.trace import Trace
from sagacheck.lowering.replay import TokenError, replay
from sagacheck.lowering.saga import Lowered, lower_saga
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
    broken: tuple[Owed, ...]


def replay_story(loaded: LoadedSaga, token: str, *, durable: bool = True) -> ReplayedStory:
    """The story that a token stands for, and what it breaks now.

    Args:
        loaded: the saga.
        token: what stands behind `replay` in a report.
        durable: whether the coordinator goes on after a crash where it was.

    Raises:
        RefusedError: if it is no token.
    """
    contracts = {step.name: step.contract or (LADDER[-1] if step.owes else NoContract()) for step in loaded.chart.steps}
    lowered = lower_saga(loaded.chart, contracts, durable=durable)
    try:
        found = replay(lowered.system, token)
    except TokenError as error:
        raise RefusedError(str(error)) from error
    broken = () if found.missing else _broken(lowered, found.trace)
    return ReplayedStory(lines_of(loaded.chart, found.trace), found.missing, broken)


def _broken(lowered: Lowered, trace: Trace) -> tuple[Owed, ...]:
    """What is broken in the last state, or by the last step."""
    values = trace.end
    before = dict(trace.start)
    for step in trace.steps[:-1]:
        before.update((name, after) for name, _, after in step.changes)
    last = trace.steps[-1].rule.name
    stuck = None
    found = []
    for prop in lowered.system.properties:
        if isinstance(prop, Progress):
            stuck = prop
        elif (last in prop.by and holds(prop.broken, before)) if prop.by else holds(prop.broken, values):
            found.append(lowered.owed[prop.name])
    if stuck is not None and not found and _is_doomed(lowered, values):
        found.append(lowered.owed[stuck.name])
    return tuple(found)


def _is_doomed(lowered: Lowered, values: dict[str, str]) -> bool:
    """Whether no end can be reached from a state."""
    from sagacheck.core.system import System, Variable
    from sagacheck.prover.prove import prove

    system = lowered.system
    variables = tuple(
        Variable(one.name, (values[one.name], *(value for value in one.domain if value != values[one.name])))
        for one in system.variables
    )
    goals = tuple(prop for prop in system.properties if isinstance(prop, Progress))
    proof = prove(System(system.name, variables, system.rules, goals))
    shortest = [len(result.trace.steps) for result in proof.broken if result.trace is not None]
    return 0 in shortest
