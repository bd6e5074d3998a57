"""The figures by which people choose between designs, measured on both."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from statistics import fmean

from sagacheck.application.comparing.calm import Calm, Came, TooManyError
from sagacheck.application.comparing.path import Path, good_path
from sagacheck.application.comparing.side import Channel, Side
from sagacheck.core.comparison import Aspect, Figure

SECONDS_FOR_CHANNELS = 10.0
"""How long deciding which channels of a design stick may take."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one design; None where there was too much to count.

    Args:
        side: the design.
        deciders: processes on whose messages others act.
        dependencies: pairs of processes, the first of which has to know messages of the second.
        cycles: groups of processes that depend on each other.
        machines: by process, states and decisions.
        known: by failure point, how many processes know of it in the end.
        knowing_end: the processes that know the end.
        sticking: channels on which a lost message leaves the saga without an end, as declared.
        would_stick: likewise, if messages there could be lost.
        channels: how many channels there are.
        scenarios: scenarios with unknown outcomes and without.
        runs: interleavings.
        up: for each scenario without unknown outcomes how many services must be up to play it.
        logs: for each, how many logs tell it.
        path: the path on which all goes well.
    """

    side: Side
    deciders: tuple[str, ...]
    dependencies: tuple[tuple[str, str], ...]
    cycles: tuple[tuple[str, ...], ...]
    machines: dict[str, tuple[int, int]] | None
    known: dict[tuple[str, str], int] | None
    knowing_end: tuple[str, ...] | None
    sticking: tuple[str, ...] | None
    would_stick: tuple[str, ...] | None
    channels: int
    scenarios: tuple[int, int] | None
    runs: int | None
    up: tuple[int, ...] | None
    logs: tuple[int, ...] | None
    path: Path | None


def measured(side: Side) -> Measured:
    """Measures a design.

    Args:
        side: the design.
    """
    dependencies = tuple(sorted(set(side.needs)))
    sticking, would_stick = _sticking(side.channels)
    found = Measured(
        side=side,
        deciders=tuple(process for process in side.processes if process in _deciding(side)),
        dependencies=dependencies,
        cycles=_cycles(dependencies),
        machines=None,
        known=None,
        knowing_end=None,
        sticking=sticking,
        would_stick=would_stick,
        channels=len(side.channels),
        scenarios=side.scenarios(),
        runs=None,
        up=None,
        logs=None,
        path=good_path(side),
    )
    try:
        calm = Calm(side, unknown=False)
        found = _walked(found, calm)
        # Runs in which callers give up are many more.
        return replace(found, known=(Calm(side, unknown=True) if side.gives_up else calm).known)
    except TooManyError:
        return found


def _sticking(channels: tuple[Channel, ...]) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """The channels that stick as declared, and those that would; None for what is not decided in time."""
    end = time.monotonic() + SECONDS_FOR_CHANNELS
    declared = _asked(channels, [channel.sticks for channel in channels], end)
    possible = _asked(channels, [channel.would_stick for channel in channels], end)
    if declared is not None and possible is not None:
        possible = tuple(channel.name for channel in channels if channel.name in (*declared, *possible))
    return declared, possible


def _asked(
    channels: tuple[Channel, ...], questions: list[Callable[[float], bool | None]], end: float
) -> tuple[str, ...] | None:
    found = []
    for channel, question in zip(channels, questions, strict=True):
        sticks = question(max(0.0, end - time.monotonic()))
        if sticks is None:
            return None
        if sticks:
            found.append(channel.name)
    return tuple(found)


def _walked(found: Measured, calm: Calm) -> Measured:
    side = found.side
    busy: dict[frozenset[Came], int] = {}
    logs: dict[frozenset[Came], int] = {}
    for node in calm.finals:
        came = calm.came(node)
        busy[came] = max(busy.get(came, 0), calm.busy(node))
        logs[came] = max(logs.get(came, 0), calm.logging(node))
    led = bool(side.leader)
    return replace(
        found,
        machines={process: _machine(calm, process) for process in side.processes},
        knowing_end=calm.who_knows_the_end,
        runs=calm.runs,
        up=tuple(1 if led else number for number in busy.values()),
        logs=tuple(1 if led else max(1, number) for number in logs.values()),
    )


def _deciding(side: Side) -> frozenset[str]:
    """The processes whose messages make another one execute something."""
    senders: dict[str, set[str]] = {}
    for message in (*side.begun, *(message for move in side.moves.values() for message in move.sends)):
        senders.setdefault(message.name, set()).add(message.sender)
    return frozenset(
        sender
        for move in side.moves.values()
        if move.did and move.takes is not None
        for sender in senders.get(move.takes.name, ())
        if sender != move.process
    )


def _cycles(dependencies: tuple[tuple[str, str], ...]) -> tuple[tuple[str, ...], ...]:
    import networkx

    graph: networkx.DiGraph[str] = networkx.DiGraph(dependencies)
    groups = networkx.strongly_connected_components(graph)
    return tuple(sorted(tuple(sorted(group)) for group in groups if len(group) > 1))


def _machine(calm: Calm, process: str) -> tuple[int, int]:
    """States and decisions of a process: of a leader those of its chart, of a service what it can have done."""
    side = calm.side
    if process == side.leader and side.machine is not None:
        return side.machine
    outcomes, taken = calm.told(process)
    return len(calm.did(process)), sum(len(one) - 1 for one in outcomes.values()) + max(0, len(taken) - 1)


def figures(one: Measured, other: Measured) -> tuple[Figure, ...]:
    """The figures of two designs, aspect by aspect.

    Args:
        one: the first design.
        other: the second one.
    """
    pairs = list(zip(_figures(one), _figures(other), strict=True))
    return tuple(
        replace(first, values=(first.values[0], second.values[0]), notes=(first.notes[0], second.notes[0]))
        for first, second in pairs
    )


def _figures(of: Measured) -> Iterator[Figure]:
    def figure(aspect: Aspect, name: str, value: float | None, formula: str, note: str = "") -> Figure:
        return Figure(aspect, name, (value, None), formula, (note, ""))

    where, machines = Aspect.COORDINATION, of.machines
    yield figure(
        where,
        "who decides",
        len(of.deciders),
        "processes whose messages make another one execute something",
        _names(of.deciders),
    )
    yield figure(
        where, "dependencies", len(of.dependencies),
        "X depends on Y if X names a command of Y, or hears an event that Y publishes",
    )  # fmt: skip
    yield figure(
        where, "cyclic dependencies", sum(len(group) for group in of.cycles),
        "processes that depend on each other in a circle", _names(tuple(" and ".join(group) for group in of.cycles)),
    )  # fmt: skip
    where = Aspect.COMPLEXITY
    largest = max(machines, key=lambda process: machines[process], default="") if machines else ""
    yield figure(
        where, "states of the largest machine", machines[largest][0] if machines else None,
        "a coordinator's: nodes at which it rests; a service's: what it can have done of its own calls", largest,
    )  # fmt: skip
    yield figure(
        where, "decisions of the largest machine", machines[largest][1] if machines else None,
        "a coordinator's: targets beyond the first, node by node; a service's: outcomes beyond the first, "
        "call by call, and kinds of messages beyond the first",
    )  # fmt: skip
    yield figure(where, "states in all", _total(machines, 0), "the same, of all processes")
    yield figure(where, "decisions in all", _total(machines, 1), "the same, of all processes")
    where = Aspect.VISIBILITY
    known = of.known
    yield figure(
        where, "processes that know of a failure", fmean(known.values()) if known else None,
        "at the end of a run, at best, by what they have done and heard themselves; mean over all failure points",
        "" if known is None else "1 failure point" if len(known) == 1 else f"{len(known)} failure points",
    )  # fmt: skip
    yield figure(
        where, "processes that know the end", None if of.knowing_end is None else len(of.knowing_end),
        "in every run, by what they have done and heard themselves", _names(of.knowing_end or ()),
    )  # fmt: skip
    yield figure(
        where, "channels that stick", None if of.sticking is None else len(of.sticking),
        "a message lost there leaves the saga without an end, as it is declared",
        _of_channels(of),
    )  # fmt: skip
    where = Aspect.TESTING
    yield figure(
        where, "scenarios", of.scenarios[0] if of.scenarios else None, "runs told apart by what came of calls and questions",
        f"{of.scenarios[1]} without unknown outcomes" if of.scenarios and of.scenarios[0] != of.scenarios[1] else "",
    )  # fmt: skip
    yield figure(
        where,
        "interleavings",
        of.runs,
        "runs without faults or unknown outcomes, in every order in which messages are taken",
    )
    yield figure(
        where, "services up, mean", fmean(of.up) if of.up else None,
        "who has to run to play a scenario: the coordinator alone, or every service that takes part",
    )  # fmt: skip
    yield figure(where, "services up, most", max(of.up) if of.up else None, "likewise")
    where, path = Aspect.LATENCY, of.path
    yield figure(
        where, "hops to the last effect", path.effect if path else None,
        "messages on the longest chain, the start included, when all goes well",
    )  # fmt: skip
    yield figure(where, "hops to the end", path.end if path else None, "likewise")
    yield figure(
        where, "transfers to the last effect", path.effect_transfers if path else None,
        "a hop counts 1; through a broker 2, and 1 more out of an outbox",
    )  # fmt: skip
    yield figure(where, "transfers to the end", path.end_transfers if path else None, "likewise")
    yield figure(
        where, "messages in all", path.messages if path else None, "sent when all goes well, the start included"
    )
    where = Aspect.DEBUGGING
    yield figure(
        where, "logs to join, mean", fmean(of.logs) if of.logs else None,
        "to reconstruct a run: 1 if one log has all outcomes, else one for each service with outcomes of its own",
    )  # fmt: skip
    yield figure(where, "logs to join, most", max(of.logs) if of.logs else None, "likewise")


def _of_channels(of: Measured) -> str:
    if of.would_stick is None:
        return f"of {of.channels}; not decided if messages could be lost"
    more = f"; {len(of.would_stick)} if messages could be lost" if of.would_stick != of.sticking else ""
    return f"of {of.channels}{more}"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _total(machines: dict[str, tuple[int, int]] | None, place: int) -> int | None:
    return None if machines is None else sum(machine[place] for machine in machines.values())
