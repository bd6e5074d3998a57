"""A step that refuses has had no effect, not even a part of one; and it refuses again, where its contract says so."""

from __future__ import annotations

from sagacheck.core.outcome import Outcome
from sagacheck.core.storming import Law, Standing
from sagacheck.storm.bench import NO_PROBE, Bench, Judged, Subject, held, not_run
from sagacheck.storm.laws.law import LawRule
from sagacheck.storm.observing import differences
from sagacheck.storm.reply import Came

_NONE = "there is no payload that it refuses: rejecting={{{action!r}: {{...}}}} in Storm, what differs from the example"


def _unclaimed(subject: Subject) -> str | None:
    if subject.undoes or subject.step.informational or not subject.step.effect:
        return None
    return "" if Outcome.REJECTED in subject.step.outcomes else "it claims never to refuse"


def _stored(subject: Subject) -> str | None:
    unclaimed = _unclaimed(subject)
    if unclaimed == "" and not subject.contract.stores_rejections:
        return "its contract does not store rejections"
    return unclaimed


def _rejection(bench: Bench, subject: Subject) -> Judged:
    if subject.rejecting is None:
        return not_run(_NONE.format(action=subject.action))
    before = bench.after(*subject.before)
    bench.begin(*subject.before)
    reply = bench.stage.perform(subject.action, subject.rejecting)
    if reply.came is Came.OK:
        return not_run("the payload that it should refuse was accepted: look at rejecting= in Storm")
    found = bench.stage.observe()
    if found == before:
        return held(1)
    if reply.came is Came.REJECTED and bench.perhaps_right(before, found):
        return not_run(NO_PROBE)
    why = "it refuses, and leaves a part of its effect behind"
    return Judged(Standing.VIOLATED, 1, why, evidence=(f"answer: {reply}", *differences(before, found)))


def _stored_rejection(bench: Bench, subject: Subject) -> Judged:
    if subject.rejecting is None:
        return not_run(_NONE.format(action=subject.action))
    bench.begin(*subject.before)
    if bench.stage.perform(subject.action, subject.rejecting).came is Came.OK:
        return not_run("the payload that it should refuse was accepted: look at rejecting= in Storm")
    before = bench.stage.observe()
    reply = bench.perform(subject.done)
    found = bench.stage.observe()
    if found == before and reply.came is not Came.OK:
        return held(1)
    if reply.came is Came.REJECTED and bench.perhaps_right(before, found):
        return not_run(NO_PROBE)
    why = "after it has refused, it accepts under the same key"
    return Judged(Standing.VIOLATED, 1, why, evidence=(f"answer to the second: {reply}", *differences(before, found)))


REJECTION = LawRule(Law.REJECTION, "when it refuses, it has had no effect", _unclaimed, _rejection)
STORED_REJECTION = LawRule(
    Law.STORED_REJECTION,
    "once it has refused, it refuses again under the same key",
    _stored,
    _stored_rejection,
    (Law.DUPLICATE,),
)
