"""Decides by brute force what is wrong with a choreography."""

from __future__ import annotations

from sagacheck import Choreography
from sagacheck.lowering.choreographed.choreography import LoweredChoreography, lowered
from sagacheck.lowering.choreographed.obligations import Flaw
from sagacheck.lowering.choreographed.scenarios import cascades
from tests.prover.explorer import explore

Found = frozenset[tuple[str, str]]

DOUBLE, TWICE_UNDONE = Flaw.EFFECT_TWICE, Flaw.COMPENSATION_TWICE
HANGING, EMPTY = Flaw.EFFECT_AFTER_COMPENSATION, Flaw.EMPTY_COMPENSATION
LATE, LATE_UNDONE = Flaw.EFFECT_AFTER_END, Flaw.COMPENSATION_AFTER_END
BOTH, STOPPED, ENDLESS = Flaw.BOTH_ENDS, Flaw.STOPPED, Flaw.NEVER_ENDS
WITHOUT, WITH = Flaw.COMMITTED_WITHOUT, Flaw.ABORTED_WITH


def flaws(choreography: Choreography) -> Found:
    """Every flaw, as (flaw, subject); of a run that stops half-way, what was lost is a subject of its own."""
    return flaws_of(lowered(choreography.net()))


def flaws_of(choreography: LoweredChoreography) -> Found:
    """The same of what was lowered already."""
    explored = explore(choreography.system)
    broken = [
        choreography.obligations[prop.name]
        for prop in choreography.system.properties
        if explored.broken(prop) is not None
    ]
    return frozenset((str(o.flaw), " to ".join(o.lost) if o.lost else o.subject) for o in broken)


def kinds(choreography: Choreography) -> set[str]:
    """The kinds of flaw."""
    return {flaw for flaw, _ in flaws(choreography)}


def scenarios(choreography: Choreography) -> int:
    """The number of scenarios."""
    return len(cascades(lowered(choreography.net())))
