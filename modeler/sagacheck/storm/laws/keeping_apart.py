"""Operations under different keys are kept apart: each has its own effect, and copies of one are known behind another."""

from __future__ import annotations

from dataclasses import replace

from sagacheck.core.storming import Law, Standing
from sagacheck.storm.bench import NO_PROBE, Bench, CannotBeginError, Done, Judged, Subject, held, not_run
from sagacheck.storm.laws.law import LawRule
from sagacheck.storm.laws.repetition import unclaimed_repetition
from sagacheck.storm.observing import differences
from sagacheck.storm.stage import RealStage

NO_SECOND = "no second operation comes about beside the first: it is refused, or the world has not enough for two"
"""Why no law about two operations is claimed."""
NO_KEY = "of the key in the example no second one can be made: make it a text or a whole number"
"""Likewise."""
_SIMULATED = "simulated participants know one operation only"
Run = tuple[Done, ...]


def _unclaimed(subject: Subject) -> str | None:
    return unclaimed_repetition(subject) or ("" if subject.contract.keyed else "its contract has no key")


def _other_key(bench: Bench, subject: Subject) -> Judged:
    unclaimed = _impossible(bench, subject)
    if unclaimed is not None:
        return Judged(Standing.NOT_CLAIMED, 0, unclaimed)
    return _undone_apart(bench, subject) if subject.undoes else _done_apart(bench, subject)


def _impossible(bench: Bench, subject: Subject) -> str | None:
    """Why no second operation can be tried beside the first; None if it can."""
    if not isinstance(bench.stage, RealStage):
        return _SIMULATED
    if subject.elsewhere is None:
        return NO_KEY
    # What is to be repeated has to be possible once.
    before = subject.before if subject.undoes else (*subject.before, subject.done)
    try:
        bench.after(*before, *_there(subject, before))
    except CannotBeginError:
        return NO_SECOND
    return None


def _there(subject: Subject, run: Run) -> Run:
    """The same under another key; what is to be undone differs in more than that, so that the right one is known."""
    assert subject.elsewhere is not None
    payload = subject.elsewhere
    if subject.undoes and subject.other is not None:
        keys = {name: value for name, value in payload.items() if value != subject.payload.get(name)}
        payload = {**subject.other, **keys}
    return tuple(replace(done, payload=payload) for done in run)


def _done_apart(bench: Bench, subject: Subject) -> Judged:
    """Whether a step takes effect behind the same one under another key."""
    whole = (*subject.before, subject.done)
    other = _there(subject, whole)
    before = bench.after(*whole, *other[:-1])
    bench.begin(*whole, *other[:-1])
    reply = bench.perform(other[-1])
    if bench.stage.observe() != before:
        return held(1)
    why = "under another key it takes no effect: it is taken for a copy of what was done under the first"
    return Judged(Standing.VIOLATED, 1, why, evidence=(f"answer: {reply}",))


def _undone_apart(bench: Bench, subject: Subject) -> Judged:
    """Whether a compensation undoes what was done under its own key, whichever of two came first."""
    other = _there(subject, subject.before)
    unsure = False
    for tried, mine in enumerate((subject.done, *_there(subject, (subject.done,))), 1):
        first = not tried - 1
        left = subject.without_covered if first else subject.before
        others = other if first else tuple(done for done in other if done.action not in subject.covered)
        right = bench.after(*left, *others)
        bench.begin(*subject.before, *other)
        reply = bench.perform(mine)
        found = bench.stage.observe()
        if found != right and bench.perhaps_right(right, found):
            unsure = True
        elif found != right:
            why = "beside another operation, it does not undo just what was done under its own key"
            return Judged(Standing.VIOLATED, tried, why, evidence=(f"answer: {reply}", *differences(right, found)))
    return not_run(NO_PROBE) if unsure else held(2)


def _effect_count(bench: Bench, subject: Subject) -> Judged:
    unclaimed = _impossible(bench, subject)
    if unclaimed is not None:
        return Judged(Standing.NOT_CLAIMED, 0, unclaimed)
    before = (*subject.before, *_there(subject, subject.before))
    pair = (subject.done, *_there(subject, (subject.done,)))
    right = bench.after(*before, *pair)
    bench.begin(*before, *pair)
    replies = [bench.perform(done) for done in pair]
    found = bench.stage.observe()
    if found == right:
        return held(2)
    why = "copies that come behind another operation take effect again"
    answers = (
        f"answer to the copy of the {which}: {one}" for which, one in zip(("first", "other"), replies, strict=True)
    )
    return Judged(Standing.VIOLATED, 2, why, evidence=(*answers, *differences(right, found)))


OTHER_KEY = LawRule(
    Law.OTHER_KEY,
    "under another key it is another operation",
    _unclaimed,
    _other_key,
    (Law.EFFECT, Law.INVERSE, Law.DUPLICATE),
)
EFFECT_COUNT = LawRule(
    Law.EFFECT_COUNT,
    "there are as many effects as keys, in whatever order copies come",
    _unclaimed,
    _effect_count,
    (Law.DUPLICATE, Law.LATE_DUPLICATE),
)
