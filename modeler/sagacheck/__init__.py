"""sagacheck checks every path and every failure point of a saga before it is merged.

A model file declares sagas as values, see `Saga`, `Step` and what joins them, or `Choreography`; or it holds the coordinator that a
team already runs, see `SagaMachine`. What is heavy is imported when it is first asked for.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sagacheck.authoring.choreography import Choreography
    from sagacheck.authoring.events import (
        After,
        AllOf,
        AnyOf,
        AtLeastOnce,
        AtMostOnce,
        Event,
        ExactlyOnce,
        Ordered,
        applied,
    )
    from sagacheck.authoring.flow import Compensation, Retry, Step, first_of, parallel, when
    from sagacheck.authoring.machine.compiled import CompiledSaga
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
    from sagacheck.authoring.profile import Profile
    from sagacheck.authoring.saga import Saga
    from sagacheck.authoring.service import On, Service
    from sagacheck.authoring.storm import Storm
    from sagacheck.core.contract import Barrier, Dedup, Keyed, Natural, NoContract, Reply
    from sagacheck.core.question import Condition
    from sagacheck.core.step import Informational, NonCompensatable
    from sagacheck.core.system import Progress, Rule, Safety, System, Variable
    from sagacheck.prover.prove import prove
    from sagacheck.storm.boundary import boundary
    from sagacheck.storm.reply import Rejected
    from sagacheck.storm.worlds.http import HttpWorld
    from sagacheck.storm.worlds.sqlalchemy import SqlAlchemyWorld
    from sagacheck.storm.worlds.sqlite import SqliteWorld

_NAMES = {
    "sagacheck.authoring.choreography": ("Choreography",),
    "sagacheck.authoring.events": (
        "After",
        "AllOf",
        "AnyOf",
        "AtLeastOnce",
        "AtMostOnce",
        "Event",
        "ExactlyOnce",
        "Ordered",
        "applied",
    ),
    "sagacheck.authoring.flow": ("Compensation", "Retry", "Step", "first_of", "parallel", "when"),
    "sagacheck.authoring.machine.compiled": ("CompiledSaga",),
    "sagacheck.authoring.machine.states": (
        "Aborted",
        "Call",
        "Committed",
        "Compensate",
        "Failed",
        "Manual",
        "SagaMachine",
        "cancelled",
        "failed",
        "ok",
        "rejected",
        "unknown",
    ),
    "sagacheck.authoring.profile": ("Profile",),
    "sagacheck.authoring.saga": ("Saga",),
    "sagacheck.authoring.service": ("On", "Service"),
    "sagacheck.authoring.storm": ("Storm",),
    "sagacheck.core.question": ("Condition",),
    "sagacheck.core.contract": ("Barrier", "Dedup", "Keyed", "Natural", "NoContract", "Reply"),
    "sagacheck.core.step": ("Informational", "NonCompensatable"),
    "sagacheck.core.system": ("Progress", "Rule", "Safety", "System", "Variable"),
    "sagacheck.prover.prove": ("prove",),
    "sagacheck.storm.boundary": ("boundary",),
    "sagacheck.storm.reply": ("Rejected",),
    "sagacheck.storm.worlds.http": ("HttpWorld",),
    "sagacheck.storm.worlds.sqlalchemy": ("SqlAlchemyWorld",),
    "sagacheck.storm.worlds.sqlite": ("SqliteWorld",),
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "Aborted",
    "After",
    "AllOf",
    "AnyOf",
    "AtLeastOnce",
    "AtMostOnce",
    "Barrier",
    "Call",
    "Choreography",
    "Committed",
    "Compensate",
    "Compensation",
    "CompiledSaga",
    "Condition",
    "Dedup",
    "Event",
    "ExactlyOnce",
    "Failed",
    "HttpWorld",
    "Informational",
    "Keyed",
    "Manual",
    "Natural",
    "NoContract",
    "NonCompensatable",
    "On",
    "Ordered",
    "Profile",
    "Progress",
    "Rejected",
    "Reply",
    "Retry",
    "Rule",
    "Safety",
    "Saga",
    "SagaMachine",
    "Service",
    "SqlAlchemyWorld",
    "SqliteWorld",
    "Step",
    "Storm",
    "System",
    "Variable",
    "applied",
    "boundary",
    "cancelled",
    "failed",
    "first_of",
    "ok",
    "parallel",
    "prove",
    "rejected",
    "unknown",
    "when",
]


def __getattr__(name: str) -> object:
    """Imports a public name when it is first asked for."""
    module = _MODULES.get(name)
    if module is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module

    found: object = getattr(import_module(module), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The public names, and what the module holds already."""
    return sorted({*globals(), *__all__})
