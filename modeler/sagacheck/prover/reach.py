"""Which states can be reached, and from which states something can be reached.

The rules of one group are applied until they bring nothing new before the next group has its turn (chaining: Roig,
Cortadella and Pastor, "Verification of asynchronous circuits by BDD-based model checking of Petri nets", 1995). Groups
have their turns in the order of the rules, so that what follows each other in the system comes about in one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from sagacheck.prover.encoding import Action, Encoding

if TYPE_CHECKING:
    from sagacheck.prover.encoding import States

Step = Callable[[Action, "States"], "States"]
Group = list[Action]
Check = Callable[[], None]


def reachable(encoding: Encoding, check: Check) -> States:
    """The states that can be reached from the start.

    Args:
        encoding: the system.
        check: is called between steps; raises to stop.
    """
    groups = _grouped(encoding.actions)
    at_once = sum(any((encoding.start & action.guard).satisfiable() for action in group) for group in groups)
    # Where most groups can begin at once, what is new is as large as the whole, and to tell it apart costs more.
    wide = at_once * 2 > len(groups)
    return _closure(encoding, encoding.start, groups, Action.image, encoding.true, check, whole=wide)


def leading_to(encoding: Encoding, goal: States, within: States, first: Iterable[str], check: Check) -> States:
    """The states from which a goal can be reached by rules without a fault.

    Args:
        encoding: the system.
        goal: where to get to.
        within: the states that count, closed under the rules.
        first: names of rules that are likely to suffice; the others are used if they do not. None stand for all.
        check: is called between steps; raises to stop.
    """
    hints = set(first)
    found = goal & within
    actions = [action for action in encoding.actions if not action.rule.fault]
    for chosen in ([action for action in actions if action.rule.name in hints], actions):
        if chosen and found != within:
            groups = _grouped(chosen)
            groups.reverse()
            found = _closure(encoding, found, groups, Action.preimage, within, check)
    return found


def _grouped(actions: Iterable[Action]) -> list[Group]:
    groups: dict[str, Group] = {}
    for action in actions:
        groups.setdefault(action.rule.group or action.rule.process, []).append(action)
    return list(groups.values())


def _closure(
    encoding: Encoding,
    start: States,
    groups: list[Group],
    step: Step,
    within: States,
    check: Check,
    *,
    whole: bool = False,
) -> States:
    """All that can be had from `start` by steps within a set.

    Args:
        encoding: the system.
        start: where to begin.
        groups: what is applied.
        step: how.
        within: what counts.
        check: is called between steps.
        whole: whether groups work on all that was found, and not on what is new to them.
    """
    found = start
    last: list[States | None] = [None] * len(groups)
    while True:
        before = found
        for number, group in enumerate(groups):
            known = last[number]
            fresh = found if known is None or whole else found & ~known
            while fresh.satisfiable() and known != found:
                check()
                if whole:
                    base = found
                    for action in group:
                        found |= step(action, found) & within
                    fresh = found if found != base else encoding.false
                    continue
                # Most rules of a group cannot fire in what is new.
                new, work = encoding.false, fresh
                for action in group:
                    more = step(action, work)
                    if more.satisfiable():
                        new |= more
                        work = fresh | new
                fresh = new & within & ~found
                found |= fresh
            last[number] = found
            if found == within:
                return found
        if found == before:
            return found
