"""Names and the order in which things are declared decide nothing."""

from __future__ import annotations

import pytest

from sagacheck.core.finding import Severity
from sagacheck.core.report import FailurePoints, SagaReport, Tally, Verdict
from tests.rules.models import broken_models, chart_of, check, clean_models
from tests.rules.rewriting import renamed, shuffled

# Two states with one id are one state, the first of the two: there, order does decide something.
MODELS = [*clean_models(), *broken_models("repaired"), *(m for m in broken_models("wrong") if "SC105" not in m)]

Essence = tuple[Tally, Tally, FailurePoints, Verdict, list[tuple[str, Severity]]]


def _essence(report: SagaReport) -> Essence:
    codes = sorted({(finding.code, finding.severity) for finding in report.findings})
    return report.scenarios, report.cancelled, report.failure_points, report.verdict, codes


class _Namer:
    """Gives every name another one, in the reverse order and alike to none."""

    def __init__(self) -> None:
        self.given: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        number = 9999 - 7 * len(self.given)
        return self.given.setdefault(name, f"{number:04d}{'äß☃'[number % 3] * (number % 5)}")


# What a misspelt name probably means is told by its likeness to others.
@pytest.mark.parametrize("model", [model for model in MODELS if "SC104" not in model])
def test_other_names_change_nothing(model: str) -> None:
    chart = chart_of(model)
    assert _essence(check(chart)) == _essence(check(renamed(chart, _Namer())))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", range(4))
def test_another_order_of_nodes_edges_steps_and_branches_changes_nothing(model: str, seed: int) -> None:
    chart = chart_of(model)
    assert _essence(check(chart)) == _essence(check(shuffled(chart, seed)))
