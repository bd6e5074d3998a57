"""Handlers that remember something outside of their world are told so, and not that they do nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sagacheck import Keyed, NonCompensatable, Retry, Saga, Step, Storm
from sagacheck.application.storm_saga import StormOptions, storm_saga

World = dict[str, list[str]]
Handler = Callable[[World, Mapping[str, Any]], str]


def remembering() -> Handler:
    """A handler that remembers its answers for as long as the process lives."""
    answers: dict[str, str] = {}

    def ship(world: World, order: Mapping[str, Any]) -> str:
        if order["id"] not in answers:
            world["parcels"].append(order["id"])
            answers[order["id"]] = "on its way"
        return answers[order["id"]]

    return ship


def looking_up() -> Handler:
    """A handler that looks something up the first time only, and does its work every time."""
    rates: list[int] = []

    def ship(world: World, order: Mapping[str, Any]) -> str:
        if not rates:
            rates.append(len(world))
        if order["id"] not in world["parcels"]:
            world["parcels"].append(order["id"])
        return "on its way"

    return ship


def storm(ship: Handler) -> Storm:
    """A storm over one step."""
    sending = Step(
        ship, name="ship", compensation=NonCompensatable("gone"), contract=Keyed("id"), retry=Retry.until_known()
    )
    return Storm(
        Saga("send", sending),
        world=lambda: {"parcels": []},
        probe=lambda world: world["parcels"],
        example={"id": "o-1"},
    )


def test_a_handler_that_remembers_outside_of_its_world_is_refused_by_name() -> None:
    (error,) = storm_saga(storm(remembering()), "send.py", StormOptions(faults=1)).errors
    assert error.startswith("ship changes the world in the first run and nothing in the second")


@pytest.mark.parametrize("faults", [0, 1])
def test_a_handler_that_only_looks_something_up_once_is_not(faults: int) -> None:
    assert () == storm_saga(storm(looking_up()), "send.py", StormOptions(faults=faults)).errors
