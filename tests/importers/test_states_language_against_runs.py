"""Charts of random definitions have the scenarios that running the definitions on real documents gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import event, given, note, reject, settings
from hypothesis import strategies as st

from sagacheck.core.chart import Chart, Choice
from sagacheck.core.question import Condition
from sagacheck.core.scenario import EventKind, Scenario
from sagacheck.importers.states_language.catching import is_rejection
from sagacheck.semantics.listing import list_scenarios
from tests.importers.definitions import State, chart_of
from tests.importers.states_interpreter import Run, UnplayableError, all_runs

PLACES = ["$.e", "$.f", "$.e.inner"]
TESTED = ["$.e", "$.e.Error", "$.f", "$.f.Error", "$.e.inner", "$.mark", "$.Error"]
RESULT_PLACES: list[State] = [{}, {"ResultPath": None}, {"ResultPath": "$.r"}, {"ResultPath": "$.e"}]
RESULTS: list[State] = [
    {},
    {"Result": "red", "ResultPath": "$.mark"},
    {"Result": {"x": 1}},
    {"Result": "blue", "ResultPath": "$.e"},
]
TEXTS = ["Refused", "States.Timeout", "Other", "red", "blue"]


@st.composite
def catchers(draw: st.DrawFn, later: list[str]) -> list[State]:
    """Catchers that lead forward and leave the error somewhere, or nowhere."""
    found: list[State] = []
    for _ in range(draw(st.integers(0, 2))):
        errors = draw(
            st.sampled_from([["States.ALL"], ["States.ALL"], ["Refused"], ["States.Timeout"], ["States.TaskFailed"]])
        )
        catcher: State = {"ErrorEquals": errors, "Next": draw(st.sampled_from(later))}
        place = draw(st.sampled_from([*PLACES, None, "$"]))
        if place != "$":
            catcher["ResultPath"] = place
        found.append(catcher)
    return found


@st.composite
def rules(draw: st.DrawFn, variables: list[str], depth: int = 1) -> State:
    """What a Choice may ask."""
    if depth and draw(st.integers(0, 2)) == 0:
        kind = draw(st.sampled_from(["And", "Or", "Not"]))
        if kind == "Not":
            return {"Not": draw(rules(variables, depth - 1))}
        return {kind: [draw(rules(variables, depth - 1)) for _ in range(2)]}
    rule: State = {"Variable": draw(st.sampled_from(variables))}
    if draw(st.booleans()):
        return {**rule, "IsPresent": draw(st.booleans())}
    return {**rule, "StringEquals": draw(st.sampled_from(TEXTS))}


@st.composite
def machines(draw: st.DrawFn, prefix: str = "", most: int = 5, *, branches: bool = True) -> State:
    """A machine without loops, which ends at states of their own."""
    count = draw(st.integers(1, most))
    names = [f"{prefix}S{n}" for n in range(count)]
    ends: dict[str, State] = {f"{prefix}Done": {"Type": "Succeed"}}
    if not prefix:
        ends["Failed"] = {"Type": "Fail"}
    states: dict[str, State] = {}
    indices = [f"$[{n}]{place[1:]}" for n in (0, 1) for place in ("$.e", "$.f")]
    for position, name in enumerate(names):
        later = [*names[position + 1 :], *ends]
        kinds = ["task", "task", "pass", "choice"] + ["parallel"] * (branches and position < count - 1)
        kind = draw(st.sampled_from(kinds))
        following: State = {"Next": draw(st.sampled_from(later))}
        if kind == "choice":
            choices = [
                {**draw(rules([*TESTED, *indices])), "Next": draw(st.sampled_from(later))}
                for _ in range(draw(st.integers(1, 2)))
            ]
            states[name] = {"Type": "Choice", "Choices": choices, "Default": draw(st.sampled_from(later))}
        elif kind == "pass":
            result: State = draw(st.sampled_from(RESULTS))
            states[name] = {**result, **following, "Type": "Pass"}
        else:
            place: State = draw(st.sampled_from(RESULT_PLACES))
            states[name] = {**place, **following, "Catch": draw(catchers(later))}
            if kind == "task":
                states[name] |= {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:1:function:work"}
            else:
                inner = [draw(machines(f"{name}{side}", 2, branches=False)) for side in "LR"]
                states[name] |= {"Type": "Parallel", "Branches": inner}
    return {"StartAt": names[0], "States": {**states, **ends}}


Told = tuple[tuple[tuple[str, str], ...], str]
"""What tells scenarios apart: the calls with their outcomes, in the order of their names, and the end."""


def possible(definition: State) -> Callable[[str], list[str]]:
    """What each Task may come to: of errors that are thrown on purpose those that are mentioned, as the docs say."""
    listed: dict[str, list[list[str]]] = {}
    for name, state in definition["States"].items():
        own = [error for catcher in state.get("Catch", ()) for error in catcher["ErrorEquals"]]
        listed[name] = [own]
        for branch in state.get("Branches", ()):
            for inner, inside in branch["States"].items():
                listed[inner] = [
                    [error for catcher in inside.get("Catch", ()) for error in catcher["ErrorEquals"]],
                    own,
                ]

    def of(task: str) -> list[str]:
        named = next(
            (found for level in listed[task] if (found := [error for error in level if is_rejection(error, {})])), []
        )
        caught = any(error in ("States.ALL", "States.TaskFailed") for level in listed[task] for error in level)
        return [
            "ok",
            *dict.fromkeys(named),
            *(["Other"] if caught or not named else []),
            "States.Timeout",
            "Lambda.Unknown",
        ]

    return of


def of_run(run: Run) -> Told:
    """A run as a scenario is told; an error that nobody catches ends it nowhere."""
    outcomes = {"ok": "ok"}
    calls = [
        (task, outcomes.get(result) or ("rejected" if is_rejection(result, {}) else "unknown"))
        for task, result in run.calls
    ]
    return tuple(sorted(calls)), run.end


def of_scenario(scenario: Scenario) -> Told:
    """A scenario in the same form."""
    calls = [(one.text, one.result) for one in scenario.events if one.kind is EventKind.CALL]
    return tuple(sorted(calls)), "" if scenario.kind.value == "unhandled" else scenario.end


def leaves_a_branch(chart: Chart, scenario: Scenario) -> bool:
    """Whether an error leaves a branch, on the way of a scenario or at its end."""
    joins = {fork.join for fork in chart.fork_of.values()}
    ways = [(source, target) for source, target, _ in scenario.edges if target not in joins]
    left = any(chart.node[source].region and not chart.node[target].region for source, target in ways)
    return left or bool(chart.node[scenario.end].region) or any(one.result == "interrupted" for one in scenario.events)


def is_exact(chart: Chart) -> bool:
    """Whether every question is answered by what has happened, but for which error it was."""
    return not any(
        isinstance(n, Choice) and isinstance(n.test, Condition) and "which error" not in n.test.name
        for n in chart.nodes
    )


@settings(max_examples=400)
@given(machines())
def test_every_run_is_a_scenario_and_no_scenario_is_invented(definition: dict[str, Any]) -> None:
    note(definition)
    chart = chart_of(definition)
    try:
        runs = [*all_runs(definition, possible(definition))]
    except UnplayableError:
        reject()
    played = {of_run(run) for run in runs if not run.left}
    told = {of_scenario(one) for one in list_scenarios(chart) if not leaves_a_branch(chart, one)}
    assert set() == played - told, "runs that are no scenario"
    if is_exact(chart):
        event("exact")
        assert set() == told - played, "scenarios that never run"
