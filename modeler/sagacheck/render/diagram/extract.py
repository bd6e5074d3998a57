"""Makes the picture of a chart: decides what is drawn, how it hangs together and what stands out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sagacheck.core.chart import (
    CANCELLED,
    DONE,
    FAILED,
    NEXT,
    AnyNode,
    Call,
    Chart,
    Choice,
    Compensate,
    Exit,
    Fork,
    Join,
    Wait,
)
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.question import ANSWERS, NO, YES, Condition
from sagacheck.core.scenario import Scenario
from sagacheck.render.diagram.content import box_of
from sagacheck.render.diagram.frames import Frames, frames_of
from sagacheck.render.diagram.picture import Arrow, ArrowKind, Box, BoxKind, Emphasis, Guide, Picture
from sagacheck.render.diagram.rows import Row
from sagacheck.render.diagram.survey import Survey, survey
from sagacheck.render.diagram.undoing import undo_links
from sagacheck.render.diagram.ways import Link, Way, leaves_region
from sagacheck.render.diagram.wording import identifier, shortened, tooltip, visible, wrapped

_LONGEST_TITLE = 100
_LONGEST_LABEL = 90
_SILENT = frozenset({Outcome.OK, DONE, NEXT})
_LABELS = (Outcome.OK, Outcome.REJECTED, Outcome.FAILED, Outcome.UNKNOWN, Outcome.INTERRUPTED, CANCELLED, YES, NO)


def picture_of(chart: Chart, scenario: Scenario | None = None) -> Picture:
    """The picture of a chart, with a scenario's path standing out if one is given."""
    return _Extraction(chart, scenario).picture()


@dataclass(frozen=True, slots=True)
class _Line:
    """What ways have in common that are drawn as one arrow."""

    source: str
    target: str
    kind: ArrowKind
    on_path: bool
    shadowed: bool


