"""Puts a chart into one canonical order: a walk, in which every scenario is exactly one path.

Independent calls commute, so the interleavings of a fork's regions are one scenario. The walk therefore goes through
a fork's regions one after another. What a region does to its siblings is kept in a frame:

* where a failed region holds its siblings, any region may be *held* before any call but one that starts with the
  fork; at the join this must turn out to have had a reason: a failed region, or a cancellation. Every such combination
  can happen, because all its calls may be in flight before the first failure is answered.
* an edge that leaves a region interrupts the siblings: exactly one region leaves, and any other may be interrupted
  at any call or wait.

Positions that cannot keep what their frames promise are dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from sagacheck.core.chart import (
    CANCELLED,
    DONE,
    FAILED,
    NEXT,
    AnyNode,
    Call,
    Chart,
    Choice,
    Compensate,
    End,
    Exit,
    Fork,
    Join,
    Wait,
)
from sagacheck.core.outcome import Outcome
from sagacheck.core.question import NO, YES, CancellationTest, Condition
from sagacheck.semantics.labels import labels
from sagacheck.semantics.loops import Link, find_loops
from sagacheck.semantics.position import Departure, Frame, Move, MoveKind, Position, in_top_frame, resting, running


class Walk:
    """The walk of a chart.

    Args:
        chart: the chart.
        unroll: how often a loop's body may be walked through; None for any number, as rules need it.
    """

    def __init__(self, chart: Chart, unroll: int | None) -> None:
        self.chart = chart
        self.unroll = unroll
        self._loops = find_loops(chart.start, _taken(chart))
        self._asks_for_cancellation = any(
            isinstance(node, Choice) and isinstance(node.test, CancellationTest) for node in chart.nodes
        )
        self._may_cancel = any(edge.label == CANCELLED for edge in chart.edges)
        self._left = {region for fork in chart.fork_of.values() for region in self._regions_left(fork)}

    @property
    def has_loops(self) -> bool:
        """Whether the chart has loops."""
        return bool(self._loops.body)

    def _regions_left(self, fork: Fork) -> Iterator[str]:
        """The fork's id, if an edge, or a missing one, can leave it: its regions can then be interrupted."""
        if any(self._leaves(node, fork) for node in self.chart.nodes):
            yield fork.id

    def _leaves(self, node: AnyNode, fork: Fork) -> bool:
        regions = {region.id for region in fork.regions}
        if not regions.intersection(self.chart.enclosing(node.region)):
            return False
        edges = self.chart.successors[node.id]
        if any(label not in edges for label in labels(self.chart, node)):
            return True
        return any(
            not regions.intersection(self.chart.enclosing(self.chart.node[edge.target].region))
            for edge in edges.values()
            if edge.target in self.chart.node
        )

    @cached_property
    def start(self) -> Position:
        """Where the walk begins."""
        links: list[Link] = []
        found = self._arrive(Position(self.chart.start), links)
        return found if found is not None else Position(self.chart.start, stuck=NEXT)

    @cached_property
    def moves(self) -> dict[Position, tuple[Move, ...]]:
        """Every position that can be reached, in order of discovery, with its moves; ends have none."""
        found: dict[Position, tuple[Move, ...]] = {}
        waiting = [self.start]
        while waiting:
            position = waiting.pop()
            if position in found:
                continue
            found[position] = tuple(self._moves(position))
            waiting.extend(move.target for move in reversed(found[position]))
        return _without_broken_promises(found, self)

    def is_final(self, position: Position) -> bool:
        """Whether the walk stops here for good."""
        node = self.chart.node.get(position.node)
        return bool(position.stuck) or position.cut or isinstance(node, End)

    @cached_property
    def order(self) -> list[Position]:
        """All positions, each after those that lead to it, loops excepted; earlier moves' targets first."""
        order: list[Position] = []
        seen: set[Position] = set()
        work: list[tuple[Position, Iterator[Move]]] = []
        if self.start in self.moves:
            seen.add(self.start)
            work.append((self.start, reversed(self.moves[self.start])))
        while work:
            position, rest = work[-1]
            for move in rest:
                if move.target not in seen:
                    seen.add(move.target)
                    work.append((move.target, reversed(self.moves[move.target])))
                    break
            else:
                order.append(position)
                work.pop()
        order.reverse()
        return order

    def _moves(self, position: Position) -> Iterator[Move]:
        if self.is_final(position):
            return
        node = self.chart.node[position.node]
        if isinstance(node, Join):
            yield from self._follow(MoveKind.CANCELLATION, replace(position, cancelled=True), node, CANCELLED)
            return
        if self._can_be_held(position) and not isinstance(node, Wait):
            yield from self._held(position, node)
        yield from self._interrupted(position, node)
        if isinstance(node, Fork):
            links: list[Link] = []
            entered = self._arrive(resting(position), links)
            if entered is not None:
                yield Move(MoveKind.SILENT, node.id, "", entered, tuple(links))
        elif isinstance(node, Choice):
            yield from self._answers(position, node)
        elif isinstance(node, Wait):
            yield from self._follow(MoveKind.SILENT, self._answered(position), node, NEXT)
        elif isinstance(node, Call | Compensate):
            kind = MoveKind.CALL if isinstance(node, Call) else MoveKind.COMPENSATION
            answered = self._answered(position)
            for outcome in node.outcomes:
                yield from self._follow(kind, answered, node, outcome)
            if Outcome.CANCELLED in self.chart.successors[node.id] and not position.cancelled:
                yield from self._follow(kind, replace(answered, cancelled=True), node, Outcome.CANCELLED)

    def _answers(self, position: Position, node: Choice) -> Iterator[Move]:
        if isinstance(node.test, Condition):
            # What is asked before a call is asked in the instant in which the call starts: nothing comes between.
            for answer in node.test.answers:
                yield from self._follow(MoveKind.ANSWER, resting(position), node, answer)
        elif isinstance(node.test, CancellationTest):
            yield from self._follow(MoveKind.SILENT, resting(position), node, NO)
            if position.answered and not position.cancelled:
                yield from self._follow(MoveKind.CANCELLATION, replace(position, cancelled=True), node, YES)
        else:
            for answer in (YES, NO):
                yield from self._follow(MoveKind.TEST, position, node, answer)

    def _answered(self, position: Position) -> Position:
        """The position after an answer or a pause: regions can be held now, and a cancellation can be honoured."""
        return replace(running(position), answered=True) if self._asks_for_cancellation else running(position)

    def _can_be_held(self, position: Position) -> bool:
        frames = position.frames
        return bool(frames) and frames[-1].running and any(self._fork(frame).holds for frame in frames)

    def _held(self, position: Position, node: AnyNode) -> Iterator[Move]:
        """Ends the region before calls that a failed sibling may keep from starting."""
        if isinstance(node, Choice) and not isinstance(node.test, Condition):
            return
        target = self._next_region(in_top_frame(position, held=True), [])
        if target is not None:
            yield Move.held(position, target)

    def _interrupted(self, position: Position, node: AnyNode) -> Iterator[Move]:
        """Ends the region at a call or a wait because a sibling region is left."""
        if not isinstance(node, Call | Compensate | Wait):
            return
        if not any(frame.fork in self._left for frame in position.frames):
            return
        for kind, result, torn in self._torn(position, node):
            stopping = self._stopping(position, node, result) or position.frames[-1].stopping
            target = self._next_region(in_top_frame(position, interrupted=True, torn=torn, stopping=stopping), [])
            if target is not None:
                yield Move(kind, node.id, result, target)

    def _stopping(self, position: Position, node: AnyNode, result: str) -> Departure | None:
        """How all goes on when a compensation that was brought to its end leads out of the region by its failure."""
        edge = self.chart.successors[node.id].get(result)
        if not isinstance(node, Compensate) or edge is None or result == Outcome.OK:
            return None
        inside = self._region(position) in self.chart.enclosing(self.chart.node[edge.target].region)
        return None if inside else Departure(node.id, edge.target, result)

    def _torn(self, position: Position, node: AnyNode) -> Iterator[tuple[MoveKind, str, Outcome | None]]:
        """What may come of a node whose region is interrupted, and what a later departure must agree with."""
        frame = position.frames[-1]
        if isinstance(node, Wait):
            yield MoveKind.SILENT, Outcome.INTERRUPTED, frame.torn
        elif isinstance(node, Compensate):
            for outcome in node.outcomes if node.shielded else (Outcome.INTERRUPTED,):
                yield MoveKind.COMPENSATION, outcome, frame.torn
        else:
            for torn in (Outcome.INTERRUPTED, Outcome.CANCELLED):
                if frame.agrees(torn) and (torn is Outcome.INTERRUPTED or self._may_be_cancelled(position, node)):
                    yield MoveKind.CALL, torn, torn

    def _may_be_cancelled(self, position: Position, node: AnyNode) -> bool:
        """Whether a cancellation that leaves another region may cancel this call as well.

        Of the calls that it leads away from, the first stands for it: that one is not torn.
        """
        if any(frame.departure for frame in position.frames):
            return True
        return self._may_cancel and not position.cancelled and CANCELLED not in self.chart.successors[node.id]

    def _follow(self, kind: MoveKind, position: Position, node: AnyNode, label: str) -> Iterator[Move]:
        """The move along the edge for a label; to where the walk is stuck if there is none."""
        edge = self.chart.successors[node.id].get(label)
        links: list[Link] = []
        if edge is None or edge.target not in self.chart.node:
            target = self._leave(position, Departure(node.id, None, label), links)
        else:
            link = (edge.source, edge.label, edge.target)
            links.append(link)
            moved, cut = self._repeat(position, link)
            if cut:
                target = Position(edge.target, loops=moved.loops, cancelled=moved.cancelled, cut=True)
            else:
                target = self._go(moved, Departure(node.id, edge.target, label), links)
        if target is not None:
            result = label if kind is not MoveKind.SILENT else ""
            yield Move(kind, node.id, result, target, tuple(links))

    def _repeat(self, position: Position, link: Link) -> tuple[Position, bool]:
        """Counts a loop that the link repeats; says whether it may not be repeated any more."""
        if self.unroll is None:
            return position, False
        loop = self._loops.repeating.get(link)
        if loop is None:
            return position, False
        counts = dict(position.loops)
        counts[loop] = counts.get(loop, 0) + 1
        return replace(position, loops=tuple(sorted(counts.items()))), counts[loop] >= self.unroll

    def _without_left_loops(self, position: Position) -> Position:
        """Forgets the counts of loops that neither the position nor a fork around it lies in."""
        if not position.loops:
            return position
        places = (position.node, *(frame.fork for frame in position.frames))
        body = self._loops.body
        loops = tuple((loop, count) for loop, count in position.loops if not body[loop].isdisjoint(places))
        return position if loops == position.loops else replace(position, loops=loops)

    def _go(self, position: Position, departure: Departure, links: list[Link]) -> Position | None:
        """Goes to another node, leaving the regions that it does not lie in."""
        assert departure.target is not None
        if position.frames:
            region = self._region(position)
            if region not in self.chart.enclosing(self.chart.node[departure.target].region):
                return self._leave(position, departure, links)
        return self._arrive(replace(position, node=departure.target), links)

    def _leave(self, position: Position, departure: Departure, links: list[Link]) -> Position | None:
        """Leaves the innermost region for a node outside, or for nowhere; None if a sibling has left before."""
        if position.frames:
            frame = position.frames[-1]
            if frame.departure is not None or not frame.agrees(departure.tears):
                return None
            return self._next_region(in_top_frame(position, departure=departure), links)
        if departure.target is None:
            return replace(position, node=departure.source, loops=(), stuck=departure.label)
        return self._arrive(replace(position, node=departure.target), links)

    def _arrive(self, position: Position, links: list[Link]) -> Position | None:
        """Goes on from a node at which nothing is asked: forks and exits."""
        position = self._without_left_loops(position)
        node = self.chart.node.get(position.node)
        if isinstance(node, Fork):
            if self._can_be_held(position):
                return position
            region = node.regions[0]
            links.append((node.id, region.id, region.entry))
            inside = replace(position, node=region.entry, frames=(*position.frames, Frame(node.id)))
            return self._enter(inside, links)
        if isinstance(node, Exit):
            if not position.frames:
                return replace(position, stuck=NEXT)
            links.append((node.id, FAILED if node.failed else DONE, self._fork(position.frames[-1]).join))
            return self._next_region(in_top_frame(position, failed=position.frames[-1].failed or node.failed), links)
        if isinstance(node, Join):
            return replace(position, stuck=DONE)
        return replace(position, answered=False) if isinstance(node, End) else position

    def _enter(self, position: Position, links: list[Link]) -> Position | None:
        """Arrives at a region's entry, which may be missing."""
        if position.node not in self.chart.node:
            return self._leave(position, Departure(position.frames[-1].fork, None, position.node), links)
        return self._arrive(position, links)

    def _next_region(self, position: Position, links: list[Link]) -> Position | None:
        """Goes on with the next region of the innermost fork, or from its join."""
        frame = position.frames[-1]
        fork = self._fork(frame)
        if frame.index + 1 < len(fork.regions):
            region = fork.regions[frame.index + 1]
            links.append((fork.id, region.id, region.entry))
            moving = frame.moving or frame.running
            moved = in_top_frame(position, index=frame.index + 1, running=False, moving=moving)
            return self._enter(replace(moved, node=region.entry), links)
        return self._join(position, frame, fork, links)

    def _join(self, position: Position, frame: Frame, fork: Fork, links: list[Link]) -> Position | None:
        """Leaves a fork all of whose regions have ended; None if a promise was not kept."""
        outside = replace(position, node=fork.join, frames=position.frames[:-1])
        if frame.departure is not None:
            last = frame.stopping or frame.departure
            departure = replace(frame.departure, source=last.source, target=last.target)
            follow = self._leave if departure.target is None else self._go
            return follow(outside, departure, links)
        if frame.interrupted:
            if not outside.frames or not outside.frames[-1].agrees(frame.torn):
                return None
            torn = frame.torn or outside.frames[-1].torn
            stopping = frame.stopping or outside.frames[-1].stopping
            return self._next_region(in_top_frame(outside, interrupted=True, torn=torn, stopping=stopping), links)
        edges = self.chart.successors.get(fork.join, {})
        if frame.held and not frame.failed:
            if outside.frames:
                return self._next_region(in_top_frame(outside, held=True), links)
            return outside if CANCELLED in edges and not position.cancelled else None
        label = FAILED if frame.failed else DONE
        edge = edges.get(label)
        if edge is None or edge.target not in self.chart.node:
            return self._leave(outside, Departure(fork.join, None, label), links)
        links.append((edge.source, edge.label, edge.target))
        moved, cut = self._repeat(outside, links[-1])
        if cut:
            return Position(edge.target, loops=moved.loops, cancelled=moved.cancelled, cut=True)
        # A join takes no time: what comes behind it comes in the instant in which the last region ended.
        behind = self._answered(resting(moved)) if frame.moving or frame.running else resting(moved)
        return self._go(behind, Departure(fork.join, edge.target, label), links)

    def _fork(self, frame: Frame) -> Fork:
        fork = self.chart.node[frame.fork]
        assert isinstance(fork, Fork)
        return fork

    def _region(self, position: Position) -> str:
        frame = position.frames[-1]
        return self._fork(frame).regions[frame.index].id


def _taken(chart: Chart) -> list[Link]:
    """The links that a run can take: a shadowed edge, or one of a state that nobody reaches, makes no loop."""
    edges = tuple(edge for ways in chart.successors.values() for edge in ways.values())
    taken = replace(chart, edges=edges)
    reached = taken.reachable([chart.start])
    return [link for link in taken.links() if link[0] in reached]


def _without_broken_promises(moves: dict[Position, tuple[Move, ...]], walk: Walk) -> dict[Position, tuple[Move, ...]]:
    """Drops positions from which every way ends at a join whose frame promised what did not happen."""
    sources: dict[Position, list[Position]] = {}
    left = {}
    for position, ways in moves.items():
        left[position] = len(ways)
        for move in ways:
            sources.setdefault(move.target, []).append(position)
    waiting = [position for position, number in left.items() if number == 0 and not walk.is_final(position)]
    dropped = set(waiting)
    while waiting:
        for source in sources.get(waiting.pop(), ()):
            left[source] -= 1
            if left[source] == 0 and source not in dropped:
                dropped.add(source)
                waiting.append(source)
    if not dropped:
        return moves
    return {
        position: tuple(move for move in ways if move.target not in dropped)
        for position, ways in moves.items()
        if position not in dropped
    }
