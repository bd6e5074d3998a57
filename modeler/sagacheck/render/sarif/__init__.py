"""The report as SARIF 2.1.0, the OASIS standard that code hosts and editors read.

Paths and stories become code flows, what a person has accepted becomes suppressed results, what could not be loaded or
decided becomes notifications of the invocation.
"""

from __future__ import annotations

from sagacheck.core.gate import Gate
from sagacheck.core.report import Report
from sagacheck.render.json_report import json_text
from sagacheck.render.sarif.log import log

__all__ = ["render_sarif"]


def render_sarif(report: Report, gate: Gate) -> str:
    """The report as SARIF in ASCII, ending in a line break; the same report gives the same bytes.

    Args:
        report: what to tell.
        gate: how the run was judged.
    """
    return json_text(log(report, gate))
