"""Hand-written coordinators and machines made from charts: what the rest of the package uses of python-statemachine."""

from __future__ import annotations

from sagacheck.authoring.machine.compiled import CompiledSaga
from sagacheck.authoring.machine.making import machine_of_chart
from sagacheck.authoring.machine.reading import MachineError, chart_of_machine
from sagacheck.authoring.machine.states import (
    Aborted,
    Call,
    Committed,
    Compensate,
    Failed,
    Manual,
    SagaMachine,
    cancelled,
    failed,
    ok,
    rejected,
    unknown,
)

__all__ = [
    "Aborted",
    "Call",
    "Committed",
    "Compensate",
    "CompiledSaga",
    "Failed",
    "MachineError",
    "Manual",
    "SagaMachine",
    "cancelled",
    "chart_of_machine",
    "failed",
    "machine_of_chart",
    "ok",
    "rejected",
    "unknown",
]
