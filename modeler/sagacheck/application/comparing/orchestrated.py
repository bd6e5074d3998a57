"""An orchestrated saga as one side of a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sagacheck.application.comparing.side import CLIENT, Channel, Message, Move, Side
from sagacheck.application.weakest import LADDER
from sagacheck.core.chart import Call, Chart, Choice, Compensate, End
from sagacheck.core.comparison import Design
from sagacheck.core.contract import NoContract
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.story import COORDINATOR, Line
from sagacheck.core.system import ALWAYS, Guard, Progress, Rule, Some, System, Update
from sagacheck.core.trace import Trace
from sagacheck.lowering.going import service_of
from sagacheck.lowering.participant import Kind
from sagacheck.lowering.saga import lower_saga
from sagacheck.lowering.story import lines_of
from sagacheck.lowering.telling import Happening, Telling
from sagacheck.prover.prove import prove

_ACCEPTS = {
    Kind.TAKES_EFFECT: True,
    Kind.EFFECT_UNRECORDED: True,
    Kind.RECORD_ONLY: True,
    Kind.READS: True,
    Kind.REJECTS: False,
    Kind.UNDOES: True,
    Kind.UNDO_UNRECORDED: True,
    Kind.UNDO_RECORD_ONLY: True,
    Kind.REFUSES: False,
}
_DID = {
    Kind.TAKES_EFFECT: Outcome.OK,
    Kind.READS: Outcome.OK,
    Kind.AGAIN: Outcome.OK,
    Kind.REJECTS: Outcome.REJECTED,
    Kind.TURNED_AWAY: Outcome.REJECTED,
    Kind.UNDOES: Outcome.OK,
    Kind.NOTHING: Outcome.OK,
    Kind.FINDS_NOTHING: Outcome.FAILED,
    Kind.REFUSES: Outcome.FAILED,
}
_CALM_FAULTS = ("", "refusal")


def orchestrated_side(chart: Chart) -> Side:
    """An orchestrated saga; steps without a declared contract have the strongest.

    Args:
        chart: the saga.
    """
    contracts = {step.name: step.contract or (LADDER[-1] if step.owes else NoContract()) for step in chart.steps}
    lowered = lower_saga(chart, contracts)
    system = lowered.system
    called = dict.fromkeys(node.step for node in chart.nodes if isinstance(node, Call))
    undone = dict.fromkeys(node.action for node in chart.nodes if isinstance(node, Compensate))
    calm = tuple(_calm(system))
    ends = [node for node in chart.nodes if isinstance(node, End)]
    here = system.variable["coordinator"]
    ended = {
        kind: here.is_(*(end.id for end in ends if end.kind is kind and end.id in here.domain)) for kind in EndKind
    }
    services = dict.fromkeys(
        [*(service_of(chart.step[step].action) for step in called), *(service_of(action) for action in undone)]
    )

    def tell(trace: Trace) -> tuple[Line, ...]:
        return lines_of(chart, trace)

    return Side(
        name=chart.name,
        design=Design.ORCHESTRATED,
        steps=tuple(step for step in called if chart.step[step].owes),
        actions=(*called, *undone),
        system=system,
        accepting={rule.name: tuple(_accepting(rule)) for rule in system.rules},
        calm=calm,
        gives_up=frozenset(rule.name for rule in calm if _telling(rule).result == Outcome.UNKNOWN),
        moves={rule.name: _move(rule) for rule in calm},
        first=Message("start", CLIENT, COORDINATOR),
        ended=ended,
        settled=Some(tuple(ended.values())),
        standing={step: _standing(system, step) for step in called if chart.step[step].owes},
        processes=(COORDINATOR, *services),
        leader=COORDINATOR,
        machine=_machine(chart),
        channels=tuple(_channels(system)),
        hop=lambda _: 1,
        tell=tell,
    )


def _telling(rule: Rule) -> Telling:
    assert isinstance(rule.tells, Telling)
    return rule.tells


def _accepting(rule: Rule) -> Iterator[tuple[str, bool, Guard]]:
    tells = _telling(rule)
    if tells.happening is Happening.DELIVERY and tells.result in _ACCEPTS:
        yield tells.subject, _ACCEPTS[Kind(tells.result)], ALWAYS


def _calm(system: System) -> Iterator[Rule]:
    """The rules of runs without faults. Each message is delivered once, so a delivery uses its request up."""
    for rule in system.rules:
        tells = _telling(rule)
        if rule.fault not in _CALM_FAULTS:
            continue
        if tells.happening is Happening.DELIVERY:
            request = next(f"{kind} {tells.subject}" for kind in _BOXES if f"{kind} {tells.subject}" in system.variable)
            left = tuple(update for update in rule.updates if update.variable != request)
            yield replace(rule, updates=(*left, Update(request, "no")))
        elif tells.happening in (Happening.CALL, Happening.COMPENSATION, Happening.DECISION):
            yield rule


_BOXES = ("request", "compensation")


def _move(rule: Rule) -> Move:
    tells = _telling(rule)
    process = tells.actor
    sends = tuple(Message(what, process, receiver) for receiver, what in tells.sends)
    takes = None if tells.receives is None else Message(tells.receives[1], tells.receives[0], process)
    if tells.happening is not Happening.DELIVERY:
        came = ((tells.subject, str(tells.result)),) if tells.subject else ()
        return Move(process, takes, sends, came)
    outcome = _DID.get(Kind(tells.result))
    did = ((tells.subject, str(outcome)),) if outcome is not None else ()
    effects = (tells.subject,) if tells.result == Kind.TAKES_EFFECT else ()
    return Move(process, takes, sends, (), did, effects)


def _standing(system: System, step: str) -> Mapping[int, Guard]:
    """When so many effects of a step stand, by what is real of it."""
    real = system.variable[f"{step}: real"]
    found: dict[int, list[str]] = {0: [], 1: [], 2: []}
    for value in real.domain:
        words = value.split(", ")
        found[2 if "two effects" in words else 1 if "effect" in words else 0].append(value)
    return {number: real.is_(*values) for number, values in found.items() if values}


def _machine(chart: Chart) -> tuple[int, int]:
    """States at which the coordinator rests, and its decisions: of each of them, where it may go beyond the first."""
    resting = [node for node in chart.nodes if not isinstance(node, Choice)]
    return len(resting), sum(max(0, len(_targets(chart, node.id)) - 1) for node in resting)


def _targets(chart: Chart, source: str) -> set[str]:
    """The nodes at which the coordinator rests next; questions are answered on the way."""
    found: set[str] = set()
    asked = {source}
    waiting = [edge.target for edge in chart.successors[source].values()]
    while waiting:
        target = waiting.pop()
        if not isinstance(chart.node.get(target), Choice):
            found.add(target)
        elif target not in asked:
            asked.add(target)
            waiting += [edge.target for edge in chart.successors[target].values()]
    return found


def _never() -> bool:
    """Nothing beyond what is declared can be lost."""
    return False


def _channels(system: System) -> Iterator[Channel]:
    """Commands and answers, one channel for each action and direction."""
    goals = tuple(prop for prop in system.properties if isinstance(prop, Progress))
    losses: dict[str, list[Rule]] = {}
    for rule in system.rules:
        tells = _telling(rule)
        if tells.happening is Happening.LOSS:
            way = "the answer of " if rule.name.startswith("answer") else ""
            losses.setdefault(f"{way}{tells.subject}", []).append(rule)
    reliable = tuple(rule for rule in system.rules if not rule.fault or rule.fault == "refusal")
    for name, lost in losses.items():

        def sticks(lost: list[Rule] = lost) -> bool:
            names = {rule.name for rule in (*reliable, *lost)}
            asked = tuple(replace(goal, first=tuple(one for one in goal.first if one in names)) for goal in goals)
            proof = prove(System(system.name, system.variables, (*reliable, *lost), asked), traces=0)
            return bool(proof.broken)

        # What is lost is sent again, or given up: declared or not, it is the same.
        yield Channel(name, sticks, _never)
