"""Whatever is put in, a chart or an error comes out; and no state is lost on the way."""

from __future__ import annotations

import copy
import json

from hypothesis import given
from hypothesis import strategies as st

from sagacheck.core.chart import Chart
from sagacheck.importers.states_language import (
    DefinitionError,
    load_definition,
)
from sagacheck.importers.states_language.recognition import looks_like_definition
from tests.importers.definitions import (
    FAILED,
    SUCCEEDED,
    State,
    catching,
    chart_of,
    machine,
    parallel,
    passing,
    retrying,
    task,
)

fields = st.sampled_from(
    [
        "StartAt",
        "States",
        "Type",
        "Next",
        "End",
        "Catch",
        "Retry",
        "Choices",
        "Default",
        "Branches",
        "Iterator",
        "ItemProcessor",
        "Resource",
        "ErrorEquals",
        "MaxAttempts",
        "Variable",
        "And",
        "Not",
        "Condition",
        "Error",
        "Parameters",
        "FunctionName",
        "TimeoutSeconds",
        "QueryLanguage",
        "A",
        "B",
    ]
)
words = st.sampled_from(
    [
        "A",
        "B",
        "Task",
        "Pass",
        "Wait",
        "Choice",
        "Parallel",
        "Map",
        "Succeed",
        "Fail",
        "States.ALL",
        "States.Timeout",
        "arn:aws:states:::sns:publish",
        "${DDBGetItem}",
        "arn:",
        "{%",
    ]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**20) | st.floats() | words | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(fields | st.text(max_size=3), inner, max_size=5),
    max_leaves=30,
)
WHOLE = machine(
    ReserveSeat=task("Ask", function="${reserve}", catch=[catching("CancelSeat")], Retry=[retrying(MaxAttempts=2)]),
    Ask={
        "Type": "Choice",
        "Choices": [{"And": [{"Variable": "$.n", "IsNull": True}, {"Not": {"Condition": "{% $x %}"}}], "Next": "Both"}],
        "Default": "Each",
    },
    Both=parallel(
        machine(Left=task(TimeoutSeconds=5), Out=FAILED), machine(Right=passing("End"), End=SUCCEEDED), following="Each"
    ),
    Each={"Type": "Map", "ItemProcessor": machine(Item=passing()), "End": True, "Catch": [catching("CancelSeat")]},
    CancelSeat=task("Failed", catch=[catching("Failed", "Gone"), catching("Stuck", "States.Timeout")]),
    Failed=FAILED,
    Stuck={**FAILED, "Error": "Manual", "Cause": "call them"},
)


def loaded(text: str) -> Chart | None:
    """The chart of a text; None if it was refused, with a place and an advice."""
    looks_like_definition(text)
    try:
        return load_definition(text, "x.json")
    except DefinitionError as error:
        refusal = error
    assert refusal.message
    assert 1 <= refusal.line <= text.count("\n") + 1
    assert 1 <= refusal.column <= len(text) + 1
    return None


def sound(chart: Chart) -> None:
    """What holds of every chart that is drawn."""
    assert chart.start in chart.node
    forks = {region for node in chart.nodes for region in chart.enclosing(node.region)}
    assert forks <= chart.fork_of.keys()
    for fork in chart.fork_of.values():
        assert fork.join in chart.node
        assert all(region.entry in chart.node for region in fork.regions)
    assert {edge.source for edge in chart.edges} <= chart.node.keys()
    repr(chart).encode()


@given(anything)
def test_any_json_gives_a_chart_or_an_error(value: object) -> None:
    chart = loaded(json.dumps(value))
    assert chart is None or isinstance(value, dict)


@given(st.text(alphabet=st.sampled_from(list('{}[]",:\\ \n\tu0aE-.1"StartAt"')), max_size=60))
def test_any_text_gives_a_chart_or_an_error(text: str) -> None:
    assert loaded(text) is None


nearly_states = st.fixed_dictionaries(
    {"Type": st.sampled_from(["Task", "Pass", "Wait", "Succeed", "Fail", "Choice"]), "Resource": words},
    optional={
        "Next": words,
        "End": st.just(value=False),
        "Catch": st.lists(
            st.fixed_dictionaries({"ErrorEquals": st.lists(words, min_size=1), "Next": words}), max_size=2
        ),
        "Choices": st.just([{"Variable": "$.n", "IsNull": True, "Next": "A"}]),
        "Comment": anything,
        "Retry": anything,
    },
)


@given(
    st.dictionaries(st.sampled_from(["A", "B"]) | st.text(max_size=3), nearly_states, max_size=4),
    st.sampled_from(["A", "B"]),
)
def test_any_states_give_a_chart_or_an_error(states: dict[str, State], start: str) -> None:
    chart = loaded(json.dumps({"StartAt": start, "States": states}))
    if chart is not None:
        sound(chart)
        assert states.keys() <= chart.node.keys()


