"""Plans as short texts that people can read and commands can take.

payment.charge:1:reply-lost,payment.refund:1:crash-3-stale,gift=no

Several sagas side by side have turns instead: the number of the saga, and what strikes its call.

side-by-side/1,2:late,1:crash-2,2:arrive
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from sagacheck.core.storming import Blow, Plan, Strike, Turn, Way

CALM = "calm"
SIDE_BY_SIDE = "side-by-side/"
"""What the tokens of several sagas begin with."""
_ARRIVE = "arrive"
_KEPT = " .-"
_PARTS = 3
_DIGITS = 6
LONGEST = 100_000
"""Characters of the longest token."""


class PlanTokenError(ValueError):
    """A text that is no plan."""


def token_of(plan: Plan) -> str:
    """The plan as a text."""
    parts = [f"{_quoted(one.call)}:{one.turn}:{_blow(one)}" for one in plan.strikes]
    parts += [f"{_quoted(name)}={_quoted(answer)}" for name, answer in plan.answers]
    return ",".join(parts) or CALM


def is_plan(token: str) -> bool:
    """Whether a text looks like a plan, and not like another token."""
    return token.strip() == CALM or is_side_by_side(token) or ":" in token or "=" in token


def is_side_by_side(token: str) -> bool:
    """Whether a text looks like the turns of several sagas."""
    return token.strip().startswith(SIDE_BY_SIDE)


def token_of_turns(turns: tuple[Turn, ...]) -> str:
    """The turns of several sagas as a text."""
    return SIDE_BY_SIDE + ",".join(map(_turn_text, turns))


def turns_of(token: str) -> tuple[Turn, ...]:
    """The turns that a text stands for.

    Raises:
        PlanTokenError: if it stands for none.
    """
    token = token.strip()
    if len(token) > LONGEST or not is_side_by_side(token):
        raise PlanTokenError(
            f"this is no list of turns: it begins with {SIDE_BY_SIDE}, and is no longer than {LONGEST}"
        )
    return tuple(map(_turn, filter(None, token.removeprefix(SIDE_BY_SIDE).split(","))))


def plan_of(token: str) -> Plan:
    """The plan that a text stands for.

    Raises:
        PlanTokenError: if it stands for none.
    """
    strikes, answers = [], []
    token = token.strip()
    if len(token) > LONGEST:
        raise PlanTokenError(f"this is no plan: no plan is longer than {LONGEST} characters")
    for part in token.split(",") if token != CALM else ():
        if "=" in part:
            name, _, answer = part.partition("=")
            answers.append((_unquoted(name), _unquoted(answer)))
        else:
            strikes.append(_strike(part))
    return Plan(tuple(strikes), tuple(sorted(answers)))


def _turn_text(turn: Turn) -> str:
    if turn.arrives:
        return f"{turn.saga}:{_ARRIVE}"
    if turn.blow is None:
        return str(turn.saga)
    return f"{turn.saga}:{turn.blow}-{turn.boundary}" if turn.blow is Blow.CRASH else f"{turn.saga}:{turn.blow}"


def _turn(part: str) -> Turn:
    number, colon, what = part.partition(":")
    saga = _number(number)
    if saga is not None and not colon:
        return Turn(saga)
    if saga is not None and what == _ARRIVE:
        return Turn(saga, arrives=True)
    if saga is not None:
        strike = _strike(f"saga:1:{what}")
        if strike.way is Way.PARK:
            return Turn(saga, strike.blow, strike.boundary)
    raise PlanTokenError(f"{part[:60]!r} is no turn: write SAGA or SAGA:FAULT, like 2:late or 1:{_ARRIVE}")


def _quoted(name: str) -> str:
    return quote(name, safe=_KEPT, errors="surrogatepass").replace(" ", "%20")


def _unquoted(text: str) -> str:
    return unquote(text, errors="surrogatepass")


def _number(text: str) -> int | None:
    """A number from 1 that is not absurd; None if it is none."""
    fits = text.isascii() and text.isdecimal() and len(text) <= _DIGITS
    return int(text) or None if fits else None


def _blow(strike: Strike) -> str:
    if strike.blow is not Blow.CRASH:
        return strike.blow
    way = "" if strike.way is Way.PARK else f"-{strike.way}"
    return f"{strike.blow}-{strike.boundary}{way}"


def _strike(part: str) -> Strike:
    pieces = part.split(":")
    turn = _number(pieces[1]) if len(pieces) == _PARTS else None
    if turn is None:
        raise PlanTokenError(
            f"{part[:60]!r} is no fault of a plan: write ACTION:TURN:FAULT, like payment.charge:1:lost"
        )
    name, blow = _unquoted(pieces[0]), pieces[2]
    if blow.startswith(f"{Blow.CRASH}-"):
        number, _, way = blow.removeprefix(f"{Blow.CRASH}-").partition("-")
        boundary = _number(number)
        if boundary is not None and (not way or way in list(Way)):
            return Strike(name, turn, Blow.CRASH, boundary, Way(way or Way.PARK))
    elif blow in list(Blow) and blow != Blow.CRASH:
        return Strike(name, turn, Blow(blow))
    known = ", ".join([*(one for one in Blow if one is not Blow.CRASH), "crash-1"])
    raise PlanTokenError(f"{blow[:40]!r} is no fault: there are {known}")
