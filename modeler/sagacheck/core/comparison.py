"""What a comparison of two designs of one saga has found: whether they come to the same, and what each of them costs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sagacheck.core.story import Line


class Design(StrEnum):
    """How a saga is coordinated."""

    ORCHESTRATED = "orchestrated"
    CHOREOGRAPHED = "choreographed"


class Sameness(StrEnum):
    """Whether two designs come to the same ends with the same effects."""

    SAME = "the same ends with the same effects"
    SAME_WITHOUT_FAULTS = "the same without faults, different under faults"
    DIFFERENT = "different ends or effects"
    UNDECIDED = "not decided"


class Aspect(StrEnum):
    """What people choose between designs by."""

    COORDINATION = "coordination"
    COMPLEXITY = "complexity"
    VISIBILITY = "failure visibility"
    TESTING = "testing"
    LATENCY = "latency"
    DEBUGGING = "debugging"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure of two designs.

    Args:
        aspect: what it belongs to.
        name: what is measured, in a few words.
        values: of the first and of the second design; None where it could not be counted.
        formula: how it is measured, in one sentence.
        notes: of the first and of the second, what is behind the number.
    """

    aspect: Aspect
    name: str
    values: tuple[float | None, float | None]
    formula: str
    notes: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Ending:
    """One way in which a design ends, for given answers of its participants.

    Args:
        accepts: by action, whether its participant would accept it.
        end: the kind of end that is announced; "none" if none is.
        effects: by step, how many effects stand in the end.
    """

    accepts: tuple[tuple[str, bool], ...]
    end: str
    effects: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Apart:
    """What tells two designs apart.

    Args:
        which: number of the design that ends so, 0 or 1; the other one never does.
        ending: how it ends.
        faults: whether it needs faults.
        lines: the shortest run that ends so.
        others: ends that the other design comes to with these answers, the first few; none if it never ends then.
    """

    which: int
    ending: Ending
    faults: bool
    lines: tuple[Line, ...]
    others: tuple[Ending, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two designs of one saga, side by side.

    Args:
        names: the sagas' names.
        designs: how each is coordinated.
        sameness: whether they come to the same.
        apart: what tells them apart, if something does.
        only: for each design the steps that only it has; they are not compared.
        provided: what was taken for granted when the ends were compared, in half-sentences.
        figures: the measures, aspect by aspect.
        advice: what speaks for which design, in sentences, the conclusion first.
        why: what was not decided, and why; "" if all was.
    """

    names: tuple[str, str]
    designs: tuple[Design, Design]
    sameness: Sameness
    apart: Apart | None
    only: tuple[tuple[str, ...], tuple[str, ...]]
    figures: tuple[Figure, ...]
    advice: tuple[str, ...]
    why: str = ""
    provided: tuple[str, ...] = ()