def places(value: object) -> list[tuple[list[object] | dict[str, object], int | str]]:
    """Every member of every container in a value."""
    found: list[tuple[list[object] | dict[str, object], int | str]] = []
    if isinstance(value, dict):
        found += [(value, name) for name in value]
    elif isinstance(value, list):
        found += [(value, index) for index in range(len(value))]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return found + [place for member in inner for place in places(member)]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10_000), st.sampled_from(["remove", "replace", "copy"]), st.integers(0, 10_000), anything
        ),
        min_size=1,
        max_size=3,
    )
)
def test_a_definition_with_some_values_exchanged_gives_a_chart_or_an_error(
    changes: list[tuple[int, str, int, object]],
) -> None:
    definition = copy.deepcopy(WHOLE)
    for number, change, other, value in changes:
        found = places(definition)
        if not found:
            break
        container, member = found[number % len(found)]
        source, name = found[other % len(found)]
        if change == "remove":
            del container[member]  # type: ignore[arg-type]
        else:
            put = value if change == "replace" else source[name]  # type: ignore[index]
            container[member] = copy.deepcopy(put)  # type: ignore[index]
    chart = loaded(json.dumps(definition, indent=1))
    if chart is not None:
        sound(chart)


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 30), st.text(max_size=3)), min_size=1, max_size=3))
def test_a_definition_with_some_text_exchanged_gives_a_chart_or_an_error(changes: list[tuple[int, int, str]]) -> None:
    text = json.dumps(WHOLE, indent="\t")
    for start, length, put in changes:
        cut = start % (len(text) + 1)
        text = text[:cut] + put + text[cut + length :]
    chart = loaded(text)
    if chart is not None:
        sound(chart)


@given(st.integers(0, 10_000))
def test_a_definition_that_is_cut_off_is_refused(length: int) -> None:
    text = json.dumps(WHOLE, indent=2)
    assert loaded(text[: length % len(text)]) is None


@st.composite
def machines(draw: st.DrawFn, depth: int = 2, prefix: str = "") -> State:
    """A well-formed machine; every state's name is unique, and every target exists."""
    count = draw(st.integers(1, 5))
    stems = st.sampled_from(
        ["Reserve Seat", "CancelSeat", "Pay", "refund-pay", "Notify", "Größe", 'a"b\\', "(succeeded)"]
    )
    names = [f"{draw(stems)}{prefix}{number or ''}" for number in range(count)]
    names = [name if prefix or number else f"{name} 0" for number, name in enumerate(names)]
    targets = st.sampled_from(names)
    following = targets.map(lambda name: {"Next": name}) | st.just({"End": True})
    errors = st.lists(
        st.sampled_from(["Gone", "Late", "States.ALL", "States.TaskFailed", "States.Timeout"]), min_size=1
    )
    catch = st.lists(st.builds(lambda listed, to: catching(to, *listed), errors, targets), max_size=2)
    states: dict[str, State] = {}
    for number, name in enumerate(names):
        kind = draw(
            st.sampled_from(
                ["Task", "Pass", "Wait", "Choice", "Succeed", "Fail", "Parallel", "Map"][: 8 if depth else 6]
            )
        )
        state: State = {"Type": kind}
        inner = machines(depth - 1, f"{prefix}.{number + 1}")
        if kind in ("Task", "Pass", "Wait", "Parallel", "Map"):
            state |= draw(following)
        if kind in ("Task", "Parallel", "Map"):
            state["Catch"] = draw(catch)
        if kind == "Task":
            state["Resource"] = draw(st.sampled_from(["${cancelSeat}", "${pay}", "arn:aws:states:::dynamodb:getItem"]))
        elif kind == "Choice":
            state["Choices"] = [{"Variable": "$.n", "IsNull": True, "Next": draw(targets)}]
            if draw(st.booleans()):
                state["Default"] = draw(targets)
        elif kind == "Parallel":
            state["Branches"] = draw(st.lists(inner, min_size=1, max_size=1)) + draw(
                st.lists(machines(0, f"{prefix}.{number + 1}b"), max_size=1)
            )
        elif kind == "Map":
            state["Iterator"] = draw(inner)
        states[name] = state
    return {"StartAt": draw(targets), "States": states}


def names_in(definition: State) -> list[str]:
    """The names of all states, inner machines included."""
    names: list[str] = []
    for name, state in definition["States"].items():
        names.append(name)
        inner = [*state.get("Branches", []), *([state["Iterator"]] if "Iterator" in state else [])]
        names += [found for branch in inner for found in names_in(branch)]
    return names


@given(machines())
def test_every_state_is_a_node_and_every_target_exists(definition: State) -> None:
    names = names_in(definition)
    assert len(names) == len(set(names))
    chart = chart_of(definition)
    sound(chart)
    assert set(names) <= chart.node.keys()
    assert len(chart.nodes) == len(chart.node)
    assert {edge.target for edge in chart.edges} <= chart.node.keys()
    assert {label for node in chart.nodes for label in chart.successors[node.id]} <= labels_of(chart)


def labels_of(chart: Chart) -> set[str]:
    """The labels that the nodes of the chart know."""
    answers = {answer for node in chart.nodes for answer in getattr(getattr(node, "test", None), "answers", ())}
    outcomes = {str(outcome) for node in chart.nodes for outcome in getattr(node, "outcomes", ())}
    return answers | outcomes | {"next", "done"}


@given(machines())
def test_one_text_always_gives_the_same_chart(definition: State) -> None:
    assert repr(chart_of(definition)) == repr(chart_of(copy.deepcopy(definition)))


@given(machines())
def test_layout_of_the_text_changes_no_meaning(definition: State) -> None:
    def bare(chart: Chart) -> tuple[object, ...]:
        nodes = tuple((type(node), node.id, node.region, getattr(node, "steps", ())) for node in chart.nodes)
        edges = tuple((edge.source, edge.label, edge.target) for edge in chart.edges)
        return nodes, edges, chart.assumptions, chart.claims

    tight = json.dumps(definition, separators=(",", ":"), ensure_ascii=False)
    wide = json.dumps(definition, indent="\t").replace("\n", "\r\n")
    assert bare(load_definition(tight, "x.json")) == bare(load_definition(wide, "x.json"))
