"""The execution may be ended by its own timeout before its states are done.

## What it does

Adds up, along every way through an imported definition, the time that its states may take at most: their timeouts, with
all attempts and the pauses between them, and waits. Where the sum is longer than the execution's own `TimeoutSeconds`,
it is reported. States that say nothing of their time count nothing, a loop counts once, of branches the longest.

## Why is this bad?

The execution's timeout passes every handler by: no Catch sees it, no compensation runs, and those that run are cut off.
It strikes when everything is slow already, that is, in the middle of unwinding.

## Example

```json
{"TimeoutSeconds": 60, "StartAt": "ReserveStock", "States": {"ReserveStock": {"Type": "Task", "TimeoutSeconds": 50}}}
```

Fifty seconds for one call leave ten to undo it.

## What to do instead

Give the execution more time than the longest way can take, or the states less: shorter timeouts, fewer attempts, a
`MaxDelaySeconds` for the pauses.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.chart import AnyNode, Call, Chart, Compensate, Wait
from sagacheck.core.duration import in_words
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.rules.rule import cause, quoted
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.loops import find_loops

CODE = "SC225"
NAME = "execution-timeout"
SEVERITY = Severity.WARNING


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports a saga whose states may together take longer than its execution may."""
    chart = analysis.chart
    if chart.time_limit is None:
        return
    way = longest_way(chart)
    total = sum(map(lasting, way))
    if total <= chart.time_limit:
        return
    slow = [node for node in way if lasting(node)]
    cut = _cut_off(way, chart.time_limit)
    yield Finding(
        code=CODE,
        name=NAME,
        severity=SEVERITY,
        saga=chart.name,
        message=(
            f"the states on one way may take {in_words(total)} together, and the execution ends after "
            f"{in_words(chart.time_limit)}, past every handler"
        ),
        primary=Label(chart.time_limit_span, "ends it wherever it is"),
        secondary=tuple(Label(node.span, f"may take {in_words(lasting(node))}") for node in slow),
        root_cause=cause(chart, [node.id for node in slow], "end in time"),
        help="give the execution more time than its longest way can take, or its states less",
        notes=(f"on that way {quoted(cut)} may be cut off, or never run",) if cut else (),
    )


def lasting(node: AnyNode) -> float:
    """Seconds that a node takes at most, as far as that is said."""
    return (node.lasts or 0.0) if isinstance(node, Call | Compensate | Wait) else 0.0


def longest_way(chart: Chart) -> list[AnyNode]:
    """The nodes on the way that takes longest, each loop walked through once."""
    links = [link for link in chart.links() if link[0] in chart.node and link[2] in chart.node]
    repeating = find_loops(chart.start, links).repeating
    following: dict[str, list[str]] = {}
    for link in links:
        if link not in repeating:
            following.setdefault(link[0], []).append(link[2])
    best: dict[str, tuple[float, str | None]] = {}
    for name in _last_first(chart.start, following):
        ahead = max(following.get(name, ()), key=lambda target: best[target][0], default=None)
        best[name] = (lasting(chart.node[name]) + (best[ahead][0] if ahead else 0.0), ahead)
    way: list[AnyNode] = []
    here: str | None = chart.start
    while here in best:
        way.append(chart.node[here])
        here = best[here][1]
    return way


def _last_first(start: str, following: dict[str, list[str]]) -> Iterator[str]:
    """Every node that can be reached, after all that follow it."""
    seen = {start}
    work: list[tuple[str, Iterator[str]]] = [(start, iter(following.get(start, ())))]
    while work:
        name, rest = work[-1]
        target = next((target for target in rest if target not in seen), None)
        if target is None:
            yield name
            work.pop()
        else:
            seen.add(target)
            work.append((target, iter(following.get(target, ()))))


def _cut_off(way: list[AnyNode], limit: float) -> list[str]:
    """The compensations on a way that are not done when the time is over."""
    passed = 0.0
    late = []
    for node in way:
        passed += lasting(node)
        if passed > limit and isinstance(node, Compensate):
            late.append(node.action)
    return list(dict.fromkeys(late))
