"""Machines for tests, and their charts as tests read them."""

from __future__ import annotations

from types import new_class
from typing import Any

from sagacheck import (
    Barrier,
    Call,
    Committed,
    Keyed,
    Retry,
    SagaMachine,
    Step,
    ok,
)
from sagacheck.authoring.machine import chart_of_machine
from sagacheck.core import chart as charts
from sagacheck.core.chart import Chart
from sagacheck.core.question import Condition

reserve = Step("stock.reserve", compensation="stock.release", contract=Barrier("id"))
charge = Step("payment.charge", compensation="payment.refund", contract=Keyed("id"), retry=Retry.until_known())
look = Step("price.look_up", effect=False)
bare = Step("bare")

Ways = str | dict[str, Any] | None


def made(name: str, body: dict[str, Any]) -> type[SagaMachine]:
    return new_class(name, (SagaMachine,), {}, lambda namespace: namespace.update(body))


def edges_of(chart: Chart) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for edge in chart.edges:
        found.setdefault(edge.source, []).append(f"{edge.label} -> {edge.target}")
    return found


def ways(chart: Chart, source: str, label: str) -> Ways:
    """Where a label leads, choices told as nested dictionaries."""

    def follow(node: str, answer: str) -> Ways:
        edge = chart.successors[node].get(answer)
        if edge is None:
            return None
        target = chart.node[edge.target]
        if not isinstance(target, charts.Choice):
            return target.id
        assert isinstance(target.test, Condition)
        return {target.test.name: {reply: follow(target.id, reply) for reply in target.test.answers}}

    return follow(source, label)


def guarded(*guards: dict[str, Any], **names: object) -> Chart:
    """A machine whose call goes, on ok, to as many ends as there are guards, in this order."""
    calling = Call(look, initial=True)
    ends = [Committed() for _ in guards]
    transitions = [ok(calling.to(end, **guard)) for end, guard in zip(ends, guards, strict=True)]
    event = transitions[0]
    for more in transitions[1:]:
        event |= more
    body = {"calling": calling, **{f"end_{i}": end for i, end in enumerate(ends)}, "answered": event, **names}
    return chart_of_machine(made("Guarded", body))
