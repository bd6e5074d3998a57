"""The runs of a design without faults, walked through one by one: every message comes once, nobody crashes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sagacheck.application.comparing.side import CLIENT, Message, Side
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.system import Among, Every, Guard, Not, Rule, Some

State = tuple[str, ...]
MOST_NODES = 30_000
"""How many points of runs are looked at."""


class TooManyError(Exception):
    """There are more points than are looked at."""


@dataclass(frozen=True, slots=True)
class Node:
    """A point of a run.

    Args:
        state: the values of all variables.
        fired: the names of the rules that have fired.
    """

    state: State
    fired: frozenset[str]


class Calm:
    """All runs of a design without faults.

    Args:
        side: the design.
        unknown: whether callers may give up waiting.

    Raises:
        TooManyError: if there are more points than are looked at.
    """

    def __init__(self, side: Side, *, unknown: bool) -> None:
        self.side = side
        self._index = {variable.name: number for number, variable in enumerate(side.system.variables)}
        self._rules = [
            (rule, self._compiled(rule.guard)) for rule in side.calm if unknown or rule.name not in side.gives_up
        ]
        self._ended = {kind: self._compiled(guard) for kind, guard in side.ended.items()}
        self.start = Node(tuple(side.system.start.values()), frozenset())
        self.after: dict[Node, tuple[Node, ...]] = {}
        waiting = [self.start]
        while waiting:
            node = waiting.pop()
            if node in self.after:
                continue
            if len(self.after) >= MOST_NODES:
                raise TooManyError
            self.after[node] = tuple(self._next(node, rule) for rule, guard in self._rules if guard(node.state))
            waiting += self.after[node]

    def _next(self, node: Node, rule: Rule) -> Node:
        state = list(node.state)
        for update in rule.updates:
            place = self._index[update.variable]
            state[place] = update.applied(state[place])
        return Node(tuple(state), node.fired | {rule.name})

    def _compiled(self, guard: Guard) -> Callable[[State], bool]:
        if isinstance(guard, Among):
            place, values = self._index[guard.variable], guard.values
            return lambda state: state[place] in values
        if isinstance(guard, Not):
            part = self._compiled(guard.part)
            return lambda state: not part(state)
        assert isinstance(guard, Every | Some)
        parts = [self._compiled(part) for part in guard.parts]
        if isinstance(guard, Every):
            return lambda state: all(part(state) for part in parts)
        return lambda state: any(part(state) for part in parts)

    @cached_property
    def finals(self) -> tuple[Node, ...]:
        """The points at which nothing more happens."""
        return tuple(node for node, after in self.after.items() if not after)

    def kinds(self, node: Node) -> frozenset[EndKind]:
        """The kinds of end that have come at a point."""
        return frozenset(kind for kind, guard in self._ended.items() if guard(node.state))

    def came(self, node: Node) -> frozenset[tuple[str, str]]:
        """What has come of calls, in the eyes of those who decide."""
        return frozenset(came for name in node.fired for came in self.side.moves[name].came)

    def did(self, node: Node, process: str) -> frozenset[tuple[str, str]]:
        """What a process has done itself."""
        return frozenset(did for name in node.fired for did in self.side.moves[name].did if self._is(name, process))

    def failures(self, node: Node) -> frozenset[tuple[str, str]]:
        """The failure points that have come about: what participants have refused, and what callers have given up."""
        moves = [self.side.moves[name] for name in node.fired]
        return frozenset(
            (action, outcome) for move in moves for action, outcome in (*move.came, *move.did) if outcome != Outcome.OK
        )

    def view(self, node: Node, process: str) -> frozenset[str]:
        """What a process has seen: what it has done itself. That a message came late it cannot see."""
        return frozenset(name.removesuffix(", late") for name in node.fired if self._is(name, process))

    def _is(self, rule: str, process: str) -> bool:
        return self.side.moves[rule].process == process

    @cached_property
    def scenarios(self) -> tuple[frozenset[tuple[str, str]], ...]:
        """What came of calls in each scenario."""
        return tuple(sorted({self.came(node) for node in self.finals}, key=sorted))

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

    def busy(self, node: Node) -> frozenset[str]:
        """The processes that have done something, the client aside."""
        return frozenset(self.side.moves[name].process for name in node.fired) - {CLIENT}

    def knowing(self, point: tuple[str, str]) -> int:
        """How many processes know in the end that a call came out so, at best: it is so whenever they have that view."""
        without = [node for node, failures in self._failures.items() if point not in failures]
        ignorant = [{views[node] for node in without} for views in self._views]
        return max(
            (
                sum(views[node] not in unsure for views, unsure in zip(self._views, ignorant, strict=True))
                for node in self.finals
                if point in self._failures[node]
            ),
            default=0,
        )

    @cached_property
    def _failures(self) -> dict[Node, frozenset[tuple[str, str]]]:
        return {node: self.failures(node) for node in self.after}

    @cached_property
    def _views(self) -> tuple[dict[Node, frozenset[str]], ...]:
        """For every process its view of each point."""
        return tuple({node: self.view(node, process) for node in self.after} for process in self.side.processes)

    @cached_property
    def who_knows_the_end(self) -> tuple[str, ...]:
        """The processes that know in every end that it has come, and which."""
        return tuple(process for process in self.side.processes if self._knows_the_end(process))

    def _knows_the_end(self, process: str) -> bool:
        seen: dict[frozenset[str], set[frozenset[EndKind]]] = {}
        for node in self.after:
            seen.setdefault(self.view(node, process), set()).add(self.kinds(node))
        return all(seen[self.view(node, process)] == {self.kinds(node)} != {frozenset()} for node in self.finals)


@dataclass(frozen=True, slots=True)
class Path:
    """How long the longest chain of messages of a run is in which all goes well, each caused by the one before.

    Args:
        effect: hops to the last effect that is owed.
        end: hops to the end.
        effect_transfers: the same in transfers.
        end_transfers: likewise.
        messages: how many messages are sent in all.
    """

    effect: int
    end: int
    effect_transfers: int
    end_transfers: int
    messages: int


def good_path(calm: Calm) -> Path | None:
    """The path of a run in which all goes well; None if there is none.

    Args:
        calm: the runs.
    """
    side = calm.side
    good = {
        name
        for name, move in side.moves.items()
        if all(outcome == Outcome.OK for _, outcome in (*move.came, *move.did))
    }
    seen = {calm.start}
    working: list[tuple[Node, Iterator[Node]]] = [(calm.start, iter(calm.after[calm.start]))]
    while working:
        node, rest = working[-1]
        if not calm.after[node] and EndKind.COMMITTED in calm.kinds(node):
            return _measured(calm, [one for one, _ in working])
        following = next((one for one in rest if one not in seen and one.fired - node.fired <= good), None)
        if following is None:
            working.pop()
        else:
            seen.add(following)
            working.append((following, iter(calm.after[following])))
    return None


def _measured(calm: Calm, nodes: list[Node]) -> Path:
    side = calm.side
    depth: dict[str, tuple[int, int]] = dict.fromkeys((*side.processes, CLIENT), (0, 0))
    on_way: dict[str, tuple[int, int]] = {side.first.name: _later((0, 0), side, side.first)}
    if side.leader:
        depth[side.leader] = on_way[side.first.name]
        _send_first(side, depth, on_way)
    messages = len(on_way)
    effect, end = (0, 0), (0, 0)
    for before, after in itertools.pairwise(nodes):
        (name,) = after.fired - before.fired or {""}
        if not name:
            continue
        move = side.moves[name]
        here = depth[move.process]
        if move.takes is not None:
            here = _deeper(here, on_way.get(move.takes.name, (0, 0)))
        depth[move.process] = here
        for message in move.sends:
            on_way[message.name] = _deeper(on_way.get(message.name, (0, 0)), _later(here, side, message))
            messages += 1
        if set(move.effects) & set(side.steps):
            effect = _deeper(effect, here)
        if calm.kinds(after) and not calm.kinds(before):
            end = here
    return Path(effect[0], end[0], effect[1], end[1], messages)


def _send_first(side: Side, depth: Mapping[str, tuple[int, int]], on_way: dict[str, tuple[int, int]]) -> None:
    """What the leader has sent before anything happens: requests that are under way at the start."""
    for name, value in side.system.start.items():
        kind, _, what = name.partition(" ")
        if kind == "request" and value == "yes":
            on_way[what] = _later(depth[side.leader], side, Message(what, side.leader, ""))


def _later(here: tuple[int, int], side: Side, message: Message) -> tuple[int, int]:
    return here[0] + 1, here[1] + side.hop(message)


def _deeper(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return max(one[0], other[0]), max(one[1], other[1])
