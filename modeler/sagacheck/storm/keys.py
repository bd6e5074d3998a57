"""Keys: the fields of a payload by which participants know an operation again, and other ones that are like them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sagacheck.core.chart import Chart


class NoOtherKeyError(ValueError):
    """A key of which no second one can be made."""


def other_keys(chart: Chart, payload: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The keys in a payload, each replaced by one that is like it.

    Args:
        chart: the saga, whose contracts name the keys.
        payload: what its actions get.
        number: which of the other ones, from 1; 0 for the keys themselves.

    Raises:
        NoOtherKeyError: if there is a key of which no second one can be made.
    """
    keys = {getattr(step.contract, "key", "") for step in chart.steps}
    return {name: _another(value, number) for name, value in payload.items() if name in keys}


def _another(key: Any, number: int) -> Any:  # noqa: ANN401 - a key is what the user's is
    """A key that is like another one, and differs from it."""
    if not number:
        return key
    if isinstance(key, str):
        return f"{key}-{number + 1}"
    if isinstance(key, int) and not isinstance(key, bool):
        return key + number
    raise NoOtherKeyError(f"no second key can be made of {key!r}: give the example a text or a whole number as its key")
