"""Lets a compensation come before that of a step which was built on its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from sagacheck.application.mutating.sound import Sound, as_wired
from sagacheck.core.chart import Chart, Choice, Compensate, Edge, Fork
from sagacheck.core.mutation import Mutant, Mutation
from sagacheck.core.outcome import OUTSTANDING, Outcome
from sagacheck.core.question import LedgerTest
from sagacheck.semantics.questions import having


def reversed_pairs(sound: Sound) -> Iterator[Mutant]:
    """Of two compensations that follow each other, where the step of the first one builds on the step of the other.

    A run comes to the first one while both steps stand or may stand: the other one is undone too early now.
    """
    for first in sound.chart.nodes:
        if not isinstance(first, Compensate) or first.id not in sound.reached:
            continue
        second, tests = _following(sound.chart, first)
        if second is None or second.id == first.id or not _both_stand(sound, first, second):
            continue
        if not tests:
            twin = _exchanged(sound.chart, first, second)
        elif all(set(second.steps) <= set(test.steps) for test in tests):
            # What asks the ledger before the second place finds it undone by then, and goes on.
            twin = _ahead(sound.chart, first, second)
        else:
            continue
        what = f"`{second.action}` comes before `{first.action}`"
        yield Mutant(Mutation.REVERSED_COMPENSATIONS, what, first.span, twin)


def _following(chart: Chart, first: Compensate) -> tuple[Compensate | None, list[LedgerTest]]:
    """The compensation to which the success of another leads, and what the ledger is asked in between."""
    tests: list[LedgerTest] = []
    edge = chart.successors[first.id].get(Outcome.OK)
    while edge is not None and len(tests) < len(chart.nodes):
        node = chart.node.get(edge.target)
        if isinstance(node, Compensate):
            return (node if node.region == first.region else None), tests
        if not isinstance(node, Choice) or not isinstance(node.test, LedgerTest):
            break
        tests.append(node.test)
        edge = chart.successors[node.id].get("yes")
    return None, tests


def _both_stand(sound: Sound, first: Compensate, second: Compensate) -> bool:
    pairs = list(itertools.product(first.steps, second.steps))
    built = all(sound.builds_on(later, earlier) for later, earlier in pairs)
    return built and any(
        sound.comes_to(first.id, having(later, OUTSTANDING), having(earlier, OUTSTANDING)) for later, earlier in pairs
    )


def _exchanged(chart: Chart, first: Compensate, second: Compensate) -> Chart:
    """Each is called in the other one's place; an outcome that the place does not know goes where success goes."""
    nodes, edges = [], list(chart.edges)
    for node in chart.nodes:
        other = {first.id: second, second.id: first}.get(node.id)
        if other is None or not isinstance(node, Compensate):
            nodes.append(node)
            continue
        nodes.append(replace(other, id=node.id, label=node.label, region=node.region, span=node.span))
        known = chart.successors[node.id]
        new = [outcome for outcome in other.outcomes if outcome not in node.outcomes and outcome not in known]
        edges += [Edge(node.id, outcome, known[Outcome.OK].target) for outcome in new if Outcome.OK in known]
    return replace(as_wired(chart), nodes=tuple(nodes), edges=tuple(edges))


def _ahead(chart: Chart, first: Compensate, second: Compensate) -> Chart:
    """The second one is called before the first one, whatever comes of it."""
    name = f"{second.id} before {first.id}"
    early = replace(second, id=name, label="", region=first.region)
    nodes = (
        replace(node, regions=tuple(replace(r, entry=name) if r.entry == first.id else r for r in node.regions))
        if isinstance(node, Fork)
        else node
        for node in chart.nodes
    )
    edges = [replace(edge, target=name) if edge.target == first.id else edge for edge in chart.edges]
    edges += [Edge(name, outcome, first.id) for outcome in second.outcomes]
    start = name if chart.start == first.id else chart.start
    return replace(as_wired(chart), nodes=(*nodes, early), edges=tuple(edges), start=start)
