"""How long a way through a definition may take, and when that is too long."""

from __future__ import annotations

import pytest

from sagacheck.core.chart import Chart
from sagacheck.rules.execution_timeout import lasting, longest_way
from tests.importers.definitions import FAILED, SUCCEEDED, State, catching, chart_of, machine, parallel, task
from tests.rules.models import check


def limited(seconds: int, definition: State) -> list[str]:
    """The messages about an execution that ends after some seconds."""
    chart = chart_of({**definition, "TimeoutSeconds": seconds})
    return [finding.message for finding in check(chart).findings if finding.code == "SC225"]


def lasts(chart: Chart) -> float:
    """Seconds that the longest way may take."""
    return sum(map(lasting, longest_way(chart)))


UNDONE = machine(
    Pay=task("Ship", TimeoutSeconds=10, catch=[catching("Refund")]),
    Ship=task(TimeoutSeconds=20, catch=[catching("Refund")]),
    Refund=task("Failed", TimeoutSeconds=40, catch=[catching("Failed")]),
    Failed=FAILED,
)


@pytest.mark.parametrize(("seconds", "found"), [(70, 0), (69, 1)])
def test_the_longest_way_leads_through_the_compensations(seconds: int, found: int) -> None:
    assert found == len(limited(seconds, UNDONE))


def test_without_a_limit_nothing_is_said() -> None:
    assert "SC225" not in [finding.code for finding in check(chart_of(UNDONE)).findings]


def test_of_branches_the_longest_counts() -> None:
    both = parallel(machine(A=task(TimeoutSeconds=10)), machine(B=task(TimeoutSeconds=30)), following="Done")
    assert 30 == lasts(chart_of(machine(Both=both, Done=SUCCEEDED)))


def test_a_loop_counts_once() -> None:
    again = {"Type": "Choice", "Choices": [{"Variable": "$.n", "IsNull": True, "Next": "Poll"}], "Default": "Done"}
    chart = chart_of(machine(Poll=task("Again", TimeoutSeconds=10), Again=again, Done=SUCCEEDED))
    assert 10 == lasts(chart)


def test_states_that_say_nothing_of_their_time_count_nothing() -> None:
    assert 0 == lasts(
        chart_of(machine(A=task("B"), B={"Type": "Wait", "SecondsPath": "$.s", "Next": "Done"}, Done=SUCCEEDED))
    )
