"""Drops a compensation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sagacheck.application.mutating.sound import Sound
from sagacheck.core.chart import Chart, Compensate, Fork
from sagacheck.core.mutation import Mutant, Mutation
from sagacheck.core.outcome import OUTSTANDING, EndKind, Outcome
from sagacheck.semantics.questions import having

_CALLED_OFF = (EndKind.ABORTED, EndKind.MANUAL)


def without_compensation(sound: Sound) -> Iterator[Mutant]:
    """At one place: who came to it goes where its success leads, and an effect that it undid is left."""
    chart = sound.chart
    for node in chart.nodes:
        edges = chart.successors[node.id]
        if not isinstance(node, Compensate) or node.id not in sound.reached or Outcome.OK not in edges:
            continue
        following = edges[Outcome.OK].target
        standing = [having(step, OUTSTANDING) for step in node.steps if chart.step[step].owes]
        if following == node.id or not any(sound.comes_to(node.id, where) for where in standing):
            continue
        if not _undone_later(sound, node, following):
            twin = _bypassed(sound.rewired(lambda edge: edge), node, following)
            what = f"`{node.action}` is never called at `{node.id}`"
            yield Mutant(Mutation.DROPPED_COMPENSATION, what, node.span, twin)


def _undone_later(sound: Sound, node: Compensate, start: str) -> bool:
    """Whether another place makes up for it, where the saga looks at its ledger first."""
    places = sound.chart.reachable([start]) - {node.id}
    later = [sound.chart.node.get(name) for name in places]
    again = any(isinstance(one, Compensate) and one.action == node.action for one in later)
    return again and sound.looks_at(node.steps, start)


def without_any_compensation(sound: Sound) -> Iterator[Mutant]:
    """Nowhere: a step has none any more, and is left behind where the saga was called off and all else went well."""
    chart = sound.chart
    for step in sound.owing:
        undoing = [node for node in chart.nodes if isinstance(node, Compensate) and step.name in node.steps]
        called = [node for node in undoing if sound.comes_to(node.id, having(step.name, OUTSTANDING))]
        if step.compensation is None or not called or chart.copies:
            continue
        twin = chart
        for node in undoing:
            twin = _forgotten(twin, node, step.name)
        steps = tuple(replace(one, undo=None) if one.name == step.name else one for one in chart.steps)
        twin = replace(twin, steps=steps)
        other = Sound(twin)
        if any(other.ends(kind, having(step.name, OUTSTANDING, excused=False)) for kind in _CALLED_OFF):
            yield Mutant(Mutation.DROPPED_COMPENSATION, f"`{step.name}` has no compensation", step.span, twin)


def _forgotten(chart: Chart, node: Compensate, step: str) -> Chart:
    """The chart in which a compensation no longer undoes a step; it is not called at all if it undid nothing else."""
    rest = tuple(one for one in node.steps if one != step)
    ok = chart.successors[node.id].get(Outcome.OK)
    if rest or ok is None or ok.target == node.id:
        smaller = replace(node, steps=rest)
        return replace(chart, nodes=tuple(smaller if one.id == node.id else one for one in chart.nodes))
    return _bypassed(chart, node, ok.target)


def _bypassed(chart: Chart, node: Compensate, following: str) -> Chart:
    """The chart without a node: who came to it goes on to another one."""
    edges = tuple(
        replace(edge, target=following) if edge.target == node.id else edge
        for edge in chart.edges
        if edge.source != node.id
    )
    kept = (one for one in chart.nodes if one.id != node.id)
    nodes = tuple(_entering(one, node.id, following) if isinstance(one, Fork) else one for one in kept)
    return replace(chart, nodes=nodes, edges=edges, start=following if chart.start == node.id else chart.start)


def _entering(fork: Fork, left: str, entry: str) -> Fork:
    """The fork with another entry in place of one."""
    regions = (replace(one, entry=entry) if one.entry == left else one for one in fork.regions)
    return replace(fork, regions=tuple(regions))
