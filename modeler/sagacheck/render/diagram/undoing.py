"""What undoes what: lines from compensations to steps, or words where there are too many lines to follow."""

from __future__ import annotations

from collections.abc import Mapping

from sagacheck.core.chart import Call, Chart, Compensate
from sagacheck.render.diagram.picture import Arrow, ArrowKind
from sagacheck.render.diagram.rows import Row
from sagacheck.render.diagram.survey import Survey
from sagacheck.render.diagram.wording import tooltip, visible, wrapped

_MOST_FAR_LINKS = 8


def undo_links(
    chart: Chart, survey: Survey, box_id: Mapping[str, str]
) -> tuple[list[Arrow], dict[str, tuple[str, ...]]]:
    """A line from each compensation to the steps that it undoes, and words for boxes that say it instead.

    Lines within a row are always drawn; the others only if they are few.

    Args:
        chart: the chart.
        survey: what was found out about it.
        box_id: the id of the box for each node.
    """
    calls: dict[str, list[Call]] = {}
    for node in chart.node.values():
        if isinstance(node, Call):
            calls.setdefault(node.step, []).append(node)
    near: list[Arrow] = []
    far: list[Arrow] = []
    undone_by: dict[str, list[str]] = {}
    for node in chart.node.values():
        if not isinstance(node, Compensate):
            continue
        for call in (call for step in dict.fromkeys(node.steps) for call in calls.get(step, ())):
            link = Arrow(
                tail=box_id[node.id],
                head=box_id[call.id],
                kind=ArrowKind.UNDOES,
                label="undoes",
                tooltip=tooltip([f"{visible(node.action)} undoes {visible(call.step)}"]),
            )
            if survey.rows.get(node.id) == (Row.BESIDE, call.id):
                near.append(link)
            else:
                far.append(link)
                undone_by.setdefault(link.head, []).append(node.action)
    if len(far) <= _MOST_FAR_LINKS:
        return near + far, {}
    said = {box: wrapped(f"undone by {', '.join(dict.fromkeys(actions))}") for box, actions in undone_by.items()}
    return near, said
