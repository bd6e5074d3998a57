"""Checks one choreography: its wiring, its scenarios and, if that is asked for, all that a network can do to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagacheck.application.check import figures
from sagacheck.application.choreography_proof import Broken, never_running, prove_choreography, with_strongest
from sagacheck.application.needs import needs_finding, provisos, says_contract
from sagacheck.application.places import places_of_net
from sagacheck.application.weakest import Needed
from sagacheck.core.claim import Claim
from sagacheck.core.finding import Finding, Label, RootCause, Severity
from sagacheck.core.net import PROFILE, Net, Reaction, ServiceSpec, Work
from sagacheck.core.outcome import Outcome
from sagacheck.core.report import FailurePoint, SagaReport, Tally, Verdict, worst
from sagacheck.lowering.choreographed.choreography import lowered
from sagacheck.lowering.choreographed.obligations import Flaw, Obligation
from sagacheck.lowering.choreographed.scenarios import Cascade, cascades
from sagacheck.lowering.choreographed.telling import kind_of
from sagacheck.lowering.choreographed.wiring import Circle, Flawed, Unannounced, Unheard, Unpublished, wiring
from sagacheck.rules.registry import all_rules
from sagacheck.rules.rule import Rule, quoted

if TYPE_CHECKING:
    from sagacheck.application.check import ProvingOptions


def check_choreography(net: Net, file: str, proving: ProvingOptions | None = None) -> SagaReport:
    """Everything that is known of a choreography.

    Args:
        net: the choreography.
        file: the file it came from, as the user knows it.
        proving: how to prove it; None to leave that out. What is wrong with its wiring has to be repaired first.
    """
    findings = [_wired(net, flaw) for flaw in wiring(net)]
    why = ""
    found: tuple[Cascade, ...] = ()
    try:
        found = cascades(lowered(with_strongest(net)))
    except OverflowError as error:
        why = str(error)
    states = None
    needs: tuple[str, ...] = ()
    verdict = Verdict.CHECKED
    if proving is not None and worst(findings) is not Severity.ERROR:
        proof = prove_choreography(net, proving.budget, proving.without)
        findings += [_violated(net, broken) for broken in proof.broken]
        findings += _needs(net, proof.needed)
        findings += [_dead(net, service, reaction) for service, reaction in never_running(net, proving.budget)]
        states, why, needs = proof.states, proof.why or why, provisos(proof.needed)
        verdict = Verdict.PROVED
    if worst(findings) is Severity.ERROR:
        verdict = Verdict.NOT_PROVED
    elif why:
        verdict = Verdict.INCONCLUSIVE
    points = tuple(_failure_points(net))
    numbers, coverage = figures(points, 0)
    return SagaReport(
        name=net.name,
        file=file,
        profile=PROFILE,
        verdict=verdict,
        scenarios=_tally(found),
        cancelled=Tally(),
        failure_points=numbers,
        coverage=coverage,
        points=points,
        findings=tuple(sorted(findings, key=lambda finding: finding.sort_key)),
        claims=tuple(map(Claim, _claims(net))),
        span=net.span,
        why=why,
        states=states,
        provisos=needs,
        without=tuple(sorted(proving.without)) if proving is not None else (),
        places=places_of_net(net),
    )


def _tally(found: tuple[Cascade, ...]) -> Tally:
    """Scenarios by the end that they announce; those that announce none, or several, are not handled."""
    return Tally(**Counter(kind_of(cascade)[0].value for cascade in found))


def _failure_points(net: Net) -> Iterator[FailurePoint]:
    """The outcomes other than ok of what reactions do; one has somewhere to go if somebody hears of it.

    The failure of what needs no undoing, like that of a mail, need not be heard of.
    """
    wanted = {event for service in net.services for event in service.hears} | {*net.announcing, *net.observed}
    for _, reaction in net.reactions:
        step = reaction.step
        undo = step.compensation if step is not None and reaction.work is Work.UNDO else None
        for outcome in (Outcome.REJECTED, Outcome.FAILED):
            if step is not None and outcome in reaction.outcomes:
                heard = reaction.published_on(outcome) in wanted or not step.owes
                call = f"{undo.action if undo is not None else step.name} on {' and '.join(sorted(reaction.hears))}"
                yield FailurePoint(call, outcome.value, compensates=undo is not None, handled=heard)


def _claims(net: Net) -> Iterator[str]:
    steps = {reaction.step.name: reaction.step for _, reaction in net.reactions if reaction.step is not None}
    for step in steps.values():
        if step.contract is not None and step.contract.kind != "no contract":
            yield f"{step.name}: {step.contract.kind}"
    deliveries = [net.delivered(event) for event in sorted({net.starts_with, *net.may_arrive, *net.published})]
    if any(how.at_least_once for how in deliveries):
        yield "the broker delivers an event until it is acknowledged"
    if any(how.exactly_once for how in deliveries):
        yield "an event is consumed, and what comes of it published, in the transaction of the effect"
    logs = sorted({how.log for how in deliveries if how.log is not None and how.at_least_once})
    yield from (
        f"the broker keeps the order of {f'`{log}`' if log else 'what one service publishes'}, for each run"
        for log in logs
    )


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


def _dead(net: Net, service: ServiceSpec, reaction: Reaction) -> Finding:
    """A reaction that runs in no run: an error if a step that is owed is done nowhere else."""
    rule = _rule_called("unreachable-state")
    step = reaction.step
    undo = step.compensation if step is not None and reaction.work is Work.UNDO else None
    what = (
        f"`{undo.action if undo is not None else step.name}`" if step is not None else f"a reaction of `{service.name}`"
    )
    others = [one for _, one in net.reactions if one is not reaction and one.work is Work.DO and one.step == step]
    grave = step is not None and step.owes and reaction.work is Work.DO and not others
    heard = quoted(sorted(reaction.hears))
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=Severity.ERROR if grave else Severity.WARNING,
        saga=net.name,
        message=f"{what} never runs: in no run does what `{service.name}` waits for come true",
        primary=Label(
            reaction.span or net.span, f"waits for {heard}{' and asks its books' if reaction.only_if else ''}"
        ),
        root_cause=RootCause(net.name, (service.name, what, heard), "run"),
        help="wait for what can happen, AnyOf(...) instead of AllOf(...) for events that exclude each other, or delete it",
    )


def _needs(net: Net, needed: tuple[Needed, ...]) -> list[Finding]:
    spans = {name: step.span for name, step in net.steps.items()}
    return [needs_finding(net.name, spans, needed)] if needed else []


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
_LATE = "announce the end when all has been done or undone, with AllOf(...) where several services take part"
_HELP = {
    Flaw.EFFECT_AFTER_COMPENSATION: "have it refuse a step that was compensated before it came: Barrier(...)",
    Flaw.EMPTY_COMPENSATION: "have it succeed when it finds nothing, and refuse the step afterwards: Barrier(...)",
    Flaw.EFFECT_AFTER_END: f"{_LATE}; and store rejections under the key, so that a repetition gets the same answer",
    Flaw.COMPENSATION_AFTER_END: _LATE,
    Flaw.COMMITTED_WITHOUT: "announce success by what comes of the step; store the key's record with its effect",
    Flaw.ABORTED_WITH: "let its service hear that the saga is called off, and undo it: On(..., undo=...)",
    Flaw.NEVER_ENDS: "let every event lead to an end, and bound those that lead back: Event(..., at_most=3, then=...)",
}
"""What to change, where a choreography needs other advice than a coordinator."""


def _violated(net: Net, broken: Broken) -> Finding:
    """What is wrong with one step, or with the choreography as a whole, as a finding."""
    first = broken.first
    rule = _rule_called(_NAMES[first.flaw][0])
    also = tuple(f"it also {_may(one)} ({_rule_called(_NAMES[one.flaw][0]).code})" for one in broken.also)
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=rule.severity,
        saga=net.name,
        message=f"`{first.subject}` {_may(first)}",
        primary=_place(net, first.subject),
        root_cause=RootCause(net.name, (first.subject,), str(first.flaw)),
        help=_help(net, first) or rule.help,
        notes=also,
        story=broken.story,
    )


def _help(net: Net, broken: Obligation) -> str:
    """What to change where a choreography needs other advice than its rule gives; "" if it does not."""
    unlosable = all(how.at_least_once and how.outbox for how in map(net.delivered, (net.starts_with, *net.published)))
    if broken.flaw is Flaw.STOPPED and unlosable:
        return (
            "no event is lost here: publish every outcome (rejected=, failed=, unknown=), let somebody hear it, "
            "and announce an end: aborted_when=, manual_when="
        )
    return _HELP.get(broken.flaw, "")


def _place(net: Net, subject: str) -> Label:
    step = net.steps.get(subject)
    return Label(net.span, "") if step is None else Label(step.span, says_contract(step.contract))


def _may(obligation: Obligation) -> str:
    """What may go wrong, as the verb of a sentence."""
    lost = f" when `{obligation.lost[0]}` does not come to `{obligation.lost[1]}`" if obligation.lost else ""
    return f"{_NAMES[obligation.flaw][1]}{lost}"
