"""Turns a definition into a chart: lays it out, infers, draws, ties questions to failures, looks at the data."""

from __future__ import annotations

from dataclasses import replace

from sagacheck.core.chart import Chart, Origin
from sagacheck.core.remark import Remark
from sagacheck.core.step import StepSpec
from sagacheck.importers.states_language.asking import Asking
from sagacheck.importers.states_language.definition import Kind, Machine
from sagacheck.importers.states_language.drawing import Drawing
from sagacheck.importers.states_language.flaws import lost_data
from sagacheck.importers.states_language.inference import Inference, infer
from sagacheck.importers.states_language.layout import TOP, Layout, lay_out
from sagacheck.importers.states_language.several import followed_twice, of_several_items
from sagacheck.importers.states_language.side_file import SideFile, check_names

PROFILE = "step functions"
STOPPED = "StopExecution and the execution timeout bypass every handler"
BROKEN = "no run breaks off by States.Runtime or States.DataLimitExceeded, which no handler catches"


def draw(machine: Machine, name: str, side_file: SideFile | None = None) -> Chart:
    """The chart of a state machine.

    Args:
        machine: the definition.
        name: the saga's name.
        side_file: what a person has said about its states.
    """
    side_file = side_file or SideFile()
    layout = lay_out(machine)
    _check(side_file, layout)
    inference = infer(layout, side_file)
    drawing = Drawing(layout, inference, side_file)
    asking = Asking(drawing, machine.start)
    for position, place in enumerate(layout.places):
        if place.state.kind is Kind.CHOICE:
            asking.draw(position)
    specs: dict[str, StepSpec] = {}
    for spec in inference.steps.values():
        specs.setdefault(spec.name, spec)
    chart = Chart(
        name=name,
        start=machine.start,
        nodes=tuple(node for nodes in drawing.nodes for node in nodes),
        edges=tuple(edge for edges in drawing.edges for edge in edges),
        steps=tuple(specs.values()),
        origin=Origin.IMPORTED,
        profile=PROFILE,
        resume_within=side_file.resume_within,
        time_limit=machine.time_limit,
        time_limit_span=machine.time_limit_span,
        suppressions=side_file.suppressions,
        remarks=_remarks(machine, layout, inference, asking),
        span=machine.span,
    )
    maps = [place.state.name for place in layout.places if place.state.kind is Kind.MAP]
    doubled = followed_twice(chart, maps)
    assumptions = (STOPPED, BROKEN, *_assumptions(layout, doubled))
    return replace(of_several_items(chart, doubled), assumptions=assumptions)


def _check(side_file: SideFile, layout: Layout) -> None:
    """Refuses what is said about states that do not fit it."""
    states = [place.state for place in layout.places]
    outer = [place.state for place in layout.places if place.region == TOP]
    check_names(
        side_file,
        states=[state.name for state in states],
        tasks=[state.name for state in states if state.kind is Kind.TASK],
        ends=[state.name for state in outer if state.end or state.kind in (Kind.SUCCEED, Kind.FAIL)],
    )


def _remarks(machine: Machine, layout: Layout, inference: Inference, asking: Asking) -> tuple[Remark, ...]:
    """What was seen besides the control flow."""
    states = [place.state for place in layout.places]
    undoing = {states[position].name: undoing.steps for position, undoing in inference.undoing.items()}
    reads = {state.name: state.reads for state in states if state.kind is Kind.TASK}
    stray = (field for part in layout.machines.values() for field in part.stray)
    return (*stray, *inference.unclear, *asking.missed, *lost_data(asking.flow, machine.start, undoing, reads))


def _assumptions(layout: Layout, doubled: tuple[str, ...]) -> list[str]:
    """What the chart leaves out of the definition, or takes for granted of the engine."""
    lines = []
    for place in layout.places:
        state = place.state
        if state.kind is Kind.MAP:
            number = (
                "one item, or two that stand for several"
                if state.name in doubled
                else "one item is followed, as if there were no other"
            )
            lines.append(f"Map `{state.name}`: {number}")
        if state.branches and state.policy.retries:
            lines.append(
                f"{state.kind} `{state.name}`: it runs once; what its Retry repeats is not followed, "
                "but its steps count as retried"
            )
    return lines
