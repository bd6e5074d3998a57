"""The saga ends as committed although a step never took effect, or nobody knows whether it did.

## What it does

Looks for a committed end at which a step was called and its effect is not there, unless another step took its place:
one that is called only when it fails. The effect never came about or, after a failure, was undone. An effect that may
or may not be there is reported in any case; one that was to be undone in vain is SC209. In an imported definition,
what is swallowed within a branch is SC221; and where the definition asks a question after the failure on every such
way, it is a warning, as that may be about the failure.

## Why is this bad?

The customer is told that all is well, and the flight was never booked.

## Example

```python
booked = ok(booking_hotel.to(done))
no_hotel = rejected(booking_hotel.to(done))          # done all the same
```

## What to do instead

Lead the failure to the compensations, or to an alternative. If the step does not matter to the outcome, say so:
`compensation=Informational("why")`.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sagacheck.core.chart import AnyNode, Call, Chart, Choice, Fork, Origin
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import OUTSTANDING, EndKind, Status
from sagacheck.core.question import Condition
from sagacheck.core.scenario import EventKind, Scenario
from sagacheck.rules.reading_remarks import FAILURES
from sagacheck.rules.rule import cause, edge_after, evidence, last_edge, last_status, says, span_of, trigger, when
from sagacheck.semantics.analysis import Analysis, within_room
from sagacheck.semantics.questions import Question, at_end, happens

if TYPE_CHECKING:
    from sagacheck.semantics.symbolic import Space
    from sagacheck.semantics.variables import Memories

CODE = "SC212"
NAME = "swallowed-failure"
SEVERITY = Severity.ERROR

_NOT_THERE = (Status.NONE, Status.MAYBE, Status.UNDOING)
_OBLIGATION = "commit only what has happened"
_OPEN = (Status.MAYBE, Status.UNDOING)
_STATES = {
    Status.NONE: "it never happened",
    Status.MAYBE: "it is unknown whether it happened",
    Status.UNDOING: "it is unknown whether it is undone",
    Status.UNDONE: "it has been undone",
}


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports, for wired charts, every step with an effect that is missing from a saga that says it is done."""
    chart = analysis.chart
    if chart.origin is Origin.DECLARED:
        return
    for step in chart.steps:
        if step.owes and handled_in_branch(chart, step.name) is None:
            question = swallowed(analysis, step.name)
            if happens(analysis, question, unrolled=True):
                yield finding(analysis, step.name, question)


def handled_in_branch(chart: Chart, step: str) -> Fork | None:
    """The fork in a branch of which an imported step is called and its failure is handled, too."""
    if chart.origin is not Origin.IMPORTED:
        return None
    for node in chart.node.values():
        if isinstance(node, Call) and node.step == step and node.region:
            targets = [edge.target for label, edge in chart.successors[node.id].items() if label in FAILURES]
            around = {node.region}
            for target in targets:
                found = chart.node.get(target)
                if isinstance(found, Choice) and found.errors_of:
                    targets.extend(edge.target for edge in chart.successors[target].values())
                elif found is not None and around.intersection(chart.enclosing(found.region)):
                    return chart.fork_of[node.region]
    return None


def swallowed(analysis: Analysis, step: str) -> Question:
    """The question whether a saga commits without the step's effect, and without an alternative in its place.

    Raises:
        TooLargeError: if the sets of memories outgrow the room for them.
    """
    with within_room(analysis.chart):
        return Question(at_end(EndKind.COMMITTED), _swallowed(analysis, step))


def _swallowed(analysis: Analysis, step: str) -> Callable[[Space], Memories]:
    """The memories of a committed saga without the step's effect, and without an alternative in its place."""
    instead = _taking_over(analysis, step)

    def where(space: Space) -> Memories:
        alternative = functools.reduce(
            operator.or_, [space.having(other, [Status.APPLIED]) for other in instead], space.false
        )
        missing = (_missing(analysis, space, step) & ~alternative) | space.having(step, _OPEN)
        return missing & ~(space.having(step, OUTSTANDING) & space.tried(step))

    return where


