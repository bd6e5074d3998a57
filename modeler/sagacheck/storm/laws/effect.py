"""Executing a step once shows; a step that only reads changes nothing.

A probe that sees nothing would let every other law hold: it is blind.
"""

from __future__ import annotations

from sagacheck.core.storming import Law, Standing
from sagacheck.storm.bench import Bench, Judged, Subject, held
from sagacheck.storm.laws.law import LawRule
from sagacheck.storm.observing import differences


def _unclaimed(subject: Subject) -> str | None:
    if subject.undoes:
        return None
    return "it only informs: nothing is owed" if subject.step.informational else ""


def _decide(bench: Bench, subject: Subject) -> Judged:
    before = bench.after(*subject.before)
    after = bench.after(*subject.before, subject.done)
    if subject.step.effect and before == after:
        why = "executing it changes nothing that is observed: the probe is blind to it, or the handler does nothing"
        return Judged(Standing.VIOLATED, 1, why)
    if not subject.step.effect and before != after:
        return Judged(Standing.VIOLATED, 1, "it is declared to only read", evidence=differences(before, after))
    return held(1)


RULE = LawRule(Law.EFFECT, "executing it once shows; one that only reads changes nothing", _unclaimed, _decide)
