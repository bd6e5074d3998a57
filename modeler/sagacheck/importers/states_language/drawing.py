"""Draws the states of a definition as nodes and edges, and notes how data pass along them.

A Task becomes a call, or a compensation if `inference` says so; its outcomes go where the catchers send the errors
behind them, and an error that nobody catches leaves its outcome without an edge. Where errors behind one outcome go
different ways, a choice asks which it was. Parallel and Map become forks; an error that a branch does not catch leaves
the branch for what the Parallel's own catchers say, which interrupts its siblings. A Choice is left to `asking`.
"""

from __future__ import annotations

from sagacheck.core.chart import (
    DONE,
    NEXT,
    AnyNode,
    Call,
    Choice,
    Compensate,
    Edge,
    End,
    Exit,
    Fork,
    Join,
    Region,
    Wait,
)
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.question import NO, YES, Condition
from sagacheck.core.span import Span
from sagacheck.core.step import CompensationSpec
from sagacheck.importers.states_language.catching import (
    BRANCH_FAILED,
    NO_CHOICE_MATCHED,
    OTHER,
    THRESHOLD_EXCEEDED,
    Goes,
    Handlers,
    Part,
    Tolerated,
    catch_of,
    parts_of,
)
from sagacheck.importers.states_language.conditions import distinct, shortened
from sagacheck.importers.states_language.definition import Jump, Kind, State
from sagacheck.importers.states_language.flow import Passage, caught
from sagacheck.importers.states_language.inference import Inference
from sagacheck.importers.states_language.layout import TOP, Layout, Place
from sagacheck.importers.states_language.side_file import SideFile
from sagacheck.importers.states_language.words import MANUAL, words_of


