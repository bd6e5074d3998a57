"""Which states can be reached, and from which states something can be reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sagacheck.prover.encoding import Action, Encoding

if TYPE_CHECKING:
    from sagacheck.prover.encoding import States

Step = Callable[[Action, "States"], "States"]


def reachable(encoding: Encoding, check: Callable[[], None] = lambda: None) -> States:
    """The states that can be reached from the start.

    The rules of one group are applied until they bring nothing new before the next group has its turn, and the order
    of the groups alternates, so that news travels far in one pass (chaining: Roig, Cortadella and Pastor,
    "Verification of asynchronous circuits by BDD-based model checking of Petri nets", 1995).

    Args:
        encoding: the system.
        check: is called between steps; raises to stop.
    """
    groups = _grouped(encoding.actions)
    return _closure(encoding.start, groups, Action.image, encoding.true, check)


def leading_to(
    encoding: Encoding, goal: States, within: States, check: Callable[[], None] = lambda: None
) -> States:
    """The states from which a goal can be reached by rules without a fault.

    Args:
        encoding: the system.
        goal: where to get to.
        within: the states that count, closed under the rules.
        check: is called between steps; raises to stop.
    """
    groups = _grouped([action for action in encoding.actions if not action.rule.fault])
    groups.reverse()
    return _closure(goal & within, groups, Action.preimage, within, check)


def _grouped(actions: Sequence[Action]) -> list[list[Action]]:
    groups: dict[str, list[Action]] = {}
    for action in actions:
        groups.setdefault(action.rule.group or action.rule.process, []).append(action)
    return list(groups.values())


def _closure(
    start: States, groups: list[list[Action]], step: Step, within: States, check: Callable[[], None]
) -> States:
    """All that can be had from `start` by steps.

    Each group works on what is new to it: everything that was found since it had its last turn.
    """
    found = start
    waiting = [start] * len(groups)
    order = list(range(len(groups)))
    while any(fresh.satisfiable() for fresh in waiting):
        for number in order:
            gained = None
            while waiting[number].satisfiable():
                check()
                base, fresh = found, waiting[number]
                for action in groups[number]:
                    found |= step(action, fresh) & within
                waiting[number] = fresh = found & ~base
                gained = fresh if gained is None else gained | fresh
            if gained is not None and gained.satisfiable():
                for other in order:
                    if other != number:
                        waiting[other] = waiting[other] | gained
        order.reverse()
    return found