def _taking_over(analysis: Analysis, step: str) -> list[str]:
    """The steps that a committed saga calls only where this one's effect is not there."""
    space = analysis.scenarios.space
    committed = analysis.scenarios.at(at_end(EndKind.COMMITTED))
    with_it = committed & space.having(step, [Status.APPLIED]) & ~space.tried(step)
    without = committed & _missing(analysis, space, step)
    return [
        other.name
        for other in analysis.chart.steps
        if other.owes
        and other.name != step
        and not (with_it & space.called(other.name)).satisfiable()
        and (without & space.having(other.name, [Status.APPLIED])).satisfiable()
    ]


def _missing(analysis: Analysis, space: Space, step: str) -> Memories:
    """The memories in which the step was called, and its effect is not there."""
    without = space.called(step) & space.having(step, _NOT_THERE)
    if analysis.chart.origin is Origin.MACHINE:
        # Whether the end of a definition that unwinds before it succeeds means success, nobody has said.
        without |= space.having(step, [Status.UNDONE]) & space.failed.values[1]
    return without


def finding(analysis: Analysis, step: str, question: Question) -> Finding:
    """The finding that a step's failure is swallowed."""
    chart = analysis.chart
    unasked = _unasked(analysis, step, question) if chart.origin is Origin.IMPORTED else question
    shown = evidence(analysis, unasked if happens(analysis, unasked, unrolled=True) else question)
    status = last_status(shown.scenario, step)
    struck = trigger(shown.scenario) if shown.scenario else None
    own = [event for event in shown.scenario.events if event.failed and event.text == step] if shown.scenario else []
    although = f"although `{step}` {says(own[-1].result)}" if own else f"without `{step}`{when(struck)}"
    undone = status is Status.UNDONE
    wrong = last_edge(chart, shown.scenario) if undone else edge_after(chart, own[-1] if own else struck)
    declared = Label(span_of(chart, step), "is undone by then" if undone else "its failure is swallowed")
    question_after = _asked_after(chart, shown.scenario) if shown.scenario else None
    doubtful = chart.origin is Origin.IMPORTED and question_after is not None
    return Finding(
        code=CODE,
        name=NAME,
        severity=Severity.WARNING if doubtful else SEVERITY,
        saga=chart.name,
        message=f"the saga commits {although}: {_STATES.get(status, 'it is not there')}",
        primary=Label(wrong, "commits all the same" if undone else "goes on all the same") if wrong else declared,
        secondary=(declared,) if wrong else (),
        # Whatever was undone on the way to a committed end is one mistake: the end.
        root_cause=cause(chart, [shown.scenario.end if undone and shown.scenario else step], _OBLIGATION),
        scenario=shown.scenario,
        showing=shown.showing,
        help="lead it to an aborted end" if undone else _help(chart),
        notes=(f"unless `{question_after}` asks for this very failure: conditions are not evaluated",)
        if doubtful
        else (),
    )


def _help(chart: Chart) -> str:
    marking = "" if chart.origin is Origin.IMPORTED else ', or mark the step: Informational("why")'
    return f"lead the failure to the compensations{marking}"


def _asked_after(chart: Chart, scenario: Scenario) -> str | None:
    """The question of a person that was asked after the failure, which may well have been about it."""
    failed = False
    for event in scenario.events:
        if failed and event.kind is EventKind.ANSWER and _persons(chart.node[event.node]):
            return event.text
        failed = failed or event.failed
    return None


def _persons(node: AnyNode | None) -> bool:
    """Whether a person asks something there, not a front-end on behalf of the engine."""
    return isinstance(node, Choice) and isinstance(node.test, Condition) and not node.technical


def _unasked(analysis: Analysis, step: str, question: Question) -> Question:
    """The same question, of those scenarios only in which no person asks anything that may be about the step's failure."""
    chart = analysis.chart
    calls = [node.id for node in chart.nodes if isinstance(node, Call) and node.step == step]
    asking = [chart.node.get(name) for name in sorted(chart.reachable(calls))]
    conditions = [(node, node.test) for node in asking if isinstance(node, Choice) and isinstance(node.test, Condition)]

    def where(space: Space) -> Memories:
        unanswered = [space.unanswered(node, test) for node, test in conditions if _persons(node)]
        return functools.reduce(operator.and_, unanswered, question.where(space))

    return Question(question.at, where)
