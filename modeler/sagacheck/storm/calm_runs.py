"""The calm runs that fit what a coordinator believes when it ends, and that such an end allows.

A committed end says that every effect stands that was begun, an aborted one that none does; what a manual end leaves
open may be either way. So a coordinator that ends committed although a step was never answered is right only if it has
happened. That an aborted end leaves an effect which nothing was to undo is a matter of the chart, and of its rules.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sagacheck.core.chart import Call, Chart, Compensate
from sagacheck.core.outcome import EndKind, Outcome, Status
from sagacheck.storm.bench import Done
from sagacheck.storm.calls import action_of
from sagacheck.storm.playing import Play


@dataclass
class Settled:
    """A call that has come to an outcome.

    Args:
        node: the call.
        outcome: what its coordinator takes for its outcome.
        refused: whether it was refused under the plan.
        struck: whether a fault of the plan has struck it.
        torn: the requests for it whose executions crashed.
    """

    node: Call | Compensate
    outcome: Outcome
    refused: bool
    struck: bool
    torn: tuple[Done, ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a saga has ended.

    Args:
        kind: which kind of end.
        ledger: by step what the coordinator knows of its effect.
    """

    kind: EndKind
    ledger: Mapping[str, Status]


def calm_runs(play: Play, settled: Sequence[Settled], ended: Ended) -> Iterator[tuple[Done, ...]]:
    """The calm runs, the likeliest first.

    Args:
        play: the saga, with what its actions are sent.
        settled: its calls, in the order in which they came to their outcomes.
        ended: its end.
    """
    tried = frozenset(step for one in settled if isinstance(one.node, Compensate) for step in one.node.steps)
    done_for_sure = frozenset(_said_to_be_done(play.chart, ended))
    undone_for_sure = frozenset(_said_to_be_undone(play.chart, ended, tried))
    choices = [tuple(_options(play, one, undone_for_sure)) for one in settled]
    for chosen in itertools.product(*choices):
        done = {step for one, requests in zip(settled, chosen, strict=True) if requests for step in _steps(one.node)}
        if not done_for_sure <= done or (undone_for_sure - tried) & done:
            continue
        yield tuple(
            request
            for one, requests in zip(settled, chosen, strict=True)
            if isinstance(one.node, Call) or done.intersection(one.node.steps)
            for request in requests
        )


def _said_to_be_done(chart: Chart, ended: Ended) -> Iterator[str]:
    """The steps of which the end says that they are done, although that was never heard."""
    if ended.kind is EndKind.COMMITTED:
        yield from (step.name for step in chart.steps if step.owes and ended.ledger[step.name] is Status.MAYBE)


def _said_to_be_undone(chart: Chart, ended: Ended, tried: frozenset[str]) -> Iterator[str]:
    """The steps of which the end says that nothing is left, although that was never heard.

    Args:
        chart: the saga.
        ended: its end.
        tried: the steps that were to be undone.
    """
    if ended.kind is not EndKind.ABORTED:
        return
    for step in chart.steps:
        status = ended.ledger[step.name]
        accepted = chart.residue_accepted is not None and step.compensation is None
        untold = status in (Status.MAYBE, Status.UNDOING) or (status is Status.APPLIED and step.name in tried)
        if step.owes and untold and not accepted:
            yield step.name


def _options(play: Play, one: Settled, undone: frozenset[str]) -> Iterator[tuple[Done, ...]]:
    """The requests of a call that may have had their effect, each as often as it had; the likeliest first.

    Args:
        play: the saga.
        one: the call.
        undone: steps whose compensations have to have worked, whatever was answered.
    """
    spec = play.chart.step.get(one.node.step) if isinstance(one.node, Call) else None
    sent = _sent(play, one)
    if spec is not None and spec.informational and one.struck:
        yield from ((sent,), (), (sent, sent))
        if one.torn:
            # Nothing is owed, nor that all of it was done.
            yield from (one.torn, (*one.torn, sent))
    elif one.outcome is Outcome.OK or (isinstance(one.node, Compensate) and undone.intersection(one.node.steps)):
        yield (sent,)
    elif one.outcome in (Outcome.REJECTED, Outcome.FAILED):
        yield (sent,) if one.refused and sent.refused else ()
    else:
        yield from ((), (sent,))


def _sent(play: Play, one: Settled) -> Done:
    action = action_of(play.chart, one.node)
    refused = one.outcome is Outcome.REJECTED and action in play.rejecting
    return Done(action, play.rejecting[action] if refused else play.payload, refused)


def _steps(node: Call | Compensate) -> tuple[str, ...]:
    """The step that a call does; what undoes others does none."""
    return (node.step,) if isinstance(node, Call) else ()
