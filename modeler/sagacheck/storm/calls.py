"""What a call of a chart asks for, and how often."""

from __future__ import annotations

from sagacheck.core.chart import Call, Chart, Compensate
from sagacheck.core.retry import RetryPolicy


def action_of(chart: Chart, node: Call | Compensate) -> str:
    """The action that a call asks for.

    Args:
        chart: the saga.
        node: the call.
    """
    return chart.step[node.step].action if isinstance(node, Call) else node.action


def policy_of(chart: Chart, node: Call | Compensate) -> RetryPolicy:
    """How often it is asked for.

    Args:
        chart: the saga.
        node: the call.
    """
    if isinstance(node, Call):
        return chart.step[node.step].policy
    specs = [chart.step[step].compensation for step in node.steps]
    return next((spec.policy for spec in specs if spec is not None), RetryPolicy())


def settles(chart: Chart, node: Call | Compensate) -> bool:
    """Whether a refusal says that earlier requests had no effect either.

    Args:
        chart: the saga.
        node: the call.
    """
    return not isinstance(node, Call) or chart.step[node.step].settles
