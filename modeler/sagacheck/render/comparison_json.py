"""A comparison of two designs for programs: one JSON document; docs/compare.md says what its keys mean."""

from __future__ import annotations

from sagacheck.core.comparison import Apart, Comparison, Ending
from sagacheck.render.json_report import json_text

FORMAT = "sagacheck-comparison"
VERSION = 1


def comparison_json(comparison: Comparison) -> str:
    """The comparison as JSON in ASCII, ending in a line break.

    Args:
        comparison: what to tell.
    """
    return json_text(
        {
            "format": FORMAT,
            "version": VERSION,
            "designs": [
                {"name": name, "design": str(design), "only": list(only)}
                for name, design, only in zip(comparison.names, comparison.designs, comparison.only, strict=True)
            ],
            "sameness": comparison.sameness.name.lower().replace("_", " "),
            "why": comparison.why,
            "provided": list(comparison.provided),
            "apart": None if comparison.apart is None else _apart(comparison.apart),
            "figures": [
                {
                    "aspect": str(figure.aspect),
                    "name": figure.name,
                    "values": list(figure.values),
                    "formula": figure.formula,
                    "notes": list(figure.notes),
                }
                for figure in comparison.figures
            ],
            "advice": list(comparison.advice),
        }
    )


def _apart(apart: Apart) -> dict[str, object]:
    return {
        "design": apart.which,
        "faults": apart.faults,
        "accepts": dict(apart.ending.accepts),
        **_ending(apart.ending),
        "others": [_ending(ending) for ending in apart.others],
        "lines": [{"actor": line.actor, "text": line.text, "fault": line.fault} for line in apart.lines],
    }


def _ending(ending: Ending) -> dict[str, object]:
    return {"end": ending.end, "effects": dict(ending.effects)}
