"""Plans as short texts that people can read and commands can take.

payment.charge:1:reply-lost,payment.refund:1:crash-3-stale,gift=no
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from sagacheck.core.storming import Blow, Plan, Strike, Way

CALM = "calm"
_KEPT = " .-"
_PARTS = 3


class PlanTokenError(ValueError):
    """A text that is no plan."""


def token_of(plan: Plan) -> str:
    """The plan as a text."""
    parts = [f"{_quoted(one.call)}:{one.turn}:{_blow(one)}" for one in plan.strikes]
    parts += [f"{_quoted(name)}={_quoted(answer)}" for name, answer in plan.answers]
    return ",".join(parts) or CALM


def is_plan(token: str) -> bool:
    """Whether a text looks like a plan, and not like another token."""
    return token.strip() == CALM or ":" in token or "=" in token


def plan_of(token: str) -> Plan:
    """The plan that a text stands for.

    Raises:
        PlanTokenError: if it stands for none.
    """
    strikes, answers = [], []
    token = token.strip()
    for part in token.split(",") if token != CALM else ():
        if "=" in part:
            name, _, answer = part.partition("=")
            answers.append((unquote(name), unquote(answer)))
        else:
            strikes.append(_strike(part))
    return Plan(tuple(strikes), tuple(sorted(answers)))


def _quoted(name: str) -> str:
    return quote(name, safe=_KEPT).replace(" ", "%20")


def _blow(strike: Strike) -> str:
    if strike.blow is not Blow.CRASH:
        return strike.blow
    way = "" if strike.way is Way.PARK else f"-{strike.way}"
    return f"{strike.blow}-{strike.boundary}{way}"


def _strike(part: str) -> Strike:
    pieces = part.split(":")
    if len(pieces) != _PARTS or not pieces[1].isascii() or not pieces[1].isdecimal():
        raise PlanTokenError(
            f"{part[:60]!r} is no fault of a plan: write ACTION:TURN:FAULT, like payment.charge:1:lost"
        )
    name, turn, blow = unquote(pieces[0]), int(pieces[1]), pieces[2]
    if blow.startswith(f"{Blow.CRASH}-"):
        boundary, _, way = blow.removeprefix(f"{Blow.CRASH}-").partition("-")
        if boundary.isascii() and boundary.isdecimal() and (not way or way in list(Way)):
            return Strike(name, turn, Blow.CRASH, int(boundary), Way(way or Way.PARK))
    elif blow in list(Blow) and blow != Blow.CRASH:
        return Strike(name, turn, Blow(blow))
    known = ", ".join([*(one for one in Blow if one is not Blow.CRASH), "crash-1"])
    raise PlanTokenError(f"{blow[:40]!r} is no fault: there are {known}")
