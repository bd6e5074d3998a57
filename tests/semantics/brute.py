"""Every run of a chart by brute force: a literal reading of `core/chart.py`, with tokens and all interleavings.

Nothing here comes from the product's semantics. A state holds one token for each active region; what is due at one
instant is settled first, then any call in flight may be answered, any pause may end, and a request to cancel may
arrive. Interleavings of one scenario come out as equal runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import networkx

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
from sagacheck.core.outcome import REFUSING, EndKind, Outcome, Status, after_call, after_compensation
from sagacheck.core.question import NO, YES, CancellationTest, Condition, LedgerTest, TrailTest

Link = tuple[str, str, str]


class TooManyStatesError(Exception):
    """The chart has more states than a test can afford."""


@dataclass(frozen=True, slots=True)
class Line:
    """What the ledger says of one step."""

    status: Status = Status.NONE
    called: bool = False
    tried: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """An arrival at a node, and what was known there."""

    node: str
    ledger: tuple[tuple[str, Line], ...]
    failed: bool
    excused: bool

    def line(self, step: str) -> Line:
        return dict(self.ledger).get(step, Line())


@dataclass(frozen=True, slots=True)
class Run:
    """One complete run.

    Args:
        log: for each step, action and question its results, in their order; the order between them is left out.
        end: the end, or the node whose edge was missing.
        kind: kind of the end.
        cancelled: whether a cancellation was honoured.
        cut: whether a loop's bound was reached.
        ledger: for each step its line at the end.
        failed: whether a call that matters, a compensation or a cancellation went another way than ok.
        excused: whether a compensation failed or stayed unknown, or a pivot stayed unknown.
        label: the label for which there was no edge, "" if there was one.
        visits: every arrival at a node, if they were asked for.
    """

    log: tuple[tuple[str, tuple[str, ...]], ...]
    end: str
    kind: EndKind
    cancelled: bool
    cut: bool
    ledger: tuple[tuple[str, Line], ...]
    failed: bool
    excused: bool
    label: str = ""
    visits: tuple[Visit, ...] = ()

    def line(self, step: str) -> Line:
        return dict(self.ledger).get(step, Line())

    def results(self, record: str) -> tuple[str, ...]:
        return dict(self.log).get(record, ())


@dataclass(frozen=True, slots=True)
class _Due:
    """A token that arrives at a node at this very instant; `at_once` where nothing can come before the next call."""

    region: str
    node: str
    loops: tuple[tuple[int, int], ...]
    label: str
    at_once: bool


@dataclass(frozen=True, slots=True)
class _Token:
    """A token at rest: at a call in flight, a pause, an exit, in a fork; "" where it is held."""

    node: str
    loops: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _State:
    tokens: Mapping[str, _Token]
    due: tuple[_Due, ...]
    ledger: Mapping[str, Line] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    log: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    last: Mapping[TrailTest, bool] = field(default_factory=dict)
    visits: tuple[Visit, ...] = ()
    answered: bool = False
    requested: bool = False
    cancelled: bool = False
    failed: bool = False
    excused: bool = False
    over: tuple[str, str, bool] | None = None

    def key(self) -> object:
        books = (self.tokens, self.ledger, self.answers, self.log)
        flags = (self.answered, self.requested, self.cancelled, self.failed, self.excused, self.over)
        return (
            *(tuple(sorted(book.items())) for book in books),
            frozenset(self.last.items()),
            self.due,
            self.visits,
            flags,
        )


def all_runs(chart: Chart, unroll: int = 2, *, traced: bool = False, most: int = 200_000) -> frozenset[Run]:
    """Every complete run of the chart.

    Args:
        chart: the chart.
        unroll: how often the body of a loop is walked through.
        traced: whether arrivals at nodes are kept, which keeps interleavings apart.
        most: number of states that may be visited.

    Raises:
        TooManyStatesError: if there are more.
    """
    return frozenset(_Explorer(chart, unroll, traced=traced).runs(most))


def without_visits(runs: Iterable[Run]) -> frozenset[Run]:
    """The runs as scenarios: without the order in which nodes were visited."""
    return frozenset(replace(run, visits=()) for run in runs)


class _Explorer:
    def __init__(self, chart: Chart, unroll: int, *, traced: bool) -> None:
        self.chart = chart
        self.unroll = unroll
        self.traced = traced
        self.nodes = {node.id: node for node in reversed(chart.nodes)}
        self.trails = [n.test for n in chart.nodes if isinstance(n, Choice) and isinstance(n.test, TrailTest)]
        self.edges = {(edge.source, edge.label): edge.target for edge in reversed(chart.edges)}
        self.steps = {step.name: step for step in chart.steps}
        self.fork_of = {r.id: node for node in chart.nodes if isinstance(node, Fork) for r in node.regions}
        self.repeating, self.bodies = nested_loops(chart)

    def runs(self, most: int) -> Iterator[Run]:
        start = _State({}, (_Due("", self.chart.start, (), "", at_once=False),))
        seen = set()
        waiting = [start]
        while waiting:
            state = waiting.pop()
            key = state.key()
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > most:
                raise TooManyStatesError
            if state.over is not None:
                yield self.told(state)
            elif state.due:
                waiting.extend(self.settled(state))
            else:
                waiting.extend(self.happening(state))

    def told(self, state: _State) -> Run:
        assert state.over is not None
        end, label, cut = state.over
        node = self.nodes.get(end)
        kind = node.kind if isinstance(node, End) else EndKind.UNHANDLED
        return Run(
            tuple(sorted(state.log.items())),
            end,
            kind,
            state.cancelled,
            cut,
            tuple(sorted(state.ledger.items())),
            state.failed,
            state.excused,
            label,
            state.visits,
        )

    # What may happen next, when nothing is due.

    def happening(self, state: _State) -> Iterator[_State]:
        resting = list(self.resting(state, ""))
        for region, node in resting:
            loops = state.tokens[region].loops
            gone = replace(without(state, region), answered=True)
            if isinstance(node, Wait):
                yield from self.follow(gone, region, loops, node.id, NEXT)
            elif isinstance(node, Call | Compensate):
                for outcome in self.possible(state, node):
                    yield from self.follow(self.accounted(gone, node, outcome), region, loops, node.id, outcome)
            elif self.heeds_requests(node) and not (state.requested or state.cancelled):
                yield replace(state, requested=True)
        for region, node in resting:
            if isinstance(node, Call) and (node.id, CANCELLED) in self.edges and not state.cancelled:
                # All calls in flight are cancelled at once; where one of them leads to is where the saga goes on.
                struck = replace(without(state, region), answered=True, cancelled=True)
                struck = self.accounted(struck, node, Outcome.CANCELLED)
                yield from self.follow(struck, region, state.tokens[region].loops, node.id, CANCELLED)
                return

    def possible(self, state: _State, node: Call | Compensate) -> Iterator[Outcome]:
        """The outcomes that a node can have now: who tolerates finding nothing to undo does not refuse it."""
        steps = [self.steps.get(name) for name in node.steps] if isinstance(node, Compensate) else []
        nothing = isinstance(node, Compensate) and all(
            state.ledger.get(name, Line()).status is Status.NONE for name in node.steps
        )
        tolerated = all(
            step is not None and step.contract is not None and step.contract.tolerates_empty for step in steps
        )
        for outcome in node.outcomes:
            if not (nothing and tolerated and outcome is Outcome.FAILED):
                yield outcome

    def resting(self, state: _State, region: str) -> Iterator[tuple[str, Wait | Call | Compensate | Fork]]:
        """The tokens to which something may happen, with their nodes, in the order of the source."""
        node = self.nodes.get(state.tokens[region].node)
        if isinstance(node, Wait | Call | Compensate | Fork):
            yield region, node
        for inner in node.regions if isinstance(node, Fork) else ():
            yield from self.resting(state, inner.id)

    def heeds_requests(self, fork: Fork) -> bool:
        """Whether a request to cancel keeps the fork's regions from starting calls."""
        return fork.holds and not fork.region and (fork.join, CANCELLED) in self.edges

    def accounted(self, state: _State, node: AnyNode, outcome: Outcome) -> _State:
        """Notes a result in the ledger and in the log."""
        ledger, failed, excused = dict(state.ledger), state.failed, state.excused
        if isinstance(node, Call):
            line, step = ledger.get(node.step, Line()), self.steps.get(node.step)
            settles = step is not None and step.settles
            ledger[node.step] = Line(after_call(line.status, outcome, settles=settles), called=True)
            if outcome is not Outcome.OK and not (step and step.informational):
                failed = True
                excused |= outcome is not Outcome.REJECTED and step is not None and step.non_compensatable
        elif isinstance(node, Compensate):
            for name in node.steps:
                line = ledger.get(name, Line())
                ledger[name] = Line(after_compensation(line.status, outcome), called=line.called, tried=True)
            failed |= outcome is not Outcome.OK
            excused |= outcome is not Outcome.OK
        log = noted(state.log, record_of(node), outcome)
        return replace(state, ledger=ledger, log=log, failed=failed, excused=excused)

    def follow(
        self,
        state: _State,
        region: str,
        loops: tuple[tuple[int, int], ...],
        source: str,
        label: str,
        *,
        at_once: bool = False,
    ) -> Iterator[_State]:
        """Sends the region's token along an edge; without one the saga stops."""
        target = self.edges.get((source, label))
        if target is None or target not in self.nodes:
            for torn, instead in self.torn_down(state, "", label):
                if instead is None:
                    yield replace(torn, over=(source, label, False))
                else:
                    yield replace(torn, due=(_Due("", instead, (), label, at_once=False),))
            return
        last = {test: (source, label) in test.taken for test in self.trails if (source, label) in test.among}
        state = replace(state, last={**state.last, **last})
        link = (source, label, target)
        counts = {loop: number for loop, number in loops if target in self.bodies[loop]}
        loop = self.repeating.get(link)
        if loop is not None:
            counts[loop] = counts.get(loop, 0) + 1
            if counts[loop] >= self.unroll:
                yield replace(state, over=(target, "", True))
                return
        yield replace(state, due=(*state.due, _Due(region, target, tuple(sorted(counts.items())), label, at_once)))

    def torn_down(self, state: _State, around: str, label: str) -> Iterator[tuple[_State, str | None]]:
        """Without everything inside the forks of a region, which something with this label leaves.

        Calls in flight are interrupted, or cancelled by what cancels them all. So are compensations, unless they are
        shielded: those come to their end, and where one that is not ok leads out of its region, all goes on there.
        """
        inside = [region for region in state.tokens if region != around and around in ("", *self.enclosing(region))]
        due = tuple(d for d in state.due if d.region == around or around not in ("", *self.enclosing(d.region)))
        states: list[tuple[_State, str | None]] = [(replace(without(state, around), due=due), None)]
        for region in inside:
            node = self.nodes.get(state.tokens[region].node)
            states = [(without(torn, region), instead) for torn, instead in states]
            if isinstance(node, Compensate) and node.shielded:
                states = [
                    (self.accounted(torn, node, outcome), self.leads_out(node, outcome) or instead)
                    for torn, instead in states
                    for outcome in self.possible(torn, node)
                ]
            elif isinstance(node, Call | Compensate):
                cancels = label == CANCELLED and isinstance(node, Call)
                outcome = Outcome.CANCELLED if cancels else Outcome.INTERRUPTED
                states = [(self.accounted(torn, node, outcome), instead) for torn, instead in states]
        yield from states

    def leads_out(self, node: Compensate, outcome: Outcome) -> str | None:
        """Where a compensation leads that is not ok, if that is outside its region."""
        target = self.edges.get((node.id, outcome))
        if outcome is Outcome.OK or target is None:
            return None
        return None if node.region in self.enclosing(self.nodes[target].region) else target

    def enclosing(self, region: str) -> Iterator[str]:
        while region:
            yield region
            region = self.fork_of[region].region

    # What is due at this instant.

    def settled(self, state: _State) -> Iterator[_State]:
        """Lets one token arrive; one that leaves its region does so when all others have started their first calls."""
        staying = [due for due in state.due if self.nodes[due.node].region == due.region]
        due = (staying or state.due)[0]
        state = replace(state, due=tuple(other for other in state.due if other is not due))
        around = self.nodes[due.node].region
        if around == due.region:
            yield from self.arrived(state, due)
            return
        assert around in ("", *self.enclosing(due.region)), f"an edge leads into region {around}"
        for torn, instead in self.torn_down(state, around, due.label):
            if instead is None:
                yield from self.arrived(torn, due)
            else:
                yield replace(torn, due=(*torn.due, replace(due, region=around, node=instead)))

    def arrived(self, state: _State, due: _Due) -> Iterator[_State]:
        node = self.nodes[due.node]
        if self.held(state, node, due):
            yield from self.ended(state, node.region, _Token("", due.loops))
            return
        if self.traced:
            visit = Visit(node.id, tuple(sorted(state.ledger.items())), state.failed, state.excused)
            state = replace(state, visits=(*state.visits, visit))
        if isinstance(node, End):
            yield replace(state, over=(node.id, "", False))
        elif isinstance(node, Exit):
            yield from self.ended(state, node.region, _Token(node.id, due.loops))
        elif isinstance(node, Choice):
            yield from self.asked(state, node, due)
        elif isinstance(node, Join):
            raise AssertionError(f"an edge leads to the join {node.id}")
        else:
            state = replace(state, tokens={**state.tokens, node.region: _Token(node.id, due.loops)})
            if isinstance(node, Fork):
                entries = tuple(_Due(r.id, r.entry, due.loops, r.id, at_once=True) for r in node.regions)
                state = replace(state, due=(*state.due, *entries))
            yield state

    def held(self, state: _State, node: AnyNode, due: _Due) -> bool:
        """Whether a failed sibling, or a request to cancel, keeps a call from starting or a condition from being asked."""
        starts = isinstance(node, Call | Compensate | Fork) or (
            isinstance(node, Choice) and isinstance(node.test, Condition)
        )
        if due.at_once or not starts:
            return False
        for region in self.enclosing(node.region):
            fork = self.fork_of[region]
            siblings = (self.nodes.get(state.tokens[r.id].node) for r in fork.regions if r.id in state.tokens)
            failed = any(isinstance(at, Exit) and at.failed for at in siblings)
            if fork.holds and (failed or (state.requested and self.heeds_requests(fork))):
                return True
        return False

    def asked(self, state: _State, node: Choice, due: _Due) -> Iterator[_State]:
        test = node.test
        answered = state.answered and bool(node.region)
        if isinstance(test, Condition):
            known = state.answers.get(test.name) if test.stable else None
            for answer in test.answers if known is None else (known,):
                answers = {**state.answers, test.name: answer} if test.stable else state.answers
                log = state.log if known is not None else noted(state.log, record_of(node), answer)
                told = replace(state, answers=answers, answered=answered, log=log)
                yield from self.follow(told, node.region, due.loops, node.id, answer, at_once=True)
        elif isinstance(test, TrailTest):
            answer = YES if state.last.get(test) else NO
            yield from self.follow(state, node.region, due.loops, node.id, answer, at_once=due.at_once)
        elif isinstance(test, LedgerTest):
            answer = YES if any(self.counts(state, test, step) for step in test.steps) else NO
            yield from self.follow(state, node.region, due.loops, node.id, answer, at_once=due.at_once)
        else:
            assert isinstance(test, CancellationTest)
            assert not node.region, "whether a cancellation is asked for inside a fork is not defined"
            not_yet = replace(state, answered=answered)
            yield from self.follow(not_yet, node.region, due.loops, node.id, NO, at_once=due.at_once)
            if state.answered and not state.cancelled:
                struck = replace(state, cancelled=True, failed=True)
                yield from self.follow(struck, node.region, due.loops, node.id, YES, at_once=due.at_once)

    def counts(self, state: _State, test: LedgerTest, step: str) -> bool:
        line = state.ledger.get(step, Line())
        return line.status in test.statuses and (line.called or not test.called) and not (line.tried and test.untried)

    def ended(self, state: _State, region: str, token: _Token) -> Iterator[_State]:
        """Ends a region; when all of its fork have ended, goes on from the join."""
        state = replace(state, tokens={**state.tokens, region: token})
        fork = self.fork_of[region]
        tokens = [state.tokens.get(inner.id) for inner in fork.regions]
        exits = [self.nodes.get(token.node) for token in tokens if token is not None]
        if len(exits) < len(fork.regions) or not all(isinstance(node, Exit | None) for node in exits):
            yield state
            return
        loops = state.tokens[fork.region].loops
        for inner in fork.regions:
            state = without(state, inner.id)
        if any(isinstance(node, Exit) and node.failed for node in exits):
            label = FAILED
        elif all(exits):
            label = DONE
        elif fork.region:
            yield from self.ended(state, fork.region, _Token("", loops))
            return
        else:
            label = CANCELLED
            join = self.nodes[fork.join]
            assert isinstance(join, Join)
            if any(state.ledger.get(step, Line()).status in REFUSING for step in join.refused_by):
                # The request is refused after all, and what it held goes on as if it had not come.
                return
            state = replace(state, cancelled=True, failed=True)
        state = replace(without(state, fork.region), requested=False)
        yield from self.follow(state, fork.region, loops, fork.join, label)


