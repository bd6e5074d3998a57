"""Makes a plan shorter as long as its saga still does not survive it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sagacheck.core.storming import Blow, Plan, Strike, Way

_PLAINEST = (Blow.TWICE, Blow.REPLY_LOST, Blow.LOST, Blow.AGAIN, Blow.OVERTAKEN, Blow.LATE, Blow.REJECTED, Blow.CRASH)


def shrunk(plan: Plan, breaks: Callable[[Plan], bool]) -> Plan:
    """A plan from which nothing can be left out, and no fault be made plainer.

    Args:
        plan: one that breaks its saga.
        breaks: whether a plan does.
    """
    changed = True
    while changed:
        changed = False
        for number in range(len(plan.strikes)):
            shorter = replace(plan, strikes=(*plan.strikes[:number], *plan.strikes[number + 1 :]))
            if breaks(shorter):
                plan, changed = shorter, True
                break
    for number in range(len(plan.answers)):
        shorter = replace(plan, answers=(*plan.answers[:number], *plan.answers[number + 1 :]))
        if breaks(shorter):
            plan = shorter
            break
    for number, strike in enumerate(plan.strikes):
        for plainer in _plainer(strike):
            other = replace(plan, strikes=(*plan.strikes[:number], plainer, *plan.strikes[number + 1 :]))
            if breaks(other):
                plan = other
                break
    return plan


def _plainer(strike: Strike) -> list[Strike]:
    found = [
        Strike(strike.call, strike.turn, blow)
        for blow in _PLAINEST[: _PLAINEST.index(strike.blow)]
        if blow not in (Blow.CRASH, Blow.REJECTED)
    ]
    if strike.blow is Blow.CRASH and strike.way is not Way.PARK:
        found.append(replace(strike, way=Way.PARK))
    return found
