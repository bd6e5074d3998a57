"""What a storm has run, of how much, in one line."""

from __future__ import annotations

from sagacheck.core.storming import PlansRun, Standing, StormReport
from sagacheck.render.number import counted, number
from sagacheck.render.terminal import harmless


def summary(report: StormReport, others: int = 0) -> str:
    """What was run, of how much, in one line.

    Args:
        report: of the storm.
        others: how many storms over the same saga are not worse.
    """
    parts = []
    if report.cells:
        parts.append(_obligations(report))
    if report.plans is not None:
        parts += [plans_in_words(report.plans), f"{number(report.edges[0])} of {number(report.edges[1])} edges walked"]
    if report.longer:
        parts.append(f"{counted(report.longer, 'longer plan')} drawn and run")
    if report.side_by_side:
        parts.append(f"{counted(report.side_by_side, 'call')} of several sagas side by side")
    if report.blind:
        parts.append(blind_in_words(report.blind))
    if report.interrupted:
        parts.append("interrupted before its end")
    if others:
        parts.append(f"the worst of {counted(others + 1, 'storm')}")
    return "; ".join([*parts, f"seed {report.seed}"])


def blind_in_words(parts: tuple[str, ...]) -> str:
    """Which parts of what a probe shows were not compared."""
    return f"the probe is blind: two calm runs differ in all of {harmless(', '.join(parts))}"


def _obligations(report: StormReport) -> str:
    held = f"{number(report.number(Standing.HELD))} of {counted(len(report.cells), 'obligation')} held"
    others = [
        f"{number(report.number(standing))} {standing}"
        for standing in Standing
        if standing is not Standing.HELD and report.number(standing)
    ]
    return ", ".join([held, *others])


def plans_in_words(plans: PlansRun) -> str:
    """How many plans were run, of how many."""
    known = f"{number(plans.known)}" if plans.complete else f"at least {number(plans.known)}"
    doubt = f", {number(plans.unjudged)} not judged" if plans.unjudged else ""
    return f"{number(plans.run)} of {known} plans of at most {counted(plans.faults, 'fault')} run{doubt}"


def not_judged(plans: PlansRun) -> str:
    """Why some plans were not judged, and what to do."""
    return (
        f"{counted(plans.unjudged, 'plan')} not judged: their worlds differ from those of calm runs in rows that may be "
        f"effects or mere records of requests, and there is no probe to say which: probe=... in Storm (the first: "
        f"{harmless(plans.doubt)})"
    )
