"""The paths of a saga as a page explores them: all of them in a decision diagram, or the first ones of a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sagacheck.core.chart import AnyNode, Call, Chart, Choice, Compensate, Join
from sagacheck.core.question import Condition, LedgerTest
from sagacheck.core.scenario import Event, EventKind, Scenario
from sagacheck.core.step import StepSpec
from sagacheck.render.diagram.anchoring import Anchors
from sagacheck.render.html.exhibit import Listed
from sagacheck.render.html.steps import end_of, event_step
from sagacheck.render.terminal import harmless
from sagacheck.semantics.compact import Compact
from sagacheck.semantics.position import Move, Position
from sagacheck.semantics.records import question_record, record_name, steps_of
from sagacheck.semantics.trails import Trails, trails_of

Document = dict[str, Any]


def paths_document(paths: Compact | Listed, anchors: Anchors | None) -> Document:
    """Everything that a page needs to count, filter, list and tell the paths.

    Args:
        paths: the paths.
        anchors: what the parts of the saga's picture stand for; None without a picture.
    """
    anchors = anchors or Anchors({}, {}, {})
    return _Writer(paths, anchors).document() if isinstance(paths, Compact) else _listed(paths, anchors)


class _Writer:
    """Writes a diagram with the walk that tells its paths; nodes, records and links become numbers."""

    def __init__(self, paths: Compact, anchors: Anchors) -> None:
        self.paths = paths
        self.chart: Chart = paths.walk.chart
        self.anchors = anchors
        self.trails: Trails = trails_of(self.chart)
        self.results = {slot.record: slot.results for slot in paths.slots}
        self.records = {name: number for number, name in enumerate(self.results)}
        self.recorded: dict[str, list[AnyNode]] = {}
        for node in self.chart.node.values():
            self.recorded.setdefault(_recorded(node) or "", []).append(node)
        self.leaving: dict[tuple[str, str], list[str]] = {}
        for (source, label, _), lines in anchors.lines.items():
            self.leaving.setdefault((source, label), []).extend(lines[:1])
        self.steps = {name: number for number, name in enumerate(dict.fromkeys(_step_names(self.chart)))}
        self.places: dict[str, int] = {}
        self.links: dict[tuple[str, str, str], int] = {}
        self.positions: dict[Position, int] = {}

    def document(self) -> Document:
        walk = self.paths.walk
        self.positions = {position: number for number, position in enumerate(walk.order)}
        moves = [[self._move(move) for move in walk.moves.get(position, ())] for position in walk.order]
        endings = [
            {
                "root": ending.root,
                "at": self.positions[ending.position],
                "kind": ending.kind.value,
                "text": harmless(self.chart.node[ending.position.node].text),
                "stuck": bool(ending.position.stuck),
                "cancelled": ending.position.cancelled,
                "boxes": self._ending_boxes(ending.position),
                "lines": list(self.anchors.lines.get((ending.position.node, ending.position.stuck, ""), ())),
            }
            for ending in self.paths.endings
        ]
        return {
            "kind": "diagram",
            "steps": [_step(name, self.chart.step.get(name)) for name in self.steps],
            "records": [self._record(name) for name in self.records],
            "slots": [self.records[slot.record] for slot in self.paths.slots],
            "nodes": [[node.slot, *node.following] for node in self.paths.nodes],
            "endings": endings,
            "start": self.positions[walk.start],
            "entry": list(self.anchors.lines.get(("", "", self.chart.start), ())),
            "moves": moves,
            "places": [self._place(self.chart.node[node]) for node in self.places],
            "links": [
                {"lines": list(self.anchors.lines.get(link, ())), "notes": list(self.trails.written((link,)))}
                for link in self.links
            ],
        }

    def _ending_boxes(self, position: Position) -> list[str]:
        stub = self.anchors.stubs.get(position.node) if position.stuck else None
        return [stub] if stub else list(self.anchors.boxes.get(position.node, ()))

    def _record(self, name: str) -> Document:
        """What a record is about, and where in the picture."""
        kind, _, about = name.partition(" ")
        nodes = self.recorded.get(name, [])
        asked = next(map(_question, nodes), about) if kind == "ask" else about
        return {
            "kind": kind,
            "text": harmless(asked),
            "results": [harmless(result) for result in self.results[name]],
            "boxes": _unique(box for node in nodes for box in self.anchors.boxes.get(node.id, ())),
            "lines": {
                harmless(result): _unique(line for node in nodes for line in self.leaving.get((node.id, result), ()))
                for result in self.results[name]
            },
        }

    def _move(self, move: Move) -> list[object]:
        place = self.places.setdefault(move.node, len(self.places))
        links = [self.links.setdefault(link, len(self.links)) for link in move.links]
        return [move.kind.value, place, self._result(move), self.positions[move.target], links]

    def _result(self, move: Move) -> int | str:
        """The number of a result among those of its record; of a test, its answer."""
        name = _recorded(self.chart.node[move.node])
        if name is None:
            return move.result
        results = self.results.get(name, ())
        return results.index(move.result) if move.result in results else -1

    def _place(self, node: AnyNode) -> Document:
        """What telling needs to know of a node."""
        name = _recorded(node)
        document: Document = {
            "record": self.records.get(name, -1) if name else -1,
            "boxes": list(self.anchors.boxes.get(node.id, ())),
        }
        if isinstance(node, Call):
            document["steps"] = [self.steps[node.step]]
        elif isinstance(node, Compensate):
            document["steps"] = [self.steps[step] for step in node.steps]
        elif isinstance(node, Join):
            document["refused"] = [self.steps[step] for step in node.refused_by if step in self.steps]
        elif isinstance(node, Choice) and isinstance(node.test, LedgerTest):
            document["test"] = {
                "steps": [self.steps[step] for step in node.test.steps if step in self.steps],
                "statuses": sorted(status.value for status in node.test.statuses),
                "called": node.test.called,
                "untried": node.test.untried,
            }
        elif isinstance(node, Choice) and isinstance(node.test, Condition):
            document["stable"] = node.test.stable
        if node.id in self.trails.asked:
            document["note"] = self.trails.asked[node.id]
        return document


def _step_names(chart: Chart) -> Iterator[str]:
    """Every step that the chart knows, then those that only its nodes name."""
    yield from chart.step
    for node in chart.node.values():
        yield from steps_of(node)


def _step(name: str, spec: StepSpec | None) -> Document:
    return {
        "text": harmless(name),
        "settles": spec is not None and spec.settles,
        "owes": spec is not None and spec.owes,
    }


def _question(node: AnyNode) -> str:
    """What a node asks."""
    return node.test.name if isinstance(node, Choice) and isinstance(node.test, Condition) else node.text


def _recorded(node: AnyNode) -> str | None:
    """The name of the record of what happens at a node."""
    if isinstance(node, Choice) and isinstance(node.test, Condition):
        return question_record(node, node.test)
    return record_name(node)


def _unique(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))


def _listed(paths: Listed, anchors: Anchors) -> Document:
    """Paths that are told one by one."""
    return {
        "kind": "list",
        "total": str(paths.total),
        "paths": [_path(scenario, anchors.boxes) for scenario in paths.scenarios],
    }


def _path(scenario: Scenario, boxes: Mapping[str, tuple[str, ...]]) -> Document:
    return {
        "kind": scenario.kind.value,
        "end": end_of(scenario),
        "steps": [
            {**event_step(event), "about": _about(event), "boxes": _boxes(event, boxes)} for event in scenario.events
        ],
    }


def _about(event: Event) -> str:
    return {EventKind.CALL: "call", EventKind.COMPENSATION: "undo", EventKind.ANSWER: "ask"}.get(event.kind, "")


def _boxes(event: Event, boxes: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The boxes of a chart's node, or of a choreography's reactions."""
    return list(boxes.get(event.node, ()) or boxes.get(f"{event.node} {event.text}", ()))
