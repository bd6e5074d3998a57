"""Lowers a chart, with what its participants promise and what the network may do, to a system that can be proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sagacheck.core.chart import Chart, End
from sagacheck.core.contract import Contract
from sagacheck.core.obligation import Obligation, Owed
from sagacheck.core.outcome import EndKind, Status
from sagacheck.core.system import ALWAYS, Guard, Progress, Property, Safety, Some, System, Variable
from sagacheck.lowering.columns import Columns
from sagacheck.lowering.coordinator import Coordinator
from sagacheck.lowering.participant import REAL, REAL_UNDO, TWICE, Kind, Undo
from sagacheck.lowering.places import STOPPED, Places
from sagacheck.lowering.services import Services

BUDGETS = ("loss", "crash", "refusal")
"""The faults that a user may rule out."""


@dataclass(frozen=True)
class Lowered:
    """A saga as a system.

    Args:
        system: the system.
        owed: what each of its properties is about, by the property's name.
    """

    system: System
    owed: Mapping[str, Owed]


def lower_saga(
    chart: Chart,
    contracts: Mapping[str, Contract],
    *,
    durable: bool = True,
    without: frozenset[str] = frozenset(),
    thrifty: bool = True,
) -> Lowered:
    """A chart as a system of coordinator, participants and network.

    Args:
        chart: the chart.
        contracts: what the participant of each step that is called promises.
        durable: whether the coordinator goes on after a crash where it was; else it starts again, under the same keys.
        without: faults that do not occur.
        thrifty: whether messages are left out that nobody can wait for; the properties do not depend on it.
    """
    columns = Columns(chart, contracts, thrifty=thrifty and durable)
    coordinator = Coordinator(columns)
    services = Services(columns, coordinator.places)
    rules = list(coordinator.rules())
    rules += [rule for step in columns.calls for rule in services.of_step(step)]
    rules += [rule for action in columns.compensations for rule in services.of_compensation(action)]
    if not durable:
        rules.append(coordinator.amnesia())
    rules = [rule for rule in rules if rule.fault not in without]
    begun = {update.variable: update for update in coordinator.begin().updates.values()}
    properties = dict(_properties(columns, coordinator.places, services))
    variables = [_starting(variable, begun) for variable in _variables(columns, coordinator.places)]
    system = System(
        chart.name,
        tuple(variables),
        tuple(rules),
        tuple(_among(prop, {rule.name for rule in rules}, services.late) for prop in properties.values()),
    )
    return Lowered(system, {prop.name: owed for owed, prop in properties.items()})


def _among(prop: Property, rules: set[str], late: set[str]) -> Property:
    """The property as it is of these rules. To come to an end, nothing late is needed."""
    if isinstance(prop, Progress):
        return replace(prop, first=tuple(sorted(rules - late)))
    return replace(prop, by=tuple(name for name in prop.by if name in rules)) if prop.by else prop


def _starting(variable: Variable, begun: Mapping[str, object]) -> Variable:
    """The variable with the value first that it has at the start."""
    update = begun.get(variable.name)
    value = getattr(update, "value", None)
    if value is None:
        return variable
    return Variable(variable.name, (value, *(other for other in variable.domain if other != value)))


def _variables(columns: Columns, places: Places) -> Iterator[Variable]:
    """All variables, those about one step together, in the order of the chart."""
    by_region = places.variables()
    yield by_region.pop("")
    if columns.cancel is not None:
        yield columns.cancel
    yield from columns.answers.values()
    yield from columns.notes.values()
    seen = set()
    for step in columns.calls:
        region = columns.calls[step][0].region
        for around in reversed(list(columns.chart.enclosing(region))):
            if around in by_region:
                yield by_region.pop(around)
        box = columns.request[step]
        for column in (columns.ledger, columns.called, columns.tried, columns.real):
            if step in column:
                yield column[step]
        yield box.request
        yield from box.answers.values()
        if box.repeated is not None:
            yield box.repeated
        for action, steps in columns.covered.items():
            if steps and steps[0] == step and action not in seen:
                seen.add(action)
                yield columns.undoing[action].request
                yield from columns.undoing[action].answers.values()
    for action, box in columns.undoing.items():
        if action not in seen:
            yield box.request
            yield from box.answers.values()
    yield from by_region.values()


def _properties(columns: Columns, places: Places, services: Services) -> Iterator[tuple[Owed, Property]]:
    """What the saga owes, step by step."""
    ends = {
        kind: [node.id for node in columns.nodes if isinstance(node, End) and node.kind is kind] for kind in EndKind
    }
    ended = places.at("", *(name for names in ends.values() for name in names))
    manual = places.at("", *ends[EndKind.MANUAL]) if ends[EndKind.MANUAL] else Some()
    for step in columns.calls:
        if columns.spec(step).owes:
            for obligation, broken, by in _of_step(columns, services, step, ended, manual):
                if broken is not None and by is not None:
                    owed = Owed(obligation, step)
                    yield owed, Safety(owed.name, broken, by, cause=step)
    owed = Owed(Obligation.STUCK)
    yield owed, Progress(owed.name, ended | places.at("", STOPPED))


def _of_step(
    columns: Columns, services: Services, step: str, ended: Guard, manual: Guard
) -> Iterator[tuple[Obligation, Guard | None, tuple[str, ...] | None]]:
    """What is owed about one step: when it is broken, and by which rules; None if it cannot be."""

    def rules(*kinds: Kind) -> tuple[str, ...] | None:
        return tuple(name for kind in kinds for name in services.named.get((step, kind), ())) or None

    states = columns.locals[step]
    real, ledger = columns.real[step], columns.ledger[step]

    def having(test: object) -> Guard | None:
        assert callable(test)
        names = [local.name for local in states if test(local)]
        return real.is_(*names) if names else None

    effects, undoings = rules(*REAL), rules(*REAL_UNDO)
    yield Obligation.EFFECT_TWICE, having(lambda local: local.standing == TWICE), ()
    yield Obligation.COMPENSATION_OF_NOTHING, ALWAYS, rules(Kind.FINDS_NOTHING)
    yield Obligation.COMPENSATED_TWICE, having(lambda local: local.undone == TWICE), ()
    undone = having(lambda local: local.undone > 0 or local.undo in (Undo.EMPTY, Undo.DONE))
    yield Obligation.EFFECT_AFTER_COMPENSATION, undone, effects
    listed = manual & ledger.is_(Status.MAYBE, Status.UNDOING)
    yield Obligation.EFFECT_AFTER_END, ended & ~listed, effects
    # A compensation of several steps may come late for the sake of another one.
    undoable = having(
        lambda local: any(one.kind is Kind.UNDOES for one in columns.participants[step].compensated(local))
    )
    late = None if undoable is None else ended & undoable & ~(manual & ledger.is_(Status.UNDOING))
    yield Obligation.COMPENSATION_AFTER_END, late, undoings
    differing = [
        ledger.is_(*statuses) & wrong
        for statuses, allowed in _CONSISTENT.items()
        if (wrong := having(lambda local, allowed=allowed: local.standing not in allowed)) is not None
    ]
    yield Obligation.END_DIFFERS, ended & Some(tuple(differing)), ()


_CONSISTENT = {
    (Status.NONE, Status.UNDONE): (0,),
    (Status.APPLIED,): (1,),
    (Status.MAYBE, Status.UNDOING): (0, 1),
}
"""How many effects may stand at an end, by what the ledger says."""
