"""Sets of memories as decision diagrams: what a saga remembers of its past at a position of its walk.

A memory says for every step what the ledger says of it (status, whether it was called, whether its compensation
was), for every condition which answer it got, and whether anything has failed so far. To count scenarios it also
keeps the outcome of every call. Each of these is a variable with a small finite domain, encoded in bits; a set of
memories is a binary decision diagram over the bits (Bryant, "Graph-Based Algorithms for Boolean Function
Manipulation", 1986). Variables of one step stand together, steps in the order of the chart: what is correlated stays
close, and chains, fans and nested branches stay linear in size.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sagacheck.core.chart import YES, AnyNode, Call, Chart, Choice, Compensate, Condition, LedgerTest
from sagacheck.core.outcome import Outcome, Status, after_call, after_compensation
from sagacheck.semantics.walk import Move, MoveKind, Position, Walk

if TYPE_CHECKING:
    from oxidd.bdd import BDDFunction, BDDManager

    Memories = BDDFunction

_STATUSES = tuple(Status)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable with a finite domain.

    Args:
        values: for each value of its domain the diagram that says it has it; the first is the initial one.
        erase: the conjunction of its bits, for quantification.
    """

    values: tuple[Memories, ...]
    erase: Memories

    def among(self, indices: Iterable[int]) -> Memories:
        """The memories in which it has one of these values."""
        return functools.reduce(operator.or_, [self.values[index] for index in indices])


@dataclass(frozen=True, slots=True)
class Line:
    """The ledger's line of one step, as variables of its own.

    Args:
        status: its status.
        called: whether it was called.
        tried: whether its compensation was called since.
    """

    status: Variable
    called: Variable
    tried: Variable


class Record:
    """What is remembered of the results of one kind of event: the n-th call of a step, the n-th answer.

    Args:
        results: the results that there can be.
        variables: one for each time that it may happen on a path; value 0 says that it has not, i that it had the
            i-th result.
    """

    def __init__(self, results: tuple[str, ...], variables: tuple[Variable, ...]) -> None:
        self.results = results
        self.variables = variables

    def write(self, memories: Memories, result: str) -> Memories:
        """Notes a result in the first variable that is still free."""
        index = self.results.index(result) + 1
        if len(self.variables) == 1:
            return _assign(memories, self.variables[0], index)
        written = None
        for variable in self.variables:
            now = _assign(memories & variable.values[0], variable, index)
            written = now if written is None else written | now
            memories &= ~variable.values[0]
        assert written is not None
        return written

    def among(self, results: Iterable[str]) -> Memories | None:
        """The memories in which some time one of these was the result; None if it cannot have been."""
        indices = [self.results.index(result) + 1 for result in results if result in self.results]
        if not indices:
            return None
        found = [variable.among(indices) for variable in self.variables]
        return functools.reduce(operator.or_, found)


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
        width = max(1, (size - 1).bit_length())
        bits = range(self.bits, self.bits + width)
        self.bits += width
        self._manager.add_vars(width)
        values = []
        for value in range(size):
            literals = [
                self._manager.var(bit) if value >> place & 1 else self._manager.not_var(bit)
                for place, bit in enumerate(bits)
            ]
            values.append(functools.reduce(operator.and_, literals))
        erase = functools.reduce(operator.and_, [self._manager.var(bit) for bit in bits])
        return Variable(tuple(values), erase)

    def _allocate(self, walk: Walk) -> None:
        """Makes the variables, those of one step together, in the order of the chart's nodes."""
        seen = _Occurrences(walk)
        for node in self.chart.node.values():
            if isinstance(node, Compensate):
                for step in node.steps:
                    self._actions.setdefault(step, set()).add(node.action)
        for node in self.chart.node.values():
            if isinstance(node, Choice) and isinstance(node.test, Condition) and (node.test.stable or self.outcomes):
                self._allocate_record(question_record(node, node.test), node.test.answers, 1 if node.test.stable else None, seen)
            for step in _steps(node):
                self._allocate_step(step, seen)

    def _allocate_step(self, step: str, seen: _Occurrences) -> None:
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

    def _allocate_record(self, name: str, results: tuple[str, ...], times: int | None, seen: _Occurrences) -> None:
        if name not in self.records and results:
            number = seen.most(name) if times is None else times
            self.records[name] = Record(results, tuple(self._variable(len(results) + 1) for _ in range(number)))

    def apply(self, memories: Memories, move: Move) -> Memories:
        """The memories after a move, of those before it."""
        node = self.chart.node[move.node]
        if move.kind is MoveKind.TEST and isinstance(node, Choice) and isinstance(node.test, LedgerTest):
            holds = self._test(node.test)
            return memories & (holds if move.result == YES else ~holds)
        if move.kind is MoveKind.ANSWER and isinstance(node, Choice) and isinstance(node.test, Condition):
            return self._answered(memories, node, node.test, move.result)
        if move.kind is MoveKind.CANCELLATION:
            return _assign(memories, self.failed, 1)
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
        if line is not None:
            memories = self._with_status(memories, line.status, lambda status: after_call(status, outcome))
            # A step that was called again has to be undone again.
            memories = _assign(_assign(memories, line.called, 1), line.tried, 0)
        step = self.chart.step.get(node.step)
        if outcome is not Outcome.OK and not (step and step.informational):
            memories = _assign(memories, self.failed, 1)
            if step and step.non_compensatable and outcome is not Outcome.REJECTED:
                memories = _assign(memories, self.excused, 1)
        return self.records[call_record(node.step)].write(memories, outcome) if self.outcomes else memories

    def _compensation_answered(self, memories: Memories, node: Compensate, outcome: Outcome) -> Memories:
        for step in node.steps:
            line = self.lines.get(step)
            if line is not None:
                memories = self._with_status(memories, line.status, lambda status: after_compensation(status, outcome))
                memories = _assign(memories, line.tried, 1)
        if outcome is not Outcome.OK:
            memories = _assign(_assign(memories, self.failed, 1), self.excused, 1)
        return self.records[undo_record(node.action)].write(memories, outcome) if self.outcomes else memories

    def _with_status(self, memories: Memories, variable: Variable, change: Callable[[Status], Status]) -> Memories:
        result = self.false
        for index, status in enumerate(_STATUSES):
            before = memories & variable.values[index]
            if before.satisfiable():
                after = change(status)
                result |= before if after is status else _assign(before, variable, _STATUSES.index(after))
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

    def count(self, memories: Memories) -> int:
        """The exact number of memories in a set."""
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


