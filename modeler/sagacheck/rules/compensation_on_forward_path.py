"""A compensation runs although nothing failed.

## What it does

Looks for a compensation that is reached when every call was ok: without any question having been asked, or on a way
that ends as committed.

## Why is this bad?

The saga undoes its own work on the way to success: the order is confirmed and the money refunded.

## Example

```python
charged = ok(charging.to(refunding))                 # meant: charging.to(shipping)
```

## What to do instead

Let only failures lead to compensations. A business decision to call the saga off after all, asked as a named
condition, may lead to them too, if the end is aborted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagacheck.core.chart import Chart, Compensate, End
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.scenario import Scenario
from sagacheck.rules.rule import cause, evidence, quoted
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.position import MoveKind
from sagacheck.semantics.questions import Question, at_node, happens

if TYPE_CHECKING:
    from sagacheck.semantics.symbolic import Space
    from sagacheck.semantics.variables import Memories

CODE = "SC214"
NAME = "compensation-on-forward-path"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every compensation that is reached without a failure, unless a question led to an aborted end."""
    chart = analysis.chart
    unasked = _without_questions(analysis)
    for node in chart.node.values():
        if not isinstance(node, Compensate):
            continue
        question = Question(at_node(node.id), _nothing_failed)
        if happens(analysis, question) and (node.id in unasked or _may_commit(chart, node)):
            shown = evidence(analysis, question)
            news = _news(shown.scenario)
            yield Finding(
                code=CODE,
                name=NAME,
                severity=SEVERITY,
                saga=chart.name,
                message=f"`{node.action}` undoes {quoted(node.steps)} although {news or 'nothing failed'}",
                primary=Label(node.span, "is reached when nothing that matters has failed"),
                root_cause=cause(chart, [node.action], "run only after a failure"),
                scenario=shown.scenario,
                showing=shown.showing,
                help="let only failures lead to a compensation",
            )


def _news(scenario: Scenario | None) -> str:
    """What failed all the same: a step whose failure is not to unwind the saga."""
    failed = (event for event in scenario.events if event.failed) if scenario else iter(())
    first = next(failed, None)
    return f"only `{first.text}` failed, which is informational" if first else ""


def _nothing_failed(space: Space) -> Memories:
    return space.failed.values[0]


def _without_questions(analysis: Analysis) -> set[str]:
    """The nodes that the walk reaches with every call ok and without any named condition having been asked."""
    walk = analysis.walk
    found = {walk.start}
    waiting = [walk.start]
    while waiting:
        for move in walk.moves[waiting.pop()]:
            plain = move.kind in (MoveKind.SILENT, MoveKind.TEST) or (move.cost and move.result == Outcome.OK)
            if plain and move.target not in found:
                found.add(move.target)
                waiting.append(move.target)
    return {position.node for position in found}


def _may_commit(chart: Chart, node: Compensate) -> bool:
    """Whether a committed end lies behind the compensation."""
    behind = (chart.node.get(name) for name in chart.reachable([node.id]))
    return any(isinstance(end, End) and end.kind is EndKind.COMMITTED for end in behind)
