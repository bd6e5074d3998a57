"""Checks one choreography: its wiring, its scenarios and, if that is asked for, all that a network can do to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from sagacheck.core.claim import Claim
from sagacheck.core.finding import Finding, Label, RootCause, Severity
from sagacheck.core.net import Net
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.report import Coverage, FailurePoints, SagaReport, Tally, Verdict, worst
from sagacheck.core.system import Property, Safety, System
from sagacheck.lowering.choreographed.choreography import LoweredChoreography, lowered
from sagacheck.lowering.choreographed.obligations import Flaw, Obligation
from sagacheck.lowering.choreographed.scenarios import Cascade, cascades
from sagacheck.lowering.choreographed.wiring import Circle, Flawed, Unannounced, Unheard, Unpublished, wiring
from sagacheck.rules.registry import all_rules
from sagacheck.rules.rule import Rule, quoted

if TYPE_CHECKING:
    from sagacheck.application.check import ProvingOptions
    from sagacheck.core.trace import Trace

PROFILE = "choreography"
MOST_STORIES = 5
"""For how many causes a shortest story is looked for: those that go wrong first."""


def check_choreography(net: Net, file: str, proving: ProvingOptions | None = None) -> SagaReport:
    """Everything that is known of a choreography.

    Args:
        net: the choreography.
        file: the file it came from, as the user knows it.
        proving: how to prove it; None to leave that out. What is wrong with its wiring has to be repaired first.
    """
    choreography = lowered(net)
    findings = [_wired(net, flaw) for flaw in wiring(net)]
    why = ""
    found: tuple[Cascade, ...] = ()
    try:
        found = cascades(choreography)
    except OverflowError as error:
        why = str(error)
    states = None
    verdict = Verdict.CHECKED
    if proving is not None and worst(findings) is not Severity.ERROR:
        states, broken, why = _proved(choreography, proving, why)
        findings += broken
        verdict = Verdict.PROVED
    if worst(findings) is Severity.ERROR:
        verdict = Verdict.NOT_PROVED
    elif why:
        verdict = Verdict.INCONCLUSIVE
    forward, backward = _failure_points(net)
    return SagaReport(
        name=net.name,
        file=file,
        profile=PROFILE,
        verdict=verdict,
        scenarios=_tally(found),
        cancelled=Tally(),
        failure_points=FailurePoints(forward, backward),
        coverage=Coverage(forward, forward, backward, backward),
        findings=tuple(sorted(findings, key=lambda finding: finding.sort_key)),
        claims=tuple(map(Claim, _claims(net))),
        span=net.span,
        why=why,
        states=states,
        without=tuple(sorted(proving.without)) if proving is not None else (),
    )


def _tally(found: tuple[Cascade, ...]) -> Tally:
    """Scenarios by the end that they announce; those that announce none, or several, are not handled."""
    numbers = dict.fromkeys(EndKind, 0)
    for cascade in found:
        kinds = {kind for ends in cascade.ends for kind in ends}
        numbers[kinds.pop() if len(kinds) == 1 and cascade.settles else EndKind.UNHANDLED] += 1
    return Tally(**{kind.value: number for kind, number in numbers.items()})


def _failure_points(net: Net) -> tuple[int, int]:
    reactions = [reaction for _, reaction in net.reactions if reaction.step is not None]
    forward = sum(Outcome.REJECTED in reaction.outcomes for reaction in reactions)
    return forward, sum(Outcome.FAILED in reaction.outcomes for reaction in reactions)


def _claims(net: Net) -> Iterator[str]:
    steps = {reaction.step.name: reaction.step for _, reaction in net.reactions if reaction.step is not None}
    for step in steps.values():
        if step.contract is not None and step.contract.kind != "no contract":
            yield f"{step.name}: {step.contract.kind}"
    if net.delivery.at_least_once or any(delivery.at_least_once for _, delivery in net.deliveries):
        yield "the broker delivers an event until it is acknowledged"


def _rule_called(name: str) -> Rule:
    return next(rule for rule in all_rules() if rule.name == name)


def _wired(net: Net, flaw: Flawed) -> Finding:
    """What is wrong with the wiring, as a finding."""
    meant = f"; did you mean `{flaw.meant}`?" if isinstance(flaw, Unheard | Unpublished) and flaw.meant else ""
    steps: tuple[str, ...]
    if isinstance(flaw, Unheard):
        rule, steps = _rule_called("unheard-event"), (flaw.event,)
        message = f"nobody hears `{flaw.event}`{meant}"
        label = "is published here"
    elif isinstance(flaw, Unpublished):
        rule, steps = _rule_called("unpublished-event"), (flaw.event,)
        waiting = quoted(flaw.waiting) if any(flaw.waiting) else "the saga"
        message = f"nobody publishes `{flaw.event}`, for which {waiting} {'wait' if len(flaw.waiting) > 1 else 'waits'}{meant}"
        label = "is waited for here"
    elif isinstance(flaw, Circle):
        rule, steps = _rule_called("event-cycle"), flaw.events
        message = f"{quoted(flaw.events)} lead{'s' if len(flaw.events) == 1 else ''} to each other for ever"
        label = "goes on from here"
    else:
        assert isinstance(flaw, Unannounced)
        rule, steps = _rule_called("unannounced-end"), (flaw.end,)
        message = f"no event announces this end: {flaw.end}= is missing"
        label = ""
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=rule.severity,
        saga=net.name,
        message=message,
        primary=Label(flaw.span or net.span, label),
        root_cause=RootCause(net.name, tuple(steps), rule.name),
        help=rule.help,
    )


_NAMES = {
    Flaw.EFFECT_TWICE: ("happens-twice", "may take effect twice"),
    Flaw.COMPENSATION_TWICE: ("happens-twice", "may be compensated twice"),
    Flaw.EFFECT_AFTER_COMPENSATION: ("effect-after-compensation", "may take effect after its compensation"),
    Flaw.EMPTY_COMPENSATION: (
        "empty-compensation",
        "may be compensated before it happens, and its contract forbids it",
    ),
    Flaw.EFFECT_AFTER_END: ("happens-after-end", "may take effect after the end was announced"),
    Flaw.COMPENSATION_AFTER_END: ("happens-after-end", "may be compensated after the end was announced"),
    Flaw.COMMITTED_WITHOUT: ("end-differs", "may be missing although success was announced"),
    Flaw.ABORTED_WITH: ("end-differs", "may stand although it was announced that all is undone"),
    Flaw.BOTH_ENDS: ("both-ends", "may announce two kinds of end"),
    Flaw.STOPPED: ("stopped-half-way", "may stop half-way"),
    Flaw.NEVER_ENDS: ("no-way-to-an-end", "may never come to rest"),
}


def _proved(
    choreography: LoweredChoreography, proving: ProvingOptions, why: str
) -> tuple[int | None, list[Finding], str]:
    """The number of states, what is wrong, and why not all was decided."""
    from sagacheck.prover.prove import prove

    system = _with_causes(choreography, proving.without)
    proof = prove(system, proving.budget, traces=MOST_STORIES)
    by_cause: dict[str, list[tuple[Obligation, Trace | None]]] = {}
    for result in proof.broken:
        cause = result.prop.cause or result.prop.name
        by_cause.setdefault(cause, []).append((choreography.obligations[result.prop.name], result.trace))
    findings = [_violated(choreography, broken) for broken in by_cause.values()]
    return proof.states, findings, proof.why or why


def _with_causes(choreography: LoweredChoreography, without: frozenset[str]) -> System:
    """The system without faults that are ruled out, and with one cause for all that is wrong with one step."""
    system = choreography.system
    rules = tuple(rule for rule in system.rules if rule.fault not in without)
    names = {rule.name for rule in rules}
    properties: list[Property] = []
    for prop in system.properties:
        obligation = choreography.obligations[prop.name]
        cause = obligation.subject if obligation.subject in choreography.books else str(obligation.flaw)
        if isinstance(prop, Safety):
            by = tuple(name for name in prop.by if name in names)
            if prop.by and not by:
                continue
            properties.append(replace(prop, cause=cause, by=by))
        else:
            properties.append(replace(prop, cause=cause))
    return System(system.name, system.variables, rules, tuple(properties))


def _violated(choreography: LoweredChoreography, broken: list[tuple[Obligation, Trace | None]]) -> Finding:
    from sagacheck.lowering.choreographed.story import story_of

    first, trace = next(((one, trace) for one, trace in broken if trace is not None), broken[0])
    rule = _rule_called(_NAMES[first.flaw][0])
    book = choreography.books.get(first.subject)
    also = [f"it also {_may(one)} ({_rule_called(_NAMES[one.flaw][0]).code})" for one, _ in broken if one != first]
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=rule.severity,
        saga=choreography.net.name,
        message=f"`{first.subject}` {_may(first)}",
        primary=Label(book.step.span if book is not None else choreography.net.span, ""),
        root_cause=RootCause(choreography.net.name, (first.subject,), str(first.flaw)),
        help=rule.help,
        notes=tuple(also),
        story=None if trace is None else story_of(choreography, first, trace),
    )


def _may(obligation: Obligation) -> str:
    """What may go wrong, as the verb of a sentence."""
    lost = f" when `{obligation.lost[0]}` does not come to `{obligation.lost[1]}`" if obligation.lost else ""
    return f"{_NAMES[obligation.flaw][1]}{lost}"
