"""The coordinator of storms walks a chart as two literal readings of it do."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from sagacheck import Saga
from sagacheck.core.chart import Call, Chart, Compensate, Join, Wait
from sagacheck.core.outcome import Outcome
from sagacheck.core.question import Condition
from sagacheck.storm.coordinator import Coordinator
from tests.authoring.chart_interpreter import Interpreter
from tests.authoring.random_sagas import sagas
from tests.semantics.brute import TooManyStatesError, all_runs, record_of

MANY = list(HealthCheck)


class Oracle:
    """Answers questions by a seed, the same for everybody who asks in the same order."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.log: dict[str, list[str]] = {}

    def __call__(self, condition: Condition) -> str:
        answer = self.random.choice(condition.answers)
        self.log.setdefault(condition.name, []).append(answer)
        return answer


def rested(interpreter: Interpreter, chart: Chart) -> None:
    """Lets waits pass, which take no time here."""
    while not interpreter.stuck:
        waits = [name for name in interpreter.resting_at if isinstance(chart.node[name], Wait)]
        if not waits:
            return
        interpreter.happen(min(waits), "next")


@settings(max_examples=100, deadline=None, suppress_health_check=MANY)
@given(sagas(), st.sampled_from(["strict", "temporal", "dtm", "own"]), st.integers(0, 2**32))
def test_it_walks_as_the_literal_interpreter_does(saga: Saga, profile: str, seed: int) -> None:
    chart = saga.chart() if profile == "own" else saga.chart(profile)
    choose = random.Random(seed)  # noqa: S311 - no secret
    interpreter = Interpreter(chart, Oracle(seed))
    rested(interpreter, chart)
    coordinator = Coordinator(chart, Oracle(seed))
    # The literal interpreter does not know that a pivot in a branch refuses cancellations.
    refusing = any(isinstance(node, Join) and node.refused_by for node in chart.nodes)
    cancels = chart.cancellable and not refusing and choose.random() < 0.5
    for _ in range(200):
        in_flight = {node.id for node in coordinator.in_flight}
        resting = {name for name in interpreter.resting_at if isinstance(chart.node[name], Call | Compensate)}
        assert resting == in_flight
        assert interpreter.status == coordinator.ledger
        assert interpreter.ended == (coordinator.end is not None)
        if coordinator.end is not None:
            assert interpreter.at[""] == coordinator.end.id
            return
        if cancels and choose.random() < 0.2:
            cancels = False
            interpreter.request_cancel()
            rested(interpreter, chart)
            coordinator.request_cancel()
            continue
        node = choose.choice(coordinator.in_flight)
        outcome = choose.choice(node.outcomes)
        interpreter.happen(node.id, outcome)
        rested(interpreter, chart)
        coordinator.answered(node, outcome)
    raise AssertionError("it never ends")


@settings(max_examples=30, deadline=None, suppress_health_check=MANY)
@given(sagas(most=4), st.integers(0, 2**32))
def test_every_run_is_a_scenario_of_the_chart(saga: Saga, seed: int) -> None:
    chart = saga.chart()
    try:
        expected = {(frozenset(answered(dict(run.log))), run.kind) for run in all_runs(chart, most=20_000)}
    except TooManyStatesError:
        reject()
    choose = random.Random(seed)  # noqa: S311 - no secret
    for number in range(10):
        log: dict[str, tuple[str, ...]] = {}
        coordinator = Coordinator(chart, Oracle(seed + number))
        cancels = chart.cancellable and number % 2 == 1
        while coordinator.end is None:
            if cancels and choose.random() < 0.3:
                cancels = False
                coordinator.request_cancel()
                continue
            node = choose.choice(coordinator.in_flight)
            outcome = choose.choice(coordinator.possible(node))
            log[record_of(node)] = (*log.get(record_of(node), ()), outcome)
            coordinator.answered(node, outcome)
        assert (frozenset(log.items()), coordinator.end.kind) in expected


def answered(log: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What calls were answered, without questions and calls that were broken off."""
    for name, results in log.items():
        kept = tuple(one for one in results if one not in (Outcome.INTERRUPTED, Outcome.CANCELLED))
        if kept and not name.startswith("ask "):
            yield name, kept
