"""How long the way of a good run is: the time that it takes if every hop takes one unit, and all else takes none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sagacheck.application.comparing.compiled import Compiled, State, Step
from sagacheck.application.comparing.side import Message, Side
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.system import Rule

MOST_POINTS = 5_000
"""How many points of good runs are looked at."""


@dataclass(frozen=True, slots=True)
class Path:
    """The longest way through the runs in which all goes well.

    Args:
        effect: hops to the last effect that is owed.
        end: hops to the end.
        effect_transfers, end_transfers: the same in transfers.
        messages: how many messages are sent, the start included.
    """

    effect: int
    end: int
    effect_transfers: int
    end_transfers: int
    messages: int


@dataclass(frozen=True, slots=True)
class _Point:
    """A point of a timed run.

    Args:
        state: the values of all variables.
        clock: the time.
        due: messages on their way, each with the time at which it comes.
        effect: the time of the last effect that is owed.
        end: the time at which the end came; None if it has not.
        messages: how many were sent.
    """

    state: State
    clock: int
    due: frozenset[tuple[str, int]]
    effect: int
    end: int | None
    messages: int


def good_path(side: Side) -> Path | None:
    """The longest way through the runs in which all calls are accepted and the saga commits; None if there is none.

    Messages are taken in the order in which they come, so that branches go on side by side: what is measured is the
    critical path. Answers to questions are tried out, and the longest way counts.

    Args:
        side: the design.
    """
    hops, transfers = list(_Timed(side, lambda _: 1).ends()), list(_Timed(side, side.hop).ends())
    if not hops or not transfers:
        return None
    return Path(
        max(point.effect for point in hops),
        max(point.end or 0 for point in hops),
        max(point.effect for point in transfers),
        max(point.end or 0 for point in transfers),
        max(point.messages for point in hops),
    )


class _Timed:
    """The good runs of a design, in which messages take their time.

    Args:
        side: the design.
        takes: how long a message is on its way.
    """

    def __init__(self, side: Side, takes: Callable[[Message], int]) -> None:
        self.side = side
        self.takes = takes
        compiled = Compiled(side.system)
        left_out = side.asked | side.gives_up
        self._begin = compiled.start
        self._rules = [
            (rule, compiled.guard(rule.guard), compiled.step(rule))
            for rule in side.calm
            if rule.name not in left_out and all(came == Outcome.OK for _, came in self._outcomes(rule))
        ]
        self._committed = compiled.guard(side.ended[EndKind.COMMITTED]) if EndKind.COMMITTED in side.ended else None

    def _outcomes(self, rule: Rule) -> tuple[tuple[str, str], ...]:
        move = self.side.moves[rule.name]
        return (*move.came, *move.did)

    def ends(self) -> Iterator[_Point]:
        """The points at which nothing more happens and the saga has committed; none if there are too many points."""
        waiting = [self._start()]
        seen = set(waiting)
        found = []
        while waiting:
            point = waiting.pop()
            following = list(self._following(point))
            if not following and point.end is not None:
                found.append(point)
            fresh = [one for one in dict.fromkeys(following) if one not in seen]
            seen.update(fresh)
            waiting += fresh
            if len(seen) > MOST_POINTS:
                return
        yield from found

    def _start(self) -> _Point:
        first = self.takes(self.side.first)
        state = self._begin
        if not self.side.leader:
            return _Point(state, 0, frozenset({(self.side.first.name, first)}), 0, None, 1)
        due = frozenset((message.name, first + self.takes(message)) for message in self.side.begun)
        return _Point(state, first, due, 0, None, 1 + len(self.side.begun))

    def _following(self, point: _Point) -> Iterator[_Point]:
        """What happens next: what needs no message, else whatever takes the message that comes first."""
        enabled = [(rule, step) for rule, guard, step in self._rules if guard(point.state)]
        thinking = [(rule, step) for rule, step in enabled if rule.name in self.side.thinking]
        if thinking:
            for rule, step in thinking:
                if rule.group == thinking[0][0].group:
                    yield self._after(point, rule, step, point.clock)
            return
        due = dict(point.due)
        timed = [(self._time(rule, due, point.clock), rule, step) for rule, step in enabled]
        soonest = min((time for time, _, _ in timed), default=0)
        first = [self.side.moves[rule.name].takes for time, rule, _ in timed if time == soonest][:1]
        for time, rule, step in timed:
            if time == soonest and self.side.moves[rule.name].takes in first:
                yield self._after(point, rule, step, time)

    def _time(self, rule: Rule, due: Mapping[str, int], clock: int) -> int:
        message = self.side.moves[rule.name].takes
        return clock if message is None else max(clock, due.get(message.name, clock))

    def _after(self, point: _Point, rule: Rule, step: Step, time: int) -> _Point:
        move = self.side.moves[rule.name]
        state = step(point.state)
        sent = {message.name: time + self.takes(message) for message in move.sends}
        due = frozenset({**dict(point.due), **sent}.items())
        effect = time if set(move.effects) & set(self.side.steps) else point.effect
        ended = point.end is None and self._committed is not None and self._committed(state)
        return _Point(state, time, due, effect, time if ended else point.end, point.messages + len(move.sends))
