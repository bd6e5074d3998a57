"""What is remembered of a walk's events, by name: which calls, compensations and answers there are, and how often."""

from __future__ import annotations

from sagacheck.core.chart import AnyNode, Call, Choice, Compensate
from sagacheck.core.question import Condition
from sagacheck.semantics.position import MoveKind, Position
from sagacheck.semantics.walk import Walk


class Occurrences:
    """How often, and in which order, the recorded events of a walk may happen."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.positions: dict[str, set[Position]] = {}
        self.results: dict[str, tuple[str, ...]] = {}
        self.first: dict[str, int] = {}
        self.last: dict[str, int] = {}
        for rank, position in enumerate(walk.order):
            name = None if walk.is_final(position) else record_name(walk.chart.node[position.node])
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


def steps_of(node: AnyNode) -> tuple[str, ...]:
    """The steps that a node calls or compensates."""
    if isinstance(node, Call):
        return (node.step,)
    return node.steps if isinstance(node, Compensate) else ()


def call_record(step: str) -> str:
    """The name of the record of a step's calls."""
    return f"call {step}"


def undo_record(action: str) -> str:
    """The name of the record of a compensation's calls."""
    return f"undo {action}"


def question_record(node: Choice, condition: Condition) -> str:
    """The name of the record of a question's answers: a stable condition has one answer wherever it is asked."""
    return f"ask {condition.name}" if condition.stable else f"ask again {node.id}"


def record_name(node: AnyNode) -> str | None:
    """The name of the record of what happens at a node each time anew; None where nothing does."""
    if isinstance(node, Call):
        return call_record(node.step)
    if isinstance(node, Compensate):
        return undo_record(node.action)
    if isinstance(node, Choice) and isinstance(node.test, Condition) and not node.test.stable:
        return question_record(node, node.test)
    return None
