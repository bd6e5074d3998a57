"""One side of a comparison: a design as a system, in words that all designs share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sagacheck.core.comparison import Design
from sagacheck.core.outcome import EndKind
from sagacheck.core.story import Line
from sagacheck.core.system import Guard, Rule, System
from sagacheck.core.trace import Trace

CLIENT = "client"
"""Who starts the saga and hears of its end; nobody's decision depends on it."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message from one process to another.

    Args:
        name: a command, an answer or an event.
        sender: who sends it.
        receiver: who takes it.
    """

    name: str
    sender: str
    receiver: str


@dataclass(frozen=True, slots=True)
class Move:
    """What one rule of a calm run means.

    Args:
        process: who makes it.
        takes: the message that it takes; None if it takes none.
        sends: the messages that it sends.
        came: what came of calls in the eyes of whoever decides what follows, as (action, outcome).
        did: what came of the actions that it executes, as (action, outcome).
        effects: the steps that take effect.
    """

    process: str
    takes: Message | None = None
    sends: tuple[Message, ...] = ()
    came: tuple[tuple[str, str], ...] = ()
    did: tuple[tuple[str, str], ...] = ()
    effects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Channel:
    """A way from process to process, and what happens when what goes there is lost for good.

    Both questions take the seconds that deciding them may cost, and are answered None if these do not suffice.

    Args:
        name: what goes there.
        sticks: whether a lost message leaves the saga without an end, as the design is declared.
        would_stick: whether it would if such messages could be lost.
    """

    name: str
    sticks: Callable[[float], bool | None]
    would_stick: Callable[[float], bool | None]


@dataclass(frozen=True)
class Side:
    """A design as a system.

    Args:
        name: the saga's name.
        design: how it is coordinated.
        steps: names of the steps that owe something, in the order of the source.
        actions: every action that may be accepted or refused.
        system: the design with its faults.
        accepting: by rule, when it may fire if an action's participant accepts, or refuses, whatever comes: pairs of
            the action and whether it accepts, with the states in which it has a choice.
        calm: the rules of runs without faults, in which each message is delivered once; with what they mean.
        calm_settled: when nothing more happens by itself in such a run.
        gives_up: names of those calm rules by which a caller stops waiting.
        thinking: names of those by which a process goes on at once, without waiting for a message.
        asked: names of those that no scenario has: somebody from outside asks to cancel, or a time runs out.
        moves: what each calm rule means, by name.
        first: the message that starts it.
        begun: the messages that its leader sends at once when that has come.
        ended: when each kind of end has come.
        settled: when nothing more happens by itself.
        standing: by step, when so many effects stand.
        processes: who takes part, in the order of the source.
        needs: pairs of processes, the first of which has to know commands or events of the second.
        leader: the process that coordinates; "" if none does.
        machine: states and decisions of the leader's machine; None without one.
        channels: ways between processes.
        scenarios: counts the scenarios, with and without unknown outcomes; None if there are too many.
        undeclared: steps whose contract was not declared, so that they count as having the strongest.
        hop: what a message costs, in transfers, by its name.
        tell: tells a run.
    """

    name: str
    design: Design
    steps: tuple[str, ...]
    actions: tuple[str, ...]
    system: System
    accepting: Mapping[str, tuple[tuple[str, bool, Guard], ...]]
    calm: tuple[Rule, ...]
    calm_settled: Guard
    gives_up: frozenset[str]
    thinking: frozenset[str]
    asked: frozenset[str]
    moves: Mapping[str, Move]
    first: Message
    begun: tuple[Message, ...]
    ended: Mapping[EndKind, Guard]
    settled: Guard
    standing: Mapping[str, Mapping[int, Guard]]
    processes: tuple[str, ...]
    needs: tuple[tuple[str, str], ...]
    leader: str
    machine: tuple[int, int] | None
    channels: tuple[Channel, ...]
    scenarios: Callable[[], tuple[int, int] | None]
    undeclared: tuple[str, ...]
    hop: Callable[[Message], int]
    tell: Callable[[Trace], tuple[Line, ...]]

    @property
    def refusing(self) -> frozenset[str]:
        """The actions that this design is prepared to see refused."""
        return frozenset(action for ways in self.accepting.values() for action, accepts, _ in ways if not accepts)

    def calmly(self) -> Side:
        """The design without faults, in which nobody gives up."""
        rules = tuple(rule for rule in self.calm if rule.name not in self.gives_up)
        return replace(self, system=replace(self.system, rules=rules, properties=()), settled=self.calm_settled)
