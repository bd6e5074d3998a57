"""What there is to see of a saga beside its report: its picture and its paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sagacheck.core.scenario import Scenario
    from sagacheck.render.diagram.anchoring import Anchors
    from sagacheck.semantics.compact import Compact


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture of a saga.

    Args:
        svg: the picture, as Graphviz writes it.
        anchors: which of its parts stand for what.
    """

    svg: str
    anchors: Anchors


@dataclass(frozen=True, slots=True)
class Listed:
    """The paths of a saga one by one, shortest first.

    Args:
        scenarios: the first of them.
        total: how many there are.
    """

    scenarios: tuple[Scenario, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What there is to see of a saga.

    Args:
        drawing: its picture; None if it could not be drawn.
        paths: all of its paths; None if they could not be computed.
        problems: why something is missing, and what to do instead, in sentences.
    """

    drawing: Drawing | None = None
    paths: Compact | Listed | None = None
    problems: tuple[str, ...] = ()
