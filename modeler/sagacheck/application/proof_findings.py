"""What a proof has found, as findings: one for each step, with what goes wrong first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sagacheck.application import needs
from sagacheck.application.proving import SagaProof, Violation
from sagacheck.application.weakest import Needed
from sagacheck.core.chart import Call, Chart, Compensate, Origin
from sagacheck.core.finding import Finding, Label, RootCause, Severity
from sagacheck.core.obligation import Obligation
from sagacheck.core.span import Span
from sagacheck.rules import key_lifetime, needed_contract, pivot_at_aborted_end, undeclared_contract
from sagacheck.rules.registry import all_rules
from sagacheck.rules.rule import Rule


def with_proof(chart: Chart, findings: list[Finding], proof: SagaProof) -> list[Finding]:
    """The findings of the rules with those of a proof, in the order of the source: one for each defect.

    What goes wrong over a network that works is the rules' to tell: where they tell of errors, a proof adds only what
    needs a lost, late or repeated message or a crash. Of a step that has a finding already, only repetitions are told:
    they come of its contract. All else may come of what was found, and shows again if it is still there once that is
    repaired; a warning, which may be left as it is, says so in a note.

    Args:
        chart: the saga.
        findings: what the rules found.
        proof: what is known of the saga.
    """
    told = sorted(with_needs(chart, findings, proof.needed), key=lambda finding: finding.severity.rank)
    errors = any(finding.severity is Severity.ERROR for finding in told)
    known: dict[str, int] = {}
    for number, finding in enumerate(told):
        if finding.severity is not Severity.NOTE and finding.code not in _ABOUT_CONTRACTS:
            for step in _steps(chart, finding):
                known.setdefault(step, number)
    for violation, step in _by_step(chart, proof):
        obligation = violation.owed.obligation
        if errors and not violation.needs_network:
            continue
        if step not in known or obligation in _REPEATED or not _explains(told[known[step]], obligation):
            told.append(_violated(chart, violation, step))
            continue
        unexplained = [one for one in violation.also if not _explains(told[known[step]], one)]
        if unexplained:
            told.append(_violated(chart, _only(violation, unexplained), step))
        if told[known[step]].severity is Severity.WARNING:
            warning = told[known[step]]
            note = f"over an unreliable network `{step}` {_MAY[obligation]} ({_rule_of(obligation).code})"
            told[known[step]] = replace(warning, notes=(*warning.notes, note))
    return sorted(told, key=lambda finding: finding.sort_key)


def _explains(finding: Finding, obligation: Obligation) -> bool:
    """Whether what a proof found may come of a finding: an effect that is accepted at an aborted end may come late."""
    accepted = finding.code == pivot_at_aborted_end.CODE and finding.severity is Severity.WARNING
    return not accepted or obligation is Obligation.EFFECT_AFTER_END


def _only(violation: Violation, obligations: list[Obligation]) -> Violation:
    """What is left of a violation, of which the story that is known shows something else."""
    owed = replace(violation.owed, obligation=obligations[0])
    return replace(violation, owed=owed, also=tuple(obligations[1:]), story=None)


_REPEATED = (Obligation.EFFECT_TWICE, Obligation.COMPENSATED_TWICE)
_ABOUT_CONTRACTS = (needed_contract.CODE, undeclared_contract.CODE, key_lifetime.CODE)
"""What these say of a step's contract explains nothing that goes wrong at the step."""


def _by_step(chart: Chart, proof: SagaProof) -> Iterator[tuple[Violation, str]]:
    """What is wrong, once for each step; what is said of the repetition of a state is said of the state."""
    seen = set()
    for violation in proof.violations:
        step = chart.copies.get(violation.owed.step, violation.owed.step)
        if step not in seen:
            seen.add(step)
            yield violation, step


def _steps(chart: Chart, finding: Finding) -> set[str]:
    """The steps that a finding is about, by themselves or by the states in which they are called or undone."""
    names = set(finding.root_cause.steps)
    for name in finding.root_cause.steps:
        node = chart.node.get(name)
        if isinstance(node, Call):
            names.add(node.step)
        elif isinstance(node, Compensate):
            names.update(node.steps)
    return names


def _rule_of(obligation: Obligation) -> Rule:
    return next(rule for rule in all_rules() if obligation in rule.obligations)


def _violated(chart: Chart, violation: Violation, step: str) -> Finding:
    rule = _rule_of(violation.owed.obligation)
    also = [f"it also {obligation} ({_rule_of(obligation).code})" for obligation in violation.also]
    if violation.story is None:
        also.append("no story was looked for: what goes wrong earlier has one")
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
