"""The runs of a design without faults, walked through one by one: every message comes once, nobody crashes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from sagacheck.application.comparing.compiled import Compiled, State, Step, Test
from sagacheck.application.comparing.side import CLIENT, Side
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.system import Rule

MOST_NODES = 20_000
"""How many points of runs are looked at."""

Came = tuple[str, str]
"""What came of an action: its name and the outcome."""


class TooManyError(Exception):
    """There are more points than are looked at."""


class Node(NamedTuple):
    """A point of a run.

    Args:
        state: the values of all variables.
        fired: the rules that have fired, one bit each.
    """

    state: State
    fired: int


@dataclass(frozen=True, slots=True)
class _Ready:
    """A rule, ready to be fired.

    Args:
        rule: the rule.
        bit: its bit; it shares that of the same rule for a message that comes late, which nobody can see.
        guard: when it may fire.
        step: what it does.
    """

    rule: Rule
    bit: int
    guard: Test
    step: Step


class Calm:
    """All runs of a design without faults, in every order in which messages can be taken.

    What a process does without waiting for a message it does at once. Nobody asks to cancel, and no time runs out.

    Args:
        side: the design.
        unknown: whether callers may give up waiting.

    Raises:
        TooManyError: if there are more points than are looked at.
    """

    def __init__(self, side: Side, *, unknown: bool) -> None:
        self.side = side
        compiled = Compiled(side.system)
        left_out = side.asked if unknown else side.asked | side.gives_up
        rules = [rule for rule in side.calm if rule.name not in left_out]
        bits: dict[str, int] = {}
        ready = [
            _Ready(
                rule,
                1 << bits.setdefault(rule.name.removesuffix(", late"), len(bits)),
                compiled.guard(rule.guard),
                compiled.step(rule),
            )
            for rule in rules
        ]
        self._thinking = [one for one in ready if one.rule.name in side.thinking]
        self._taking = [one for one in ready if one.rule.name not in side.thinking]
        self._ready = ready
        self._ended = {kind: compiled.guard(guard) for kind, guard in side.ended.items()}
        self.start = Node(compiled.start, 0)
        self.after: dict[Node, tuple[Node, ...]] = {}
        waiting = [self.start]
        while waiting:
            node = waiting.pop()
            if node in self.after:
                continue
            if len(self.after) >= MOST_NODES:
                raise TooManyError
            self.after[node] = tuple(
                Node(one.step(node.state), node.fired | one.bit) for one in self._enabled(node.state)
            )
            waiting += self.after[node]

    def _enabled(self, state: State) -> list[_Ready]:
        """What can happen next: what a process is about to do by itself goes before everything else."""
        thinking = [one for one in self._thinking if one.guard(state)]
        if thinking:
            return [one for one in thinking if one.rule.group == thinking[0].rule.group]
        return [one for one in self._taking if one.guard(state)]

    @cached_property
    def finals(self) -> tuple[Node, ...]:
        """The points at which nothing more happens."""
        return tuple(node for node, after in self.after.items() if not after)

    @cached_property
    def _own(self) -> dict[str, int]:
        """For every process the bits of its rules."""
        own = dict.fromkeys((*self.side.processes, CLIENT), 0)
        for one in self._ready:
            process = self.side.moves[one.rule.name].process
            own[process] = own.get(process, 0) | one.bit
        return own

    def kinds(self, node: Node) -> frozenset[EndKind]:
        """The kinds of end that have come at a point."""
        return frozenset(kind for kind, guard in self._ended.items() if guard(node.state))

    def _fired(self, bits: int) -> Iterator[_Ready]:
        return (one for one in self._ready if one.bit & bits)

    def came(self, node: Node) -> frozenset[Came]:
        """What has come of calls, in the eyes of those who decide."""
        return frozenset(came for one in self._fired(node.fired) for came in self.side.moves[one.rule.name].came)

    def did(self, process: str) -> set[frozenset[Came]]:
        """Everything that a process can have done itself at some point."""
        views = {node.fired & self._own[process] for node in self.after}
        return {self._did(view) for view in views}

    def _did(self, bits: int) -> frozenset[Came]:
        return frozenset(did for one in self._fired(bits) for did in self.side.moves[one.rule.name].did)

    def told(self, process: str) -> tuple[dict[str, set[str]], set[str]]:
        """What can come of each action of a process, and the kinds of messages that it can take."""
        outcomes: dict[str, set[str]] = {}
        taken = set()
        somewhere = 0
        for node in self.after:
            somewhere |= node.fired
        for one in self._fired(somewhere & self._own[process]):
            move = self.side.moves[one.rule.name]
            for action, outcome in move.did:
                outcomes.setdefault(action, set()).add(outcome)
            if move.takes is not None:
                taken.add(move.takes.name)
        return outcomes, taken

    @cached_property
    def runs(self) -> int | None:
        """How many runs there are, interleavings told apart; None if some never end."""
        number: dict[Node, int] = {}
        working: list[tuple[Node, Iterator[Node]]] = [(self.start, iter(self.after[self.start]))]
        on_way = {self.start}
        while working:
            node, rest = working[-1]
            following = next((one for one in rest if one not in number), None)
            if following is None:
                number[node] = sum(number[one] for one in self.after[node]) or 1
                on_way.discard(node)
                working.pop()
            elif following in on_way:
                return None
            else:
                on_way.add(following)
                working.append((following, iter(self.after[following])))
        return number[self.start]

    def busy(self, node: Node) -> int:
        """How many processes have done something, the client aside."""
        return sum(bool(node.fired & self._own[process]) for process in self.side.processes)

    def logging(self, node: Node) -> int:
        """How many processes have written down what came of actions of their own."""
        return sum(bool(self._did(node.fired & self._own[process])) for process in self.side.processes)

    @cached_property
    def known(self) -> dict[Came, int]:
        """By failure point how many processes know of it at the end of a run, at best.

        A process knows what is so at every point at which it has done and heard just what it has done and heard.
        """
        sure: list[dict[int, int]] = [{} for _ in self.side.processes]
        failures = {node: self._failures(node.fired) for node in self.after}
        for node, failed in failures.items():
            for process, views in zip(self.side.processes, sure, strict=True):
                view = node.fired & self._own[process]
                views[view] = views.get(view, failed) & failed
        most: dict[Came, int] = {}
        for node in self.finals:
            known = [views[node.fired & self._own[one]] for one, views in zip(self.side.processes, sure, strict=True)]
            for number, point in enumerate(self._points):
                if failures[node] >> number & 1:
                    knowing = sum(points >> number & 1 for points in known)
                    most[point] = max(most.get(point, 0), knowing)
        return most

    @cached_property
    def _points(self) -> tuple[Came, ...]:
        """All failure points: what participants refuse, and what callers give up."""
        return tuple(sorted({point for one in self._ready for point in self._failing(one)}))

    def _failing(self, one: _Ready) -> list[Came]:
        move = self.side.moves[one.rule.name]
        return [came for came in (*move.came, *move.did) if came[1] != Outcome.OK]

    @cached_property
    def _failing_bits(self) -> list[tuple[int, int]]:
        """For every rule by which a failure point comes about its bit, and those points, one bit each."""
        place = {point: number for number, point in enumerate(self._points)}
        found = [(one.bit, sum(1 << place[point] for point in set(self._failing(one)))) for one in self._ready]
        return [(bit, points) for bit, points in found if points]

    def _failures(self, fired: int) -> int:
        points = 0
        for bit, failing in self._failing_bits:
            if fired & bit:
                points |= failing
        return points

    @cached_property
    def who_knows_the_end(self) -> tuple[str, ...]:
        """The processes that know in every end that it has come, and which."""
        kinds = {node: self.kinds(node) for node in self.after}
        return tuple(process for process in self.side.processes if self._knows_the_end(process, kinds))

    def _knows_the_end(self, process: str, kinds: dict[Node, frozenset[EndKind]]) -> bool:
        own = self._own[process]
        seen: dict[int, set[frozenset[EndKind]]] = {}
        for node, come in kinds.items():
            seen.setdefault(node.fired & own, set()).add(come)
        return all(seen[node.fired & own] == {kinds[node]} != {frozenset()} for node in self.finals)
