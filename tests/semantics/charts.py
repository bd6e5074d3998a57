"""Random charts: sequential graphs wired by hand, right or wrong, and charts with forks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum

from hypothesis import settings
from hypothesis import strategies as st

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
    Edge,
    End,
    Exit,
    Fork,
    Join,
    Origin,
    Region,
    Wait,
)
from sagacheck.core.contract import Barrier, Keyed, NoContract
from sagacheck.core.outcome import OUTSTANDING, EndKind, Outcome, Status
from sagacheck.core.question import NO, YES, CancellationTest, Condition, LedgerTest, Test, TrailTest
from sagacheck.core.step import CompensationSpec, Informational, NonCompensatable, StepSpec, Undo

NAMES = ("a", "b.book", "Straße", "支付", "e e", "f", "g", "h")
CONDITIONS = (
    Condition("x"),
    Condition("x"),
    Condition("y", answers=("yes", "no", "later")),
    Condition("each time", stable=False),
)
ENDS = (EndKind.COMMITTED, EndKind.ABORTED, EndKind.MANUAL)
_FORWARD = ((Outcome.OK,), (Outcome.OK, Outcome.REJECTED), (Outcome.OK, Outcome.REJECTED, Outcome.UNKNOWN))
_BACKWARD = ((Outcome.OK,), (Outcome.OK, Outcome.FAILED), (Outcome.OK, Outcome.FAILED, Outcome.UNKNOWN))


def examples(number: int) -> settings:
    """So many examples, or as many as the profile says if those are more."""
    return settings(max_examples=max(number, settings.default.max_examples if settings.default else 0))


def drawn(chart: Chart) -> str:
    """A chart as a person would note it down, for the report of a failing example."""
    lines = [f"start {chart.start}"]
    for node in chart.nodes:
        words = [type(node).__name__, node.id, f"in {node.region}" if node.region else ""]
        for name in ("step", "steps", "action", "outcomes", "shielded", "test", "regions", "join", "holds", "failed"):
            said = str(getattr(node, name, ""))
            words += [f"{name}={said}"] if said not in ("", "()", "False") else []
        ways = [f"{edge.label} -> {edge.target}" for edge in chart.edges if edge.source == node.id]
        lines.append(" ".join(filter(None, words)) + (f": {', '.join(ways)}" if ways else ""))
    lines += [f"step {step.name}: {step.undo}, {step.contract}, effect {step.effect}" for step in chart.steps]
    return "\n".join(lines)


@st.composite
def step_specs(draw: st.DrawFn, name: str, *, shared: bool = True) -> StepSpec:
    """A step of this name with any way to undo it, or none; some may share theirs."""
    own = CompensationSpec(f"undo {name}")
    kinds: list[Undo] = [own, own, own, NonCompensatable("it is gone"), Informational("a letter"), None]
    kinds += [CompensationSpec("undo all")] * shared
    contracts = st.sampled_from([None, Keyed("id"), Barrier("id"), NoContract()])
    effect = draw(st.integers(0, 7)) > 0
    return StepSpec(name, name, effect=effect, undo=draw(st.sampled_from(kinds)), contract=draw(contracts))


@st.composite
def calls(draw: st.DrawFn, node: str, step: StepSpec, region: str = "") -> AnyNode:
    """A node that calls a step, with some of the outcomes that a step can have."""
    return Call(id=node, region=region, step=step.name, outcomes=draw(st.sampled_from(_FORWARD)))


@st.composite
def compensations(
    draw: st.DrawFn,
    node: str,
    steps: tuple[StepSpec, ...],
    step: StepSpec,
    region: str = "",
    *,
    shielded: bool = False,
) -> AnyNode:
    """A node that undoes a step, and with it those that share its compensation."""
    action = step.compensation.action if step.compensation else f"undo {step.name}"
    shared = tuple(s.name for s in steps if s.compensation and s.compensation.action == action) or (step.name,)
    had = draw(st.sampled_from(_BACKWARD))
    return Compensate(id=node, region=region, steps=shared, action=action, outcomes=had, shielded=shielded)


@st.composite
def questions_for(draw: st.DrawFn, steps: tuple[StepSpec, ...], *, cancellation: bool = True) -> Test:
    """A question: of a condition, of the ledger, or whether a cancellation has arrived."""
    kind = draw(st.sampled_from(["condition", "condition", "ledger", "cancellation"]))
    if kind == "cancellation" and cancellation:
        return CancellationTest()
    if kind == "ledger" and steps:
        names = draw(st.lists(st.sampled_from([step.name for step in steps]), min_size=1, max_size=2, unique=True))
        statuses = draw(
            st.sampled_from([OUTSTANDING, frozenset({Status.APPLIED}), frozenset({Status.NONE, Status.MAYBE})])
        )
        return LedgerTest(tuple(names), statuses, called=draw(st.booleans()), untried=draw(st.booleans()))
    return draw(st.sampled_from(CONDITIONS))


def labels_of(node: AnyNode) -> tuple[str, ...]:
    """The labels that the table in `core/chart.py` gives a node, a cancellation excepted."""
    if isinstance(node, Call | Compensate):
        return tuple(outcome.value for outcome in node.outcomes)
    if isinstance(node, Choice):
        return node.test.answers if isinstance(node.test, Condition) else (YES, NO)
    return (NEXT,) if isinstance(node, Wait) else ()


@dataclass(frozen=True, slots=True)
class Wiring:
    """How the edges of a sequential chart are drawn.

    Args:
        cycles: whether edges may lead back.
        gaps: whether edges may be missing or lead to nowhere.
        doubles: whether an edge may be shadowed by another one.
        cancellation: whether cancellations may be asked for and may strike calls.
        ledger: whether the ledger may be asked.
        questions: whether conditions may be asked.
        fewest: number of nodes besides the ends, at least.
        most: number of nodes besides the ends, at most.
    """

    cycles: bool = False
    gaps: bool = True
    doubles: bool = True
    cancellation: bool = True
    ledger: bool = True
    questions: bool = True
    fewest: int = 2
    most: int = 6


@st.composite
def sequential_charts(draw: st.DrawFn, wiring: Wiring = Wiring()) -> Chart:
    """A chart without forks: calls, compensations, questions and pauses, joined by edges at random."""
    steps = tuple(draw(step_specs(name)) for name in NAMES[: draw(st.integers(1, 4))])
    nodes = [draw(_inner_nodes(f"n{n}", steps, wiring)) for n in range(draw(st.integers(wiring.fewest, wiring.most)))]
    ends = [End(id=kind.value, kind=kind) for kind in ENDS]
    ends += [End(id="another abort", kind=EndKind.ABORTED)] * draw(st.booleans())
    names = [node.id for node in (*nodes, *ends)]
    edges = list(draw(_edges(names, nodes, wiring)))
    if wiring.ledger and edges:
        nodes = [draw(_looking_back(node, edges)) for node in nodes]
    return Chart(
        name="random",
        start="n0",
        nodes=(*nodes, *ends),
        edges=tuple(edges),
        steps=steps,
        origin=Origin.MACHINE,
        cancellable=draw(st.booleans()),
        residue_accepted=draw(st.sampled_from([None, None, None, "it is cheap"])),
    )


@st.composite
def _looking_back(draw: st.DrawFn, node: AnyNode, edges: list[Edge]) -> AnyNode:
    """The node or, for a question that the ledger answers, perhaps one that looks at the way taken instead."""
    if not isinstance(node, Choice) or not isinstance(node.test, LedgerTest) or draw(st.booleans()):
        return node
    ways = [(edge.source, edge.label) for edge in edges]
    among = draw(st.lists(st.sampled_from(ways), min_size=1, max_size=4, unique=True))
    taken = draw(st.lists(st.sampled_from(among), min_size=1, unique=True))
    return replace(node, test=TrailTest(tuple(taken), tuple(among)))


@st.composite
def _inner_nodes(draw: st.DrawFn, name: str, steps: tuple[StepSpec, ...], wiring: Wiring) -> AnyNode:
    kinds = ["call", "call", "call", "undo", "undo", "wait"]
    kinds += ["choice"] * (wiring.questions or wiring.ledger or wiring.cancellation)
    kind = draw(st.sampled_from(kinds))
    step = draw(st.sampled_from(steps))
    if kind == "call":
        return draw(calls(name, step))
    if kind == "undo":
        return draw(compensations(name, steps, step))
    if kind == "wait":
        return Wait(id=name)
    asked = questions_for(steps if wiring.ledger else (), cancellation=wiring.cancellation)
    return Choice(id=name, test=draw(asked))


@st.composite
def _edges(draw: st.DrawFn, names: list[str], nodes: list[AnyNode], wiring: Wiring) -> Iterator[Edge]:
    edges = []
    for index, node in enumerate(nodes):
        targets = names if wiring.cycles else names[index + 1 :]
        wanted = [*labels_of(node)]
        if isinstance(node, Call) and wiring.cancellation and draw(st.integers(0, 4)) == 0:
            wanted.append(CANCELLED)
        for label in wanted:
            chance = draw(st.integers(0, 23))
            if wiring.gaps and chance < 2:
                continue
            if wiring.gaps and chance == 2:
                edges.append(Edge(node.id, label, "nowhere"))
                continue
            edges.append(Edge(node.id, label, draw(st.sampled_from(targets))))
            if wiring.doubles and chance == 3:
                edges.append(Edge(node.id, label, draw(st.sampled_from(targets))))
    return iter(edges)


class Style(Enum):
    """What the regions of a fork do to one another."""

    APART = "apart"
    HOLDS = "holds"
    LEAVES = "leaves"


@dataclass
class _Growing:
    """A chart with forks under construction; `free` are the steps that nobody calls yet."""

    steps: tuple[StepSpec, ...]
    free: list[StepSpec]
    nodes: list[AnyNode] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    number: int = 0

    def new(self, kind: str) -> str:
        self.number += 1
        return f"{kind}{self.number}"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a chart with forks looks like.

    Args:
        regions: number of regions of a fork, at most.
        longest: number of nodes in a row, at most.
        styles: what regions may do to one another.
        pauses: whether there are pauses.
        nested: whether a region may hold a fork.
        in_a_row: number of forks in a row, at most.
    """

    regions: int = 3
    longest: int = 2
    styles: tuple[Style, ...] = tuple(Style)
    pauses: bool = True
    nested: bool = True
    in_a_row: int = 2


