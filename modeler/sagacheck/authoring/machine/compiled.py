"""The base of the python-statemachine classes that are made from charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sagacheck.authoring.machine.run import Asked, Run, Wiring
from sagacheck.authoring.machine.states import SagaMachine
from sagacheck.core.chart import CANCELLED, AnyNode, Call, Choice, Compensate, End, Wait
from sagacheck.core.outcome import Status
from sagacheck.core.question import Condition


class CompiledSaga(SagaMachine):
    """A saga as a python-statemachine class; `Saga.machine()` makes one.

    Every node of the saga's chart is a state, and an event tells the outcome of a call: `payment_charge_ok()`,
    `inventory_release_failed()`; or by name, `answer("payment.charge", "ok")`. Choices are states that are left at
    once. The ledger lives beside the state on the model, as plain data, so that a run goes on with `Class(model)`.
    If a condition cannot be answered, the error leaves the run before the choice, and `activate_initial_state()`
    asks again.

    Args:
        model: the object that keeps the state, and the ledger beside it.
        conditions: by name of the condition its answer, or a callable without arguments that gives it; a condition
            that is not named here is an attribute or a method of the model. Each is asked when a call depends on
            it, and a stable one only once.
        ledger_field: the model's attribute that keeps the ledger.
        options: what any python-statemachine takes: `state_field`, `start_value`, `listeners`.

    Raises:
        ValueError: if `conditions` names one that the saga does not ask.
    """

    wiring: ClassVar[Wiring]
    """How the chart became this class."""

    def __init__(
        self,
        model: Any = None,  # noqa: ANN401 - any object
        *,
        conditions: Asked | None = None,
        ledger_field: str = "ledger",
        **options: Any,  # noqa: ANN401 - handed on as they are
    ) -> None:
        chart = self.wiring.chart
        known = {
            node.test.name for node in chart.nodes if isinstance(node, Choice) and isinstance(node.test, Condition)
        }
        strange = sorted(set(conditions or {}) - known)
        if strange:
            msg = f"{chart.name} asks no condition {strange[0]!r}; it asks {', '.join(map(repr, sorted(known))) or 'none'}"
            raise ValueError(msg)
        model = Keeper() if model is None else model
        self.run = Run(self.wiring, model, ledger_field, dict(conditions or {}))
        super().__init__(model, **options)

    @property
    def ledger(self) -> dict[str, Status]:
        """What is known of each step's effect."""
        memory = self.run.memory
        return {step.name: memory.status_of(step.name) for step in self.wiring.chart.steps}

    @property
    def active_ids(self) -> set[str]:
        """Ids of all active states."""
        return {str(state.id) for state in self.configuration}

    @property
    def resting_at(self) -> tuple[str, ...]:
        """Ids of the chart's nodes at which the run rests: calls in flight, waits, and the end."""
        return tuple(node.id for node in self._resting())

    def answer(self, name: str, outcome: str) -> None:
        """Tells the outcome of a call in flight.

        Args:
            name: the step, the compensation's action, or the id of the chart's node.
            outcome: "ok", "rejected", "unknown" or "failed".

        Raises:
            ValueError: if no such call is in flight, if several are, or if it cannot have that outcome.
        """
        resting = self._resting()
        meant = [node for node in resting if node.id == name] or [node for node in resting if name in _names(node)]
        if len(meant) != 1:
            what = "several calls in flight are" if meant else "no call in flight is"
            msg = f"{what} named {name!r}; in flight: {', '.join(repr(node.id) for node in meant or resting)}"
            raise ValueError(msg)
        node = meant[0].id
        event = self.wiring.events.get((node, outcome))
        if event is None:
            known = ", ".join(label for of, label in self.wiring.events if of == node)
            msg = f"{node!r} cannot answer {outcome!r}; it can answer: {known or 'nothing'}"
            raise ValueError(msg)
        self.send(event)

    def request_cancel(self) -> None:
        """Asks the run to cancel: it does so at the next call boundary, or abandons the call where its engine does.

        Without effect once the saga is past its pivot, unwinds or has ended.

        Raises:
            ValueError: if the saga is not cancellable.
        """
        if not self.wiring.chart.cancellable:
            msg = f"{self.wiring.chart.name} is not cancellable; declare it with cancellable=True"
            raise ValueError(msg)
        self.run.memory = self.run.memory.with_cancel_request()
        events = [self.wiring.events.get((node, CANCELLED)) for node in self.resting_at]
        for event in filter(None, events):
            self.send(event)
            return

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - states and events are named after the chart
            """A state, or an event."""

    def _resting(self) -> list[AnyNode]:
        active = self.active_ids
        resting = (node for node in self.wiring.chart.nodes if isinstance(node, Call | Compensate | Wait | End))
        return [node for node in resting if self.wiring.states[node.id] in active]


class Keeper:
    """The model of a run that was given none: it keeps the state and the ledger."""

    def __init__(self) -> None:
        self.state: object = None
        self.ledger: dict[str, object] | None = None


def _names(node: AnyNode) -> tuple[str, ...]:
    if isinstance(node, Call):
        return (node.step,)
    return (node.action,) if isinstance(node, Compensate) else ()
