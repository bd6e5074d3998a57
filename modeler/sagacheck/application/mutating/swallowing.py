"""Lets a saga go on after a failure as if all were well."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.application.mutating.sound import Sound
from sagacheck.core.chart import DONE, FAILED, Call, Compensate, Edge, Join
from sagacheck.core.mutation import Mutant, Mutation
from sagacheck.core.outcome import Outcome


def swallowing(sound: Sound) -> Iterator[Mutant]:
    """With a step that never happened, or an effect that nobody is told of."""
    chart = sound.chart
    for edge in chart.edges:
        failing = sound.failing(edge)
        if failing is None or edge.source not in sound.reached or not sound.takes(edge):
            continue
        node, outcome = failing
        well = chart.successors[node.id].get(Outcome.OK)
        if well is None or well.target == edge.target:
            continue
        error = "" if edge.source == node.id else f" ({edge.label})"
        if isinstance(node, Call) and _is_missed(sound, node, well.target):
            what = f"`{node.step}` {outcome}{error} leads on as if it were done"
        elif isinstance(node, Compensate) and _is_left(sound, edge, node, well.target):
            what = f"`{node.action}` {outcome}{error} leads on as if it were done"
        else:
            continue
        yield Mutant(Mutation.SWALLOWED_FAILURE, what, edge.span or node.span, sound.redirected(edge, well.target))


def _is_missed(sound: Sound, node: Call, following: str) -> bool:
    """Whether it matters to success that a step has happened."""
    owes = sound.chart.step[node.step].owes
    return owes and sound.commits_behind(following) and not sound.does_without(node.step)


def _is_left(sound: Sound, edge: Edge, node: Compensate, following: str) -> bool:
    """Whether an effect stands or may stand after a compensation, and the saga does not look at its ledger again."""
    return sound.leaves_something(edge, node.steps) and not sound.looks_at(node.steps, following)


def swallowing_joins(sound: Sound) -> Iterator[Mutant]:
    """Behind branches of which one has failed: it then commits without a step without which it never does."""
    chart = sound.chart
    for edge in chart.edges:
        node = chart.node.get(edge.source)
        well = chart.successors[edge.source].get(DONE)
        if not isinstance(node, Join) or edge.label != FAILED or well is None or well.target == edge.target:
            continue
        if sound.takes(edge):
            twin = sound.redirected(edge, well.target)
            if sound.commits_without_a_needed_step(twin):
                what = f"a failed branch leads on from `{node.text}` as if it were done"
                yield Mutant(Mutation.SWALLOWED_FAILURE, what, edge.span or node.span, twin)
