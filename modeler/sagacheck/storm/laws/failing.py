"""When what an action talks to fails, it does not answer as if nothing had happened, or as if it had done nothing."""

from __future__ import annotations

from sagacheck.core.contract import Dedup
from sagacheck.core.storming import Law, Standing
from sagacheck.storm.bench import Bench, Judged, Subject, held, not_run
from sagacheck.storm.laws.crash import NO_BOUNDARY
from sagacheck.storm.laws.law import LawRule
from sagacheck.storm.laws.repetition import unclaimed_repetition
from sagacheck.storm.observing import differences
from sagacheck.storm.reply import Came, Reply
from sagacheck.storm.stage import RealStage

_SIMULATED = "what simulated participants talk to does not fail"


def _unclaimed(subject: Subject) -> str | None:
    if not subject.undoes and (subject.step.informational or not subject.step.effect):
        return None
    return ""


def _decide(bench: Bench, subject: Subject) -> Judged:
    stage = bench.stage
    if not isinstance(stage, RealStage):
        return Judged(Standing.NOT_CLAIMED, 0, _SIMULATED)
    before, once = bench.after(*subject.before), bench.after(*subject.before, subject.done)
    bench.begin(*subject.before)
    places = bench.perform(subject.done).places
    for number, place in enumerate(places, 1):
        bench.begin(*subject.before)
        reply = stage.fail(subject.action, subject.payload, number)
        found = stage.observe()
        why, right = _answered(subject, reply, before, once)
        retry: tuple[str, ...] = ()
        if reply.came is Came.ERROR and _is_repeatable(subject):
            again = bench.retried(subject.done)
            found, right, retry = stage.observe(), once, (f"answer to a retry: {again}",)
            why = "with a retry, it does not come to one effect"
        if right is not None and found != right:
            evidence = (f"answer: {reply}", *retry, *differences(right, found))
            return Judged(Standing.VIOLATED, number, f"{why} when `{place.name}` fails", place, evidence)
    return held(len(places)) if places else not_run(NO_BOUNDARY)


def _answered(subject: Subject, reply: Reply, before: object, once: object) -> tuple[str, object]:
    """What the world has to be like behind an answer, and what is wrong otherwise; None if it may be anything."""
    if reply.came is Came.OK:
        return "it answers ok although it has not done all of it", once
    if reply.came is Came.REJECTED and not subject.undoes:
        return "it refuses, which says that it has had no effect,", before
    return "", None


def _is_repeatable(subject: Subject) -> bool:
    together = getattr(subject.contract, "dedup", Dedup.TOGETHER) is Dedup.TOGETHER
    return together and unclaimed_repetition(subject) == ""


RULE = LawRule(
    Law.FAILURE,
    "when what it talks to fails, its answer is true, and a retry comes to one effect",
    _unclaimed,
    _decide,
    (Law.DUPLICATE, Law.CRASH),
)
