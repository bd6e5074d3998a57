"""Words that all formats of a comparison share."""

from __future__ import annotations

from sagacheck.core.comparison import Apart, Comparison

NOT_COUNTED = "-"


def number(value: float | None) -> str:
    """A figure as people read it: whole numbers whole, others with one or two digits; too large to count is a dash."""
    if value is None:
        return NOT_COUNTED
    return f"{int(value):,}" if value == int(value) else f"{value:.2f}".rstrip("0")


def told_apart(comparison: Comparison, apart: Apart) -> tuple[str, str]:
    """What tells two designs apart, in two sentences: when it happens, and how it then ends.

    Args:
        comparison: the designs.
        apart: what tells them apart.
    """
    name, other = comparison.names[apart.which], comparison.names[1 - apart.which]
    refused = [action for action, accepts in apart.ending.accepts if not accepts]
    answers = f"with {', '.join(refused)} refused" if refused else "although every participant accepts"
    end = "without an end" if apart.ending.end == "none" else f"as {apart.ending.end.replace('+', ' and ')}"
    standing = [f"{step}{' twice' if times > 1 else ''}" for step, times in apart.ending.effects if times]
    stands = f"{', '.join(standing)} {'stand' if len(standing) > 1 else 'stands'}" if standing else "nothing stands"
    faults = "under faults, " if apart.faults else ""
    return f"{faults}{name} may end {end} {answers}: {stands}", f"{other} never ends so then"
