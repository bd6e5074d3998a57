"""Takes out the findings that a person has accepted, and finds the acceptances that match nothing any more."""

from __future__ import annotations

from sagacheck.core.chart import Chart
from sagacheck.core.finding import Finding, Label, RootCause, Severity
from sagacheck.core.remark import Suppression
from sagacheck.core.report import Suppressed
from sagacheck.rules import stale_suppression


def without_suppressed(
    chart: Chart, findings: list[Finding], *, proved: bool = True
) -> tuple[list[Finding], tuple[Suppressed, ...]]:
    """The findings that are left, and those that are suppressed.

    A finding is about the states of its root cause. It is suppressed if each of them has a suppression of its code, so
    that a state which joins a group of states is not overlooked. A suppression that matches nothing is a finding.

    Args:
        chart: what was checked.
        findings: what was found.
        proved: whether it was proved, too; if not, nobody knows whether what only a proof finds is still there.
    """
    by_place = {(suppression.code, suppression.state): suppression for suppression in chart.suppressions}
    used: set[tuple[str, str]] = set()
    left: list[Finding] = []
    taken: list[Suppressed] = []
    for finding in findings:
        places = [(finding.code, step) for step in finding.root_cause.steps]
        matching = [by_place[place] for place in places if place in by_place]
        used.update((suppression.code, suppression.state) for suppression in matching)
        if places and len(matching) == len(places):
            reasons = dict.fromkeys(suppression.reason for suppression in matching)
            taken.append(Suppressed(finding, "; ".join(reasons)))
        else:
            left.append(finding)
    stale = [
        _stale(chart, suppression)
        for place, suppression in by_place.items()
        if place not in used and (proved or not suppression.code.startswith("SC3"))
    ]
    return [*left, *stale], tuple(taken)


def _stale(chart: Chart, suppression: Suppression) -> Finding:
    return Finding(
        code=stale_suppression.CODE,
        name=stale_suppression.NAME,
        severity=Severity.WARNING,
        saga=chart.name,
        message=f"{suppression.code} is suppressed at `{suppression.state}`, where nothing of the kind is found",
        primary=Label(suppression.span, "suppresses nothing"),
        root_cause=RootCause(chart.name, (suppression.state,), f"suppress {suppression.code}"),
        help="remove it; if the finding is gone because the definition was repaired, all is well",
    )
