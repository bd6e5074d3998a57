"""What a run of verify found out, for any output format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from sagacheck.core.change import Change
from sagacheck.core.claim import Claim, Evidence
from sagacheck.core.finding import Finding, Severity
from sagacheck.core.outcome import EndKind
from sagacheck.core.span import Span
from sagacheck.core.storming import Standing, StormReport


class Verdict(StrEnum):
    """What may be said of a saga.

    "Checked" is said of every path over a reliable network, no more; "proved" of any loss, duplication and delay of
    messages and any crash as well.
    """

    PROVED = "proved"
    CHECKED = "checked"
    NOT_PROVED = "not proved"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Tally:
    """Exact numbers of scenarios by kind of end.

    Args:
        committed, aborted, manual: scenarios that end so.
        unhandled: scenarios that stop where the chart has no edge.
        cut: scenarios that were cut off because a loop was unrolled no further.
    """

    committed: int = 0
    aborted: int = 0
    manual: int = 0
    unhandled: int = 0
    cut: int = 0

    @property
    def total(self) -> int:
        """All scenarios that were counted to an end; those cut off are not among them."""
        return self.committed + self.aborted + self.manual + self.unhandled

    def of(self, kind: EndKind) -> int:
        """The number of scenarios that end in this kind of end."""
        return int(getattr(self, kind.value))


@dataclass(frozen=True, slots=True)
class FailurePoints:
    """Numbers of failure points: calls times outcomes other than ok.

    Args:
        forward: those of steps.
        compensation: those of compensations.
        cancellation: points at which a cancellation may strike.
    """

    forward: int = 0
    compensation: int = 0
    cancellation: int = 0


@dataclass(frozen=True, slots=True, order=True)
class FailurePoint:
    """A call together with one of its outcomes other than ok.

    Args:
        call: the step, or the compensation as its chart knows it.
        outcome: the outcome.
        compensates: whether the call is a compensation.
        handled: whether it has somewhere to go.
    """

    call: str
    outcome: str
    compensates: bool = False
    handled: bool = True


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many failure points have somewhere to go, of how many; forward and compensation apart."""

    forward_handled: int = 0
    forward: int = 0
    compensation_handled: int = 0
    compensation: int = 0


