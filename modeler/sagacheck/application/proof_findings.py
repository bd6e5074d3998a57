"""What a proof has found, as findings: one for each step, with what goes wrong first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sagacheck.application import needs
from sagacheck.application.proving import SagaProof, Violation
from sagacheck.application.weakest import Needed
from sagacheck.core.chart import Chart, Origin
from sagacheck.core.finding import Finding, Label, RootCause
from sagacheck.core.obligation import Obligation
from sagacheck.core.span import Span
from sagacheck.rules import undeclared_contract
from sagacheck.rules.registry import all_rules
from sagacheck.rules.rule import Rule


def proof_findings(chart: Chart, proof: SagaProof) -> Iterator[Finding]:
    """The findings of a proof; what is said of the repetition of a state is said of the state.

    Args:
        chart: the saga.
        proof: what is known of it.
    """
    seen = set()
    for violation in proof.violations:
        step = chart.copies.get(violation.owed.step, violation.owed.step)
        if step not in seen:
            seen.add(step)
            yield _violated(chart, violation, step)


def _rule_of(obligation: Obligation) -> Rule:
    return next(rule for rule in all_rules() if obligation in rule.obligations)


def _violated(chart: Chart, violation: Violation, step: str) -> Finding:
    rule = _rule_of(violation.owed.obligation)
    also = [f"it also {obligation} ({_rule_of(obligation).code})" for obligation in violation.also]
    if violation.story is None:
        also.append("no story was looked for: the steps that go wrong earlier have theirs")
    whole = violation.owed.obligation is Obligation.STUCK
    message = (
        f"{chart.name} may come to where no end can be reached"
        if whole
        else f"`{step}` {_MAY[violation.owed.obligation]}"
    )
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=rule.severity,
        saga=chart.name,
        message=message,
        primary=Label(chart.span if whole else _span(chart, step), "" if whole else _says(chart, step)),
        root_cause=RootCause(chart.name, (step,) if step else (), str(violation.owed.obligation)),
        help=rule.help,
        notes=tuple(also),
        story=violation.story,
    )


_MAY = {
    Obligation.EFFECT_TWICE: "may take effect twice",
    Obligation.COMPENSATED_TWICE: "may be compensated twice",
    Obligation.COMPENSATION_OF_NOTHING: "may be compensated before it happens, which its participant does not tolerate",
    Obligation.EFFECT_AFTER_COMPENSATION: "may take effect after its compensation",
    Obligation.EFFECT_AFTER_END: "may take effect after the saga has ended",
    Obligation.COMPENSATION_AFTER_END: "may be compensated after the saga has ended",
    Obligation.END_DIFFERS: "may be otherwise than the saga believes when it ends",
}


def _span(chart: Chart, step: str) -> Span | None:
    spec = chart.step.get(step)
    return spec.span if spec else chart.span


def _says(chart: Chart, step: str) -> str:
    spec = chart.step.get(step)
    return needs.says_contract(None if spec is None else spec.contract)


def with_needs(chart: Chart, findings: list[Finding], needed: tuple[Needed, ...]) -> list[Finding]:
    """The findings with what participants have to promise: on what is said of undeclared contracts, if anything is."""
    open_steps = _originals(chart, needed)
    if not open_steps or chart.origin is Origin.IMPORTED:
        return findings
    known = next((finding for finding in findings if finding.code == undeclared_contract.CODE), None)
    if known is not None:
        story = known.story or open_steps[0].story
        noted = replace(known, notes=(*known.notes, *needs.needs_notes(open_steps)), story=story)
        return [noted if finding is known else finding for finding in findings]
    spans = {need.step: _span(chart, need.step) for need in open_steps}
    return [*findings, needs.needs_finding(chart.name, spans, open_steps)]


def provisos(needed: tuple[Needed, ...], chart: Chart) -> tuple[str, ...]:
    """What the verdict depends on, beyond what is declared; steps that repeat others are left out."""
    return needs.provisos(_originals(chart, needed))


def _originals(chart: Chart, needed: tuple[Needed, ...]) -> tuple[Needed, ...]:
    return tuple(need for need in needed if need.step not in chart.copies)
