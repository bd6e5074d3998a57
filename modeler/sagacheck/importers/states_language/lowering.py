"""Draws a state machine as a chart.

A Task becomes a call, or a compensation if `inference` says so; its outcomes go where the catchers send the errors
behind them, and an error that nobody catches leaves its outcome without an edge. Where errors behind one outcome go
different ways, a choice asks which it was. Parallel and Map become forks; an error that a branch does not catch leaves
the branch for what the Parallel's own catchers say, which interrupts its siblings.
"""

from __future__ import annotations

from sagacheck.core.chart import (
    DONE,
    NEXT,
    AnyNode,
    Call,
    Chart,
    Choice,
    Compensate,
    Condition,
    Edge,
    End,
    Exit,
    Fork,
    Join,
    Origin,
    Region,
    Wait,
)
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.span import Span
from sagacheck.core.step import CompensationSpec, StepSpec
from sagacheck.importers.states_language.catching import (
    NO_CHOICE_MATCHED,
    OTHER,
    Handlers,
    catch_of,
    parts_of,
)
from sagacheck.importers.states_language.conditions import distinct, shortened
from sagacheck.importers.states_language.definition import Jump, Kind, Machine, State
from sagacheck.importers.states_language.inference import Inference, infer
from sagacheck.importers.states_language.layout import TOP, Layout, Place, lay_out
from sagacheck.importers.states_language.words import MANUAL, words_of

PROFILE = "step functions"
STOPPED = "StopExecution and the execution timeout bypass every handler"
BROKEN = "no run breaks off by States.Runtime or States.DataLimitExceeded, which no handler catches"
_MOST_NAMED = 12


def draw(machine: Machine, name: str) -> Chart:
    """The chart of a state machine.

    Args:
        machine: the definition.
        name: the saga's name.
    """
    layout = lay_out(machine)
    inference = infer(layout)
    drawing = _Drawing(layout, inference)
    for position in range(len(layout.places)):
        drawing.add(position)
    specs: dict[str, StepSpec] = {}
    for spec in inference.steps.values():
        specs.setdefault(spec.name, spec)
    return Chart(
        name=name,
        start=machine.start,
        nodes=tuple(drawing.nodes),
        edges=tuple(drawing.edges),
        steps=tuple(specs.values()),
        origin=Origin.IMPORTED,
        profile=PROFILE,
        claims=_claims(specs),
        assumptions=(STOPPED, BROKEN, *_assumptions(layout), *inference.unknown),
        span=machine.span,
    )


def _claims(specs: dict[str, StepSpec]) -> tuple[str, ...]:
    """What is taken for granted of the participants."""
    owing = [f"`{spec.name}`" for spec in specs.values() if spec.owes]
    names, rest = owing[:_MOST_NAMED], len(owing[_MOST_NAMED:])
    if not names:
        return ()
    return (f"contracts are not declared: {', '.join(names)}{f' and {rest} more' if rest else ''}",)


def _assumptions(layout: Layout) -> list[str]:
    """What the chart leaves out of the definition, or takes for granted of the engine."""
    lines = [line for machine in layout.machines.values() for line in machine.passed_over]
    for place in layout.places:
        state = place.state
        if state.kind is Kind.MAP:
            lines.append(f"Map `{state.name}`: one item is followed")
            if state.tolerant:
                lines.append(f"Map `{state.name}`: a failed item fails it, whatever number of failures it tolerates")
        if state.branches and state.policy.retries:
            lines.append(f"{state.kind} `{state.name}`: it runs once; what its Retry would repeat is not followed")
    return lines


