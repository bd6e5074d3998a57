"""The ends of designs, found one by one: in their systems, in the scenarios of a chart, and message by message."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sagacheck.application.comparing.side import Side
from sagacheck.core.chart import Call, Chart, Compensate
from sagacheck.core.net import Net
from sagacheck.core.outcome import EndKind, Outcome, Status
from sagacheck.core.scenario import EventKind
from sagacheck.core.step import StepSpec
from sagacheck.core.system import NEVER, holds
from sagacheck.semantics.listing import Filter, list_scenarios
from tests.lowering.literal import Literal, TooManyWorldsError, Truth, World

Answers = Mapping[str, bool]
Ends = frozenset[tuple[tuple[str, ...], tuple[int, ...]]]
"""Pairs of the kinds of end that have come, and how many effects stand of each step."""

MOST = 6_000


def answers_of(*sides: Side) -> Iterator[dict[str, bool]]:
    """Every way in which participants can answer what all designs that know of it are prepared to see refused."""
    actions = sorted({action for side in sides for action in side.actions})
    open_ones = [a for a in actions if all(a in side.refusing for side in sides if a in side.actions)]
    for chosen in itertools.product((True, False), repeat=len(open_ones)):
        yield dict.fromkeys(actions, True) | dict(zip(open_ones, chosen, strict=True))


def of_system(side: Side, answers: Answers, steps: tuple[str, ...]) -> Ends:
    """State by state."""
    return frozenset(distances(side, answers, steps))


def distances(
    side: Side, answers: Answers, steps: tuple[str, ...]
) -> dict[tuple[tuple[str, ...], tuple[int, ...]], int]:
    """The ends, each with the number of steps that the shortest run to it has."""
    found: dict[tuple[tuple[str, ...], tuple[int, ...]], int] = {}
    start = side.system.start
    seen = {tuple(start.values())}
    waiting = deque([(start, 0)])
    while waiting:
        values, distance = waiting.popleft()
        if holds(side.settled, values):
            kinds = tuple(kind.value for kind in EndKind if holds(side.ended.get(kind, NEVER), values))
            effects = (next(n for n, guard in side.standing[s].items() if holds(guard, values)) for s in steps)
            found.setdefault((kinds, tuple(effects)), distance)
        for rule in side.system.rules:
            refused = any(
                answers[action] is not accepts and holds(where, values)
                for action, accepts, where in side.accepting[rule.name]
            )
            if not refused and holds(rule.guard, values):
                after = {update.variable: update.applied(values[update.variable]) for update in rule.updates}
                following = {**values, **after}
                if tuple(following.values()) not in seen:
                    if len(seen) >= MOST:
                        raise TooManyWorldsError
                    seen.add(tuple(following.values()))
                    waiting.append((following, distance + 1))
    return found


def of_chart(chart: Chart, answers: Answers, steps: tuple[str, ...]) -> Ends:
    """Scenario by scenario, of those in which every call is answered as it is given."""
    nodes = tuple(
        replace(node, outcomes=tuple(outcome for outcome in node.outcomes if outcome is not Outcome.UNKNOWN))
        if isinstance(node, Call | Compensate)
        else node
        for node in chart.nodes
    )
    found = set()
    for scenario in list_scenarios(replace(chart, nodes=nodes), Filter()):
        called = [e for e in scenario.events if e.kind in (EventKind.CALL, EventKind.COMPENSATION)]
        if all((event.result == Outcome.OK) is answers[event.text] for event in called):
            ledger = {change.step: change.after for event in called for change in event.changes}
            stands = tuple(int(ledger.get(step) is Status.APPLIED) for step in steps)
            found.add(((scenario.kind.value,), stands))
    return frozenset(found)


@dataclass(frozen=True)
class Answering(Literal):
    """A literal reading in which participants answer as it is given."""

    answers: Answers

    def doing(self, step: StepSpec, truth: Truth) -> Iterator[tuple[str, Truth, bool]]:
        yield from self._one(super().doing(step, truth), accepts=self.answers[step.name])

    def undoing(self, step: StepSpec, truth: Truth) -> Iterator[tuple[str, Truth, bool]]:
        assert step.compensation is not None
        yield from self._one(super().undoing(step, truth), accepts=self.answers[step.compensation.action])

    def _one(self, ways: Iterator[tuple[str, Truth, bool]], *, accepts: bool) -> Iterator[tuple[str, Truth, bool]]:
        found = list(ways)
        assert len(found) <= 2
        yield from found if len(found) < 2 else [way for way in found if (way[0] == "ok") is accepts]


def of_net(net: Net, answers: Answers, steps: tuple[str, ...], *, faults: bool) -> Ends:
    """Message by message."""
    literal = Answering(net, answers)
    start = literal.start()
    seen, waiting, found = {start}, [start], set()
    while waiting:
        world = waiting.pop()
        begun = [box for (event, _), box in world.boxes if event == net.starts_with]
        if literal.settled(world) and (not begun or any(box.heard for box in begun)):
            names = ("committed", "aborted", "manual")
            kinds = tuple(name for name, come in zip(names, literal.ends(world), strict=True) if come)
            found.add((kinds, tuple(world.truth(step).standing for step in steps)))
        for after, fault, _ in literal.moves(world):
            if after in seen or (not faults and (fault or _hurries(world, after))):
                continue
            if len(seen) >= MOST:
                raise TooManyWorldsError
            seen.add(after)
            waiting.append(after)
    return frozenset(found)


def _hurries(world: World, after: World) -> bool:
    """Whether a time runs out although something is on its way."""
    goes_off = any(then == "went off" != now for (_, now), (_, then) in zip(world.timers, after.timers, strict=True))
    return goes_off and any(box.owed for _, box in world.boxes)
