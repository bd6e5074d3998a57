"""Reads the table of scenario counts from the documentation: the page is the data of the tests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sagacheck.authoring.saga import Saga

PAGE = Path(__file__).resolve().parents[2] / "docs" / "counts.md"


@dataclass(frozen=True, slots=True)
class Row:
    """One saga of the table with what the table claims of it.

    Args:
        flow: how the saga is written.
        options: further arguments of `Saga`, as written.
        scenarios: committed, aborted, manual.
        scenarios_total: their sum, as written.
        cancelled: the same for scenarios with a cancellation.
        cancelled_total: their sum, as written.
        failure_points: those of steps and of compensations.
    """

    flow: str
    options: str
    scenarios: tuple[int, ...]
    scenarios_total: int
    cancelled: tuple[int, ...]
    cancelled_total: int
    failure_points: tuple[int, ...]

    def saga(self) -> Saga:
        """The saga itself, made from what the page says."""
        return saga_of(self.flow, self.options)


def saga_of(flow: str, options: str) -> Saga:
    """A saga written in the words of the page."""
    saga = eval(f"Saga('counted', {flow}, {options})", vocabulary())  # noqa: S307 - our own page
    assert isinstance(saga, Saga)
    return saga


def vocabulary() -> dict[str, Any]:
    """The names that the expressions in the table use: what the page's block of code defines."""
    block = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert block is not None
    names: dict[str, Any] = {}
    exec(block[1], names)  # noqa: S102 - our own page
    return names


def rows() -> list[Row]:
    """Every row of the table."""
    found = []
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `"):
            flow, options, scenarios, cancelled, points, why = cells
            assert why, f"{flow} says no why"
            total, parts = _sum(scenarios)
            cancelled_total, cancelled_parts = _sum(cancelled)
            forward, backward = points.split(" + ")
            row = Row(
                flow.strip("`"),
                options.strip("`"),
                parts,
                total,
                cancelled_parts,
                cancelled_total,
                (int(forward), int(backward)),
            )
            found.append(row)
    return found


def _sum(cell: str) -> tuple[int, tuple[int, ...]]:
    """A cell like "4 = 1 + 2 + 1", or "0" for three times nothing."""
    total, _, parts = cell.partition(" = ")
    return int(total), tuple(int(part) for part in parts.split(" + ")) if parts else (0, 0, 0)
