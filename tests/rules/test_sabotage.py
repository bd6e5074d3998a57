"""A clean hand-wired machine is damaged in every way in which one edge can be; each damage is noticed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sagacheck.core.chart import Chart, Edge, Origin
from sagacheck.core.finding import Severity
from sagacheck.core.report import SagaReport
from tests.rules.models import broken_models, chart_of, check

MACHINES = {
    model: chart
    for model in ["models/coordinator.py", *broken_models("repaired")]
    if (chart := chart_of(model)).origin is Origin.MACHINE
}
EDGES = [
    pytest.param(chart, edge, id=f"{model.removeprefix('models/')}: {edge.source} {edge.label} {edge.target}")
    for model, chart in MACHINES.items()
    for edge in chart.edges
]
REDIRECTIONS = [
    pytest.param(chart, edge, node.id, id=f"{model.removeprefix('models/')}: {edge.source} {edge.label} {node.id}")
    for model, chart in MACHINES.items()
    for edge in chart.edges
    for node in chart.nodes
    if type(node) is type(chart.node[edge.target]) and node.region == chart.node[edge.target].region
    if node.id != edge.target
]


def _noticed(report: SagaReport) -> bool:
    return any(finding.severity in (Severity.ERROR, Severity.WARNING) for finding in report.findings)


def test_there_are_machines_to_damage() -> None:
    assert "models/coordinator.py" in MACHINES
    assert len(MACHINES) > 10
    assert not any(_noticed(check(chart)) for chart in MACHINES.values())


@pytest.mark.parametrize(("chart", "edge"), EDGES)
def test_a_missing_edge_is_noticed(chart: Chart, edge: Edge) -> None:
    assert _noticed(check(replace(chart, edges=tuple(other for other in chart.edges if other is not edge))))


@pytest.mark.parametrize(("chart", "edge", "target"), REDIRECTIONS)
def test_an_edge_to_a_wrong_state_of_the_same_kind_is_noticed_or_takes_more_for_granted_or_changes_nothing(
    chart: Chart, edge: Edge, target: str
) -> None:
    """Wrong states of the same kind: another call, another compensation, another end.

    More is taken for granted where a compensation is now called when there is nothing to undo: its participant has
    to tolerate that. Nothing changes where one manual end takes the place of another, or where a step whose
    contract is not declared is called once more.
    """
    edges = tuple(replace(other, target=target) if other is edge else other for other in chart.edges)
    before, after = check(chart), check(replace(chart, edges=edges))
    claims_more = set(after.claims) > set(before.claims)
    same_ends = (after.scenarios, after.cancelled) == (before.scenarios, before.cancelled)
    step = chart.step.get(getattr(chart.node[target], "step", ""))
    once_more = step is not None and step.contract is None
    assert _noticed(after) or claims_more or same_ends or once_more
