"""The scenarios of a choreography: its cascades without a fault, told apart by the outcomes of its steps.

Reactions that have nothing to do with each other commute, so only one order of them is looked at: a delivery that
shares no step with any other delivery of its service comes first and alone (a persistent set, after Godefroid,
"Partial-order methods for the verification of concurrent systems", 1996). Where two deliveries race for one step, both
orders count, if the steps come out differently. A timer does not run out, a remote call is answered; an event from
outside arrives at any time or never.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from sagacheck.core.net import Net, Reaction, ServiceSpec, Timer, Work
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.system import Rule, holds
from sagacheck.lowering.choreographed.choreography import LoweredChoreography
from sagacheck.lowering.choreographed.queues import Arrived
from sagacheck.lowering.choreographed.transactions import Handled

Came = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Cascade:
    """One scenario.

    Args:
        outcomes: what every step came to that was done, and every compensation that failed, as (action, outcome).
        ends: the kinds of end that are announced; several if a race decides, each with those announced beside it.
        settles: whether it comes to an end at all.
        run: the rules of a shortest run, if it comes to an end.
    """

    outcomes: tuple[Came, ...]
    ends: tuple[tuple[EndKind, ...], ...]
    settles: bool = True
    run: tuple[Rule, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class _Node:
    """A state on the way, with what has come out so far."""

    state: tuple[str, ...]
    came: frozenset[Came]


def cascades(choreography: LoweredChoreography, most: int = 20_000) -> tuple[Cascade, ...]:
    """Every scenario of a choreography, sorted.

    Args:
        choreography: as it was lowered.
        most: how many states are looked at.

    Raises:
        OverflowError: if there are more states; nothing is said then rather than something wrong.
    """
    return _Walk(choreography, most).cascades()


@dataclass(frozen=True)
class _Walk:
    choreography: LoweredChoreography
    most: int

    @property
    def _net(self) -> Net:
        return self.choreography.net

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(variable.name for variable in self.choreography.system.variables)

    @cached_property
    def _rules(self) -> tuple[Rule, ...]:
        return tuple(
            rule
            for rule in self.choreography.system.rules
            if not rule.fault
            and ((isinstance(rule.tells, Handled) and rule.tells.scenario) or isinstance(rule.tells, Arrived))
        )

    @cached_property
    def _racing(self) -> frozenset[tuple[str, str]]:
        """The deliveries, as (service, event), that share a step with another one of their service."""
        return frozenset(
            (service.name, event)
            for service in self._net.services
            for event in service.hears
            if any(_race(service, event, other) for other in service.hears if other != event)
            or self._ordering(service, event)
        )

    def _ordering(self, service: ServiceSpec, event: str) -> bool:
        """Whether handling an event may put something into a log into which something else is put elsewhere, too.

        Which of both comes first may then matter to those who hear the log.
        """
        logs = {log for log in map(self._net.log, self._published(service, event)) if log is not None}
        outside = {self._net.log(arriving) for arriving in self._net.may_arrive}
        elsewhere = (
            self._net.log(published)
            for other in self._net.services
            for heard in other.hears
            if (other.name, heard) != (service.name, event)
            for published in self._published(other, heard)
        )
        return not logs.isdisjoint(outside) or not logs.isdisjoint(elsewhere)

    def _published(self, service: ServiceSpec, event: str) -> tuple[str, ...]:
        """What handling an event may publish."""
        return tuple(name for reaction in _reactions(service, event) for name in self._net.published_by(reaction))

    def cascades(self) -> tuple[Cascade, ...]:
        start = _Node(tuple(self.choreography.system.start.values()), frozenset())
        after: dict[_Node, tuple[_Node, ...]] = {}
        ended: dict[_Node, None] = {}
        way: dict[_Node, tuple[_Node, Rule]] = {}
        waiting = deque([start])
        while waiting:
            node = waiting.popleft()
            if node in after:
                continue
            if len(after) >= self.most:
                raise OverflowError(f"{self.choreography.net.name}: more than {self.most} states")
            values = dict(zip(self._names, node.state, strict=True))
            enabled = [rule for rule in self._rules if holds(rule.guard, values)]
            deliveries = [rule for rule in enabled if isinstance(rule.tells, Handled)]
            if not deliveries:
                ended[node] = None
            chosen = self._chosen(enabled)
            after[node] = tuple(self._next(node, rule, values) for rule in chosen)
            for rule, other in zip(chosen, after[node], strict=True):
                if other != start:
                    way.setdefault(other, (node, rule))
            waiting += after[node]
        found: dict[frozenset[Came], set[tuple[EndKind, ...]]] = {}
        runs: dict[frozenset[Came], tuple[Rule, ...]] = {}
        for node in ended:
            found.setdefault(node.came, set()).add(self._ends(node))
            runs.setdefault(node.came, tuple(_run(node, way)))
        endless = {node.came for node in _endless(after, set(ended))}
        return tuple(
            Cascade(tuple(sorted(came)), tuple(sorted(found.get(came, ()))), came not in endless, runs.get(came, ()))
            for came in sorted({*found, *endless}, key=sorted)
        )

    def _chosen(self, enabled: list[Rule]) -> list[Rule]:
        """One delivery that races with none, if there is one; otherwise everything that can happen."""
        for rule in enabled:
            if isinstance(rule.tells, Handled) and (rule.tells.service, rule.tells.event) not in self._racing:
                place = (rule.tells.service, rule.tells.event)
                return [
                    other
                    for other in enabled
                    if isinstance(other.tells, Handled) and (other.tells.service, other.tells.event) == place
                ]
        return enabled

    def _next(self, node: _Node, rule: Rule, values: dict[str, str]) -> _Node:
        changed = values | {update.variable: update.applied(values[update.variable]) for update in rule.updates}
        return _Node(tuple(changed.values()), node.came | frozenset(_came(rule)))

    def _ends(self, node: _Node) -> tuple[EndKind, ...]:
        values = dict(zip(self._names, node.state, strict=True))
        return tuple(kind for kind, guard in self.choreography.announced.items() if holds(guard, values))


def _run(node: _Node, way: dict[_Node, tuple[_Node, Rule]]) -> list[Rule]:
    """The rules by which a node was reached first."""
    rules = []
    while node in way:
        node, rule = way[node]
        rules.append(rule)
    return rules[::-1]


def _came(rule: Rule) -> Iterator[Came]:
    for done in rule.tells.done if isinstance(rule.tells, Handled) else ():
        if done.reaction.step is None:
            continue
        undo = done.reaction.step.compensation
        if done.reaction.work is Work.DO:
            yield done.reaction.step.name, str(done.answer)
        elif done.answer == Outcome.FAILED and undo is not None:
            yield undo.action, str(done.answer)


def _race(service: ServiceSpec, event: str, other: str) -> bool:
    """Whether two different reactions of a service to two events share a step that one of them executes."""
    return any(
        one is not another and (_executed(one) & _touched(another) or _executed(another) & _touched(one))
        for one in _reactions(service, event)
        for another in _reactions(service, other)
    )


def _reactions(service: ServiceSpec, event: str) -> list[Reaction]:
    return [r for r in service.reactions if event in r.hears and not isinstance(r.trigger, Timer)]


def _executed(reaction: Reaction) -> frozenset[str]:
    return frozenset() if reaction.step is None else frozenset({reaction.step.name})


def _touched(reaction: Reaction) -> frozenset[str]:
    return _executed(reaction) | frozenset(test.step for test in reaction.only_if)


def _endless(after: dict[_Node, tuple[_Node, ...]], ended: set[_Node]) -> list[_Node]:
    """The nodes from which no end is reached, and after which nothing else comes out any more."""
    before: dict[_Node, list[_Node]] = {}
    for node, others in after.items():
        for other in others:
            before.setdefault(other, []).append(node)
    saved = set(ended)
    waiting = list(ended)
    while waiting:
        for node in before.get(waiting.pop(), ()):
            if node not in saved:
                saved.add(node)
                waiting.append(node)
    doomed = [node for node in after if node not in saved]
    return [node for node in doomed if all(other.came == node.came for other in _reached(node, after))]


def _reached(node: _Node, after: dict[_Node, tuple[_Node, ...]]) -> set[_Node]:
    found = {node}
    waiting = [node]
    while waiting:
        for other in after[waiting.pop()]:
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found
