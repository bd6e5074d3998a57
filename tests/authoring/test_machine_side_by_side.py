"""A compiled machine and its chart, side by side: same events, same states."""

from __future__ import annotations

from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sagacheck import Saga
from sagacheck.authoring.machine import chart_of_machine
from sagacheck.core.chart import Call, Choice, Compensate
from sagacheck.core.question import Condition
from tests.authoring.chart_interpreter import Interpreter
from tests.authoring.random_sagas import sagas

_CANCEL = ("", "cancel")


def _open_events(walker: Interpreter) -> list[tuple[str, str]]:
    events = []
    for node in walker.chart.nodes:
        if node.id in walker.resting_at and isinstance(node, Call | Compensate):
            events += [(node.id, str(outcome)) for outcome in node.outcomes]
    if walker.chart.cancellable and not walker.cancel_requested and events:
        events.append(_CANCEL)
    return events


@given(saga=sagas(), data=st.data())
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
def test_after_every_event_machine_and_chart_rest_in_the_same_states_with_the_same_ledger(
    saga: Saga, data: st.DataObject
) -> None:
    chart = saga.chart()
    conditions = {n.test.name: n.test for n in chart.nodes if isinstance(n, Choice) and isinstance(n.test, Condition)}
    instant: dict[str, str] = {}

    def ask(condition: Condition) -> str:
        """One answer in one instant, whoever asks, and from whichever region."""
        if condition.name not in instant:
            instant[condition.name] = data.draw(st.sampled_from(condition.answers), label=condition.name)
        return instant[condition.name]

    walker = Interpreter(chart, ask)
    machine = saga.machine()
    run = machine(conditions={name: partial(ask, condition) for name, condition in conditions.items()})
    assert chart == chart_of_machine(machine)
    while True:
        assert walker.resting_at == set(run.resting_at)
        assert walker.status == run.ledger
        assert walker.ended == run.is_terminated
        events = _open_events(walker)
        if not events:
            break
        instant.clear()
        node, outcome = data.draw(st.sampled_from(events), label="event")
        if (node, outcome) == _CANCEL:
            walker.request_cancel()
            run.request_cancel()
        else:
            walker.happen(node, outcome)
            run.answer(node, outcome)
    assert walker.ended
