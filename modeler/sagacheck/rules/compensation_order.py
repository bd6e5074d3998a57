"""Compensations run in the order of the steps instead of the reverse order.

## What it does

Looks for a compensation that runs while the effect of a later step, which was built on the earlier one, stands or may
stand, and is undone only afterwards. A compensation that undoes several steps has the place of the first of them that
may stand. Steps in branches that run side by side are not built on each other.

## Why is this bad?

The later step relies on the earlier one. Releasing the seat before the ticket is cancelled leaves a ticket without a
seat; if the second compensation then fails, for good.

## Example

```python
reserved = ok(reserving.to(charging))
refused = rejected(shipping.to(releasing))
released = ok(releasing.to(refunding))               # refund after release
```

## What to do instead

Undo the last step first: lead the failure to its compensation, and from there to the earlier ones.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagacheck.core.chart import Call, Chart, Compensate, Origin
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import Outcome, Status
from sagacheck.rules.rule import cause, evidence, quoted
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.position import Position
from sagacheck.semantics.questions import Question, at_node, happens
from sagacheck.semantics.walk import Walk

if TYPE_CHECKING:
    from sagacheck.semantics.symbolic import Space
    from sagacheck.semantics.variables import Memories

CODE = "SC204"
NAME = "compensation-order"
SEVERITY = Severity.ERROR

_STANDING = (Status.APPLIED, Status.MAYBE)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports pairs of compensations of wired charts in which the earlier step is undone before the later one."""
    chart = analysis.chart
    if chart.origin is Origin.DECLARED:
        return
    order = _Order(analysis.walk)
    nodes = [node for node in chart.node.values() if isinstance(node, Compensate)]
    told: set[tuple[str, str]] = set()
    for early in nodes:
        following = chart.reachable([early.id]) - {early.id}
        for late in nodes:
            pair = (early.action, late.action)
            if late.id not in following or early.action == late.action or pair in told:
                continue
            question = _question(order, early, late)
            if question is not None and happens(analysis, question):
                told.add(pair)
                yield _finding(analysis, early, late, question)


class _Order:
    """Which step is called after which other one, in a fork and in a loop as well.

    Args:
        walk: with its loops.
    """

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._calls: dict[str, list[Call]] = {}
        self._rank: dict[str, int] = {}
        self._behind: dict[str, set[str]] = {}
        self._without: dict[str, set[str]] = {}
        for node in walk.chart.node.values():
            if isinstance(node, Call):
                self._calls.setdefault(node.step, []).append(node)
        for rank, position in enumerate(walk.order):
            called = walk.chart.node.get(position.node)
            if isinstance(called, Call):
                self._rank.setdefault(called.step, rank)

    def of(self, steps: tuple[str, ...]) -> list[str]:
        """Those of these steps that are called, in the order of their first calls."""
        return sorted((step for step in steps if step in self._rank), key=self._rank.__getitem__)

    def after(self, first: str, second: str) -> bool:
        """Whether the second step is called after the first one wherever both are, not beside it in another branch.

        Where a loop leads from the second one to the first again, it is so if there is no way to the second one but
        through the success of the first.
        """
        if first == second or self._side_by_side(first, second) or not self._leads_to(first, second):
            return False
        return not self._leads_to(second, first) or second not in self._reached_without(first)

    def _side_by_side(self, first: str, second: str) -> bool:
        """Whether they are called in different branches of one fork."""
        return any(self._diverge(a, b) for a in self._calls[first] for b in self._calls[second])

    def _diverge(self, one: Call, other: Call) -> bool:
        chart = self._walk.chart
        around = {chart.fork_of[region].id: region for region in chart.enclosing(one.region)}
        return any(around.get(chart.fork_of[region].id, region) != region for region in chart.enclosing(other.region))

    def _leads_to(self, first: str, second: str) -> bool:
        """Whether a call of the second step lies behind one of the first."""
        if first not in self._behind:
            self._behind[first] = self._walk.chart.reachable([node.id for node in self._calls[first]])
        return any(node.id in self._behind[first] for node in self._calls[second])

    def _reached_without(self, first: str) -> set[str]:
        """The steps that are called, too, where the first one has not succeeded; branches that must end are waited for."""
        if first not in self._without:
            self._without[first] = _called_without(self._walk, first)
        return self._without[first]


def _called_without(walk: Walk, first: str) -> set[str]:
    """The steps that a walk comes to past the success of one step."""
    chart = walk.chart
    called: set[str] = set()
    seen: set[Position] = {walk.start}
    waiting = [walk.start]
    while waiting:
        position = waiting.pop()
        node = chart.node.get(position.node)
        if isinstance(node, Call):
            called.add(node.step)
        for move in walk.moves.get(position, ()):
            succeeds = isinstance(node, Call) and node.step == first and move.cost and move.result == Outcome.OK
            if not succeeds and move.target not in seen:
                seen.add(move.target)
                waiting.append(move.target)
    return called


def _question(order: _Order, early: Compensate, late: Compensate) -> Question | None:
    """The question whether the first compensation runs while what was built on its step waits for the second one."""
    firsts, seconds = order.of(early.steps), order.of(late.steps)
    pairs = [
        (number, place)
        for number, first in enumerate(firsts)
        for place, second in enumerate(seconds)
        if order.after(first, second)
    ]
    if not pairs:
        return None

    def where(space: Space) -> Memories:
        def foremost(steps: list[str], number: int) -> Memories:
            others = [~space.having(step, _STANDING) for step in steps[:number]]
            return functools.reduce(operator.and_, others, space.having(steps[number], _STANDING))

        cases = [
            foremost(firsts, number) & foremost(seconds, place) & ~space.tried(seconds[place])
            for number, place in pairs
        ]
        return functools.reduce(operator.or_, cases)

    return Question(at_node(early.id), where)


def _inferred(chart: Chart, *nodes: Compensate) -> bool:
    """Whether an importer has inferred that one of these compensations undoes what it is said to undo."""
    specs = [chart.step[step].compensation for node in nodes for step in node.steps if step in chart.step]
    return any(spec is not None and spec.inferred is not None for spec in specs)


def _finding(analysis: Analysis, early: Compensate, late: Compensate, question: Question) -> Finding:
    chart = analysis.chart
    shown = evidence(analysis, question)
    return Finding(
        code=CODE,
        name=NAME,
        severity=Severity.WARNING if _inferred(chart, early, late) else SEVERITY,
        saga=chart.name,
        message=f"`{early.action}` runs before `{late.action}`, though {quoted(late.steps)} came after {quoted(early.steps)}",
        primary=Label(early.span, "runs too early"),
        root_cause=cause(chart, [*early.steps, *late.steps], "undo in reverse"),
        secondary=(Label(late.span, "should run before it"),),
        scenario=shown.scenario,
        showing=shown.showing,
        help=f"lead the failure to `{late.action}` first, and from there to `{early.action}`",
    )
