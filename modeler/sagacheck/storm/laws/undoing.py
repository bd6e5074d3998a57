"""A compensation undoes its step; it tolerates that there is nothing to undo; and a step that comes late stays undone."""

from __future__ import annotations

from sagacheck.core.storming import Law, Standing
from sagacheck.storm.bench import NO_PROBE, Bench, Done, Judged, Subject, held, not_run
from sagacheck.storm.laws.law import LawRule
from sagacheck.storm.observing import differences
from sagacheck.storm.reply import Came


def _of_compensation(subject: Subject) -> str | None:
    return "" if subject.undoes else None


def _inverse(bench: Bench, subject: Subject) -> Judged:
    right = bench.after(*subject.without_covered)
    done = bench.after(*subject.before)
    found = bench.after(*subject.before, subject.done)
    if found == right:
        return held(1)
    if bench.perhaps_right(right, found):
        return not_run("without a probe nobody says what counts as undone: probe=... in Storm")
    why = "it leaves the effect as it was" if found == done else "it does not undo all of the effect"
    return Judged(Standing.VIOLATED, 1, why, evidence=differences(right, found))


def _unclaimed_empty(subject: Subject) -> str | None:
    if not subject.undoes:
        return None
    return "its contract promises nothing" if subject.contract.kind == "no contract" else ""


def _empty(bench: Bench, subject: Subject) -> Judged:
    before = bench.after(*subject.without_covered)
    bench.begin(*subject.without_covered)
    reply = bench.perform(subject.done)
    found = bench.stage.observe()
    evidence = (f"answer: {reply}", *differences(before, found))
    unsure = bench.perhaps_right(before, found)
    if found != before and not unsure:
        why = "it changes something although there is nothing to undo"
        return Judged(Standing.VIOLATED, 1, why, evidence=evidence)
    if subject.contract.tolerates_empty and reply.came is not Came.OK:
        return Judged(Standing.VIOLATED, 1, "it does not succeed when there is nothing to undo", evidence=evidence)
    return not_run(NO_PROBE) if unsure and found != before else held(1)


def _unclaimed_late(subject: Subject) -> str | None:
    if subject.undoes or subject.step.compensation is None or not subject.step.owes:
        return None
    if not subject.contract.keyed:
        return "its contract does not say that it remembers what was undone"
    return ""


def _late_step(bench: Bench, subject: Subject) -> Judged:
    undo = subject.step.compensation
    assert undo is not None
    undoing = Done(undo.action, subject.payload)
    orders: list[tuple[tuple[Done, ...], str]] = [((subject.done, undoing), "after it was done and undone")]
    if subject.contract.kind == "barrier":
        orders.append(((undoing,), "after its compensation, which came first"))
    unsure = False
    for order, when in orders:
        right = bench.after(*subject.before, *order)
        bench.begin(*subject.before, *order)
        reply = bench.perform(subject.done)
        found = bench.stage.observe()
        if found == right:
            continue
        if reply.came is Came.REJECTED and bench.perhaps_right(right, found):
            unsure = True
            continue
        evidence = (f"answer: {reply}", *differences(right, found))
        return Judged(Standing.VIOLATED, 1, f"it takes effect {when}", evidence=evidence)
    return not_run(NO_PROBE) if unsure else held(len(orders))


INVERSE = LawRule(Law.INVERSE, "it undoes what its step has done", _of_compensation, _inverse)
EMPTY = LawRule(Law.EMPTY, "it changes nothing when there is nothing to undo", _unclaimed_empty, _empty)
LATE_STEP = LawRule(
    Law.LATE_STEP, "it takes no effect after its compensation", _unclaimed_late, _late_step, (Law.DUPLICATE,)
)
