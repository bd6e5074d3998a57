"""Lays a definition out flat: every state with the region that it lies in, and which states follow which."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from sagacheck.importers.states_language.definition import Jump, Kind, Machine, State

TOP = ""
"""The region of states outside any Parallel and Map."""


@dataclass(frozen=True, slots=True)
class Place:
    """A state in the layout.

    Args:
        state: the state.
        region: the region that it lies in.
        parent: position of the Parallel or Map around it; None at the top.
    """

    state: State
    region: str
    parent: int | None


@dataclass
class Names:
    """Ids that are in use; new ones never coincide with a state's name or with a name that a state refers to."""

    taken: set[str] = field(default_factory=set)

    def fresh(self, wanted: str) -> str:
        """The wanted id or, if it is in use, one like it."""
        number = 1
        name = wanted
        while name in self.taken:
            number += 1
            name = f"{wanted} ({number})"
        self.taken.add(name)
        return name


@dataclass(frozen=True)
class Layout:
    """All states of a definition, those of inner machines after the state that holds them.

    Args:
        places: the states in the order of the source.
        regions: for the position of each Parallel and Map the ids of its regions.
        machines: for each region the machine that runs in it.
        positions: for each region its states' positions by name.
        names: ids that are in use.
    """

    places: tuple[Place, ...]
    regions: dict[int, tuple[str, ...]]
    machines: dict[str, Machine]
    positions: dict[str, dict[str, int]]
    names: Names

    @cached_property
    def state_names(self) -> frozenset[str]:
        """The names of all states, in whatever machine."""
        return frozenset(place.state.name for place in self.places)

    def successors(self) -> list[list[int]]:
        """For each position those that may follow without a failure.

        With n states, position n + p stands for the moment at which the Parallel or Map at p is done, and 2n for the
        end of the whole run.
        """
        count = len(self.places)
        follows: list[list[int]] = [[] for _ in range(2 * count + 1)]
        for position, place in enumerate(self.places):
            state = place.state
            here = self.positions[place.region]
            leaves = position
            if state.branches:
                leaves = count + position
                follows[position].append(leaves)
                for region in self.regions[position]:
                    follows[position].append(self.positions[region][self.machines[region].start])
            jumps: list[Jump | None] = [state.next, state.default, *(rule.to for rule in state.rules)]
            follows[leaves].extend(here[jump.target] for jump in jumps if jump and jump.target in here)
            if state.end or state.kind is Kind.SUCCEED:
                follows[leaves].append(2 * count if place.parent is None else count + place.parent)
        return follows

    def around(self, position: int) -> Iterator[State]:
        """The Parallel and Map states around the state at a position, innermost first."""
        parent = self.places[position].parent
        while parent is not None:
            yield self.places[parent].state
            parent = self.places[parent].parent

    def without_failure(self, stopping_at: Iterable[int] = ()) -> list[bool]:
        """For each position whether a run in which nothing fails can come to it, passing none of those given."""
        start = self.positions[TOP][self.machines[TOP].start]
        follows = self.successors()
        for position in stopping_at:
            follows[position] = []
        return _reached(follows, start)

    def unless_failing(self, spared: Container[int]) -> list[bool]:
        """For each position whether a run can come to it in which none of certain Tasks fails.

        Args:
            spared: positions of Tasks. A Parallel or Map in which only they are called does not fail either.
        """
        follows = self.successors()
        for position, place in enumerate(self.places):
            inside = self._tasks_within.get(position, ())
            if position in spared or (inside and all(inner in spared for inner in inside)):
                continue
            here = self.positions[place.region]
            follows[position].extend(here[one.to.target] for one in place.state.catchers if one.to.target in here)
        return _reached(follows, self.positions[TOP][self.machines[TOP].start])

    @cached_property
    def _tasks_within(self) -> dict[int, list[int]]:
        """For the position of each Parallel and Map those of the Tasks in it, however deep."""
        found: dict[int, list[int]] = {}
        for position, place in enumerate(self.places):
            parent = place.parent if place.state.kind is Kind.TASK else None
            while parent is not None:
                found.setdefault(parent, []).append(position)
                parent = self.places[parent].parent
        return found

    def may_succeed(self) -> list[bool]:
        """For each position whether a run can go on from it to a successful end without a further failure."""
        follows = self.successors()
        before: list[list[int]] = [[] for _ in follows]
        for position, following in enumerate(follows):
            for target in following:
                before[target].append(position)
        return _reached(before, len(follows) - 1)


def lay_out(machine: Machine) -> Layout:
    """The layout of a whole definition."""
    names = Names()
    places: list[Place] = []
    regions: dict[int, tuple[str, ...]] = {}
    machines: dict[str, Machine] = {}
    positions: dict[str, dict[str, int]] = {}
    _reserve(machine, names)

    def place(inner: Machine, region: str, parent: int | None) -> None:
        machines[region] = inner
        positions[region] = {}
        for state in inner.states:
            position = len(places)
            positions[region][state.name] = position
            places.append(Place(state, region, parent))
            if state.branches:
                ids = tuple(names.fresh(f"{state.name}/{number}") for number, _ in enumerate(state.branches, 1))
                regions[position] = ids
                for branch, name in zip(state.branches, ids, strict=True):
                    place(branch, name, position)

    place(machine, TOP, None)
    return Layout(tuple(places), regions, machines, positions, names)


def _reserve(machine: Machine, names: Names) -> None:
    """Takes every name that a state has or refers to."""
    for state in machine.states:
        names.taken.add(state.name)
        jumps = [state.next, state.default, *(rule.to for rule in state.rules), *(item.to for item in state.catchers)]
        names.taken.update(jump.target for jump in jumps if jump)
        for branch in state.branches:
            _reserve(branch, names)


def _reached(follows: list[list[int]], start: int) -> list[bool]:
    """Which positions can be reached from this one, itself included."""
    reached = [False] * len(follows)
    reached[start] = True
    pending = [start]
    while pending:
        for target in follows[pending.pop()]:
            if not reached[target]:
                reached[target] = True
                pending.append(target)
    return reached
