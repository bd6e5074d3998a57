"""Charts for the tests of diagrams: an order, a trip with branches, a long chain, and any wiring at all."""

from __future__ import annotations

from hypothesis import strategies as st

from sagacheck.core.chart import (
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
from sagacheck.core.outcome import EndKind, Outcome, Status
from sagacheck.core.question import NO, YES, Condition, LedgerTest
from sagacheck.core.scenario import Scenario
from sagacheck.core.step import CompensationSpec, Informational, NonCompensatable, StepSpec, Undo

ANY = (Outcome.OK, Outcome.REJECTED, Outcome.UNKNOWN)
KNOWN = (Outcome.OK, Outcome.REJECTED)
UNDO = (Outcome.OK, Outcome.FAILED)


def step(name: str, undo: Undo = None) -> StepSpec:
    return StepSpec(name, name, undo=undo)


def edges(*triples: tuple[str, str, str]) -> tuple[Edge, ...]:
    return tuple(Edge(*triple) for triple in triples)


def chart(nodes: list[AnyNode], wiring: tuple[Edge, ...], steps: list[StepSpec], name: str = "saga") -> Chart:
    return Chart(name, nodes[0].id, tuple(nodes), wiring, tuple(steps), Origin.MACHINE)


def order() -> Chart:
    """Reserve, charge, ship, confirm: every outcome is handled."""
    return chart(
        [
            Call(id="reserve", step="reserve", outcomes=ANY),
            Call(id="charge", step="charge", outcomes=KNOWN),
            Call(id="ship", step="ship", outcomes=KNOWN),
            Call(id="confirm", step="confirm", outcomes=ANY),
            Compensate(id="refund", steps=("charge",), action="refund", outcomes=UNDO),
            Compensate(id="release", steps=("reserve",), action="release", outcomes=UNDO),
            Choice(id="left?", label="anything left?", test=LedgerTest(("reserve",), frozenset({Status.APPLIED}))),
            End(id="committed", kind=EndKind.COMMITTED),
            End(id="aborted", kind=EndKind.ABORTED),
            End(id="manual", kind=EndKind.MANUAL, instruction="call the warehouse"),
        ],
        edges(
            ("reserve", "ok", "charge"),
            ("reserve", "rejected", "aborted"),
            ("reserve", "unknown", "release"),
            ("charge", "ok", "ship"),
            ("charge", "rejected", "release"),
            ("ship", "ok", "confirm"),
            ("ship", "rejected", "refund"),
            ("confirm", "ok", "committed"),
            ("confirm", "rejected", "committed"),
            ("confirm", "unknown", "committed"),
            ("refund", "ok", "release"),
            ("refund", "failed", "release"),
            ("release", "ok", "left?"),
            ("release", "failed", "manual"),
            ("left?", "yes", "manual"),
            ("left?", "no", "aborted"),
        ),
        [
            step("reserve", CompensationSpec("release")),
            step("charge", CompensationSpec("refund")),
            step("ship", NonCompensatable("the parcel has left the building")),
            step("confirm", Informational("a confirmation needs no undo")),
        ],
        name="place-order",
    )


def trip() -> Chart:
    """Two bookings in parallel; each is undone if it was done."""
    return chart(
        [
            Fork(id="fork", regions=(Region(id="air", entry="fly"), Region(id="bed", entry="sleep")), join="join"),
            Call(id="fly", region="air", step="fly", outcomes=ANY),
            Exit(id="flown", region="air"),
            Exit(id="not flown", region="air", failed=True),
            Call(id="sleep", region="bed", step="sleep", outcomes=ANY),
            Exit(id="slept", region="bed"),
            Exit(id="not slept", region="bed", failed=True),
            Join(id="join"),
            Choice(id="land?", label="sleep done?", test=LedgerTest(("sleep",), frozenset({Status.APPLIED}))),
            Compensate(id="wake", steps=("sleep",), action="wake", outcomes=UNDO),
            Choice(id="fly?", label="fly done?", test=LedgerTest(("fly",), frozenset({Status.APPLIED}))),
            Compensate(id="land", steps=("fly",), action="land", outcomes=UNDO),
            End(id="committed", kind=EndKind.COMMITTED),
            End(id="aborted", kind=EndKind.ABORTED),
            End(id="manual", kind=EndKind.MANUAL),
        ],
        edges(
            ("fly", "ok", "flown"),
            ("fly", "rejected", "not flown"),
            ("fly", "unknown", "not flown"),
            ("sleep", "ok", "slept"),
            ("sleep", "rejected", "not slept"),
            ("sleep", "unknown", "not slept"),
            ("join", DONE, "committed"),
            ("join", FAILED, "land?"),
            ("land?", YES, "wake"),
            ("land?", NO, "fly?"),
            ("wake", "ok", "fly?"),
            ("wake", "failed", "fly?"),
            ("fly?", YES, "land"),
            ("fly?", NO, "aborted"),
            ("land", "ok", "aborted"),
            ("land", "failed", "manual"),
        ),
        [step("fly", CompensationSpec("land")), step("sleep", CompensationSpec("wake"))],
        name="trip",
    )


def chain(length: int) -> Chart:
    """Steps one after the other, and their compensations in reverse."""
    nodes: list[AnyNode] = []
    wiring: list[tuple[str, str, str]] = []
    for number in range(length):
        before = f"undo {number - 1}" if number else "aborted"
        nodes.append(Call(id=f"do {number}", step=f"do {number}", outcomes=ANY))
        nodes.append(Compensate(id=f"undo {number}", steps=(f"do {number}",), action=f"undo {number}", outcomes=UNDO))
        wiring += [
            (f"do {number}", "ok", f"do {number + 1}" if number + 1 < length else "committed"),
            (f"do {number}", "rejected", before),
            (f"do {number}", "unknown", f"undo {number}"),
            (f"undo {number}", "ok", before),
            (f"undo {number}", "failed", before),
        ]
    nodes += [End(id="committed", kind=EndKind.COMMITTED), End(id="aborted", kind=EndKind.ABORTED)]
    steps = [step(f"do {number}", CompensationSpec(f"undo {number}")) for number in range(length)]
    return chart(nodes, edges(*wiring), steps, name="chain")


def fan(width: int) -> Chart:
    """Steps of which each leads to one handler when it fails."""
    nodes: list[AnyNode] = []
    wiring: list[tuple[str, str, str]] = []
    for number in range(width):
        nodes.append(Call(id=f"do {number}", step=f"do {number}", outcomes=KNOWN))
        following = f"do {number + 1}" if number + 1 < width else "committed"
        wiring += [(f"do {number}", "ok", following), (f"do {number}", "rejected", "handler")]
    nodes += [Wait(id="handler"), End(id="committed", kind=EndKind.COMMITTED), End(id="failed", kind=EndKind.ABORTED)]
    wiring.append(("handler", NEXT, "failed"))
    return chart(nodes, edges(*wiring), [step(f"do {number}", CompensationSpec("x")) for number in range(width)])


def walked(of: Chart, *labels: str, kind: EndKind = EndKind.ABORTED) -> Scenario:
    """The scenario that a chart without forks walks by these labels, as far as it is handled."""
    here = of.start
    taken = []
    for label in labels:
        edge = of.successors.get(here, {}).get(label)
        if edge is None:
            break
        taken.append((edge.source, edge.target, edge.label))
        here = edge.target
    return Scenario((), tuple(taken), here, here, kind, ())


NAMES = st.one_of(
    st.text(max_size=40),
    st.text(alphabet='<>&"\\N|{}[]%#;:\n\r\t\x00\u202e\u200d\ud800🚚שג漢e\u0301', max_size=60),
    st.sampled_from(
        [
            "<b>bold</b>",
            "<<table><tr><td>x</td></tr></table>>",
            "&lt;script&gt;",
            "%%{init: {}}%%",
            'A["x"] --> B',
            "\\N\\G\\l\\",
            "end",
            "node",
            "x" * 500,
            "payment.charge",
            "",
        ]
    ),
)


_SHORT = st.from_regex(r"[a-z]{1,3}", fullmatch=True)


@st.composite
def wired(draw: st.DrawFn, names: st.SearchStrategy[str] = _SHORT) -> Chart:
    """Any wiring of nodes outside forks, with edges that are missing, lead nowhere or round in circles."""
    ids = draw(st.lists(names, min_size=1, max_size=8, unique=True))
    nodes = [draw(_node(identity, ids)) for identity in ids]
    wiring = []
    for node in nodes:
        for label in labels_of(node):
            target = draw(st.sampled_from([*ids, None, "nowhere"]))
            if target is not None:
                wiring.append((node.id, label, target))
    steps = [step(identity, draw(_UNDO)) for identity in ids]
    return chart(nodes, edges(*wiring), steps, name=draw(names))


_UNDO = st.sampled_from([None, CompensationSpec("undo"), NonCompensatable("gone"), Informational("mail")])


@st.composite
def _node(draw: st.DrawFn, identity: str, ids: list[str]) -> AnyNode:
    kind = draw(st.integers(0, 6))
    if kind < 2:
        return Call(id=identity, step=identity, outcomes=ANY)
    if kind == 2:
        covered = draw(st.lists(st.sampled_from(ids), min_size=1, max_size=2))
        return Compensate(id=identity, steps=tuple(covered), action=f"undo {identity}", outcomes=UNDO)
    if kind == 3:
        return Choice(id=identity, test=Condition("question"))
    if kind == 4:
        return Choice(id=identity, test=LedgerTest((draw(st.sampled_from(ids)),), frozenset({Status.MAYBE})))
    if kind == 5:
        return Wait(id=identity)
    ends = st.sampled_from([EndKind.COMMITTED, EndKind.ABORTED, EndKind.MANUAL])
    return End(id=identity, kind=draw(ends), instruction=identity)


def labels_of(node: AnyNode) -> tuple[str, ...]:
    """The labels of the edges that a node outside forks should have."""
    if isinstance(node, Call | Compensate):
        return node.outcomes
    if isinstance(node, Choice):
        return (YES, NO)
    return (NEXT,) if isinstance(node, Wait) else ()