class _Extraction:
    def __init__(self, chart: Chart, scenario: Scenario | None) -> None:
        self.chart = chart
        self.scenario = scenario
        self.survey: Survey = survey(chart)
        self.taken: set[str] = {"start"}
        self.box_id = {node: identifier("node", node, self.taken) for node in chart.node}
        self.frames: Frames = frames_of(chart, self.taken)
        self.place = {node: index for index, node in enumerate(self.survey.order)}
        self.guarded = frozenset(self.survey.guards.values())
        self.path: frozenset[Link] = frozenset()
        self.visited: frozenset[str] = frozenset()
        if scenario is not None:
            self.path = frozenset((source, label, target) for source, target, label in scenario.edges)
            ends = {end for source, target, _ in scenario.edges for end in (source, target)}
            self.visited = frozenset({chart.start, *ends})

    def picture(self) -> Picture:
        nodes = [self.chart.node[node] for node in self.survey.order]
        drawn = [node for node in nodes if not leaves_region(self.chart, node.id) and node.id not in self.guarded]
        lost = dict(self._lost())
        stubs = list(self._unhandled())
        start = Box(id="start", kind=BoxKind.START, tooltip="the saga starts here", emphasis=self._emphasis(shown=True))
        links, said = undo_links(self.chart, self.survey, self.box_id)
        links = [replace(link, emphasis=self._link_emphasis(link)) for link in links]
        return Picture(
            title=shortened(self.chart.name, _LONGEST_TITLE),
            boxes=(
                start,
                *(replace(box, notes=(*box.notes, *said.get(box.id, ()))) for box in map(self._box, drawn)),
                *self._repeated(),
                *lost.values(),
                *(stub for stub, _ in stubs),
            ),
            arrows=(self._entry(), *self._lines(), *(arrow for _, arrow in stubs), *links),
            clusters=self.frames.clusters,
        )

    def _emphasis(self, *, shown: bool) -> Emphasis:
        if self.scenario is None:
            return Emphasis.PLAIN
        return Emphasis.PATH if shown else Emphasis.FADED

    def _link_emphasis(self, link: Arrow) -> Emphasis:
        visited = {self.box_id[node] for node in self.visited if node in self.box_id}
        return Emphasis.PLAIN if {link.tail, link.head} <= visited else self._emphasis(shown=False)

    # What is drawn as a box: nodes, and what there is no node for.

    def _box(self, node: AnyNode) -> Box:
        box = box_of(self.chart, self.survey, node, self.box_id[node.id])
        clusters = (self.frames.of_region.get(branch, "") for branch in self.frames.branches.get(node.id, ()))
        alarm = "" if node.id in self.survey.reached else "never reached"
        return replace(
            box,
            alarm=box.alarm or alarm,
            cluster=self.frames.around(node.id, node.region),
            branches=tuple(clusters),
            beside=self._beside(node.id),
            emphasis=self._emphasis(shown=node.id in self.visited),
            places=(node.id,),
        )

    def _beside(self, node: str) -> str:
        how, leader = self.survey.rows.get(node, (Row.ABOVE, ""))
        return self.box_id.get(leader, "") if how is Row.BESIDE else ""

    def _repeated(self) -> Iterator[Box]:
        """A box for every node whose id an earlier one has: it can never be reached, and must be seen."""
        seen: set[str] = set()
        for node in self.chart.nodes:
            if node.id in seen:
                yield Box(
                    id=identifier("node", node.id, self.taken),
                    kind=BoxKind.DEFECT,
                    title=wrapped(node.text),
                    alarm="another node has this id",
                    tooltip=tooltip([node.id]),
                    emphasis=self._emphasis(shown=False),
                )
            seen.add(node.id)

    def _lost(self) -> Iterator[tuple[str, Box]]:
        """A box for every node that is named and does not exist."""
        ends = [self.chart.start, *(end for way in self.survey.ways for end in (way.source, way.target))]
        for node in dict.fromkeys(ends):
            if node not in self.box_id:
                self.box_id[node] = identifier("lost", node, self.taken)
                yield (
                    node,
                    Box(
                        id=self.box_id[node],
                        kind=BoxKind.DEFECT,
                        title=wrapped(node),
                        alarm="there is no such node",
                        tooltip=tooltip([node]),
                        beside=self._beside(node),
                        emphasis=self._emphasis(shown=node in self.visited),
                    ),
                )

    def _unhandled(self) -> Iterator[tuple[Box, Arrow]]:
        """A stub, and the arrow to it, for what a node should handle and does not."""
        for node in self.chart.node.values():
            missing = [label for label in self._expected(node) if label not in self.chart.successors[node.id]]
            if not missing:
                continue
            box = self.box_id[self._shown_as(node.id)]
            stub = identifier("unhandled", node.id, self.taken)
            struck = self.scenario is not None and self.scenario.kind is EndKind.UNHANDLED
            emphasis = self._emphasis(shown=struck and self.scenario is not None and self.scenario.end == node.id)
            told = tooltip([f"{visible(node.id)}: nothing handles {' / '.join(missing)}"])
            yield (
                Box(
                    id=stub,
                    kind=BoxKind.UNHANDLED,
                    title=("unhandled",),
                    tooltip=told,
                    cluster=self.frames.around(node.id, node.region),
                    beside=box,
                    before=node.id in self.survey.forward,
                    emphasis=emphasis,
                    places=(node.id,),
                ),
                Arrow(
                    tail=box,
                    head=stub,
                    kind=ArrowKind.UNHANDLED,
                    label=shortened(
                        " / ".join(label for label in missing if label not in (DONE, NEXT)), _LONGEST_LABEL
                    ),
                    tooltip=told,
                    emphasis=emphasis,
                    links=tuple((node.id, label, "") for label in missing),
                ),
            )

    def _expected(self, node: AnyNode) -> tuple[str, ...]:
        """The labels of the edges that a node should have."""
        if isinstance(node, Call | Compensate):
            return node.outcomes
        if isinstance(node, Choice):
            return node.test.answers if isinstance(node.test, Condition) else ANSWERS
        if isinstance(node, Wait):
            return (NEXT,)
        if isinstance(node, Join):
            inner = self.frames.branches.get(node.id, ())
            fails = any(
                isinstance(other, Exit) and other.failed and other.region in inner for other in self.chart.nodes
            )
            return (DONE, FAILED) if fails else (DONE,)
        return ()

    def _shown_as(self, node: str) -> str:
        """The node in whose box this one is drawn."""
        if node in self.guarded:
            return next(compensation for compensation, guard in self.survey.guards.items() if guard == node)
        return node

    # What is drawn as an arrow.

    def _entry(self) -> Arrow:
        head = self.box_id[self._shown_as(self.chart.start)]
        shown = self._emphasis(shown=True)
        return Arrow(
            tail="start",
            head=head,
            kind=ArrowKind.FORWARD,
            guide=Guide.DOWN,
            emphasis=shown,
            links=(("", "", self.chart.start),),
        )

    def _lines(self) -> Iterator[Arrow]:
        """The ways, those that are alike as one arrow; what leads farthest first, so that it keeps to the side."""
        leaving: dict[str, list[Way]] = {source: [] for source in self.survey.order}
        for way in self.survey.ways:
            leaving.setdefault(way.source, []).append(way)
        for ways in leaving.values():
            lines: dict[_Line, list[Way]] = {}
            for way in ways:
                kind = self._kind(way, ways)
                line = _Line(way.source, way.target, kind, way.link in self.path, way.shadowed)
                lines.setdefault(line, []).append(way)
            for line in sorted(lines, key=lambda line: -self.place.get(line.target, 0)):
                yield self._arrow(line, lines[line], everything=len(lines[line]) == len(ways))

    def _kind(self, way: Way, siblings: Iterable[Way]) -> ArrowKind:
        node = self.chart.node.get(way.source)
        usual = next((other.target for other in siblings if other.label == Outcome.OK), None)
        if isinstance(node, Compensate):
            skips = way.label in (Outcome.OK, NO)
            return ArrowKind.UNWINDING if skips or way.target == usual else ArrowKind.FAILURE
        if isinstance(node, Call) and way.label != Outcome.OK:
            step = self.chart.step.get(node.step)
            if step is None or not step.informational or way.target != usual:
                return ArrowKind.FAILURE
        if way.source not in self.survey.forward:
            return ArrowKind.UNWINDING
        if isinstance(node, Join) and way.label != DONE:
            return ArrowKind.FAILURE
        if isinstance(node, Choice) and not isinstance(node.test, Condition) and way.target not in self.survey.forward:
            return ArrowKind.FAILURE
        return ArrowKind.FORWARD

    def _arrow(self, line: _Line, ways: list[Way], *, everything: bool) -> Arrow:
        guides = {self.survey.guides.get(way, Guide.FREE) for way in ways}
        labels = sorted((way.label for way in ways), key=_label_order)
        return Arrow(
            tail=self.box_id[line.source],
            head=self.box_id[line.target],
            kind=line.kind,
            label=shortened(self._label(line, labels, everything=everything), _LONGEST_LABEL),
            tooltip=tooltip([f"{visible(line.source)}: {visible(' / '.join(labels))}"]),
            slot=self._slot(ways[0]),
            guide=min(guides, key=list(Guide).index),
            emphasis=self._emphasis(shown=line.on_path),
            links=tuple(way.link for way in ways),
        )

    def _label(self, line: _Line, labels: list[str], *, everything: bool) -> str:
        """What is written at an arrow: nothing where all goes well, "any" where it does not matter how it goes."""
        node = self.chart.node.get(line.source)
        if isinstance(node, Compensate) and Outcome.OK in labels:
            labels = [label for label in labels if label != NO]
        if isinstance(node, Fork) or _SILENT.issuperset(labels):
            text = ""
        elif everything and len(labels) > 1 and isinstance(node, Call | Compensate):
            text = "any"
        else:
            text = " / ".join(labels)
        return f"{text} (never taken)".strip() if line.shadowed else text

    def _slot(self, way: Way) -> int | None:
        """Which branch's way from a fork, or to a join, this is."""
        source, target = self.chart.node.get(way.source), self.chart.node.get(way.target)
        if isinstance(source, Fork):
            bar, region = source.id, way.label
        elif isinstance(target, Join) and way.link[2] in self.chart.node:
            bar, region = target.id, self.chart.node[way.link[2]].region
        else:
            return None
        branches = self.frames.branches.get(bar, ())
        return branches.index(region) if region in branches else None


def _label_order(label: str) -> tuple[int, str]:
    return (_LABELS.index(label), "") if label in _LABELS else (len(_LABELS), label)
