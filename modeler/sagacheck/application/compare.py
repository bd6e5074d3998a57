"""Compares two designs of one saga."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.application.comparing.advice import advice
from sagacheck.application.comparing.choreographed import choreographed_side
from sagacheck.application.comparing.equivalence import claimed, equivalence
from sagacheck.application.comparing.measures import figures, measured
from sagacheck.application.comparing.orchestrated import orchestrated_side
from sagacheck.application.comparing.side import Side
from sagacheck.application.loaded import LoadedChoreography, LoadedSaga
from sagacheck.application.refusal import RefusedError
from sagacheck.core.comparison import Comparison
from sagacheck.prover.prove import Budget

DEFAULT_SECONDS = 60.0


def compare(
    first: LoadedSaga | LoadedChoreography, second: LoadedSaga | LoadedChoreography, seconds: float = DEFAULT_SECONDS
) -> Comparison:
    """Two designs of one saga, side by side.

    Args:
        first: one design.
        second: the other one.
        seconds: how long deciding whether they come to the same may take.

    Raises:
        RefusedError: if they have no step in common.
    """
    sides = _side(first), _side(second)
    shared = set(sides[0].steps) & set(sides[1].steps)
    if not shared:
        names = [", ".join(side.steps) or "none" for side in sides]
        raise RefusedError(
            f"{sides[0].name} and {sides[1].name} have no step in common: {names[0]}; {names[1]}. "
            "Steps correspond by their names"
        )
    verdict = equivalence(sides, Budget(seconds=seconds))
    one, other = measured(sides[0]), measured(sides[1])
    return Comparison(
        names=(sides[0].name, sides[1].name),
        designs=(sides[0].design, sides[1].design),
        sameness=verdict.sameness,
        apart=verdict.apart,
        only=(_only(sides[0], sides[1]), _only(sides[1], sides[0])),
        figures=figures(one, other),
        advice=advice(verdict.sameness, one, other, complete=shared == set(sides[0].steps) == set(sides[1].steps)),
        why=verdict.why,
        provided=(*_provided(sides[0], sides[1]), *_provided(sides[1], sides[0])),
    )


def _side(loaded: LoadedSaga | LoadedChoreography) -> Side:
    return orchestrated_side(loaded.chart) if isinstance(loaded, LoadedSaga) else choreographed_side(loaded.net)


def _provided(side: Side, other: Side) -> Iterator[str]:
    """What one design takes for granted that the other one does not, or that nobody has declared."""
    for action in claimed(side, other):
        yield f"{action} is never refused: {side.name} claims that, {other.name} is prepared for it"
    for step in side.undeclared:
        yield f"{step} has a barrier: {side.name} declares no contract for it"


def _only(side: Side, other: Side) -> tuple[str, ...]:
    return tuple(step for step in side.steps if step not in other.steps)
