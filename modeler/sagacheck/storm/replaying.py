"""Plays what a token stands for: the plan of one saga, or the turns of several side by side."""

from __future__ import annotations

from sagacheck.storm.playing import Play, Played
from sagacheck.storm.running import played
from sagacheck.storm.several import turns_taken
from sagacheck.storm.token import is_side_by_side, plan_of, turns_of


def played_token(play: Play, token: str) -> Played:
    """How a saga, or several, fare under what a token stands for.

    Args:
        play: the saga and its handlers.
        token: a plan or turns.

    Raises:
        PlanTokenError: if it is neither.
        NoOtherKeyError: if there are to be several sagas, and no second key can be made.
        CannotBeginError: if a handler does not even work calmly.
        NoSuchCrashError: if it has a crash that is not done in this world.
    """
    if not is_side_by_side(token):
        return played(play, plan_of(token))
    went = turns_taken(play, turns_of(token))
    return Played(went.happened, (), frozenset(), went.why, went.evidence, unsure=went.unsure)
