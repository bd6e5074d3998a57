"""Writes one saga as a specification for another tool."""

from __future__ import annotations

from sagacheck.application.loaded import LoadedChoreography, LoadedSaga
from sagacheck.application.weakest import LADDER
from sagacheck.core.contract import NoContract


def export_saga(loaded: LoadedSaga | LoadedChoreography) -> str:
    """A saga with its participants and the network in Promela, the language of SPIN.

    A step whose contract is not declared gets the strongest: what SPIN then finds is wrong with the design.

    Args:
        loaded: the saga.
    """
    from sagacheck.render.promela import promela

    if isinstance(loaded, LoadedChoreography):
        from sagacheck.application.choreography_proof import with_strongest
        from sagacheck.lowering.choreographed.choreography import lower_choreography

        return promela(lower_choreography(with_strongest(loaded.net)))
    from sagacheck.lowering.saga import lower_saga

    contracts = {step.name: step.contract or (LADDER[-1] if step.owes else NoContract()) for step in loaded.chart.steps}
    return promela(lower_saga(loaded.chart, contracts).system)
