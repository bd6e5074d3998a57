"""What one storm found out, as plain dicts and lists for JSON."""

from __future__ import annotations

from typing import Any

from sagacheck.core.storming import Broken, Cell, Place, Standing, StormReport

Document = dict[str, Any]


def storm_document(report: StormReport) -> Document:
    """One storm as plain dicts and lists."""
    plans = report.plans
    return {
        "saga": report.saga,
        "file": report.file,
        "seed": report.seed,
        "simulated": report.simulated,
        "green": report.green,
        "interrupted": report.interrupted,
        "obligations": [_cell(cell) for cell in report.cells],
        "standings": {standing.value: report.number(standing) for standing in Standing},
        "plans": None
        if plans is None
        else {
            "faults": plans.faults,
            "run": plans.run,
            "known": plans.known,
            "complete": plans.complete,
            "unjudged": plans.unjudged,
        },
        "broken": [_broken(broken) for broken in report.broken],
        "edges": {"walked": report.edges[0], "total": report.edges[1]},
        "longer": report.longer,
        "side_by_side": report.side_by_side,
        "masked": list(report.masked),
        "blind": list(report.blind),
        "errors": list(report.errors),
    }


def _cell(cell: Cell) -> Document:
    return {
        "name": cell.name,
        "step": cell.step,
        "action": cell.action,
        "law": cell.law.value,
        "standing": cell.standing.value,
        "tried": cell.tried,
        "why": cell.why,
        "place": None if cell.place is None else _place(cell.place),
        "evidence": list(cell.evidence),
        "follows": None if cell.follows is None else cell.follows.value,
    }


def _place(place: Place) -> Document:
    return {"name": place.name, "file": place.file, "line": place.line}


def _broken(broken: Broken) -> Document:
    return {"token": broken.token, "why": broken.why, "step": broken.step, "evidence": list(broken.evidence)}
