"""The actions of a saga as subjects of a storm: what is done before each, behind it and beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sagacheck.core.chart import Call, Chart, Compensate
from sagacheck.storm.bench import Beside, Done, Subject
from sagacheck.storm.calling import Payload
from sagacheck.storm.keys import NoOtherKeyError, other_keys
from sagacheck.storm.reaching import Way, ways_to


@dataclass(frozen=True, slots=True)
class Payloads:
    """What actions are sent.

    Args:
        usual: what each of them accepts.
        other: what differs in another payload under the same key; None if there is none.
        rejecting: by action, what differs in a payload that it refuses.
    """

    usual: Payload
    other: Mapping[str, Any] | None
    rejecting: Mapping[str, Payload]

    def elsewhere(self, chart: Chart) -> Payload | None:
        """What another operation is sent, under keys of its own; None if there is none."""
        try:
            keys = other_keys(chart, self.usual, 1)
        except NoOtherKeyError:
            return None
        return {**self.usual, **keys} if keys else None


def subjects_of(chart: Chart, payloads: Payloads) -> Iterator[Subject]:
    """Every action of a saga that a run can come to, steps first.

    Args:
        chart: the saga.
        payloads: what its actions are sent.
    """
    ways = ways_to(chart)
    other = None if payloads.other is None else {**payloads.usual, **payloads.other}
    elsewhere = payloads.elsewhere(chart)
    around = _Around(chart, ways, payloads.usual)
    for step in chart.steps:
        way = ways.get(step.name)
        if way is not None:
            place = way.done.index(step.name)
            refused = payloads.rejecting.get(step.action)
            yield Subject(
                step,
                step.action,
                (),
                payloads.usual,
                other,
                None if refused is None else {**payloads.usual, **refused},
                around.done(*way.done[:place]),
                around.done(*way.done[place + 1 :]),
                elsewhere,
                _undone_with(chart, step.name),
                around.unwinding(way.done[:place], ""),
                tuple(around.beside(step.name)),
            )
    seen = set()
    for node in chart.nodes:
        if isinstance(node, Compensate) and node.action not in seen and any(step in ways for step in node.steps):
            seen.add(node.action)
            reached = [step for step in node.steps if step in ways]
            way = ways[reached[-1]]
            before = way.done[: way.done.index(reached[-1]) + 1]
            yield Subject(
                chart.step[reached[-1]],
                node.action,
                tuple(chart.step[step].action for step in node.steps if step in before),
                payloads.usual,
                other,
                None,
                around.done(*before),
                around.unwinding(before, node.action),
                elsewhere,
                beside=tuple(around.beside_compensation(reached[-1], node.action)),
            )


@dataclass(frozen=True, slots=True)
class _Around:
    """What is around the actions of a saga.

    Args:
        chart: the saga.
        ways: how each step is come to.
        payload: what actions are sent.
    """

    chart: Chart
    ways: Mapping[str, Way]
    payload: Payload

    def done(self, *steps: str) -> tuple[Done, ...]:
        """Steps that are done."""
        return tuple(Done(self.chart.step[step].action, self.payload) for step in steps)

    def unwinding(self, done: tuple[str, ...], but: str) -> tuple[Done, ...]:
        """The compensations of what was done, the last step's first, without one of them."""
        undoing = [self.chart.step[step].compensation for step in reversed(done)]
        actions = dict.fromkeys(spec.action for spec in undoing if spec is not None)
        return tuple(Done(action, self.payload) for action in actions if action != but)

    def beside(self, step: str) -> Iterator[Beside]:
        """The steps of other branches that come before it in the order of the chart."""
        way = self.ways[step].done
        for other in way[: way.index(step)]:
            if _parallel(self.chart, other, step):
                yield Beside(self.done(*self._needed(way, other, step)), *self.done(other))

    def beside_compensation(self, step: str, action: str) -> Iterator[Beside]:
        """Likewise the compensations of those steps."""
        way = self.ways[step].done
        for other in way[: way.index(step)]:
            undo = self.chart.step[other].compensation
            if undo is not None and undo.action != action and _parallel(self.chart, other, step):
                before = self.done(*self._needed(way, other, step), other, step)
                yield Beside(before, Done(undo.action, self.payload))

    def _needed(self, way: tuple[str, ...], *steps: str) -> tuple[str, ...]:
        """The steps of a way that one of these has to wait for."""
        needed = {
            before
            for step in steps
            for before in way[: way.index(step)]
            if before not in steps and not _parallel(self.chart, before, step)
        }
        return tuple(step for step in way if step in needed)


def _undone_with(chart: Chart, step: str) -> tuple[str, ...]:
    """The actions that a step's compensation undoes."""
    for node in chart.nodes:
        if isinstance(node, Compensate) and step in node.steps:
            return tuple(chart.step[covered].action for covered in node.steps)
    return ()


def _parallel(chart: Chart, one: str, other: str) -> bool:
    """Whether two steps are in different branches of one fork."""
    regions = [
        {chart.fork_of[region].id: region for region in chart.enclosing(node.region)}
        for step in (one, other)
        for node in chart.nodes
        if isinstance(node, Call) and node.step == step
    ]
    return len(regions) > 1 and any(
        fork in regions[-1] and regions[-1][fork] != region for fork, region in regions[0].items()
    )
