"""What a saga does in no particular order, and what comes late, comes to the same in every order."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.storming import Law, Standing
from sagacheck.storm.bench import NO_PROBE, Bench, Done, Judged, Subject, held, not_run
from sagacheck.storm.laws.law import LawRule
from sagacheck.storm.observing import differences
from sagacheck.storm.reply import Came

Run = tuple[Done, ...]


def _unclaimed(subject: Subject) -> str | None:
    if subject.beside:
        return ""
    return "" if _can_be_late(subject) else None


def _can_be_late(subject: Subject) -> bool:
    """Whether there is something left to unwind behind the compensation of a step, and it has to stay undone."""
    undo = subject.step.compensation
    compensated = not subject.undoes and undo is not None and subject.step.owes
    return compensated and bool(subject.unwinding) and subject.contract.keyed


def _decide(bench: Bench, subject: Subject) -> Judged:
    tried, unsure = 0, False
    for right, run, why in _orders(subject):
        tried += 1
        wanted = bench.after(*right)
        bench.begin(*run[:-1])
        reply = bench.perform(run[-1])
        found = bench.stage.observe()
        if found == wanted:
            continue
        # What comes late may be refused; of two branches neither is late, and a refusal in one order is the difference.
        late = run[: len(right)] == right
        if late and reply.came is Came.REJECTED and bench.perhaps_right(wanted, found):
            unsure = True
        else:
            return Judged(Standing.VIOLATED, tried, why, evidence=(f"answer: {reply}", *differences(wanted, found)))
    return not_run(NO_PROBE) if unsure else held(tried)


def _orders(subject: Subject) -> Iterator[tuple[Run, Run, str]]:
    """Runs that have to come to the same, and what is wrong if they do not."""
    for beside in subject.beside:
        one, other = subject.done, beside.other
        why = f"it does not come to the same before `{other.action}` and after it, which a saga does beside it"
        yield (*beside.before, other, one), (*beside.before, one, other), why
    if _can_be_late(subject):
        undo = subject.step.compensation
        assert undo is not None
        undone = (*subject.before, subject.done, Done(undo.action, subject.payload), *subject.unwinding)
        yield undone, (*undone, subject.done), "a copy of it takes effect when the saga has unwound"
        if subject.contract.kind == "barrier":
            over = (*subject.before, Done(undo.action, subject.payload), *subject.unwinding)
            yield over, (*over, subject.done), "it takes effect when it comes after the saga has unwound"


RULE = LawRule(
    Law.COMMUTATION,
    "it comes to the same before and after what a saga does beside it, and behind its unwinding",
    _unclaimed,
    _decide,
    (Law.DUPLICATE, Law.LATE_STEP),
)
