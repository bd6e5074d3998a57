"""Checks one chart: runs every rule on it and gathers what is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sagacheck.application.echoes import without_echoes
from sagacheck.application.places import places_of_chart
from sagacheck.application.suppression import without_suppressed
from sagacheck.core.chart import CANCELLED, Call, Chart, Choice, Compensate, End, Join, Origin
from sagacheck.core.claim import Claim, ClaimKind
from sagacheck.core.duration import in_words
from sagacheck.core.finding import Finding, Severity
from sagacheck.core.outcome import Outcome
from sagacheck.core.question import CancellationTest
from sagacheck.core.report import Coverage, FailurePoint, FailurePoints, SagaReport, Tally, Verdict, worst
from sagacheck.core.retry import Until
from sagacheck.core.step import Informational, StepSpec
from sagacheck.rules.registry import all_rules
from sagacheck.semantics.analysis import DEFAULT_UNROLL, Analysis, TooLargeError
from sagacheck.semantics.labels import labels
from sagacheck.semantics.questions import may_find_nothing

if TYPE_CHECKING:
    from sagacheck.application.proving import SagaProof
    from sagacheck.prover.prove import Budget


@dataclass(frozen=True, slots=True)
class ProvingOptions:
    """How to prove sagas.

    Args:
        budget: how much each proof may cost.
        without: faults that are ruled out: "loss", "crash", "refusal".
        durable: whether coordinators go on after a crash where they were; else they forget, and begin again.
    """

    budget: Budget
    without: frozenset[str] = frozenset()
    durable: bool = True


def check_chart(
    chart: Chart, file: str, unroll: int = DEFAULT_UNROLL, proving: ProvingOptions | None = None
) -> SagaReport:
    """Everything that is known of a chart: on a reliable network and, if that is asked for, on any.

    Args:
        chart: the chart.
        file: the file it came from, as the user knows it.
        unroll: how often a loop's body is walked through for counting and for shortest scenarios.
        proving: how to prove it; None to leave that out.
    """
    analysis = Analysis(chart, unroll)
    findings: list[Finding] = []
    why = ""
    scenarios = cancelled = Tally()
    try:
        scenarios, cancelled = analysis.tally(), analysis.tally(cancelled=True)
    except TooLargeError as error:
        why = str(error)
    for rule in all_rules():
        try:
            findings.extend(rule.check(analysis))
        except TooLargeError as error:
            why = why or str(error)
    findings = without_echoes(chart, findings)
    proof = None
    needs: tuple[str, ...] = ()
    if proving is not None and not why:
        from sagacheck.application.proof_findings import provisos, with_proof
        from sagacheck.application.proving import prove_saga

        sound = worst(findings) is not Severity.ERROR
        proof = prove_saga(chart, proving.budget, proving.without, durable=proving.durable, weakest=sound)
        findings = with_proof(chart, findings, proof)
        why, needs = proof.why, provisos(proof.needed, chart)
    findings, suppressed = without_suppressed(chart, findings, proved=proof is not None)
    listed, cancellation = _failure_points(analysis)
    points, coverage = figures(listed, cancellation)
    return SagaReport(
        name=chart.name,
        file=file,
        profile=chart.profile,
        verdict=_verdict(findings, proof, inconclusive=bool(why)),
        scenarios=scenarios,
        cancelled=cancelled,
        failure_points=points,
        coverage=coverage,
        findings=tuple(findings),
        suppressed=suppressed,
        claims=(*_claims(chart), *_tolerance(analysis), *map(Claim, chart.claims)),
        assumptions=chart.assumptions,
        inferred=_inferred(chart),
        unrolled=unroll if analysis.unrolled.has_loops else None,
        span=chart.span,
        why=why,
        states=proof.states if proof else None,
        provisos=needs,
        without=tuple(sorted(proof.without)) if proof else (),
        durable=proof.durable if proof else True,
        points=listed,
        places=places_of_chart(chart),
    )


def _verdict(findings: list[Finding], proof: SagaProof | None, *, inconclusive: bool) -> Verdict:
    """A suppressed violation is accepted, but it leaves nothing proved."""
    if worst(findings) is Severity.ERROR:
        return Verdict.NOT_PROVED
    if inconclusive:
        return Verdict.INCONCLUSIVE
    if proof is None:
        return Verdict.CHECKED
    return Verdict.PROVED if proof.proved else Verdict.NOT_PROVED


def figures(points: tuple[FailurePoint, ...], cancellation: int) -> tuple[FailurePoints, Coverage]:
    """Numbers of failure points, and of those that have somewhere to go.

    Args:
        points: the failure points.
        cancellation: points at which a cancellation may strike.
    """
    forward = [point.handled for point in points if not point.compensates]
    back = [point.handled for point in points if point.compensates]
    numbers = FailurePoints(len(forward), len(back), cancellation)
    return numbers, Coverage(sum(forward), len(forward), sum(back), len(back))


def _failure_points(analysis: Analysis) -> tuple[tuple[FailurePoint, ...], int]:
    """The failure points that can be reached, and the number of points at which a cancellation may strike.

    A declared saga's compensation is one call wherever its chain is drawn; in a wired chart each state is one, for
    however many items of a Map it stands.
    """
    chart = analysis.chart
    try:
        reached = {position.node for position in analysis.reach.memories}
    except TooLargeError:
        reached = {position.node for position in analysis.walk.moves}
    forward: dict[tuple[str, str], bool] = {}
    compensation: dict[tuple[str, str], bool] = {}
    cancellation = 0
    for node in chart.node.values():
        if node.id not in reached or node.id in chart.copies:
            continue
        edges = chart.successors[node.id]
        if isinstance(node, Call | Compensate):
            found = forward if isinstance(node, Call) else compensation
            drawn_again = chart.origin is Origin.DECLARED and isinstance(node, Compensate)
            name = node.action if drawn_again and isinstance(node, Compensate) else node.id
            for outcome in node.outcomes:
                if outcome is not Outcome.OK:
                    handled = outcome in edges and _leads_on(chart, edges[outcome].target)
                    found[name, outcome] = found.get((name, outcome), True) and handled
            cancellation += Outcome.CANCELLED in edges
        elif isinstance(node, Choice):
            cancellation += isinstance(node.test, CancellationTest)
        elif isinstance(node, Join):
            cancellation += CANCELLED in edges
    listed = [FailurePoint(*place, compensates=False, handled=handled) for place, handled in forward.items()]
    listed += [FailurePoint(*place, compensates=True, handled=handled) for place, handled in compensation.items()]
    return tuple(listed), cancellation


def _leads_on(chart: Chart, target: str) -> bool:
    """Whether a failure that leads to a node is handled there; where a question tells errors apart, each of them."""
    node = chart.node.get(target)
    if not isinstance(node, Choice) or not node.errors_of:
        return node is not None
    return all(label in chart.successors[target] for label in labels(chart, node))


def _claims(chart: Chart) -> tuple[Claim, ...]:
    """What participants are taken to keep, step by step."""
    claims: list[Claim] = []
    for step in _originals(chart):
        claims.extend(_claims_of(chart, step))
    return tuple(dict.fromkeys(claims))


def _originals(chart: Chart) -> list[StepSpec]:
    """The steps without those that repeat others."""
    return [step for step in chart.steps if step.name not in chart.copies]


def _claims_of(chart: Chart, step: StepSpec) -> list[Claim]:
    claims = []
    contract = step.contract
    if contract is not None and contract.kind != "no contract":
        key = f" by {contract.key}" if contract.keyed and hasattr(contract, "key") else ""
        lasting = f", for {in_words(contract.lifetime_seconds)}" if contract.lifetime_seconds < float("inf") else ""
        claims.append(Claim(f"{step.name}: {contract.kind}{key}{lasting}", ClaimKind.CONTRACT, step.name))
    if step.policy.until is Until.DONE:
        claims.append(Claim(f"{step.name}: never rejected for good", ClaimKind.NEVER_NO, step.action))
    undo = step.compensation
    if undo is not None and undo.policy.until is Until.DONE:
        claims.append(Claim(f"{undo.action}: never refused", ClaimKind.NEVER_NO, undo.action))
    if contract is None and chart.origin is Origin.IMPORTED and step.owes:
        needed = "called again, it still has one effect" if step.policy.retries else "one call has one effect"
        claims.append(Claim(f"{step.name}: {needed}; its contract is not declared"))
    return claims


def _tolerance(analysis: Analysis) -> list[Claim]:
    """The compensations that may be called for nothing, which their participants are taken to tolerate."""
    try:
        return [
            Claim(f"{node.action}: succeeds when there is nothing to undo", ClaimKind.EMPTY, node.action)
            for node in analysis.chart.node.values()
            if isinstance(node, Compensate)
            and node.id not in analysis.chart.copies
            and may_find_nothing(analysis, node)
        ]
    except TooLargeError:
        return []


def _inferred(chart: Chart) -> tuple[str, ...]:
    """What an importer inferred rather than read."""
    inferred = []
    for step in _originals(chart):
        undo = step.compensation
        if undo is not None and undo.inferred:
            inferred.append(f"{undo.action} undoes {step.name}: {undo.inferred}")
        if isinstance(step.undo, Informational) and step.undo.inferred:
            inferred.append(f"{step.name} is informational: {step.undo.inferred}")
        if step.inferred_read_only:
            inferred.append(f"{step.name} only reads: {step.inferred_read_only}")
    ends = (node for node in chart.node.values() if isinstance(node, End) and node.inferred)
    return (*inferred, *(f"{end.id} is {end.kind}: {end.inferred}" for end in ends))