def without(state: _State, region: str) -> _State:
    return replace(state, tokens={name: token for name, token in state.tokens.items() if name != region})


def record_of(node: AnyNode) -> str:
    """What a result belongs to: a step, a compensating action, a question; what is asked anew is known by its node."""
    if isinstance(node, Call):
        return f"call {node.step}"
    if isinstance(node, Compensate):
        return f"undo {node.action}"
    if isinstance(node, Choice) and isinstance(node.test, Condition) and node.test.stable:
        return f"ask {node.test.name}"
    return f"ask at {node.id}"


def noted(log: Mapping[str, tuple[str, ...]], name: str, result: str) -> Mapping[str, tuple[str, ...]]:
    return {**log, name: (*log.get(name, ()), str(result))}


def nested_loops(chart: Chart) -> tuple[dict[Link, int], list[frozenset[str]]]:
    """Steensgaard's nesting: the links that repeat a loop, and the bodies of the loops.

    A part in which every node reaches every other is a loop; its headers are entered from outside; without the links
    to headers, the loops inside it are found in the same way. Links that are never taken do not count.
    """
    taken = {(edge.source, edge.label): edge for edge in reversed(chart.edges)}
    links = [link for link in chart.links() if link[:2] not in taken or taken[link[:2]].target == link[2]]
    reached = {chart.start} | networkx.descendants(graph_of([*links, (chart.start, "", chart.start)]), chart.start)
    links = [link for link in links if link[0] in reached]
    repeating: dict[Link, int] = {}
    bodies: list[frozenset[str]] = []

    def look(links: list[Link], entries: set[str]) -> None:
        graph = graph_of(links)
        for part in networkx.strongly_connected_components(graph):
            own = [link for link in links if link[0] in part and link[2] in part]
            if not own:
                continue
            headers = {target for source, _, target in links if target in part and source not in part}
            headers = headers | (entries & part) or set(part)
            repeating.update({link: len(bodies) for link in own if link[2] in headers})
            bodies.append(frozenset(part))
            look([link for link in own if link[2] not in headers], set())

    look(links, {chart.start})
    return repeating, bodies


def graph_of(links: Iterable[Link]) -> networkx.DiGraph[str]:
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_edges_from((source, target) for source, _, target in links)
    return graph
