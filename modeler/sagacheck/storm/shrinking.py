"""Makes a plan shorter as long as its saga still does not survive it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from sagacheck.core.storming import Blow, Plan, Strike, Way

_PLAINEST = (
    Blow.TWICE,
    Blow.REPLY_LOST,
    Blow.LOST,
    Blow.AGAIN,
    Blow.LATE,
    Blow.OVERTAKEN,
    Blow.REJECTED,
    Blow.CRASH,
    Blow.RESENT,
    Blow.CANCEL,
    Blow.BEHIND,
    Blow.FORGOTTEN,
)


_APART = frozenset((Blow.CRASH, Blow.REJECTED, Blow.RESENT, Blow.CANCEL, Blow.BEHIND, Blow.FORGOTTEN))
"""What no other fault is a plainer form of."""


def shrunk(plan: Plan, breaks: Callable[[Plan], bool]) -> Plan:
    """A plan from which nothing can be left out, and no fault be made plainer.

    Args:
        plan: one that breaks its saga.
        breaks: whether a plan does.
    """
    while True:
        for other in _simpler(plan):
            if breaks(other):
                plan = other
                break
        else:
            return plan


def _simpler(plan: Plan) -> Iterator[Plan]:
    """The plans that are simpler by one thing, those without something first. None can be made from what it gave."""
    for number in range(len(plan.strikes)):
        yield replace(plan, strikes=(*plan.strikes[:number], *plan.strikes[number + 1 :]))
    for number in range(len(plan.answers)):
        yield replace(plan, answers=(*plan.answers[:number], *plan.answers[number + 1 :]))
    for number, strike in enumerate(plan.strikes):
        for plainer in _plainer(strike):
            yield replace(plan, strikes=(*plan.strikes[:number], plainer, *plan.strikes[number + 1 :]))


def _plainer(strike: Strike) -> list[Strike]:
    found = [
        Strike(strike.call, strike.turn, blow)
        for blow in _PLAINEST[: _PLAINEST.index(strike.blow)]
        if blow not in _APART
    ]
    if strike.blow is Blow.CRASH and strike.way is not Way.PARK:
        found.append(replace(strike, way=Way.PARK))
    return found
