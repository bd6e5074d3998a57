"""What a step that crashes has done of its effect, its compensation undoes."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.contract import Dedup
from sagacheck.core.storming import Law, Place, Standing, Way
from sagacheck.storm.bench import NO_PROBE, Bench, CannotBeginError, Done, Judged, Subject, held, not_run
from sagacheck.storm.laws.crash import DID, NO_BOUNDARY
from sagacheck.storm.laws.law import LawRule
from sagacheck.storm.observing import differences
from sagacheck.storm.reply import Came, Reply
from sagacheck.storm.stage import Stage


def _unclaimed(subject: Subject) -> str | None:
    if subject.undoes or subject.step.compensation is None or not subject.step.owes:
        return None
    if subject.contract.kind == "no contract":
        return "its contract promises nothing"
    if getattr(subject.contract, "dedup", Dedup.TOGETHER) is not Dedup.TOGETHER:
        return "its contract says that record and effect are two transactions"
    return ""


def _decide(bench: Bench, subject: Subject) -> Judged:
    tried, unsure = 0, False
    undo = _undo(subject)
    for way, stage in bench.stages().items():
        if way is Way.STALE and subject.contract.kind != "barrier":
            continue  # nobody claims that one which goes on behind its compensation is refused
        right = tuple(_right(bench, subject, stage))
        bench.begin(*subject.before, on=stage)
        for number, place in enumerate(bench.perform(subject.done, stage).places, 1):
            tried += 1
            bench.begin(*subject.before, on=stage)
            stage.crash(subject.action, subject.payload, number, way)
            attempt = bench.perform if way is Way.STALE else bench.retried
            reply = attempt(undo, stage)
            late = list(stage.resume())
            if late and reply.came is Came.ERROR:
                reply = bench.retried(undo, stage)
            found = stage.observe()
            if found in right:
                continue
            if _is_right(subject, reply, late) and any(bench.perhaps_right(one, found, stage) for one in right):
                unsure = True
            else:
                answers = (
                    f"answer of {undo.action}: {reply}",
                    *(f"answer of the one that goes on: {one}" for one in late),
                )
                return _violated(tried, way, place, (*answers, *differences(right[0], found)))
    if unsure:
        return not_run(NO_PROBE)
    return held(tried) if tried else not_run(NO_BOUNDARY)


def _is_right(subject: Subject, reply: Reply, late: list[Reply]) -> bool:
    """Whether what was answered is right, so that all that may be wrong is what is left in the world.

    Args:
        subject: the step.
        reply: what its compensation answered.
        late: what the step answered that went on behind it.
    """
    undone = reply.came is Came.OK or (reply.came is Came.REJECTED and not subject.contract.tolerates_empty)
    return undone and all(answer.came is not Came.OK for answer in late)


def _violated(tried: int, way: Way, place: Place, evidence: tuple[str, ...]) -> Judged:
    why = f"its compensation leaves a part of it behind when it {DID[way]} before `{place.name}`"
    return Judged(Standing.VIOLATED, tried, why.replace("a retry", "that"), place, evidence)


def _undo(subject: Subject) -> Done:
    undo = subject.step.compensation
    assert undo is not None
    return Done(undo.action, subject.payload)


def _right(bench: Bench, subject: Subject, stage: Stage) -> Iterator[object]:
    """What calm runs leave in which it was not done, or done and undone; what they differ in has laws of its own."""
    without = tuple(done for done in subject.before if done.action not in subject.undone_with)
    runs = (without, (*subject.before, _undo(subject)), (*subject.before, subject.done, _undo(subject)))
    for run in runs:
        try:
            yield bench.after(*run, on=stage)
        except CannotBeginError:
            continue


RULE = LawRule(
    Law.PARTIAL,
    "what a crash leaves of its effect, its compensation undoes",
    _unclaimed,
    _decide,
    (Law.DUPLICATE, Law.CRASH, Law.LATE_STEP),
)
