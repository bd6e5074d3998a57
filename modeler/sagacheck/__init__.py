"""sagacheck checks every path and every failure point of a saga before it is merged.

A model file declares sagas as values; see `Saga`, `Step` and what joins them.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sagacheck.authoring.flow import Compensation, Retry, Step, first_of, parallel, when
    from sagacheck.authoring.profile import Profile
    from sagacheck.authoring.saga import Saga
    from sagacheck.core.chart import Condition
    from sagacheck.core.contract import Barrier, Keyed, Natural, NoContract
    from sagacheck.core.step import Informational, NonCompensatable

__all__ = [
    "Barrier",
    "Compensation",
    "Condition",
    "Informational",
    "Keyed",
    "Natural",
    "NoContract",
    "NonCompensatable",
    "Profile",
    "Retry",
    "Saga",
    "Step",
    "first_of",
    "parallel",
    "when",
]
