"""Writes one saga as a specification for another tool."""

from __future__ import annotations

from sagacheck.application.loaded import LoadedSaga
from sagacheck.application.weakest import LADDER
from sagacheck.core.contract import NoContract


def export_saga(loaded: LoadedSaga) -> str:
    """A saga with its participants and the network in Promela, the language of SPIN.

    A step whose contract is not declared gets the strongest: what SPIN then finds is wrong with the design.

    Args:
        loaded: the saga.
    """
    from sagacheck.lowering.saga import lower_saga
    from sagacheck.render.promela import promela

    contracts = {step.name: step.contract or (LADDER[-1] if step.owes else NoContract()) for step in loaded.chart.steps}
    return promela(lower_saga(loaded.chart, contracts).system)
