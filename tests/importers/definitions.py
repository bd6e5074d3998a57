"""Small definitions in the States Language, and the charts that they become."""

from __future__ import annotations

import json
from typing import Any

from sagacheck.core.chart import Chart
from sagacheck.core.remark import StrayField, UnclearRole
from sagacheck.importers.states_language import load_definition

State = dict[str, Any]


def task(
    following: str | None = None, *, function: str = "", catch: list[State] | None = None, **fields: object
) -> State:
    """A Task that goes on to `following`, or ends the machine."""
    state: State = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"}
    if function:
        state["Parameters"] = {"FunctionName": function}
    if catch:
        state["Catch"] = catch
    return {**state, **going(following), **fields}


def passing(following: str | None = None) -> State:
    """A Pass that goes on to `following`, or ends the machine."""
    return {"Type": "Pass", **going(following)}


def parallel(*branches: State, following: str | None = None, catch: list[State] | None = None) -> State:
    """A Parallel of these machines."""
    state: State = {"Type": "Parallel", "Branches": list(branches), **going(following)}
    return {**state, "Catch": catch} if catch else state


def going(following: str | None) -> State:
    """The field that says where a state goes on."""
    return {"End": True} if following is None else {"Next": following}


def catching(target: str, *errors: str) -> State:
    """A catcher, of every error if none is named."""
    return {"ErrorEquals": list(errors or ("States.ALL",)), "Next": target}


def retrying(*errors: str, **fields: object) -> State:
    """A retrier, of every error if none is named."""
    return {"ErrorEquals": list(errors or ("States.ALL",)), **fields}


def machine(start: str | None = None, /, **states: State) -> State:
    """A machine of these states; it starts with the first one unless told otherwise."""
    return {"StartAt": start or next(iter(states)), "States": states}


FAILED: State = {"Type": "Fail"}
SUCCEEDED: State = {"Type": "Succeed"}


def chart_of(definition: State) -> Chart:
    """The chart of a definition."""
    return load_definition(json.dumps(definition), "order.asl.json")


def unclear(chart: Chart) -> list[str]:
    """The nodes whose role cannot be told."""
    return [remark.node for remark in chart.remarks if isinstance(remark, UnclearRole)]


def stray(chart: Chart) -> list[tuple[str, str]]:
    """The fields that have no meaning where they stand, each with the state in which it stands."""
    return [(remark.owner, remark.name) for remark in chart.remarks if isinstance(remark, StrayField)]


def edges_from(chart: Chart, node: str) -> dict[str, str]:
    """Label and target of every edge that leaves a node."""
    return {label: edge.target for label, edge in chart.successors[node].items()}