class Acceptance(StrEnum):
    """Where it is said that a finding does not count."""

    COMMENT = "comment"
    SIDE_FILE = "side file"
    BASELINE = "baseline"
    EARLIER = "earlier"


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that does not count.

    Args:
        finding: what was found.
        reason: why it does not count.
        by: where that is said; `EARLIER` for one that was there before the change that is looked at.
    """

    finding: Finding
    reason: str
    by: Acceptance = Acceptance.SIDE_FILE


@dataclass(frozen=True, slots=True)
class SagaReport:
    """What is known of one saga under one profile.

    Args:
        name: the saga's name.
        file: the file it was loaded from, as the user knows it.
        profile: name of its engine profile; "" if it was only stormed.
        verdict: what may be said of it.
        scenarios: numbers of scenarios without cancellation.
        cancelled: numbers of scenarios with a cancellation.
        failure_points: numbers of failure points.
        coverage: how many of them are handled.
        findings: in the order of the source.
        suppressed: findings that a person has accepted; they do not count.
        claims: what was taken for granted of its participants.
        assumptions: what was taken for granted of its engine.
        inferred: what an importer inferred rather than read.
        unrolled: how often a loop was repeated for counting; None for a saga without loops.
        span: where it stands.
        why: for an inconclusive verdict, what was not decided and what to do.
        states: exact number of states that the saga, its participants and the network can be in, if that was proved.
        provisos: what a proof takes for granted of participants beyond what was declared.
        without: faults that a proof has left out, because the user ruled them out.
        durable: whether a proof takes for granted that the coordinator goes on after a crash where it was.
        storm: what a storm over its handlers found out, of several the worst; None if there was none.
        other_storms: what the others found out, if there are several over this saga.
        points: its failure points, one by one.
        places: where what scenarios and stories name stands: steps, actions, states, services.
    """

    name: str
    file: str
    profile: str
    verdict: Verdict
    scenarios: Tally
    cancelled: Tally
    failure_points: FailurePoints
    coverage: Coverage
    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    claims: tuple[Claim, ...] = ()
    assumptions: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()
    unrolled: int | None = None
    span: Span | None = None
    why: str = ""
    states: int | None = None
    provisos: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    durable: bool = True
    storm: StormReport | None = None
    other_storms: tuple[StormReport, ...] = ()
    points: tuple[FailurePoint, ...] = ()
    places: tuple[tuple[str, Span], ...] = ()

    @property
    def only_stormed(self) -> bool:
        """Whether a storm is all that was done with it: no profile, as no path was followed."""
        return self.storm is not None and not self.profile

    @property
    def storms(self) -> tuple[StormReport, ...]:
        """What was found out by storms over it, the worst one first."""
        return (*(() if self.storm is None else (self.storm,)), *self.other_storms)

    @property
    def stormed_in_full(self) -> bool:
        """Whether nothing that its storms were to run was left out."""
        return not any(
            storm.interrupted
            or storm.number(Standing.NOT_RUN)
            or storm.blind
            or (storm.plans is not None and not storm.plans.conclusive)
            for storm in self.storms
        )

    def founded(self, evidence: Evidence) -> int:
        """The number of claims that are founded so."""
        return sum(claim.evidence is evidence for claim in self.claims)

    @property
    def was_counted(self) -> bool:
        """Whether the numbers of scenarios are known; a saga may be too large to be counted."""
        return not self.why or self.scenarios != Tally() or self.cancelled != Tally()


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be loaded or a part of the run that broke.

    Args:
        file: which file.
        message: what happened, where, and what to do, in a line or more.
        internal: whether sagacheck itself is to blame.
        span: where it happened, if that is known.
    """

    file: str
    message: str
    internal: bool = False
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file, or something in it, that was not checked because it is no saga.

    Args:
        file: which file.
        reason: why.
        named: whether the user named the file, and so is told without asking.
    """

    file: str
    reason: str
    named: bool = False


@dataclass(frozen=True, slots=True)
class BaselineUse:
    """What came of a baseline, the file of findings that are accepted for now.

    Args:
        file: the file, as the user knows it.
        accepted: how many findings are in it, and therefore do not count.
        findings: what is wrong with its entries.
    """

    file: str
    accepted: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What one run found out.

    Args:
        sagas: in the order of files, then of the source.
        failures: files that could not be loaded.
        files: number of files that were looked at.
        passed_over: what was not checked because it is no saga.
        baseline: what came of the baseline; None if there is none.
        change: how it was before; None if that was not asked for. Then `sagas` holds only those that have changed.
    """

    sagas: tuple[SagaReport, ...] = ()
    failures: tuple[Failure, ...] = ()
    files: int = 0
    passed_over: tuple[PassedOver, ...] = ()
    baseline: BaselineUse | None = None
    change: Change | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, saga by saga, then those about the baseline."""
        beside = self.baseline.findings if self.baseline else ()
        return (*(finding for saga in self.sagas for finding in saga.findings), *beside)

    @property
    def is_empty(self) -> bool:
        """Whether no saga was found, so that nothing is known: none, none that is unchanged, none that failed to load."""
        return not (self.sagas or self.failures or (self.change is not None and self.change.unchanged))

    def count(self, severity: Severity) -> int:
        """The number of findings of this severity."""
        return sum(finding.severity is severity for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: `done` of `total` sagas, now at `saga`."""

    done: int
    total: int
    saga: str = field(default="")


def worst(findings: Iterable[Finding]) -> Severity | None:
    """The worst severity among the findings; None without any."""
    return min((finding.severity for finding in findings), key=lambda severity: severity.rank, default=None)
