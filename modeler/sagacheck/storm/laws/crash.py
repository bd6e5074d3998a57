"""A crash at any boundary, and then a retry, come to one effect."""

from __future__ import annotations

from sagacheck.core.contract import Dedup
from sagacheck.core.storming import Law, Place, Standing, Way
from sagacheck.storm.bench import Bench, Judged, Subject, held, not_run
from sagacheck.storm.laws.law import LawRule
from sagacheck.storm.laws.repetition import unclaimed_repetition
from sagacheck.storm.observing import differences
from sagacheck.storm.reply import Came, Reply
from sagacheck.storm.stage import Stage

DID = {
    Way.CANCEL: "is cancelled",
    Way.PARK: "stops",
    Way.KILL: "is killed",
    Way.STALE: "stands still, and goes on when a retry has done its work",
}
"""How a crash is told."""
NO_BOUNDARY = 'it comes to no boundary that is seen: use a world that knows its own, or boundary("name")'


def _unclaimed(subject: Subject) -> str | None:
    unclaimed = unclaimed_repetition(subject)
    if unclaimed == "" and getattr(subject.contract, "dedup", Dedup.TOGETHER) is not Dedup.TOGETHER:
        return "its contract says that record and effect are two transactions"
    return unclaimed


def _decide(bench: Bench, subject: Subject) -> Judged:
    tried = 0
    for way, stage in bench.stages().items():
        once = bench.after(*subject.before, subject.done, on=stage)
        bench.begin(*subject.before, on=stage)
        places = bench.perform(subject.done, stage).places
        for number, place in enumerate(places, 1):
            tried += 1
            judged = _crashed(bench, subject, stage, once, Crashing(way, number, place))
            if judged is not None:
                # One that goes on beside its retry is two at once.
                builds_on = (Law.CONCURRENT,) if way is Way.STALE else ()
                return Judged(judged.standing, tried, judged.why, place, judged.evidence, builds_on)
    if not tried:
        return not_run(NO_BOUNDARY)
    return held(tried)


class Crashing:
    """One crash.

    Args:
        way: how.
        number: at which boundary, from 1.
        place: which that is.
    """

    def __init__(self, way: Way, number: int, place: Place) -> None:
        self.way, self.number, self.place = way, number, place


def _crashed(bench: Bench, subject: Subject, stage: Stage, once: object, crash: Crashing) -> Judged | None:
    """What is wrong after a crash and a retry; None if nothing is."""
    bench.begin(*subject.before, on=stage)
    stage.crash(subject.action, subject.payload, crash.number, crash.way)
    # Beside one that stands still and may hold a lock, a second retry comes no further than the first.
    attempt = bench.perform if crash.way is Way.STALE else bench.retried
    reply = attempt(subject.done, stage)
    late = [str(answer) for answer in stage.resume()]
    if late and reply.came is Came.ERROR:
        reply = bench.retried(subject.done, stage)
    found = stage.observe()
    what = f"{DID[crash.way]} before `{crash.place.name}`"
    answers = (f"answer to the retry: {reply}", *(f"answer of the one that goes on: {one}" for one in late))
    if found != once:
        return Judged(
            Standing.VIOLATED, 1, f"{_effect(reply)} when it {what}", None, (*answers, *differences(once, found))
        )
    if reply.came is Came.ERROR:
        return Judged(Standing.VIOLATED, 1, f"it can never be done again when it {what}", None, answers)
    return None


def _effect(reply: Reply) -> str:
    return (
        "with a retry, it does not come to one effect" if reply.came is Came.OK else "its effect is not as it should be"
    )


RULE = LawRule(
    Law.CRASH, "a crash at any boundary and a retry come to one effect", _unclaimed, _decide, (Law.DUPLICATE,)
)
