"""The labels that a node needs edges for."""

from __future__ import annotations

from sagacheck.core.chart import DONE, FAILED, NEXT, AnyNode, Call, Chart, Choice, Compensate, Exit, Join, Wait
from sagacheck.core.question import NO, YES, Condition


def labels(chart: Chart, node: AnyNode) -> tuple[str, ...]:
    """The labels that a node needs edges for."""
    if isinstance(node, Call | Compensate):
        return node.outcomes
    if isinstance(node, Choice):
        return node.test.answers if isinstance(node.test, Condition) else (YES, NO)
    if isinstance(node, Wait):
        return (NEXT,)
    if isinstance(node, Join):
        forks = [fork for fork in chart.fork_of.values() if fork.join == node.id]
        regions = {region.id for fork in forks for region in fork.regions}
        failing = any(isinstance(exit_, Exit) and exit_.failed and exit_.region in regions for exit_ in chart.nodes)
        return (DONE, FAILED) if failing else (DONE,)
    return ()
