"""SPIN comes to the same verdicts on choreographies as the prover, and counts the same states."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sagacheck import Choreography
from sagacheck.application.choreography_proof import with_strongest
from sagacheck.application.export_saga import export_saga
from sagacheck.application.loaded import LoadedChoreography
from sagacheck.lowering.choreographed.choreography import lower_choreography
from sagacheck.prover.prove import prove
from sagacheck.render.promela import promela
from tests.lowering.random_choreographies import LOGS, choreographies, guarded
from tests.prover.spin_agreement import FEW, agreed_on, agreed_on_rest
from tests.rules.models import FULFILMENT, choreographed, net_of

WIRING, NETWORK, REPAIRED = FULFILMENT
MODELS = [*choreographed("clean"), *choreographed("wrong"), *choreographed("repaired")]


@pytest.mark.parametrize("model", MODELS)
def test_spin_confirms_what_is_said_of_each_choreographed_model(model: str) -> None:
    net = net_of(model)
    system = lower_choreography(with_strongest(net))
    assert promela(system) == export_saga(LoadedChoreography(net, model))
    assert agreed_on(system)
    assert agreed_on_rest(system)


@pytest.mark.parametrize("model", [WIRING, REPAIRED])
def test_spin_confirms_what_is_said_of_the_fulfilment(model: str) -> None:
    """The way to rest is left out: to see it from every state, SPIN needs the square of their number."""
    assert agreed_on(lower_choreography(with_strongest(net_of(model))))


def test_the_only_choreography_that_is_too_large_for_spin_has_millions_of_states() -> None:
    states = prove(lower_choreography(with_strongest(net_of(NETWORK))), traces=0).states
    assert states is not None
    assert states > FEW


@settings(max_examples=16, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(choreographies(), choreographies(cyclic=True), choreographies(ordered=True), guarded(), guarded(LOGS)))
def test_spin_confirms_what_is_said_of_random_choreographies(random: Choreography) -> None:
    system = lower_choreography(random.net())
    if agreed_on(system, few=20_000):
        assert agreed_on_rest(system)
