"""Plays a story of the prover on the handlers: whether the code does what was refuted of the model."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, product
from typing import TYPE_CHECKING

from sagacheck.application.loaded import LoadedChoreography, LoadedSaga, LoadOptions
from sagacheck.application.refusal import RefusedError
from sagacheck.application.replay_plan import ReplayedPlan, played_on_each, storms_over
from sagacheck.application.replay_story import story_again
from sagacheck.application.story_plan import plan_of_trace
from sagacheck.core.obligation import Obligation, Owed
from sagacheck.core.storming import Blow, Plan, Strike

if TYPE_CHECKING:
    from sagacheck.storm.playing import Play, Played

_MOST_VARIANTS = 400
"""Choices of boundaries for the crashes of one story that are tried."""


def storm_story(
    loaded: LoadedSaga | LoadedChoreography, model: str, token: str, options: LoadOptions, *, durable: bool = True
) -> tuple[ReplayedPlan, ...]:
    """How the handlers of a saga fare in a story, in each of the storms over it.

    A story says that a participant crashes between two writes. Where that is in a handler nobody knows, so every
    boundary is tried, until one breaks the saga.

    Args:
        loaded: the saga.
        model: where it was loaded from.
        token: what stands behind `replay` in a report.
        options: how it was loaded.
        durable: as for `replay_story`.

    Raises:
        LoadError: if the model cannot be loaded, or its world or probe breaks.
        RefusedError: if it is no token, or the story cannot happen any more, or nothing can be played.
        CannotSayError: if no plan says what happens in it.
    """
    if isinstance(loaded, LoadedChoreography):
        raise RefusedError("a choreography has no handlers that could be stormed: replay its story without --storm")
    found, broken = story_again(loaded.chart, token, durable=durable)
    if found.missing:
        raise RefusedError(
            f"the story cannot happen any more, {found.missing} of its steps are left: replay it without --storm"
        )
    owed = broken[0] if broken else None
    plan = plan_of_trace(loaded.chart, found.trace, owed)
    over = storms_over(model, loaded.chart.name, options)

    def play(play: Play) -> tuple[str, Played]:
        from sagacheck.storm.token import token_of

        tried, went = played_somewhere(replace(play, durable=durable), plan, owed)
        return token_of(tried), went

    return played_on_each(over, play, options)


def played_somewhere(play: Play, plan: Plan, owed: Owed | None = None) -> tuple[Plan, Played]:
    """Plays a plan with its crashes at any boundaries: the first with which it breaks the saga, or the last one.

    Args:
        play: the saga and its handlers.
        plan: the plan; at which boundaries it crashes is of no matter.
        owed: what was broken in the story.
    """
    from sagacheck.storm.running import played

    crashes = [one for one in plan.strikes if one.blow is Blow.CRASH]
    tried, went = plan, _seen(play, played(play, plan), owed)
    if not crashes or (went.why and not went.unfired):
        return tried, went
    ways = [_boundaries(played(play, _with(plan, one, replace(one, blow=Blow.REPLY_LOST))), one) for one in crashes]
    for chosen in islice(product(*ways), _MOST_VARIANTS):
        tried = plan
        for one, boundary in zip(crashes, chosen, strict=True):
            tried = _with(tried, one, replace(one, boundary=boundary))
        went = _seen(play, played(play, tried), owed)
        if went.why and not went.unfired:
            break
    return tried, went


def _with(plan: Plan, strike: Strike, other: Strike) -> Plan:
    return replace(plan, strikes=tuple(other if one == strike else one for one in plan.strikes))


def _boundaries(ran: Played, crash: Strike) -> range:
    """The boundaries of the request that is to crash."""
    from sagacheck.storm.playing import Request

    here = [one for one in ran.met if isinstance(one, Request) and (one.call, one.turn) == (crash.call, crash.turn)]
    most = max((number for one in here for blow, number in one.blows if blow is Blow.CRASH), default=0)
    return range(1, max(1, most) + 1)


def _seen(play: Play, ran: Played, owed: Owed | None) -> Played:
    """How it went, with what leaves no trace in the world: that a compensation is refused as there is nothing to undo."""
    if ran.why or owed is None or owed.obligation is not Obligation.COMPENSATION_OF_NOTHING:
        return ran
    undo = play.chart.step[owed.step].compensation
    if undo is not None and refused(ran, undo.action):
        return replace(ran, why=f"{undo.action} is refused, although {owed.step} has not happened")
    return ran


def refused(ran: Played, action: str) -> bool:
    """Whether an action was refused in a run, of the participant's own will or because of what it found."""
    return any(one.actor == action and one.text.startswith("rejected") for one in ran.happened)