class Drawing:
    """A chart that is being drawn, state by state.

    Args:
        layout: the states.
        inference: what the Tasks among them are.
        side_file: what a person has said about them.
    """

    def __init__(self, layout: Layout, inference: Inference, side_file: SideFile) -> None:
        self.layout = layout
        self.inference = inference
        self.side_file = side_file
        # For each state, by its position, what is drawn of it.
        self.nodes: list[list[AnyNode]] = [[] for _ in layout.places]
        self.edges: list[list[Edge]] = [[] for _ in layout.places]
        self.passages: list[Passage] = []
        # The edge by which each Parallel and Map goes on, by its position.
        self.joined: dict[int, tuple[str, str]] = {}
        self._handlers: dict[int | None, Handlers | None] = {None: None}
        self._ends: dict[str, str] = {}
        self._nowhere: dict[tuple[str, str], str] = {}
        self._here = 0
        for position, place in enumerate(layout.places):
            self._here = position
            self._draw(position, place)

    def _draw(self, position: int, place: Place) -> None:
        state = place.state
        match state.kind:
            case Kind.TASK:
                self._task(position, place)
            case Kind.PASS:
                self._add(Wait(id=state.name, region=place.region, span=state.span))
                self._go_on(state.name, NEXT, place)
            case Kind.WAIT:
                self._add(Wait(id=state.name, region=place.region, span=state.span, lasts=state.lasts))
                self._go_on(state.name, NEXT, place)
            case Kind.CHOICE:
                self._pass_on_choice(place)
            case Kind.PARALLEL | Kind.MAP:
                self._fork(position, place)
            case Kind.SUCCEED:
                self._succeed(place)
            case Kind.FAIL:
                self._fail(place)

    def _add(self, node: AnyNode) -> None:
        self.nodes[self._here].append(node)

    def _edge(self, source: str, label: str, target: str, span: Span | None) -> None:
        self.edges[self._here].append(Edge(source, label, target, span))

    def _task(self, position: int, place: Place) -> None:
        """A call with an edge for each outcome that is handled."""
        state = place.state
        undoing = self.inference.undoing.get(position)
        if undoing is not None:
            outcomes = CompensationSpec(undoing.action, undoing.policy).outcomes
            node: AnyNode = Compensate(
                id=state.name,
                region=place.region,
                span=state.span,
                steps=undoing.steps,
                action=undoing.action,
                outcomes=outcomes,
                lasts=state.lasts,
            )
        else:
            outcomes = self.inference.steps[position].outcomes
            node = Call(
                id=state.name,
                region=place.region,
                span=state.span,
                step=state.name,
                outcomes=outcomes,
                lasts=state.lasts,
            )
        self._add(node)
        self._go_on(state.name, Outcome.OK, place)
        handlers = Handlers(catch_of(state.catchers, self.side_file.errors), place.region, self._handlers[place.parent])
        for outcome in outcomes:
            if outcome is not Outcome.OK:
                self._errors(place, handlers, outcome)

    def _errors(self, place: Place, handlers: Handlers, outcome: Outcome) -> None:
        """What follows an outcome other than ok, by the errors behind it."""
        state = place.state
        parts = parts_of(state, handlers, outcome, self.side_file.errors)
        if all(part.goes is None for part in parts):
            return
        if len(parts) == 1:
            self._caught(state.name, outcome, place, parts[0])
            return
        answers = distinct([shortened(" or ".join(part.errors)) for part in parts])
        asking = self.layout.names.fresh(f"{state.name}?{outcome}")
        which = f"which error of {state.name} ({outcome})"
        question = Condition(which, tuple(answers), stable=False)
        self._add(
            Choice(
                id=asking,
                label=which,
                region=place.region,
                span=state.span,
                test=question,
                errors_of=state.name,
                technical=True,
            )
        )
        self._edge(state.name, outcome, asking, state.span)
        for answer, part in zip(answers, parts, strict=True):
            self._caught(asking, answer, place, part)

    def _caught(self, source: str, label: str, place: Place, part: Part) -> None:
        """Draws the edge that errors take, through the question whether a Map tolerates them."""
        goes = part.goes
        if isinstance(goes, Tolerated):
            state = place.state
            asking = self.layout.names.fresh(f"{state.name}?tolerated {label}")
            text = f"tolerated: a failed item ({state.name} {label})"
            question = Condition(text, (YES, NO), stable=False)
            node = Choice(id=asking, label=text, region=place.region, span=state.span, test=question, technical=True)
            self._add(node)
            self._edge(source, label, asking, state.span)
            self._edge(asking, YES, self._end(goes.region, state.span), state.span)
            source, label, goes = asking, NO, goes.beyond
            part = Part((THRESHOLD_EXCEEDED,), goes)
        if isinstance(goes, Goes):
            target = self._jump(source, label, goes.region, goes.to)
            holder = place.state.name if goes.holder is None else self.layout.places[goes.holder].state.name
            writes = caught(goes.writes, part.named, part.others)
            self.passages.append(Passage(holder, target, (source, label), writes, failure=True))

    def _pass_on_choice(self, place: Place) -> None:
        """Notes how a Choice hands the document on; which edges those are, `asking` finds out."""
        state = place.state
        for rule in state.rules:
            target = self.target(place.region, rule.to.target)
            self.passages.append(Passage(state.name, target, None, (*state.writes, *rule.writes)))
        if state.default is not None:
            target = self.target(place.region, state.default.target)
            self.passages.append(Passage(state.name, target, None, state.writes))

    def without_match(self, place: Place) -> tuple[str, Jump] | None:
        """Where a Choice goes for which no rule fits: to its default, or to who catches that."""
        if place.state.default is not None:
            return place.region, place.state.default
        outer = self._handlers[place.parent]
        goes = outer.find(NO_CHOICE_MATCHED) if outer else None
        return (goes.region, goes.to) if isinstance(goes, Goes) else None

    def _fork(self, position: int, place: Place) -> None:
        """A fork into the branches, and the join behind them."""
        state = place.state
        join = self.layout.names.fresh(f"{state.name}/join")
        ids = self.layout.regions[position]
        regions = tuple(Region(id=region, entry=self.layout.machines[region].start) for region in ids)
        self._add(Fork(id=state.name, region=place.region, span=state.span, regions=regions, join=join))
        self._add(Join(id=join, region=place.region, span=state.span))
        for region in regions:
            self.passages.append(Passage(state.name, region.entry, None, state.hands_in))
        self.joined[position] = (join, DONE)
        self._go_on(join, DONE, place)
        self._handlers[position] = Handlers(
            catch=catch_of(state.catchers, self.side_file.errors),
            region=place.region,
            outer=self._handlers[place.parent],
            holder=position,
            aliases=(BRANCH_FAILED,) if state.kind is Kind.PARALLEL else (THRESHOLD_EXCEEDED,),
            tolerates=ids[0] if state.tolerant else None,
        )

    def _succeed(self, place: Place) -> None:
        """The end of the run or, in a branch, of the branch."""
        state = place.state
        if place.region == TOP:
            self._add(
                self._declared_end(state, state.name) or End(id=state.name, span=state.span, kind=EndKind.COMMITTED)
            )
        else:
            self._add(Exit(id=state.name, region=place.region, span=state.span))

    def _fail(self, place: Place) -> None:
        """The end of the run; in a branch, an error that a Parallel or Map around it may catch."""
        state = place.state
        if place.region == TOP:
            self._add(self._failed_end(state, state.name))
            return
        self._add(Wait(id=state.name, region=place.region, span=state.span))
        outer = self._handlers[place.parent]
        goes = outer.find(state.error or OTHER) if outer else None
        if goes is not None:
            self._caught(state.name, NEXT, place, Part((state.error or OTHER,), goes))
            return
        end = self.layout.names.fresh(f"{state.name}/end")
        self._add(self._failed_end(state, end))
        self._edge(state.name, NEXT, end, state.span)

    def _declared_end(self, state: State, name: str) -> End | None:
        """The end that a person has said a state to be."""
        said = self.side_file.notes(state.name)
        if said.end is None:
            return None
        return End(id=name, span=state.span, kind=said.end, instruction=said.instruction or state.cause)

    def _failed_end(self, state: State, name: str) -> End:
        """The end at which a Fail ends the run: manual if it says so, else aborted."""
        declared = self._declared_end(state, name)
        if declared is not None:
            return declared
        said = [word for word in words_of(f"{state.name} {state.error or ''}") if word in MANUAL]
        why = f'its name says "{said[0]}"' if said else ""
        if not said and state.kind is Kind.FAIL and self._here in self.inference.in_doubt:
            why = "it is reached only after a compensation has failed"
        if not why:
            return End(id=name, span=state.span, kind=EndKind.ABORTED)
        return End(id=name, span=state.span, kind=EndKind.MANUAL, instruction=state.cause, inferred=why)

    def _go_on(self, source: str, label: str, place: Place) -> None:
        """Draws the edge that Next or End asks for, if there is either."""
        state = place.state
        if state.next is not None:
            target = self._jump(source, label, place.region, state.next)
        elif state.end is not None:
            if place.region == TOP and self.side_file.notes(state.name).end is not None:
                target = self.layout.names.fresh(f"{state.name}/end")
                self._add(self._failed_end(state, target))
            else:
                target = self._end(place.region, state.end)
            self._edge(source, label, target, state.end)
        else:
            return
        self.passages.append(Passage(state.name, target, (source, label), state.writes))

    def _jump(self, source: str, label: str, region: str, jump: Jump) -> str:
        """Draws an edge to the state that a jump names among those of a region; says which."""
        target = self.target(region, jump.target)
        self._edge(source, label, target, jump.span)
        return target

    def target(self, region: str, name: str) -> str:
        """The id of the node that a name stands for in a region.

        A machine knows only its own states. A name that it does not know must not lead to a state of another one.
        """
        known = self.layout.positions[region]
        if name in known or name not in self.layout.state_names:
            return name
        if (region, name) not in self._nowhere:
            self._nowhere[region, name] = self.layout.names.fresh(f"{name} (not in {region or 'the outer machine'})")
        return self._nowhere[region, name]

    def _end(self, region: str, span: Span) -> str:
        """The id of the node at which `End` ends a region, or the run."""
        if region not in self._ends:
            if region == TOP:
                name = self.layout.names.fresh("(succeeded)")
                self._add(End(id=name, label="succeeded", span=span, kind=EndKind.COMMITTED))
            else:
                name = self.layout.names.fresh(f"{region}/end")
                self._add(Exit(id=name, region=region, span=span))
            self._ends[region] = name
        return self._ends[region]
