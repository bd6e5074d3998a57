"""What a box says: which kind of box a node is, its words, its marker, and what its tooltip adds."""

from __future__ import annotations

from collections.abc import Iterable

from sagacheck.core.chart import AnyNode, Call, Chart, Choice, Compensate, End, Exit, Fork, Join
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.question import CancellationTest, Condition, TrailTest
from sagacheck.core.remark import UnclearRole
from sagacheck.core.step import Informational, NonCompensatable, StepSpec
from sagacheck.render.diagram.picture import Box, BoxKind
from sagacheck.render.diagram.rows import Row
from sagacheck.render.diagram.survey import Survey
from sagacheck.render.diagram.wording import tooltip, wrapped

_NARROW = 18
_END_KINDS = {
    EndKind.COMMITTED: BoxKind.COMMITTED,
    EndKind.ABORTED: BoxKind.ABORTED,
    EndKind.MANUAL: BoxKind.MANUAL,
    EndKind.UNHANDLED: BoxKind.DEFECT,
}


def box_of(chart: Chart, survey: Survey, node: AnyNode, name: str) -> Box:
    """The box for a node, in itself: its place and emphasis are for others to say.

    Args:
        chart: the chart that it is in.
        survey: what was found out about that chart.
        node: what is drawn.
        name: the box' id.
    """
    if isinstance(node, Call):
        return _call(chart, survey, node, name)
    if isinstance(node, Compensate):
        return _compensation(chart, survey, node, name)
    if isinstance(node, Choice):
        kind = BoxKind.QUESTION if isinstance(node.test, Condition) else BoxKind.TEST
        question = _question(node)
        return Box(id=name, kind=kind, title=wrapped(node.label or question, _NARROW), tooltip=tooltip([question]))
    if isinstance(node, End):
        return _end(node, name)
    if isinstance(node, Fork):
        return Box(id=name, kind=BoxKind.FORK, tooltip="the branches start at once")
    if isinstance(node, Join):
        return Box(id=name, kind=BoxKind.JOIN, tooltip="all branches have ended")
    if isinstance(node, Exit):
        return Box(id=name, kind=BoxKind.DEFECT, title=wrapped(node.text), alarm="ends no branch")
    return Box(id=name, kind=BoxKind.WAIT, title=wrapped(node.text), tooltip=tooltip([node.text]))


def _call(chart: Chart, survey: Survey, node: Call, name: str) -> Box:
    step = chart.step.get(node.step)
    title = node.label or node.step
    kind, marker, alarm = marker_of(step, pivot=node.id in survey.pivots)
    if any(isinstance(remark, UnclearRole) and remark.node == node.id for remark in chart.remarks):
        marker, alarm = (), "what it does is unknown"
    return Box(
        id=name,
        kind=kind,
        title=wrapped(title),
        notes=(*_state(node, title), *marker),
        alarm=alarm,
        tooltip=tooltip([title, *about_step(step), _outcomes(node.outcomes)]),
    )


def marker_of(step: StepSpec | None, *, pivot: bool) -> tuple[BoxKind, tuple[str, ...], str]:
    """The kind of box for a step, the line that tells its marker, and the one that tells what is wrong.

    Args:
        step: the step; None if nothing is known of it.
        pivot: whether the saga must go forward from it on.
    """
    if step is None:
        return BoxKind.STEP, (), "nothing is known of this step"
    if step.informational:
        return BoxKind.INFORMATIONAL, ("needs no undo",), ""
    if step.non_compensatable:
        return (
            (BoxKind.PIVOT, ("pivot: cannot be undone",), "") if pivot else (BoxKind.LOCKED, ("cannot be undone",), "")
        )
    if not step.effect:
        return BoxKind.STEP, ("only reads",), ""
    return BoxKind.STEP, (), "" if step.undo else "nothing undoes it"


def about_step(step: StepSpec | None) -> list[str]:
    """What a tooltip tells of a step, None if nothing is known of it."""
    if step is None:
        return []
    undo = step.undo
    if isinstance(undo, NonCompensatable):
        said = f"cannot be undone: {undo.reason}"
    elif isinstance(undo, Informational):
        said = f"needs no undo: {undo.reason}"
    elif undo is not None:
        said = f"undone by {undo.action}"
    else:
        said = "no compensation and no marker" if step.effect else "only reads"
    return [f"calls {step.action}" if step.action != step.name else "", said]


def _compensation(chart: Chart, survey: Survey, node: Compensate, name: str) -> Box:
    title = node.label or node.action
    notes = _state(node, title)
    if node.id in survey.guards:
        notes = (*notes, *wrapped(f"◇ {_asked(chart.node[survey.guards[node.id]])}"))
    if not _beside_its_only_step(chart, survey, node) and not all(step in " ".join(notes) for step in node.steps):
        notes = (*notes, *wrapped(f"undoes {', '.join(node.steps)}"))
    told = [title, f"undoes {', '.join(node.steps)}", _outcomes(node.outcomes)]
    return Box(id=name, kind=BoxKind.COMPENSATION, title=wrapped(title), notes=notes, tooltip=tooltip(told))


def _beside_its_only_step(chart: Chart, survey: Survey, node: Compensate) -> bool:
    how, leader = survey.rows.get(node.id, (Row.ABOVE, ""))
    beside = chart.node.get(leader)
    return how is Row.BESIDE and isinstance(beside, Call) and node.steps == (beside.step,)


def _end(node: End, name: str) -> Box:
    kind = () if node.kind in node.text.lower() else (str(node.kind),)
    inferred = f"inferred: {node.inferred}" if node.inferred else ""
    return Box(
        id=name,
        kind=_END_KINDS[node.kind],
        title=wrapped(node.text, _NARROW),
        notes=(*kind, *(wrapped(node.instruction) if node.instruction else ())),
        tooltip=tooltip([node.text, f"end: {node.kind}", node.instruction, inferred]),
    )


def _state(node: Call | Compensate, title: str) -> tuple[str, ...]:
    """The state's own name, where what it calls is the title."""
    return wrapped(node.id) if not node.label and node.id != title else ()


def _asked(node: AnyNode) -> str:
    return node.label or (_question(node) if isinstance(node, Choice) else node.id)


def _question(node: Choice) -> str:
    if isinstance(node.test, Condition):
        return node.test.name
    if isinstance(node.test, CancellationTest):
        return "cancelled?"
    if isinstance(node.test, TrailTest):
        return f"came by {' or '.join(f'{source} {label}' for source, label in node.test.taken)}?"
    return f"{' or '.join(node.test.steps)} {' or '.join(sorted(node.test.statuses))}?"


def _outcomes(outcomes: Iterable[Outcome]) -> str:
    return f"may be {', '.join(outcomes)}"
