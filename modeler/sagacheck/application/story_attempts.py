"""What became of one call in a prover's story, as attempts that a storm makes: what strikes each of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from sagacheck.core.outcome import Outcome
from sagacheck.core.retry import RetryPolicy
from sagacheck.core.storming import Blow
from sagacheck.lowering.participant import CRASHES, Kind
from sagacheck.storm.running import MOST_ATTEMPTS

AFTER_THE_FIRST_WRITE = 2
"""The boundary of a simulated participant that lies between effect and record."""
_REFUSING = frozenset({Kind.REJECTS, Kind.REFUSES})
Attempt = tuple[tuple[Blow, int], ...]
"""What strikes a request, with boundaries: nothing, one fault, or a second copy that comes late beside another fault."""
_CALM: Attempt = ()
_AGAIN: Attempt = ((Blow.AGAIN, 0),)


class CannotSayError(ValueError):
    """A story that no plan says; the message says what of it."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A request that came to its participant.

    Args:
        kind: what the participant did.
        answer: what it answered; "" if nothing.
    """

    kind: str
    answer: str

    @property
    def crashed(self) -> bool:
        """Whether the participant crashed over it."""
        return self.kind in CRASHES

    @property
    def refused(self) -> bool:
        """Whether the participant refused of its own will, not because of what it knows already."""
        return self.kind in _REFUSING


@dataclass
class Episode:
    """A call, from its first request to its outcome, and what came of its requests afterwards.

    Args:
        what: the step, or the compensation's action.
        node: id of the chart's node, when it has come to an outcome.
        outcome: what it came to; None if it has not.
        delivered: what came of its requests, before anything else was done about the same step.
        late: what came of them behind that.
        lost: whether its last request, or the answer to it, was lost.
        cancelled: whether a request to cancel came meanwhile.
        forgotten: whether the coordinator forgot everything meanwhile.
    """

    what: str
    node: str = ""
    outcome: Outcome | None = None
    delivered: list[Delivered] = field(default_factory=list)
    late: list[Delivered] = field(default_factory=list)
    lost: bool = False
    cancelled: bool = False
    forgotten: bool = False


def attempts_of(episode: Episode, policy: RetryPolicy, can_give_up: bool, *, settles: bool) -> list[Attempt]:  # noqa: FBT001
    """What strikes each attempt of a call.

    Args:
        episode: the call.
        policy: how often it is attempted.
        can_give_up: whether its caller goes on without an answer.
        settles: whether a rejection says that earlier attempts had no effect either.

    Raises:
        CannotSayError: if attempts cannot come to that.
    """
    gives_up = can_give_up and policy.attempts is not None
    most = policy.attempts if gives_up and policy.attempts is not None else MOST_ATTEMPTS
    if any(one.refused for one in episode.late):
        raise CannotSayError(f"{episode.what} is refused when nobody waits for the answer any more")
    if any(one.kind == Kind.REFUSES for one in episode.delivered[1:]):
        raise CannotSayError(f"{episode.what} is refused although it has been asked for before")
    if episode.cancelled or episode.forgotten:
        found = _broken_off(episode)
    elif episode.outcome is Outcome.UNKNOWN or (episode.outcome is None and episode.lost and not policy.retries):
        found = _given_up(episode, most, gives_up=gives_up, settles=settles)
    else:
        found = _answered(episode, retries=policy.retries, settles=settles)
    if len(found) > most:
        raise CannotSayError(f"{episode.what} comes more often than its caller asks for it")
    return found


def _unheard(one: Delivered, what: str) -> Attempt:
    """An attempt of which the caller hears nothing."""
    if one.crashed:
        return ((Blow.CRASH, AFTER_THE_FIRST_WRITE),)
    if one.refused:
        raise CannotSayError(f"that {what} is refused is not heard")
    return ((Blow.REPLY_LOST, 0),) if one.answer else _CALM


def _answered(episode: Episode, *, retries: bool, settles: bool) -> list[Attempt]:
    """Of a call that has got its answer, or gets it when the story is over."""
    made, what = episode.delivered, episode.what
    wanted = episode.outcome or (made[-1].answer if made and made[-1].answer else "")
    heard = max((number for number, one in enumerate(made) if wanted and one.answer == wanted), default=len(made))
    if episode.outcome is not None and heard == len(made):
        raise CannotSayError(f"what is answered to {what} comes from an earlier call")
    before, behind = made[:heard], made[heard + 1 :]
    refused = heard < len(made) and made[heard].refused
    found: list[Attempt] = []
    last: Attempt = ((Blow.REJECTED, 0),) if refused else _CALM
    if len(before) == 1 and not behind and not refused and _is_same(before[0], made[heard:]):
        last = ((Blow.TWICE, 0),)
    elif before and not retries:
        if len(before) > 1 or not before[0].answer or before[0].refused or refused:
            raise CannotSayError(f"{what} is not tried again, and comes more than once")
        last = ((Blow.RESENT, 0),)
    else:
        found = [_unheard(one, what) for one in before]
    if behind:
        if last or len(behind) > 1 or behind[0].crashed or behind[0].refused:
            raise CannotSayError(f"{what} comes more than twice before anything else is done")
        last = ((Blow.TWICE, 0),)
    late = len(episode.late)
    found = [((Blow.LATE, 0),)] * (late - 1) + found
    if found and wanted == Outcome.REJECTED and not settles:
        raise CannotSayError(f"{what} is refused, and comes once more without anything being known of that")
    return [*found, (*last, *_AGAIN) if late else last]


def _is_same(one: Delivered, others: list[Delivered]) -> bool:
    """Whether both of two requests are answered alike, by participants that refuse nothing."""
    return bool(one.answer) and not one.refused and [other.answer for other in others] == [one.answer]


def _given_up(episode: Episode, most: int, *, gives_up: bool, settles: bool) -> list[Attempt]:
    """Of a call whose caller does not know what became of it."""
    made, what = list(episode.delivered), episode.what
    refused = bool(made) and made[-1].answer == Outcome.REJECTED and not settles
    last: list[Attempt] = []
    if refused and (made[-1].refused or not gives_up):
        last = [((Blow.REJECTED, 0),) if made.pop().refused else _CALM]
    found = [_unheard(one, what) for one in made]
    late = len(episode.late)
    beside = min(len(found), max(0, late + len(found) + len(last) - most))
    found = [(*one, *_AGAIN) if number < beside else one for number, one in enumerate(found)]
    found = [((Blow.LATE, 0),)] * (late - beside) + found
    if last:
        return [*(found or [((Blow.LOST, 0),)]), *last]
    if not gives_up:
        raise CannotSayError(f"that nothing is known of {what} comes of an answer")
    return [*found, *[((Blow.LOST, 0),)] * (most - len(found))]


def _broken_off(episode: Episode) -> list[Attempt]:
    """Of a call during which a request to cancel comes, or the coordinator forgets everything."""
    *before, last = episode.delivered or [Delivered("", "")]
    word = "the saga is cancelled" if episode.cancelled else "the coordinator forgets everything"
    if not last.answer or last.refused or episode.outcome is Outcome.UNKNOWN or len(episode.late) > 1:
        raise CannotSayError(f"{word} while {episode.what} is not answered in time")
    blow = Blow.CANCEL if episode.cancelled else Blow.FORGOTTEN
    found = [_unheard(one, episode.what) for one in before]
    return [*found, ((blow, 0), *(_AGAIN if episode.late else ()))]
