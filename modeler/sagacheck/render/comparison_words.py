"""Words that all formats of a comparison share."""

from __future__ import annotations

from sagacheck.core.comparison import Apart, Comparison, Ending

NOT_COUNTED = "-"
_LONGEST_HEADING = 20


def number(value: float | None) -> str:
    """A figure as people read it: whole numbers whole, others with one or two digits; too large to count is a dash."""
    if value is None:
        return NOT_COUNTED
    return f"{int(value):,}" if value == int(value) else f"{value:.2f}".rstrip("0")


def headings(comparison: Comparison) -> tuple[str, str]:
    """What stands above the figures of each design: how it is coordinated, or its name where that says nothing, if it is short."""
    one, other = comparison.designs
    if one is not other:
        return str(one), str(other)
    first, second = comparison.names
    short = max(len(first), len(second)) <= _LONGEST_HEADING
    return (first, second) if short and first != second else ("the first", "the second")


def judged(comparison: Comparison) -> str:
    """Whether both come to the same, as far as they were compared."""
    return f"{comparison.sameness}{', of the steps that both have' if any(comparison.only) else ''}"


def told_apart(comparison: Comparison, apart: Apart) -> tuple[str, str]:
    """What tells two designs apart, in two sentences: how one of them ends, and how the other one does.

    Args:
        comparison: the designs.
        apart: what tells them apart.
    """
    name, other = comparison.names[apart.which], comparison.names[1 - apart.which]
    refused = [action for action, accepts in apart.ending.accepts if not accepts]
    answers = f"with {', '.join(refused)} refused" if refused else "although every participant accepts"
    faults = "under faults, " if apart.faults else ""
    ways = "; or ".join(_ended(ending) for ending in apart.others)
    instead = f"{other} then ends {ways}" if ways else f"{other} then comes to no end"
    return f"{faults}{name} may end {_ended(apart.ending)}, {answers}", instead


def _ended(ending: Ending) -> str:
    end = "without an announced end" if ending.end == "none" else f"as {ending.end.replace('+', ' and ')}"
    standing = [f"{step}{' twice' if times > 1 else ''}" for step, times in ending.effects if times]
    verb = "stand" if len(standing) > 1 else "stands"
    *most, last = standing or ["nothing"]
    return f"{end} ({', '.join(most)}{' and ' if most else ''}{last} {verb})"
