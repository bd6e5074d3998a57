"""An orchestrated saga as one side of a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from sagacheck.application.comparing.side import CLIENT, Channel, Message, Move, Side
from sagacheck.application.weakest import LADDER
from sagacheck.core.chart import Call, Chart, Choice, Compensate, End
from sagacheck.core.comparison import Design
from sagacheck.core.contract import NoContract
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.story import COORDINATOR, Line
from sagacheck.core.system import ALWAYS, Every, Guard, Progress, Rule, Some, System, Update
from sagacheck.core.trace import Trace
from sagacheck.lowering.columns import Columns
from sagacheck.lowering.coordinator import Coordinator
from sagacheck.lowering.going import service_of
from sagacheck.lowering.participant import Kind
from sagacheck.lowering.places import STOPPED, Places
from sagacheck.lowering.saga import lower_saga
from sagacheck.lowering.story import lines_of
from sagacheck.lowering.telling import Happening, Telling
from sagacheck.prover.prove import Budget, prove
from sagacheck.semantics.analysis import TooLargeError
from sagacheck.semantics.count import count_scenarios

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
_THINKING = (Happening.DECISION, Happening.START)
_HEARING = (Happening.CALL, Happening.COMPENSATION)


def orchestrated_side(chart: Chart) -> Side:
    """An orchestrated saga; steps without a declared contract have the strongest.

    Args:
        chart: the saga.
    """
    contracts = {step.name: step.contract or (LADDER[-1] if step.owes else NoContract()) for step in chart.steps}
    system = lower_saga(chart, contracts).system
    columns = Columns(chart, contracts)
    called, undone = dict.fromkeys(columns.calls), dict.fromkeys(columns.compensations)
    calm = tuple(_calm(system, columns))
    told = {rule.name: _telling(rule) for rule in calm}
    ended = _ended(columns, system)
    over = Some(tuple(ended.values()))
    boxes = (*columns.request.values(), *columns.undoing.values())
    services = dict.fromkeys(
        [*(service_of(columns.spec(step).action) for step in called), *(service_of(action) for action in undone)]
    )

    def tell(trace: Trace) -> tuple[Line, ...]:
        return lines_of(chart, trace)

    return Side(
        name=chart.name,
        design=Design.ORCHESTRATED,
        steps=tuple(step for step in called if columns.spec(step).owes),
        actions=(*called, *undone),
        system=system,
        accepting={rule.name: tuple(_accepting(rule)) for rule in system.rules},
        calm=calm,
        calm_settled=Every((over, *(box.request.is_("no") for box in boxes))),
        gives_up=frozenset(
            name for name, tells in told.items() if tells.happening in _HEARING and tells.result == Outcome.UNKNOWN
        ),
        thinking=frozenset(name for name, tells in told.items() if tells.happening in _THINKING),
        asked=frozenset(name for name, tells in told.items() if tells.happening is Happening.CANCELLATION),
        moves={rule.name: _move(rule) for rule in calm},
        first=Message("start", CLIENT, COORDINATOR),
        begun=tuple(Message(what, COORDINATOR, service) for service, what in Coordinator(columns).begin().sends),
        ended=ended,
        settled=over,
        standing={step: _standing(columns, step) for step in called if columns.spec(step).owes},
        processes=(COORDINATOR, *services),
        needs=tuple((COORDINATOR, service) for service in services),
        leader=COORDINATOR,
        machine=_machine(columns),
        channels=tuple(_channels(system)),
        scenarios=partial(_counted, chart),
        undeclared=tuple(step for step in called if columns.spec(step).owes and columns.spec(step).contract is None),
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


def _ended(columns: Columns, system: System) -> dict[EndKind, Guard]:
    """When each kind of end has come; a saga that meets what it does not handle has come to an end of its own kind."""
    here = system.variable[Places(columns.chart).name("")]
    ends = [node for node in columns.nodes if isinstance(node, End)]
    places = {kind: [end.id for end in ends if end.kind is kind and end.id in here.domain] for kind in EndKind}
    places[EndKind.UNHANDLED] += [STOPPED] if STOPPED in here.domain else []
    return {kind: here.is_(*names) for kind, names in places.items() if names}


def _calm(system: System, columns: Columns) -> Iterator[Rule]:
    """The rules of runs without faults. Each message is taken once, so that taking it uses it up."""
    for rule in system.rules:
        tells = _telling(rule)
        if rule.fault not in _CALM_FAULTS or tells.happening is Happening.RESEND:
            continue
        used = set(_taken(tells, columns))
        left = tuple(update for update in rule.updates if update.variable not in used)
        yield replace(rule, updates=(*left, *(Update(name, "no") for name in sorted(used))))


def _taken(tells: Telling, columns: Columns) -> Iterator[str]:
    """The messages that a rule takes: a request, or the answer to one."""
    box = columns.request.get(tells.subject) or columns.undoing.get(tells.subject)
    if box is not None and tells.happening is Happening.DELIVERY:
        yield box.request.name
    elif box is not None and tells.happening in _HEARING:
        yield from (answer.name for outcome, answer in box.answers.items() if outcome == tells.result)


def _counted(chart: Chart) -> tuple[int, int] | None:
    """The scenarios of a chart, and those without unknown outcomes."""
    nodes = tuple(
        replace(node, outcomes=tuple(outcome for outcome in node.outcomes if outcome is not Outcome.UNKNOWN))
        if isinstance(node, Call | Compensate)
        else node
        for node in chart.nodes
    )
    try:
        return count_scenarios(chart).total, count_scenarios(replace(chart, nodes=nodes)).total
    except TooLargeError:
        return None


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


def _standing(columns: Columns, step: str) -> Mapping[int, Guard]:
    """When so many effects of a step stand, by what is real of it."""
    found: dict[int, list[str]] = {}
    for local in columns.locals[step]:
        found.setdefault(local.standing, []).append(local.name)
    return {number: columns.real[step].is_(*values) for number, values in sorted(found.items())}


def _machine(columns: Columns) -> tuple[int, int]:
    """Nodes at which the coordinator rests, and its decisions: of each of them, where it may go beyond the first."""
    resting = [node for node in columns.nodes if not isinstance(node, Choice)]
    return len(resting), sum(max(0, len(_targets(columns.chart, node.id)) - 1) for node in resting)


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


def _never(_seconds: float) -> bool:
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

        def sticks(seconds: float, lost: list[Rule] = lost) -> bool | None:
            names = {rule.name for rule in (*reliable, *lost)}
            asked = tuple(replace(goal, first=tuple(one for one in goal.first if one in names)) for goal in goals)
            proof = prove(
                System(system.name, system.variables, (*reliable, *lost), asked), Budget(seconds=seconds), traces=0
            )
            return bool(proof.broken) if proof.conclusive else None

        # What is lost is sent again, or given up: declared or not, it is the same.
        yield Channel(name, sticks, _never)
