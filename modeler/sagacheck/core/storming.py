"""What a storm finds out about real handlers: which laws they keep, which fault plans they survive."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Law(StrEnum):
    """What a contract, or the word saga itself, promises of one action. `docs/storm.md` says each in a sentence."""

    EFFECT = "effect"
    DUPLICATE = "duplicate"
    REPLY = "reply"
    CRASH = "crash"
    CONCURRENT = "concurrent-duplicate"
    LATE_DUPLICATE = "late-duplicate"
    OTHER_PAYLOAD = "other-payload"
    EXPIRED_KEY = "expired-key"
    OTHER_KEY = "other-key"
    EFFECT_COUNT = "effect-count"
    CONCURRENT_OTHER = "concurrent-other"
    FAILURE = "failure"
    REJECTION = "rejection"
    STORED_REJECTION = "stored-rejection"
    INVERSE = "inverse"
    EMPTY = "compensation-of-nothing"
    LATE_STEP = "late-step"
    PARTIAL = "partial-effect"
    COMMUTATION = "late-commutation"


class Standing(StrEnum):
    """How an obligation stands. Only `HELD` is green."""

    HELD = "held"
    VIOLATED = "violated"
    WAIVED = "waived"
    NOT_CLAIMED = "not claimed"
    NOT_RUN = "not run"


class Way(StrEnum):
    """How an execution is made to crash at a boundary.

    Args:
        CANCEL: an exception that no handler expects is raised there.
        PARK: nothing more of it runs, and what it has not committed is rolled back.
        KILL: its process ends there.
        STALE: it is left standing, and goes on when its work has been done by another one.
    """

    CANCEL = "cancel"
    PARK = "park"
    KILL = "kill"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Place:
    """A boundary that a handler comes to: where it talks to what is outside.

    Args:
        name: what it is about to do there: the beginning of a statement, `commit`, a request, a name of your own.
        file: the file in which the handler does it, as Python knows it; "" if that is not known.
        line: the line, from 1; 0 if that is not known.
    """

    name: str
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        return f"{self.name} ({self.file}:{self.line})" if self.file else self.name


@dataclass(frozen=True, slots=True)
class Cell:
    """One obligation: one law for one action.

    Args:
        step: name of the step that it is about.
        action: the step's action, or its compensation's.
        law: the law.
        standing: how it stands.
        tried: how many executions under a fault decided it.
        why: what went wrong, why it is waived, or why it was not run; "" if it held.
        place: the boundary that is to blame, if it is one.
        evidence: what was observed, line by line.
        follows: if it is violated, the law of the same action that is violated, too, and that it builds on.
    """

    step: str
    action: str
    law: Law
    standing: Standing
    tried: int = 0
    why: str = ""
    place: Place | None = None
    evidence: tuple[str, ...] = ()
    follows: Law | None = None

    @property
    def name(self) -> str:
        """How it is called in reports and as a test: `payment.charge-duplicate`."""
        return f"{self.action}-{self.law}"


class Blow(StrEnum):
    """What strikes one call of a plan.

    Args:
        REJECTED: its participant refuses before it has done anything; a compensation is refused for good.
        LOST: the request is lost.
        REPLY_LOST: the participant has done it, and the answer is lost.
        TWICE: the request arrives twice, one after the other.
        CRASH: the participant crashes at a boundary.
        LATE: the request is so late that its caller no longer waits; it arrives when all else is over.
        OVERTAKEN: likewise, but it arrives right after the next call.
        AGAIN: a second copy of the request arrives when all else is over.
        RESENT: the coordinator crashes while it waits for the answer, recovers, and sends the request again.
        FORGOTTEN: the coordinator crashes while it waits, has no log, and begins the saga again under the same keys.
        CANCEL: a request to cancel arrives, or the deadline passes, while the call is in flight.
        BEHIND: the calls of other branches that are in flight go first.
    """

    REJECTED = "rejected"
    LOST = "lost"
    REPLY_LOST = "reply-lost"
    TWICE = "twice"
    CRASH = "crash"
    LATE = "late"
    OVERTAKEN = "overtaken"
    AGAIN = "again"
    RESENT = "resent"
    FORGOTTEN = "forgotten"
    CANCEL = "cancel"
    BEHIND = "behind"


@dataclass(frozen=True, slots=True)
class Strike:
    """One fault of a plan.

    Args:
        call: the action whose call is struck.
        turn: which call of it, from 1.
        blow: what strikes.
        boundary: for a crash, at which of the boundaries that the execution comes to, from 1; 0 otherwise.
        way: for a crash, how.
    """

    call: str
    turn: int
    blow: Blow
    boundary: int = 0
    way: Way = Way.PARK


@dataclass(frozen=True, slots=True)
class Plan:
    """What strikes one run of a saga, and what its questions are answered.

    Args:
        strikes: the faults, in the order in which they strike.
        answers: by name of the condition, sorted.
    """

    strikes: tuple[Strike, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of one of several sagas that go side by side.

    Args:
        saga: which one, from 1.
        blow: what strikes the first request of the call that it makes; None if nothing does.
        boundary: for a crash, at which boundary, from 1; 0 otherwise.
        arrives: it makes no call; what is still on its way arrives.
    """

    saga: int
    blow: Blow | None = None
    boundary: int = 0
    arrives: bool = False


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened in a run.

    Args:
        actor: the coordinator, or the action's service.
        text: what it did.
        fault: which fault struck; "" if none did.
    """

    actor: str
    text: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """A plan that its saga does not survive.

    Args:
        plan: the plan, shrunk.
        why: what is wrong at the end, in one sentence.
        happened: what happened, in order.
        evidence: what was observed and what would have been right, line by line.
        token: shows it again: `sagacheck replay TOKEN MODEL`.
        step: the step that is to blame, as far as that can be told; "" if it cannot.
        several: whether it takes several sagas side by side; then its token says their turns, and `plan` says nothing.
    """

    plan: Plan
    why: str
    happened: tuple[Happened, ...]
    evidence: tuple[str, ...]
    token: str
    step: str = ""
    several: bool = False


@dataclass(frozen=True, slots=True)
class PlansRun:
    """How many plans of at most so many faults were run.

    Args:
        faults: the most faults.
        run: how many were run.
        known: how many there are as far as is known: plans come to light as shorter ones are run.
        complete: whether there are no more.
        unjudged: how many ended in a world of which only a probe could say whether it is right.
        doubt: the token of the first of them; "" if there is none.
    """

    faults: int
    run: int
    known: int
    complete: bool
    unjudged: int = 0
    doubt: str = ""

    @property
    def conclusive(self) -> bool:
        """Whether all there are were run and judged."""
        return self.complete and not self.unjudged


@dataclass(frozen=True, slots=True)
class StormReport:
    """What one storm found out about one saga.

    Args:
        saga: the saga's name.
        file: the model, as the user knows it.
        seed: of all that was random.
        simulated: whether participants were simulated because there are no handlers.
        cells: the matrix of obligations.
        plans: how many plans were run; None if none were to be.
        broken: plans that the saga does not survive, one for each kind of failure.
        edges: how many of the chart's edges the plans have walked, and of how many.
        masked: what differs between two calm runs and is therefore not looked at.
        blind: parts of what is observed of which two calm runs differ in all: only how much there is was compared.
        errors: why something could not be run at all.
        side_by_side: how many calls several sagas made side by side; 0 if none were to be.
        longer: how many plans of more faults were drawn at random and run; 0 if none were to be.
        interrupted: whether somebody has ended it before its end: what is in here was found until then.
    """

    saga: str
    file: str
    seed: int
    simulated: bool
    cells: tuple[Cell, ...] = ()
    plans: PlansRun | None = None
    broken: tuple[Broken, ...] = ()
    edges: tuple[int, int] = (0, 0)
    masked: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    blind: tuple[str, ...] = ()
    longer: int = 0
    side_by_side: int = 0
    interrupted: bool = False

    def number(self, standing: Standing) -> int:
        """How many obligations stand so."""
        return sum(cell.standing is standing for cell in self.cells)

    @property
    def green(self) -> bool:
        """Whether nothing is violated, broken or left out that is claimed, no error came up, and nothing is blind."""
        if self.interrupted:
            return False
        bad = self.number(Standing.VIOLATED) + self.number(Standing.NOT_RUN)
        conclusive = self.plans is None or self.plans.conclusive
        return not bad and not self.broken and not self.errors and not self.blind and conclusive
