"""The choreographies among the models are clean, and become wrong when one claim is taken away."""

from __future__ import annotations

import runpy
from dataclasses import replace

import pytest

from sagacheck import Choreography, NoContract
from sagacheck.core.net import Acknowledged, Delivery, Net
from sagacheck.lowering.choreographed.choreography import lowered
from sagacheck.lowering.choreographed.scenarios import cascades
from sagacheck.lowering.choreographed.wiring import wiring
from tests.lowering.deciding import BOTH, DOUBLE, STOPPED, flaws_of
from tests.rules.models import ROOT, choreographed


def nets(model: str) -> list[Net]:
    """The choreographies of a model file."""
    values = runpy.run_path(str(ROOT / model)).values()
    return [value.net() for value in values if isinstance(value, Choreography)]


@pytest.mark.parametrize("model", choreographed("clean"))
def test_every_choreographed_model_is_clean(model: str) -> None:
    [net] = nets(model)
    assert (frozenset(), ()) == (flaws_of(lowered(net)), wiring(net))


def test_the_choreographed_order_has_the_scenarios_of_the_reference() -> None:
    [net] = nets("models/order_choreographed.py")
    assert 5 == len(cascades(lowered(net)))


@pytest.mark.parametrize(
    ("step", "flaw"),
    [("inventory.reserve", BOTH), ("payment.charge", DOUBLE), ("shipping.dispatch", DOUBLE)],
)
def test_every_contract_of_the_choreographed_order_is_necessary(step: str, flaw: str) -> None:
    [net] = nets("models/order_choreographed.py")
    assert flaw in {found for found, _ in flaws_of(lowered(net.with_contracts({step: NoContract()})))}


@pytest.mark.parametrize(
    "delivery", [Delivery(at_least_once=False, outbox=True), Delivery(acknowledged=Acknowledged.BEFORE)]
)
def test_its_delivery_is_necessary_too(delivery: Delivery) -> None:
    [net] = nets("models/order_choreographed.py")
    assert {STOPPED} == {found for found, _ in flaws_of(lowered(replace(net, delivery=delivery)))}
