"""Executing an action again changes nothing, whenever that is, and is answered as the contract says."""

from __future__ import annotations

import math

from sagacheck.core.contract import Reply as Policy
from sagacheck.core.storming import Law, Standing
from sagacheck.storm.bench import NO_PROBE, Bench, Judged, Subject, held, not_run
from sagacheck.storm.laws.law import LawRule
from sagacheck.storm.observing import differences
from sagacheck.storm.reply import Came, Reply

_TEN_YEARS = 10 * 365 * 86_400.0


def unclaimed_repetition(subject: Subject) -> str | None:
    """Why nobody claims that a repetition is harmless; "" if somebody does."""
    if not subject.undoes and (subject.step.informational or not subject.step.effect):
        return None
    return "its contract promises nothing" if subject.contract.kind == "no contract" else ""


def _keyed(subject: Subject) -> str | None:
    return unclaimed_repetition(subject) or ("" if subject.contract.keyed else "its contract has no key")


def _duplicate(bench: Bench, subject: Subject) -> Judged:
    once = bench.after(*subject.before, subject.done)
    bench.begin(*subject.before, subject.done)
    reply = bench.perform(subject.done)
    twice = bench.stage.observe()
    if twice == once:
        return held(1)
    return Judged(Standing.VIOLATED, 1, "executed twice, it takes effect twice", evidence=_seen(once, twice, reply))


def _late_duplicate(bench: Bench, subject: Subject) -> Judged:
    whole = (*subject.before, subject.done, *subject.behind)
    once = bench.after(*whole)
    bench.begin(*whole)
    reply = bench.perform(subject.done)
    twice = bench.stage.observe()
    if twice == once:
        return held(1)
    why = "a second copy of its request, when the saga has gone on to its end, takes effect"
    return Judged(Standing.VIOLATED, 1, why, evidence=_seen(once, twice, reply))


def _reply(bench: Bench, subject: Subject) -> Judged:
    bench.begin(*subject.before)
    first, again = bench.perform(subject.done), bench.perform(subject.done)
    policy = getattr(subject.contract, "reply", Policy.SAME)
    evidence = (f"first: {first}", f"again: {again}")
    if policy is Policy.CONFLICT:
        fine, why = again.came is not Came.OK, "a repetition is not answered with a conflict"
    elif policy is Policy.MARKED:
        fine, why = again.came is Came.OK, "a repetition is not answered ok"
    else:
        fine = (first.came, repr(first.value)) == (again.came, repr(again.value))
        why = "a repetition is not answered as the first request was"
    return held(1) if fine else Judged(Standing.VIOLATED, 1, why, evidence=evidence)


def _other_payload(bench: Bench, subject: Subject) -> Judged:
    if subject.other is None:
        return not_run("there is no other payload to try: other={...} in Storm, what differs under the same key")
    once = bench.after(*subject.before, subject.done)
    bench.begin(*subject.before, subject.done)
    reply = bench.stage.perform(subject.action, subject.other)
    found = bench.stage.observe()
    if found != once and reply.came is Came.REJECTED and bench.perhaps_right(once, found):
        return not_run(NO_PROBE)
    if found != once:
        why = "another payload under the same key takes effect"
        return Judged(Standing.VIOLATED, 1, why, evidence=_seen(once, found, reply))
    # A compensation undoes what was stored under its key, whatever else the request says: ok is a true answer.
    if reply.came is Came.OK and not subject.undoes:
        why = "another payload under the same key is answered ok, as if it had been done"
        return Judged(Standing.VIOLATED, 1, why, evidence=(f"answer: {reply}",))
    return held(1)


def _expired(bench: Bench, subject: Subject) -> Judged:
    seconds = min(subject.contract.lifetime_seconds, _TEN_YEARS)
    if bench.later is None:
        if math.isinf(subject.contract.lifetime_seconds):
            return Judged(
                Standing.NOT_CLAIMED, 0, "no lifetime is claimed, and nothing lets time pass (later= in Storm)"
            )
        return not_run("nothing lets time pass: later=... in Storm, called with the world and seconds")
    bench.begin(*subject.before, subject.done)
    bench.pass_time(seconds * 0.999)
    # The passing of time may itself be seen: a clock in the world, say.
    once = bench.stage.observe()
    reply = bench.perform(subject.done)
    twice = bench.stage.observe()
    if twice == once:
        return held(1)
    why = "its key is forgotten within the lifetime that is claimed"
    return Judged(Standing.VIOLATED, 1, why, evidence=_seen(once, twice, reply))


def _unclaimed_lifetime(subject: Subject) -> str | None:
    if subject.undoes:
        return None
    return _keyed(subject)


def _seen(right: object, found: object, reply: Reply) -> tuple[str, ...]:
    return (f"answer to the second: {reply}", *differences(right, found))


_ONCE = (Law.DUPLICATE,)
DUPLICATE = LawRule(Law.DUPLICATE, "executed twice, it takes effect once", unclaimed_repetition, _duplicate)
LATE_DUPLICATE = LawRule(
    Law.LATE_DUPLICATE,
    "a second copy of its request changes nothing when the saga has gone on",
    unclaimed_repetition,
    _late_duplicate,
    _ONCE,
)
REPLY = LawRule(Law.REPLY, "a repetition is answered as its contract says", _keyed, _reply, _ONCE)
OTHER_PAYLOAD = LawRule(
    Law.OTHER_PAYLOAD,
    "another payload under a known key is refused; a compensation may pass over it",
    _keyed,
    _other_payload,
    _ONCE,
)
EXPIRED_KEY = LawRule(
    Law.EXPIRED_KEY, "a key is remembered as long as is claimed", _unclaimed_lifetime, _expired, _ONCE
)