class _Occurrences:
    """How often, and in which order, the recorded events of a walk may happen."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.positions: dict[str, set[Position]] = {}
        self.results: dict[str, tuple[str, ...]] = {}
        self.first: dict[str, int] = {}
        self.last: dict[str, int] = {}
        for rank, position in enumerate(walk.order):
            name = None if walk.is_final(position) else _record_name(walk.chart.node[position.node])
            if name is not None:
                self.positions.setdefault(name, set()).add(position)
                known = self.results.get(name, ())
                news = (move.result for move in walk.moves[position] if move.kind is not MoveKind.SILENT)
                self.results[name] = tuple(dict.fromkeys((*known, *news)))
                self.first.setdefault(name, rank)
                self.last[name] = rank

    def precedes(self, first: str, second: str) -> bool:
        """Whether one surely does not happen after the other, by their places in the walk's order."""
        return self.last.get(first, -1) < self.first.get(second, len(self.walk.order))

    def most(self, name: str) -> int:
        """How often it may happen, at most, on one path of a walk without loops."""
        asking = self.positions.get(name, set())
        return 1 if len(asking) <= 1 else self._longest(asking)

    def _longest(self, asking: set[Position]) -> int:
        """The greatest number of these positions on one path."""
        longest: dict[Position, int] = {}
        for position in reversed(self.walk.order):
            after = max((longest[move.target] for move in self.walk.moves[position]), default=0)
            longest[position] = after + (position in asking)
        return max(1, longest[self.walk.start])


def _assign(memories: Memories, variable: Variable, index: int) -> Memories:
    return memories.exists(variable.erase) & variable.values[index]


def _steps(node: AnyNode) -> tuple[str, ...]:
    if isinstance(node, Call):
        return (node.step,)
    return node.steps if isinstance(node, Compensate) else ()


def call_record(step: str) -> str:
    return f"call {step}"


def undo_record(action: str) -> str:
    return f"undo {action}"


def question_record(node: Choice, condition: Condition) -> str:
    return f"ask {condition.name}" if condition.stable else f"ask again {node.id}"


def _record_name(node: AnyNode) -> str | None:
    if isinstance(node, Call):
        return call_record(node.step)
    if isinstance(node, Compensate):
        return undo_record(node.action)
    if isinstance(node, Choice) and isinstance(node.test, Condition) and not node.test.stable:
        return question_record(node, node.test)
    return None
