"""Where in the source stands what scenarios and stories name."""

from __future__ import annotations

from collections.abc import Iterable

from sagacheck.core.chart import Chart, Compensate
from sagacheck.core.net import Net
from sagacheck.core.span import Span
from sagacheck.core.step import StepSpec

Places = tuple[tuple[str, Span], ...]


def places_of_chart(chart: Chart) -> Places:
    """The places of states, compensating actions and steps; what compensates is where it is called.

    Args:
        chart: the saga.
    """
    found = {node.id: node.span for node in chart.node.values()}
    found |= _of_steps(chart.steps)
    found |= {node.action: node.span for node in chart.node.values() if isinstance(node, Compensate) and node.span}
    return _known(found)


def places_of_net(net: Net) -> Places:
    """The places of services and steps.

    Args:
        net: the choreography.
    """
    found = {service.name: service.span for service in net.services}
    return _known(found | _of_steps(net.steps.values()))


def _of_steps(steps: Iterable[StepSpec]) -> dict[str, Span | None]:
    """The places of steps, and of their actions and compensations where those are called otherwise."""
    steps = tuple(steps)
    found = {step.compensation.action: step.span for step in steps if step.compensation is not None}
    found |= {step.action: step.span for step in steps}
    return found | {step.name: step.span for step in steps}


def _known(found: dict[str, Span | None]) -> Places:
    return tuple((name, span) for name, span in found.items() if span is not None)
