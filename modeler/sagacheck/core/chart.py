"""The chart: the control graph of a saga, to which every front-end lowers.

A chart is a hierarchical state machine. A position moves along edges from node to node; a fork puts one position
into each of its regions and goes on from its join once every region has come to an exit, or as soon as an edge
leaves a region, which interrupts the sibling regions. What a position meets is said by the edge's label:

========== ============================================================================================
node       labels of its edges
========== ============================================================================================
Call       an `Outcome`: ok, rejected, unknown, cancelled
Compensate an `Outcome`: ok, failed, unknown
Choice     an answer of its test
Wait       "next": nothing that matters happens here
Fork       none: it leads to the entries of its regions and never has edges of its own
Exit       none: it ends its region
Join       "done"; "failed" if a region came to a failed exit; "cancelled" if a cancellation held one
End        none
========== ============================================================================================

A missing edge is an unhandled outcome. A chart may be wrong: two nodes with one id, an edge to nowhere and a node
that nobody reaches are all representable, for the rules to find.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.question import Test
from sagacheck.core.remark import Remark, Suppression
from sagacheck.core.span import Span
from sagacheck.core.step import StepSpec

if TYPE_CHECKING:
    import networkx

NEXT = "next"
DONE = "done"
FAILED = "failed"
CANCELLED = "cancelled"


class Origin(StrEnum):
    """Where a chart comes from: how its wiring came about decides what a rule may take for granted."""

    DECLARED = "declared"
    MACHINE = "machine"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What all nodes have in common.

    Args:
        id: unique in the chart, stable from run to run.
        region: id of the region that the node lies in; "" outside any fork.
        label: what people read; the id if nothing better was said.
        span: where it stands in the source.
    """

    id: str
    region: str = ""
    label: str = ""
    span: Span | None = None

    @property
    def text(self) -> str:
        """What people read."""
        return self.label or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """Calls the step on entry.

    Args:
        step: its name.
        outcomes: what can come of it.
        lasts: seconds that it takes at most, all attempts included; None if nothing was said.
    """

    step: str
    outcomes: tuple[Outcome, ...]
    lasts: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compensate(Node):
    """Calls, on entry, the compensation that covers these steps.

    Args:
        steps: the steps that it undoes.
        action: its name.
        outcomes: what can come of it.
        shielded: whether it is brought to its end even where a sibling's departure interrupts its region.
        lasts: seconds that it takes at most, all attempts included; None if nothing was said.
    """

    steps: tuple[str, ...]
    action: str
    outcomes: tuple[Outcome, ...]
    shielded: bool = False
    lasts: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Node):
    """Asks a question and goes on by its answer, without delay.

    Args:
        test: the question.
        errors_of: for one that tells apart the errors behind one outcome, the id of the node that failed; else "".
        technical: whether a front-end asks on behalf of the engine (which error it was, whether a Map has another item)
            what nobody wrote as a question: it cannot be about what the business wants.
    """

    test: Test
    errors_of: str = ""
    technical: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(Node):
    """Goes on by itself: a pause, a computation, a change of state without a call.

    Args:
        lasts: seconds that it takes; None if that is not known.
    """

    lasts: float | None = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One branch of a fork: its id, as its nodes name it, and its first node."""

    id: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork(Node):
    """Starts its regions at once.

    Args:
        regions: the branches, in the order of the source.
        join: id of the join from which it goes on.
        holds: whether a region that comes to a failed exit keeps its siblings from starting another call or
            compensation; their calls in flight are awaited.
    """

    regions: tuple[Region, ...]
    join: str
    holds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit(Node):
    """Ends its region.

    Args:
        failed: whether the region failed: the join then goes on by "failed".
    """

    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Node):
    """Where a fork goes on when all its regions have ended.

    Args:
        refused_by: the steps that refuse a cancellation which held the branches, once one of them is applied or
            maybe: the saga has to go forward then.
    """

    refused_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Node):
    """Ends the saga.

    Args:
        kind: what the end declares itself to be.
        instruction: for a manual end, what a person must do.
        inferred: how an importer came to this kind; None if it was declared.
    """

    kind: EndKind
    instruction: str = ""
    inferred: str | None = None


AnyNode = Call | Compensate | Choice | Wait | Fork | Exit | Join | End


@dataclass(frozen=True, slots=True)
class Edge:
    """Goes from node to node when what the label says has happened.

    Args:
        source: id of the node that it leaves.
        label: what it handles; the table above says which labels a node knows.
        target: id of the node that it leads to.
        span: where it stands in the source.
    """

    source: str
    label: str
    target: str
    span: Span | None = None


@dataclass(frozen=True)
class Chart:
    """A saga's control graph with its steps.

    Args:
        name: the saga's name.
        start: id of the first node.
        nodes: in the order of the source; a rule reports ids that occur twice.
        edges: in the order of the source; of two edges with one source and label only the first is ever taken.
        steps: every step that a node refers to.
        origin: where the chart comes from.
        profile: name of the engine profile that fixed the wiring, or of the engine itself.
        cancellable: whether a request to cancel may arrive while a step's call is in flight.
        resume_within: seconds within which a person resumes a stuck saga: part of the retry horizon.
        residue_accepted: why effects that cannot be undone may stand at an aborted end; None if they may not.
        claims: what the chart takes for granted of its participants, beyond their contracts.
        assumptions: what the chart takes for granted of the engine that runs it.
        time_limit: seconds after which the engine ends a run, past every handler; None if it does not.
        time_limit_span: where that is said.
        copies: for the id of each node and the name of each step that repeats another (several items of one Map) the
            id or name that it repeats: what is found in a copy is one finding with what is found in the original.
        remarks: what the front-end saw besides the control flow.
        suppressions: findings that a person has accepted, with reasons.
        span: where the saga stands in the source.
    """

    name: str
    start: str
    nodes: tuple[AnyNode, ...]
    edges: tuple[Edge, ...]
    steps: tuple[StepSpec, ...]
    origin: Origin
    profile: str = "as drawn"
    cancellable: bool = False
    resume_within: float = 0.0
    residue_accepted: str | None = None
    claims: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    time_limit: float | None = None
    time_limit_span: Span | None = None
    copies: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    span: Span | None = field(default=None, compare=False)

    @cached_property
    def node(self) -> dict[str, AnyNode]:
        """Every node by id; the first one where an id occurs twice."""
        by_id: dict[str, AnyNode] = {}
        for node in self.nodes:
            by_id.setdefault(node.id, node)
        return by_id

    @cached_property
    def step(self) -> dict[str, StepSpec]:
        """Every step by name."""
        return {step.name: step for step in self.steps}

    @cached_property
    def successors(self) -> dict[str, dict[str, Edge]]:
        """For each node id the edge that is taken for each label."""
        by_source: dict[str, dict[str, Edge]] = {node.id: {} for node in self.nodes}
        for edge in self.edges:
            by_source.setdefault(edge.source, {}).setdefault(edge.label, edge)
        return by_source

    @cached_property
    def fork_of(self) -> dict[str, Fork]:
        """For each region id the fork that starts it."""
        return {region.id: node for node in self.nodes if isinstance(node, Fork) for region in node.regions}

    def enclosing(self, region: str) -> Iterator[str]:
        """The region and those around it, innermost first, without the top level."""
        while region:
            yield region
            region = self.fork_of[region].region

    def links(self) -> Iterator[tuple[str, str, str]]:
        """Every way from node to node as (source, label, target): edges, entries of regions, exits to joins."""
        for edge in self.edges:
            yield edge.source, edge.label, edge.target
        for node in self.nodes:
            if isinstance(node, Fork):
                for region in node.regions:
                    yield node.id, region.id, region.entry
            elif isinstance(node, Exit) and node.region in self.fork_of:
                yield node.id, FAILED if node.failed else DONE, self.fork_of[node.region].join

    def reachable(self, sources: Iterable[str], *, backward: bool = False) -> set[str]:
        """The ids that links lead to from these, with these; backward, those from which links lead to them."""
        following: dict[str, list[str]] = {}
        for source, _, target in self.links():
            if backward:
                source, target = target, source  # noqa: PLW2901 - the same walk the other way round
            following.setdefault(source, []).append(target)
        found: set[str] = set()
        waiting = list(sources)
        while waiting:
            here = waiting.pop()
            if here not in found:
                found.add(here)
                waiting.extend(following.get(here, ()))
        return found

    def graph(self) -> networkx.MultiDiGraph[str]:
        """The chart for networkx: nodes by id with attribute `node`, edges keyed by label.

        A region's entries are edges of its fork, keyed by the region's id; an exit leads to the join.
        """
        import networkx

        graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph(name=self.name)
        for name, node in self.node.items():
            graph.add_node(name, node=node)
        for source, label, target in self.links():
            graph.add_edge(source, target, key=label)
        return graph