@st.composite
def forked_charts(draw: st.DrawFn, shape: Shape = Shape()) -> Chart:
    """A chart with forks; a step is called in one place, and undone in its own region or behind the fork."""
    names = [f"s{number}" for number in range(24)]
    specs = tuple(draw(step_specs(name, shared=False)) for name in names[:8])
    growing = _Growing(specs, list(reversed(specs)))
    growing.nodes += [End(id=kind.value, kind=kind) for kind in ENDS]
    after = draw(_chains(growing, Place("", tuple(end.id for end in growing.nodes)), shape, specs, (0, 2)))
    for _ in range(draw(st.sampled_from([1, 1, 1, shape.in_a_row]))):
        style = draw(st.sampled_from(shape.styles))
        outside = tuple(after) if style is Style.LEAVES else ()
        place = Place("", tuple(after), outside, draw(st.sampled_from([None, *outside])))
        after = [draw(_forks(growing, place, shape, style, 1)), *after]
    start = draw(_chains(growing, Place("", tuple(after)), shape, (), (0, 1)))[0]
    return Chart(
        name="forked",
        start=start,
        nodes=tuple(reversed(growing.nodes)),
        edges=tuple(growing.edges),
        steps=specs,
        origin=Origin.MACHINE,
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where nodes are added: their region, where they lead in the end, and where they may leave for.

    A cancellation of a call in a fork leads out of all forks, from wherever it strikes to the same node.
    """

    region: str
    after: tuple[str, ...]
    outside: tuple[str, ...] = ()
    cancelled: str | None = None


@st.composite
def _forks(draw: st.DrawFn, growing: _Growing, place: Place, shape: Shape, style: Style, deeper: int) -> str:
    """Adds a fork; says its id."""
    fork, join = growing.new("fork"), growing.new("join")
    regions = []
    called_before = len(growing.free)
    failing = False
    for _ in range(draw(st.integers(2, shape.regions if deeper else 2))):
        name = growing.new("region")
        exits = [Exit(id=f"done {name}", region=name)]
        if draw(st.integers(0, 2)):
            exits.append(Exit(id=f"failed {name}", region=name, failed=True))
            failing = True
            growing.failing.add(exits[-1].id)
        growing.nodes += exits
        ways = tuple(node.id for node in exits)
        fewest = 1
        if shape.nested and deeper and draw(st.integers(0, 5)) == 0:
            left = (*place.outside, *ways) if style is Style.LEAVES else ()
            inner = Place(name, ways, left, place.cancelled)
            ways = (draw(_forks(growing, inner, shape, style, deeper - 1)), *ways)
            fewest = 0
        inside = Place(name, ways, place.outside, place.cancelled)
        entry = draw(_chains(growing, inside, shape, None, (fewest, shape.longest)))[0]
        regions.append(Region(id=name, entry=entry))
    refusing = [step.name for step in growing.steps[-called_before:][: called_before - len(growing.free)]]
    refused_by = tuple(draw(st.lists(st.sampled_from(refusing), max_size=1))) if refusing else ()
    growing.nodes.append(Join(id=join, region=place.region, refused_by=refused_by))
    targets = {DONE: draw(st.sampled_from(place.after))}
    if failing and not (style is Style.LEAVES and draw(st.integers(0, 7)) == 0):
        targets[FAILED] = draw(st.sampled_from(place.after))
    if style is Style.HOLDS and not place.region and draw(st.booleans()):
        targets[CANCELLED] = draw(st.sampled_from(place.after))
    growing.edges += [Edge(join, label, target) for label, target in targets.items()]
    holds = style is Style.HOLDS
    growing.nodes.append(Fork(id=fork, region=place.region, regions=tuple(regions), join=join, holds=holds))
    return fork


@st.composite
def _chains(
    draw: st.DrawFn,
    growing: _Growing,
    place: Place,
    shape: Shape,
    known: tuple[StepSpec, ...] | None,
    length: tuple[int, int],
) -> list[str]:
    """Adds nodes that lead forward; says their ids, the first one first, and then those that they lead to.

    What is `known` may be undone or asked about; without a word, what the chain has called itself. Before a region's
    first call is answered, no question leaves it or makes it fail: which sibling is faster then is not decided.
    """
    names = [growing.new("n") for _ in range(draw(st.integers(*length)))]
    heads = [*names, *place.after]
    own: list[StepSpec] = []
    asks_first = False
    for index, name in enumerate(names):
        within = known if known is not None else tuple(own)
        kinds = ["call", "call", "call"] * bool(growing.free) + ["wait"] * (shape.pauses or not growing.free)
        kinds += ["choice"] * (index > 0 or not place.outside)
        kinds += ["undo"] * bool(within)
        kind = draw(st.sampled_from(kinds))
        node: AnyNode
        if kind == "call":
            own.append(growing.free.pop())
            node = draw(calls(name, own[-1], place.region))
        elif kind == "undo":
            step = draw(st.sampled_from(within))
            shielded = bool(place.region) and draw(st.booleans())
            node = draw(compensations(name, (), step, place.region, shielded=shielded))
        elif kind == "wait":
            node = Wait(id=name, region=place.region)
        else:
            node = Choice(id=name, region=place.region, test=draw(questions_for(within, cancellation=not place.region)))
        growing.nodes.append(node)
        asks_first = asks_first or (index == 0 and isinstance(node, Choice))
        # A shielded compensation is brought to its end for its region's sake: it leads nowhere else.
        outside = () if isinstance(node, Compensate) and node.shielded else place.outside
        ways = [*heads[index + 1 :], *outside]
        if asks_first and isinstance(node, Choice):
            ways = [way for way in ways if way not in growing.failing]
        wanted = [label for label in labels_of(node) if not (outside and draw(st.integers(0, 11)) == 0)]
        growing.edges += [Edge(name, label, draw(st.sampled_from(ways))) for label in wanted]
        if isinstance(node, Call) and place.cancelled is not None and draw(st.integers(0, 3)):
            growing.edges.append(Edge(name, CANCELLED, place.cancelled))
    return heads
