"""Tells a scenario: walks the way that a memory of its outcomes describes, and keeps the ledger on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from sagacheck.core.chart import AnyNode, Call, Chart, Choice, Compensate, End, Join
from sagacheck.core.outcome import OUTSTANDING, REFUSING, EndKind, Outcome, Status, after_call, after_compensation
from sagacheck.core.question import YES, Condition, LedgerTest
from sagacheck.core.scenario import Change, Event, EventKind, Scenario
from sagacheck.semantics.position import Move, MoveKind, Position
from sagacheck.semantics.records import call_record, question_record, undo_record
from sagacheck.semantics.trails import Trails, trails_of
from sagacheck.semantics.walk import Walk

Results = Mapping[str, tuple[str, ...]]
"""For each record its results, first to last."""


@dataclass
class _Ledger:
    """The ledger, and how many results of each record have been told."""

    status: dict[str, Status] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    tried: set[str] = field(default_factory=set)
    told: dict[str, int] = field(default_factory=dict)
    notes: dict[int, bool] = field(default_factory=dict)

    def copy(self) -> _Ledger:
        return _Ledger(dict(self.status), set(self.called), set(self.tried), dict(self.told), dict(self.notes))

    def answer(self, test: LedgerTest) -> bool:
        """What the ledger answers to a test."""
        return any(
            self.status.get(step, Status.NONE) in test.statuses
            and (not test.called or step in self.called)
            and (not test.untried or step not in self.tried)
            for step in test.steps
        )

    def change(self, chart: Chart, node: AnyNode, outcome: Outcome) -> tuple[Change, ...]:
        """Notes the outcome of a call or a compensation; says what changed."""
        changes = []
        if isinstance(node, Call):
            before = self.status.get(node.step, Status.NONE)
            spec = chart.step.get(node.step)
            self.status[node.step] = after_call(before, outcome, settles=spec is not None and spec.settles)
            self.called.add(node.step)
            self.tried.discard(node.step)
            changes.append(Change(node.step, before, self.status[node.step]))
        elif isinstance(node, Compensate):
            for step in node.steps:
                before = self.status.get(step, Status.NONE)
                self.status[step] = after_compensation(before, outcome)
                self.tried.add(step)
                changes.append(Change(step, before, self.status[step]))
        return tuple(changes)


@dataclass(frozen=True, slots=True)
class _Told:
    position: Position
    ledger: _Ledger
    event: Event | None = None
    links: tuple[tuple[str, str, str], ...] = ()


def tell(walk: Walk, results: Results, end: Position) -> Scenario:
    """The scenario with these results.

    Args:
        walk: an unrolled walk.
        results: the outcome of every call and the answer to every question in it.
        end: where it ends.

    Raises:
        LookupError: if the walk has no such scenario.
    """
    trails = trails_of(walk.chart)
    way = [_Told(walk.start, _Ledger())]
    work = [_ways(walk, results, trails, way[-1])]
    while work:
        last = way[-1]
        if last.position == end and all(last.ledger.told.get(name, 0) == len(had) for name, had in results.items()):
            return _scenario(walk.chart, way, end)
        told = next(work[-1], None)
        if told is None:
            work.pop()
            way.pop()
        else:
            told = _noting(told, trails)
            way.append(told)
            work.append(_ways(walk, results, trails, told))
    msg = f"no scenario of {walk.chart.name} has the results {dict(results)}"
    raise LookupError(msg)


def _noting(told: _Told, trails: Trails) -> _Told:
    """The move with what it notes on its way."""
    news = dict(trails.written(told.links))
    if not news:
        return told
    ledger = told.ledger.copy()
    ledger.notes.update(news)
    return replace(told, ledger=ledger)


def _ways(walk: Walk, results: Results, trails: Trails, here: _Told) -> Iterator[_Told]:
    """Every move from here that agrees with the results."""
    for move in walk.moves[here.position]:
        node = walk.chart.node[move.node]
        if move.kind is MoveKind.TEST and isinstance(node, Choice):
            answer = (
                here.ledger.answer(node.test)
                if isinstance(node.test, LedgerTest)
                else here.ledger.notes.get(trails.asked[node.id], False)
            )
            if answer is (move.result == YES):
                yield _Told(move.target, here.ledger, None, move.links)
        elif move.kind is MoveKind.SILENT:
            yield _Told(move.target, here.ledger, None, move.links)
        elif move.kind is MoveKind.CANCELLATION:
            if isinstance(node, Join) and any(here.ledger.status.get(step) in REFUSING for step in node.refused_by):
                continue
            event = Event(EventKind.CANCELLATION, node.id, "cancellation", "honoured")
            yield _Told(move.target, here.ledger, event, move.links)
        else:
            yield from _answered(walk.chart, results, here, node, move)


def _answered(chart: Chart, results: Results, here: _Told, node: AnyNode, move: Move) -> Iterator[_Told]:
    """The move, if its result is the next one that the results have for it."""
    kind, name, text, stable = _recorded(node)
    told = here.ledger.told.get(name, 0)
    had = results.get(name, ())
    index = 0 if stable else told
    if index >= len(had) or had[index] != move.result:
        return
    ledger = here.ledger.copy()
    ledger.told[name] = index + 1
    changes = ledger.change(chart, node, Outcome(move.result)) if move.cost else ()
    yield _Told(move.target, ledger, Event(kind, node.id, text, move.result, changes), move.links)


def _recorded(node: AnyNode) -> tuple[EventKind, str, str, bool]:
    if isinstance(node, Call):
        return EventKind.CALL, call_record(node.step), node.step, False
    if isinstance(node, Compensate):
        return EventKind.COMPENSATION, undo_record(node.action), node.action, False
    assert isinstance(node, Choice)
    assert isinstance(node.test, Condition)
    return EventKind.ANSWER, question_record(node, node.test), node.test.name, node.test.stable


def _scenario(chart: Chart, way: list[_Told], end: Position) -> Scenario:
    node = chart.node[end.node]
    kind = EndKind.UNHANDLED if end.stuck or not isinstance(node, End) else node.kind
    ledger = way[-1].ledger.status
    settled = {Status.APPLIED} if kind is EndKind.COMMITTED else set()
    return Scenario(
        events=tuple(told.event for told in way if told.event is not None),
        edges=tuple((source, target, label) for told in way for source, label, target in told.links),
        end=end.node,
        end_text=node.text,
        kind=kind,
        outstanding=tuple(
            (step.name, ledger[step.name])
            for step in chart.steps
            if step.owes and ledger.get(step.name) in OUTSTANDING - settled
        ),
        cancelled=end.cancelled,
        cut=end.cut,
    )
