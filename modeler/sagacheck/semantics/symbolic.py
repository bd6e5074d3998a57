"""Sets of memories as decision diagrams: what a saga remembers of its past at a position of its walk.

A memory says for every step what the ledger says of it (status, whether it was called, whether its compensation
was), for every condition which answer it got, for every note on the way whether it was left, and whether anything has
failed so far. To count scenarios it also
keeps the outcome of every call. Each of these is a variable with a small finite domain, encoded in bits; a set of
memories is a binary decision diagram over the bits (Bryant, "Graph-Based Algorithms for Boolean Function
Manipulation", 1986). Variables of one step stand together, steps in the order of the chart: what is correlated stays
close, and chains, fans and nested branches stay linear in size.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from sagacheck.core.chart import Call, Chart, Choice, Compensate, Join
from sagacheck.core.outcome import REFUSING, Outcome, Status, after_call, after_compensation
from sagacheck.core.question import YES, Condition, LedgerTest, TrailTest
from sagacheck.semantics.position import Move, MoveKind
from sagacheck.semantics.records import Occurrences, call_record, question_record, steps_of, undo_record
from sagacheck.semantics.trails import trails_of
from sagacheck.semantics.variables import Line, Record, Variable, assign, make_variable
from sagacheck.semantics.walk import Walk

if TYPE_CHECKING:
    from oxidd.bdd import BDDManager

    from sagacheck.semantics.variables import Memories

_STATUSES = tuple(Status)


class Space:
    """The memories of one chart, and what each move of its walk does to them.

    Args:
        walk: the chart's walk.
        outcomes: whether the outcome of every call is remembered, as counting needs it; needs a walk without loops.
        nodes: how many nodes of decision diagrams there is room for.
    """

    def __init__(self, walk: Walk, *, outcomes: bool, nodes: int) -> None:
        from oxidd.bdd import BDDManager

        self.chart: Chart = walk.chart
        self.outcomes = outcomes
        self._manager: BDDManager = BDDManager(nodes, max(1024, nodes // 8), 1)
        self.bits = 0
        # Whether anything failed, and whether a person may be called: a compensation failed or stayed unknown, or a
        # pivot stayed unknown. They stand above the rest, where they are cheap to change.
        self.failed = self._variable(2)
        self.excused = self._variable(2)
        self._trails = trails_of(walk.chart)
        self.notes: dict[int, Variable] = {}
        self.lines: dict[str, Line] = {}
        self.records: dict[str, Record] = {}
        self._actions: dict[str, set[str]] = {}
        self._having: dict[tuple[str, tuple[Status, ...]], Memories] = {}
        self._tests: dict[LedgerTest, Memories] = {}
        self._allocate(walk)

    @cached_property
    def true(self) -> Memories:
        """All memories."""
        return self._manager.true()

    @cached_property
    def false(self) -> Memories:
        """No memory."""
        return self._manager.false()

    @cached_property
    def start(self) -> Memories:
        """The one memory with which a saga starts: nothing has happened."""
        result = self.true
        for bit in reversed(range(self.bits)):
            result &= self._manager.not_var(bit)
        return result

    def _variable(self, size: int) -> Variable:
        variable = make_variable(self._manager, self.bits, size)
        self.bits += variable.width
        return variable

    def _allocate(self, walk: Walk) -> None:
        """Makes the variables, those of one step together, in the order of the chart's nodes."""
        seen = Occurrences(walk)
        noted_at = self._noted_at()
        for node in self.chart.node.values():
            if isinstance(node, Compensate):
                for step in node.steps:
                    self._actions.setdefault(step, set()).add(node.action)
        for node in self.chart.node.values():
            if isinstance(node, Choice) and isinstance(node.test, Condition) and (node.test.stable or self.outcomes):
                self._allocate_record(
                    question_record(node, node.test), node.test.answers, 1 if node.test.stable else None, seen
                )
            for step in steps_of(node):
                self._allocate_step(step, seen)
            for number in noted_at.get(node.id, ()):
                if number not in self.notes:
                    self.notes[number] = self._variable(2)

    def _noted_at(self) -> dict[str, list[int]]:
        """For the source of each edge that writes yes the notes in question: they depend on what happens there."""
        found: dict[str, dict[int, None]] = {}
        for (source, _), notes in self._trails.notes.items():
            for number, answer in notes:
                if answer:
                    found.setdefault(source, {})[number] = None
        return {source: list(numbers) for source, numbers in found.items()}

    def _allocate_step(self, step: str, seen: Occurrences) -> None:
        if step in self.lines or call_record(step) in self.records:
            return
        undoing = [undo_record(action) for action in sorted(self._actions.get(step, ()))]
        if self.outcomes:
            for name in (call_record(step), *undoing):
                self._allocate_record(name, seen.results.get(name, ()), None, seen)
            once = all(seen.most(name) <= 1 for name in (call_record(step), *undoing)) and len(undoing) <= 1
            if once and all(seen.precedes(call_record(step), name) for name in undoing):
                return
        self.lines[step] = Line(self._variable(len(_STATUSES)), self._variable(2), self._variable(2))

    def _allocate_record(self, name: str, results: tuple[str, ...], times: int | None, seen: Occurrences) -> None:
        if name not in self.records and results:
            number = seen.most(name) if times is None else times
            self.records[name] = Record(results, tuple(self._variable(len(results) + 1) for _ in range(number)))

    def apply(self, memories: Memories, move: Move) -> Memories:
        """The memories after a move, of those before it."""
        memories = self._applied(memories, move)
        for number, answer in self._trails.written(move.links):
            if number in self.notes:
                memories = assign(memories, self.notes[number], int(answer))
        return memories

    def _applied(self, memories: Memories, move: Move) -> Memories:
        node = self.chart.node[move.node]
        if move.kind is MoveKind.TEST and isinstance(node, Choice) and isinstance(node.test, LedgerTest):
            holds = self._test(node.test)
            return memories & (holds if move.result == YES else ~holds)
        if move.kind is MoveKind.TEST and isinstance(node, Choice) and isinstance(node.test, TrailTest):
            note = self.notes.get(self._trails.asked[node.id])
            if note is None:  # nothing in the chart says yes
                return self.false if move.result == YES else memories
            return memories & note.values[int(move.result == YES)]
        if move.kind is MoveKind.ANSWER and isinstance(node, Choice) and isinstance(node.test, Condition):
            return self._answered(memories, node, node.test, move.result)
        if move.kind is MoveKind.CANCELLATION:
            for step in node.refused_by if isinstance(node, Join) else ():
                memories &= ~self.having(step, REFUSING)
            return assign(memories, self.failed, 1)
        if isinstance(node, Call) and move.cost:
            return self._call_answered(memories, node, Outcome(move.result))
        if isinstance(node, Compensate) and move.cost:
            return self._compensation_answered(memories, node, Outcome(move.result))
        return memories

    def _answered(self, memories: Memories, node: Choice, condition: Condition, answer: str) -> Memories:
        record = self.records.get(question_record(node, condition))
        if record is None:
            return memories
        if condition.stable:
            index = condition.answers.index(answer) + 1
            memories &= record.variables[0].among((0, index))
        return record.write(memories, answer)

    def _call_answered(self, memories: Memories, node: Call, outcome: Outcome) -> Memories:
        line = self.lines.get(node.step)
        spec = self.chart.step.get(node.step)
        settles = spec is not None and spec.settles
        if line is not None:
            change = functools.partial(after_call, outcome=outcome, settles=settles)
            memories = self._with_status(memories, line.status, change)
            # A step that was called again has to be undone again.
            memories = assign(assign(memories, line.called, 1), line.tried, 0)
        if outcome is not Outcome.OK and not (spec and spec.informational):
            memories = assign(memories, self.failed, 1)
            if spec and spec.non_compensatable and outcome is not Outcome.REJECTED:
                memories = assign(memories, self.excused, 1)
        return self.records[call_record(node.step)].write(memories, outcome) if self.outcomes else memories

    def _compensation_answered(self, memories: Memories, node: Compensate, outcome: Outcome) -> Memories:
        if outcome is Outcome.FAILED and all(self._tolerates_empty(step) for step in node.steps):
            # A participant that tolerates finding nothing to undo does not refuse it.
            memories &= ~functools.reduce(operator.and_, [self.having(step, [Status.NONE]) for step in node.steps])
        for step in node.steps:
            line = self.lines.get(step)
            if line is not None:
                memories = self._with_status(memories, line.status, lambda status: after_compensation(status, outcome))
                memories = assign(memories, line.tried, 1)
        if outcome is not Outcome.OK:
            memories = assign(assign(memories, self.failed, 1), self.excused, 1)
        return self.records[undo_record(node.action)].write(memories, outcome) if self.outcomes else memories

    def _tolerates_empty(self, step: str) -> bool:
        spec = self.chart.step.get(step)
        return spec is not None and spec.contract is not None and spec.contract.tolerates_empty

    def _with_status(self, memories: Memories, variable: Variable, change: Callable[[Status], Status]) -> Memories:
        result = self.false
        for index, status in enumerate(_STATUSES):
            before = memories & variable.values[index]
            if before.satisfiable():
                after = change(status)
                result |= before if after is status else assign(before, variable, _STATUSES.index(after))
        return result

    def _test(self, test: LedgerTest) -> Memories:
        if test not in self._tests:
            holds = self.false
            for step in reversed(test.steps):
                one = self.having(step, test.statuses)
                if test.called:
                    one &= self.called(step)
                if test.untried:
                    one &= ~self.tried(step)
                holds |= one
            self._tests[test] = holds
        return self._tests[test]

    def having(self, step: str, statuses: Iterable[Status]) -> Memories:
        """The memories in which the step's status is one of these; a step that is never called has none."""
        wanted = tuple(status for status in _STATUSES if status in set(statuses))
        key = (step, wanted)
        if key not in self._having:
            self._having[key] = self._find(step, wanted)
        return self._having[key]

    def _find(self, step: str, statuses: tuple[Status, ...]) -> Memories:
        line = self.lines.get(step)
        if line is not None:
            return line.status.among([_STATUSES.index(status) for status in statuses])
        result = self.false
        calls = self.records.get(call_record(step))
        if calls is None:
            return self.true if Status.NONE in statuses else result
        undoing = next((self.records.get(undo_record(action)) for action in self._actions.get(step, ())), None)
        for i, called in enumerate(("", *calls.results)):
            status = after_call(Status.NONE, Outcome(called)) if called else Status.NONE
            for j, undone in enumerate(("", *(undoing.results if undoing else ()))):
                after = after_compensation(status, Outcome(undone)) if undone else status
                if after in statuses:
                    case = calls.variables[0].values[i]
                    result |= case & undoing.variables[0].values[j] if undoing else case
        return result

    def called(self, step: str) -> Memories:
        """The memories in which the step was called."""
        line = self.lines.get(step)
        if line is not None:
            return line.called.values[1]
        record = self.records.get(call_record(step))
        return self.false if record is None else ~record.variables[0].values[0]

    def tried(self, step: str) -> Memories:
        """The memories in which a compensation of the step was called, and the step not called again since."""
        line = self.lines.get(step)
        if line is not None:
            return line.tried.values[1]
        records = [self.records.get(undo_record(action)) for action in self._actions.get(step, ())]
        return functools.reduce(operator.or_, [~r.variables[0].values[0] for r in records if r], self.false)

    def had_call(self, step: str, outcomes: Iterable[Outcome]) -> Memories:
        """The memories in which a call of the step had one of these outcomes; needs outcomes to be remembered."""
        record = self.records.get(call_record(step))
        return (record.among(outcomes) if record else None) or self.false

    def had_compensation(self, action: str, outcomes: Iterable[Outcome]) -> Memories:
        """The memories in which this compensation had one of these outcomes; needs outcomes to be remembered."""
        record = self.records.get(undo_record(action))
        return (record.among(outcomes) if record else None) or self.false

    def unanswered(self, node: Choice, condition: Condition) -> Memories:
        """The memories in which a question was not asked at a node; one that is not stable needs outcomes remembered."""
        record = self.records.get(question_record(node, condition))
        return self.true if record is None else record.variables[0].values[0]

    def count(self, memories: Memories) -> int:
        """The exact number of memories in a set; those that differ only in what was noted on the way count once."""
        for note in self.notes.values():
            memories = assign(memories, note, 0)
        return memories.sat_count(self.bits)

    def each(self, memories: Memories) -> Iterator[dict[str, tuple[str, ...]]]:
        """Every memory of a set as the results of each record, in the order of the chart and of the results.

        Lazily, and without ways that lead nowhere: a value is tried only if some memory of the set has it.
        """
        slots = [(name, record, variable) for name, record in self.records.items() for variable in record.variables]
        work: list[tuple[Memories, tuple[str, ...]]] = [(memories, ())]
        while work:
            left, values = work.pop()
            if len(values) == len(slots):
                results: dict[str, tuple[str, ...]] = {}
                for (name, _, _), value in zip(slots, values, strict=True):
                    if value:
                        results[name] = (*results.get(name, ()), value)
                yield results
                continue
            _, record, variable = slots[len(values)]
            cases = [*zip(record.results, variable.values[1:], strict=True), ("", variable.values[0])]
            for value, cube in reversed(cases):
                found = left & cube
                if found.satisfiable():
                    work.append((found, (*values, value)))
