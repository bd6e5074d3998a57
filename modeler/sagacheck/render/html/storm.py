"""What a storm found out, as a page shows it: the matrix of obligations and the plans that a saga does not survive."""

from __future__ import annotations

from typing import Any

from sagacheck.core.storming import Cell, Law, Standing, StormReport
from sagacheck.render.storm_matrix import legend
from sagacheck.render.storm_summary import summary
from sagacheck.render.terminal import harmless

Document = dict[str, Any]

_MARKS = {
    Standing.HELD: ("held", "good"),
    Standing.VIOLATED: ("violated", "error"),
    Standing.WAIVED: ("waived", "warning"),
    Standing.NOT_CLAIMED: ("\N{EN DASH}", "plain"),
    Standing.NOT_RUN: ("not run", "warning"),
}


def storm_document(report: StormReport, others: int) -> Document:
    """One storm.

    Args:
        report: what it found out.
        others: how many storms over the same saga are not worse.
    """
    actions = list(dict.fromkeys(cell.action for cell in report.cells))
    laws = [law for law in Law if any(cell.law is law for cell in report.cells)]
    cells = {(cell.law, cell.action): cell for cell in report.cells}
    nothing = (
        "it was not come to, or the law makes no sense here" if report.interrupted else "the law makes no sense here"
    )
    return {
        "summary": harmless(summary(report, others)),
        "simulated": report.simulated,
        "actions": [harmless(action) for action in actions],
        "rows": [
            [law.value.replace("-", " "), [_cell(cells.get((law, action)), nothing) for action in actions]]
            for law in laws
        ],
        "legend": legend(report.cells, complete=not report.interrupted).replace("-:", "\N{EN DASH}:"),
        "reasons": [
            [harmless(cell.name), harmless(cell.why), cell.standing.value, [harmless(line) for line in cell.evidence]]
            for cell in report.cells
            if cell.why and cell.standing is not Standing.NOT_CLAIMED
        ],
        "masked": [harmless(one) for one in report.masked],
        "errors": [harmless(error) for error in report.errors],
        "broken": [
            {
                "why": harmless(broken.why),
                "happened": [[harmless(one.actor), harmless(one.text), harmless(one.fault)] for one in broken.happened],
                "evidence": [harmless(line) for line in broken.evidence],
                "replay": f"sagacheck replay {harmless(broken.token)} {harmless(report.file)}" if broken.token else "",
            }
            for broken in report.broken
        ],
    }


def _cell(cell: Cell | None, nothing: str) -> list[str]:
    """The mark of an obligation, how it looks, and what is told of it on request; `nothing` where there is none."""
    if cell is None:
        return ["", "plain", nothing]
    text, tone = _MARKS[cell.standing]
    tried = f"{cell.tried} executions under a fault" if cell.tried else ""
    return [text, tone, "; ".join(part for part in (harmless(cell.why), tried) if part)]
