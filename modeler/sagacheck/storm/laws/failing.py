"""When what an action talks to fails, it does not answer as if nothing had happened, or as if it had done nothing."""

from __future__ import annotations

from sagacheck.core.contract import Dedup
from sagacheck.core.storming import Law, Standing
from sagacheck.storm.bench import NO_PROBE, Bench, Judged, Subject, held, not_run
from sagacheck.storm.laws.crash import NO_BOUNDARY
from sagacheck.storm.laws.law import LawRule
from sagacheck.storm.laws.repetition import unclaimed_repetition
from sagacheck.storm.observing import differences
from sagacheck.storm.reply import Came, Reply
from sagacheck.storm.stage import RealStage

_SIMULATED = "what simulated participants talk to does not fail"
_KEEP = "keep a refusal under its key, or raise something else than a refusal when it is an error"


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
    unsure = False
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
        refused = reply.came is Came.REJECTED
        if right is not None and refused and found != right and bench.perhaps_right(right, found):
            unsure = True
        elif right is not None and found != right:
            evidence = (f"answer: {reply}", *retry, *differences(right, found))
            return Judged(Standing.VIOLATED, number, f"{why} when `{place.name}` fails", place, evidence)
        if refused and _keeps_refusals(subject):
            again = bench.perform(subject.done)
            if again.came is Came.OK:
                why = f"it refuses when `{place.name}` fails, and accepts a retry: {_KEEP}"
                return Judged(
                    Standing.VIOLATED, number, why, place, (f"answer: {reply}", f"answer to a retry: {again}")
                )
    if unsure:
        return not_run(NO_PROBE)
    return held(len(places)) if places else not_run(NO_BOUNDARY)


def _answered(subject: Subject, reply: Reply, before: object, once: object) -> tuple[str, object]:
    """What the world has to be like behind an answer, and what is wrong otherwise; None if it may be anything."""
    if reply.came is Came.OK:
        return "it answers ok although it has not done all of it", once
    if reply.came is Came.REJECTED and not subject.undoes:
        return "it refuses, which says that it has had no effect,", before
    return "", None


def _keeps_refusals(subject: Subject) -> bool:
    """Whether its contract says that what it has refused stays refused."""
    return not subject.undoes and subject.contract.stores_rejections


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
