"""The picture of a saga: boxes, arrows and clusters, before any drawing language.

Every renderer draws the same picture; what a box means is decided here, how it looks is decided there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BoxKind(StrEnum):
    """What a box stands for."""

    START = "start"
    STEP = "step"
    LOCKED = "locked"
    PIVOT = "pivot"
    INFORMATIONAL = "informational"
    COMPENSATION = "compensation"
    QUESTION = "question"
    TEST = "test"
    WAIT = "wait"
    FORK = "fork"
    JOIN = "join"
    COMMITTED = "committed"
    ABORTED = "aborted"
    MANUAL = "manual"
    UNHANDLED = "unhandled"
    DEFECT = "defect"
    EVENT = "event"
    SETBACK = "setback"
    UNDONE = "undone"
    LOOSE = "loose"
    GATE = "gate"
    OUTSIDE = "outside"


class ArrowKind(StrEnum):
    """What an arrow stands for."""

    FORWARD = "forward"
    FAILURE = "failure"
    UNWINDING = "unwinding"
    UNDOES = "undoes"
    UNHANDLED = "unhandled"
    LOOSE = "loose"
    DISARMS = "disarms"


class Emphasis(StrEnum):
    """How strongly something is drawn: with a path shown, what lies on it stands out and the rest fades."""

    PLAIN = "plain"
    PATH = "path"
    FADED = "faded"


class Guide(StrEnum):
    """What an arrow says about the rows of a layout, strongest first.

    Its head stands below its tail, or above it; or it happens to stand above, and arrows to one head may be gathered
    into one line; or nothing is known.
    """

    DOWN = "down"
    UP = "up"
    GATHERED = "gathered"
    RISING = "rising"
    FREE = "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One node of the picture.

    Args:
        id: made of ASCII letters, digits and underscores; unique in the picture, derived from the node's id.
        kind: what it stands for.
        title: the lines of its text.
        notes: lines in smaller print below.
        alarm: a line that says what is wrong with it; "" if nothing is.
        tooltip: what is told on request.
        cluster: id of the cluster that it lies in; "" outside.
        branches: for the bar of a fork or join, the clusters of the branches that meet there; "" for an empty one.
        beside: id of the box in whose row it stands; "" if it may stand anywhere.
        before: whether it stands on the near side of that box, away from what unwinds.
        emphasis: how strongly it is drawn.
        places: what of the saga it stands for: ids of a chart's nodes; of a choreography, the service and the action.
    """

    id: str
    kind: BoxKind
    title: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    alarm: str = ""
    tooltip: str = ""
    cluster: str = ""
    branches: tuple[str, ...] = ()
    beside: str = ""
    before: bool = False
    emphasis: Emphasis = Emphasis.PLAIN
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """One line of the picture.

    Args:
        tail: id of the box where it begins.
        head: id of the box to which it points.
        kind: what it stands for.
        label: short text at its side; "" where the arrow speaks for itself.
        tooltip: what is told on request.
        slot: the branch, counted from 0, at whose place it meets the bar of a fork or join.
        guide: what it says about the rows of a layout.
        emphasis: how strongly it is drawn.
        pointed: whether it has a head; a line that goes on behind the text of an event has none before it.
        dashed: whether what travels along it may be lost.
        links: the chart's links that it stands for, as (source, label, target); the entry comes from "".
    """

    tail: str
    head: str
    kind: ArrowKind
    label: str = ""
    tooltip: str = ""
    slot: int | None = None
    guide: Guide = Guide.FREE
    emphasis: Emphasis = Emphasis.PLAIN
    pointed: bool = True
    dashed: bool = False
    links: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A frame around boxes: a fork with its branches, one of the branches, or a service.

    Args:
        id: made of ASCII letters, digits and underscores; unique in the picture.
        title: its text; "" for a branch.
        parent: id of the cluster around it; "" outside.
        emphasis: how strongly it is drawn.
        lane: whether it is a service, whose name is read first.
        top: id of the box beside which the name of a service stands.
    """

    id: str
    title: str = ""
    parent: str = ""
    emphasis: Emphasis = Emphasis.PLAIN
    lane: bool = False
    top: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All that is drawn of a saga.

    Args:
        title: its heading.
        boxes: leaders of rows before those that stand beside them.
        arrows: in the order of drawing.
        clusters: outer ones before inner ones.
        legend: what does not speak for itself, in smaller print below the heading.
    """

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    clusters: tuple[Cluster, ...]
    legend: str = ""