class _Drawing:
    """A chart that is being drawn, state by state in the order of the source."""

    def __init__(self, layout: Layout, inference: Inference) -> None:
        self.layout = layout
        self.inference = inference
        self.nodes: list[AnyNode] = []
        self.edges: list[Edge] = []
        # For each Parallel and Map the handlers of what happens in it; for None those of the top level.
        self.handlers: dict[int | None, Handlers | None] = {None: None}
        self.ends: dict[str, str] = {}
        self.nowhere: dict[tuple[str, str], str] = {}

    def add(self, position: int) -> None:
        """Draws the state at this position with the edges that leave it."""
        place = self.layout.places[position]
        match place.state.kind:
            case Kind.TASK:
                self._task(position, place)
            case Kind.PASS | Kind.WAIT:
                self.nodes.append(Wait(id=place.state.name, region=place.region, span=place.state.span))
                self._go_on(place.state.name, NEXT, place)
            case Kind.CHOICE:
                self._choice(place)
            case Kind.PARALLEL | Kind.MAP:
                self._fork(position, place)
            case Kind.SUCCEED:
                self._succeed(place)
            case Kind.FAIL:
                self._fail(place)

    def _task(self, position: int, place: Place) -> None:
        """A call with an edge for each outcome that is handled."""
        state = place.state
        undoing = self.inference.undoing.get(position)
        if undoing is not None:
            outcomes = CompensationSpec(undoing.action, state.policy).outcomes
            node: AnyNode = Compensate(
                id=state.name,
                region=place.region,
                span=state.span,
                steps=undoing.steps,
                action=undoing.action,
                outcomes=outcomes,
            )
        else:
            outcomes = self.inference.steps[position].outcomes
            node = Call(id=state.name, region=place.region, span=state.span, step=state.name, outcomes=outcomes)
        self.nodes.append(node)
        self._go_on(state.name, Outcome.OK, place)
        handlers = Handlers(catch_of(state.catchers), place.region, self.handlers[place.parent])
        for outcome in outcomes:
            if outcome is not Outcome.OK:
                self._errors(place, handlers, outcome)

    def _errors(self, place: Place, handlers: Handlers, outcome: Outcome) -> None:
        """What follows an outcome other than ok, by the errors behind it."""
        state = place.state
        parts = parts_of(state, handlers, outcome)
        if all(part.goes is None for part in parts):
            return
        if len(parts) == 1 and parts[0].goes is not None:
            self._jump(state.name, outcome, *parts[0].goes)
            return
        answers = distinct([shortened(" or ".join(part.errors)) for part in parts])
        asking = self.layout.names.fresh(f"{state.name}?{outcome}")
        which = f"which error of {state.name} ({outcome})"
        question = Condition(which, tuple(answers), stable=False)
        self.nodes.append(Choice(id=asking, label=which, region=place.region, span=state.span, test=question))
        self.edges.append(Edge(state.name, outcome, asking, state.span))
        for answer, part in zip(answers, parts, strict=True):
            if part.goes is not None:
                self._jump(asking, answer, *part.goes)

    def _choice(self, place: Place) -> None:
        """A question with an answer for each rule, and one for the case that none fits."""
        state = place.state
        default, *answers = distinct(["default", *(rule.asks for rule in state.rules)])
        question = Condition(state.name, (*answers, default), stable=False)
        self.nodes.append(Choice(id=state.name, region=place.region, span=state.span, test=question))
        for answer, rule in zip(answers, state.rules, strict=True):
            self._jump(state.name, answer, place.region, rule.to)
        if state.default is not None:
            self._jump(state.name, default, place.region, state.default)
            return
        outer = self.handlers[place.parent]
        goes = outer.find(NO_CHOICE_MATCHED) if outer else None
        if goes is not None:
            self._jump(state.name, default, *goes)

    def _fork(self, position: int, place: Place) -> None:
        """A fork into the branches, and the join behind them."""
        state = place.state
        join = self.layout.names.fresh(f"{state.name}/join")
        regions = tuple(
            Region(id=region, entry=self.layout.machines[region].start) for region in self.layout.regions[position]
        )
        self.nodes.append(Fork(id=state.name, region=place.region, span=state.span, regions=regions, join=join))
        self.nodes.append(Join(id=join, region=place.region, span=state.span))
        self._go_on(join, DONE, place)
        self.handlers[position] = Handlers(catch_of(state.catchers), place.region, self.handlers[place.parent])

    def _succeed(self, place: Place) -> None:
        """The end of the run or, in a branch, of the branch."""
        state = place.state
        if place.region == TOP:
            self.nodes.append(End(id=state.name, span=state.span, kind=EndKind.COMMITTED))
        else:
            self.nodes.append(Exit(id=state.name, region=place.region, span=state.span))

    def _fail(self, place: Place) -> None:
        """The end of the run; in a branch, an error that a Parallel or Map around it may catch."""
        state = place.state
        if place.region == TOP:
            self.nodes.append(_failed_end(state, state.name))
            return
        self.nodes.append(Wait(id=state.name, region=place.region, span=state.span))
        outer = self.handlers[place.parent]
        goes = outer.find(state.error or OTHER) if outer else None
        if goes is not None:
            self._jump(state.name, NEXT, *goes)
            return
        end = self.layout.names.fresh(f"{state.name}/end")
        self.nodes.append(_failed_end(state, end))
        self.edges.append(Edge(state.name, NEXT, end, state.span))

    def _go_on(self, source: str, label: str, place: Place) -> None:
        """Draws the edge that Next or End asks for, if there is either."""
        state = place.state
        if state.next is not None:
            self._jump(source, label, place.region, state.next)
        elif state.end is not None:
            self.edges.append(Edge(source, label, self._end(place.region, state.end), state.end))

    def _jump(self, source: str, label: str, region: str, jump: Jump) -> None:
        """Draws an edge to the state that a jump names among those of a region."""
        self.edges.append(Edge(source, label, self._target(region, jump.target), jump.span))

    def _target(self, region: str, name: str) -> str:
        """The id of the node that a name stands for in a region.

        A machine knows only its own states. A name that it does not know must not lead to a state of another one.
        """
        known = self.layout.positions[region]
        if name in known or name not in self.layout.state_names:
            return name
        if (region, name) not in self.nowhere:
            self.nowhere[region, name] = self.layout.names.fresh(f"{name} (not in {region or 'the outer machine'})")
        return self.nowhere[region, name]

    def _end(self, region: str, span: Span) -> str:
        """The id of the node at which `End` ends a region, or the run."""
        if region not in self.ends:
            if region == TOP:
                name = self.layout.names.fresh("(succeeded)")
                self.nodes.append(End(id=name, label="succeeded", span=span, kind=EndKind.COMMITTED))
            else:
                name = self.layout.names.fresh(f"{region}/end")
                self.nodes.append(Exit(id=name, region=region, span=span))
            self.ends[region] = name
        return self.ends[region]


def _failed_end(state: State, name: str) -> End:
    """The end at which a Fail ends the run: manual if it says so, else aborted."""
    said = [word for word in words_of(f"{state.name} {state.error or ''}") if word in MANUAL]
    if not said:
        return End(id=name, span=state.span, kind=EndKind.ABORTED)
    return End(
        id=name,
        span=state.span,
        kind=EndKind.MANUAL,
        instruction=state.cause,
        inferred=f'its name says "{said[0]}"',
    )
