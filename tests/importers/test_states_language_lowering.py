"""What each kind of state means in the chart."""

from __future__ import annotations

import json

import pytest

from sagacheck.core.chart import Call, Choice, End, Exit, Fork, Join, Origin, Wait
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.question import Condition
from sagacheck.core.retry import RetryPolicy
from sagacheck.importers.states_language import load_definition
from tests.importers.definitions import (
    FAILED,
    SUCCEEDED,
    State,
    catching,
    chart_of,
    edges_from,
    machine,
    parallel,
    passing,
    retrying,
    task,
)
from tests.rules.models import check


def asking(*rules: State, default: str | None = None) -> State:
    """A Choice with these rules."""
    state: State = {"Type": "Choice", "Choices": list(rules)}
    return state if default is None else {**state, "Default": default}


def rule(target: str, **fields: object) -> State:
    """A rule of a Choice."""
    return {**fields, "Next": target}


def answers_of(chart_node: object) -> tuple[str, ...]:
    """The answers that a choice knows."""
    assert isinstance(chart_node, Choice)
    assert isinstance(chart_node.test, Condition)
    assert not chart_node.test.stable
    return chart_node.test.answers


def test_a_definition_is_an_imported_chart_of_step_functions() -> None:
    chart = chart_of(machine("B", A=passing(), B=passing("A")))
    assert (Origin.IMPORTED, "step functions", "B", "order") == (chart.origin, chart.profile, chart.start, chart.name)
    assert any("StopExecution and the execution timeout bypass every handler" in line for line in chart.assumptions)


def test_a_task_is_a_call_whose_failures_are_unhandled_unless_caught() -> None:
    chart = chart_of(machine(Reserve=task("Done"), Done=SUCCEEDED))
    node = chart.node["Reserve"]
    assert isinstance(node, Call)
    assert ("Reserve", (Outcome.OK, Outcome.REJECTED, Outcome.UNKNOWN)) == (node.step, node.outcomes)
    assert {"ok": "Done"} == edges_from(chart, "Reserve")
    assert (True, None, None, None) == (
        chart.step["Reserve"].effect,
        chart.step["Reserve"].undo,
        chart.step["Reserve"].contract,
        chart.step["Reserve"].inferred_read_only,
    )
    assert ("Reserve: one call has one effect; its contract is not declared",) == tuple(map(str, check(chart).claims))


@pytest.mark.parametrize("kind", ["Pass", "Wait"])
def test_pass_and_wait_go_on_by_themselves(kind: str) -> None:
    chart = chart_of(machine(A={"Type": kind, "Next": "B"}, B=SUCCEEDED))
    assert isinstance(chart.node["A"], Wait)
    assert {"next": "B"} == edges_from(chart, "A")


def test_every_end_of_the_machine_is_one_committed_end() -> None:
    chart = chart_of(machine(A=task(catch=[catching("B")]), B=passing()))
    assert ["(succeeded)"] == [node.id for node in chart.nodes if isinstance(node, End)]
    assert edges_from(chart, "A")["ok"] == edges_from(chart, "B")["next"] == "(succeeded)"
    end = chart.node["(succeeded)"]
    assert isinstance(end, End)
    assert EndKind.COMMITTED is end.kind


def test_succeed_commits_and_fail_aborts() -> None:
    chart = chart_of(machine(A=task("Done", catch=[catching("Lost")]), Done=SUCCEEDED, Lost=FAILED))
    kinds = {node.id: node.kind for node in chart.nodes if isinstance(node, End)}
    assert {"Done": EndKind.COMMITTED, "Lost": EndKind.ABORTED} == kinds


@pytest.mark.parametrize(
    ("name", "fields", "kind"),
    [
        ("ManualReview", {}, EndKind.MANUAL),
        ("needs-human", {}, EndKind.MANUAL),
        ("Stuck", {"Error": "OperatorInterventionRequired"}, EndKind.MANUAL),
        ("Superhuman", {}, EndKind.ABORTED),
        ("Failed", {"ErrorPath": "$.manual"}, EndKind.ABORTED),
    ],
)
def test_a_fail_that_calls_for_a_person_is_a_manual_end(name: str, fields: State, kind: EndKind) -> None:
    fail = {**FAILED, "Cause": "call the warehouse", **fields}
    end = chart_of(machine("A", A=passing(name), **{name: fail})).node[name]
    assert isinstance(end, End)
    assert kind is end.kind
    assert (kind is EndKind.MANUAL) == (end.inferred is not None) == (end.instruction == "call the warehouse")


def test_a_retry_is_a_policy_and_no_path() -> None:
    retry = [
        retrying("A", MaxAttempts=1, IntervalSeconds=9),
        retrying("B", MaxAttempts=5, IntervalSeconds=7, BackoffRate=1.5),
        retrying(MaxAttempts=0),
    ]
    chart = chart_of(machine(A=task(Retry=retry, TimeoutSeconds=30), B=task(Retry=[retrying()]), C=task(Retry=[])))
    assert RetryPolicy(6, interval=7.0, backoff=1.5) == chart.step["A"].policy
    assert 30.0 == chart.step["A"].timeout
    assert RetryPolicy(4, interval=1.0, backoff=2.0) == chart.step["B"].policy
    assert not chart.step["C"].policy.retries
    assert {"ok"} == edges_from(chart, "A").keys()


def test_a_retry_without_attempts_retries_nothing() -> None:
    assert not chart_of(machine(A=task(Retry=[retrying(MaxAttempts=0)]))).step["A"].policy.retries


def test_a_choice_has_an_answer_for_each_rule_and_one_for_none() -> None:
    chart = chart_of(
        machine(
            Ask=asking(
                rule("A", Variable="$.n", NumericEquals=1), rule("B", Variable="$.n", NumericEquals=1), default="C"
            ),
            A=passing(),
            B=passing(),
            C=passing(),
        )
    )
    assert ("$.n = 1", "$.n = 1 (2)", "default") == answers_of(chart.node["Ask"])
    assert {"$.n = 1": "A", "$.n = 1 (2)": "B", "default": "C"} == edges_from(chart, "Ask")


def test_a_choice_without_a_default_leaves_an_answer_unhandled() -> None:
    chart = chart_of(machine(Ask=asking(rule("A", Variable="$.n", IsNull=True)), A=passing()))
    assert ("$.n is null", "default") == answers_of(chart.node["Ask"])
    assert {"$.n is null": "A"} == edges_from(chart, "Ask")


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"Variable": "$.n", "NumericGreaterThanEquals": 1}, "$.n >= 1"),
        ({"Variable": "$.n", "NumericLessThanPath": "$.m"}, "$.n < $.m"),
        ({"Variable": "$.s", "StringEquals": "yes"}, '$.s = "yes"'),
        ({"Variable": "$.s", "StringMatches": "*.log"}, '$.s matches "*.log"'),
        ({"Variable": "$.s", "BooleanEquals": True}, "$.s = true"),
        ({"Variable": "$.s", "IsPresent": False}, "$.s is not present"),
        ({"Not": {"Variable": "$.s", "IsNumeric": True}}, "not $.s is numeric"),
        (
            {"And": [{"Variable": "$.a", "IsNull": True}, {"Or": [{"Variable": "$.b", "IsNull": True}] * 2}]},
            "$.a is null and ($.b is null or $.b is null)",
        ),
        ({"Condition": "{% $total > 100 %}"}, "$total > 100"),
        ({"Condition": True}, "true"),
        ({"Variable": "$.s", "StringEquals": "x" * 80}, '$.s = "' + "x" * 50 + "..."),
        ({"Variable": "$.s", "StringEquals": "default"}, '$.s = "default"'),
        ({"Condition": "default"}, "default (2)"),
    ],
)
def test_answers_say_in_few_words_what_a_rule_asks(fields: State, text: str) -> None:
    answers = answers_of(chart_of(machine(Ask=asking(rule("A", **fields)), A=passing())).node["Ask"])
    assert (text, "default") == answers
    assert all(len(answer) <= 60 for answer in answers)


def test_a_map_works_on_two_items_and_says_so() -> None:
    chart = chart_of(machine(Each={"Type": "Map", "Iterator": machine(Item=task()), "Next": "Tell"}, Tell=passing()))
    fork = chart.node["Each"]
    assert isinstance(fork, Fork)
    entries = [(region.id, region.entry) for region in fork.regions]
    assert [("Each/1", "Item"), ("Each/1 (another item)", "Each?several (another item)")] == entries
    assert "Map `Each`: one item, or two that stand for several" in chart.assumptions
    assert {"done": "Tell"} == edges_from(chart, fork.join)


def test_a_parallel_is_a_fork_whose_branches_end_in_exits() -> None:
    chart = chart_of(
        machine(
            Both=parallel(machine(L=task()), machine("R2", R1=SUCCEEDED, R2=passing("R1")), following="Then"),
            Then=passing(),
        )
    )
    fork = chart.node["Both"]
    assert isinstance(fork, Fork)
    assert [("Both/1", "L"), ("Both/2", "R2")] == [(region.id, region.entry) for region in fork.regions]
    assert isinstance(chart.node[fork.join], Join)
    assert {"done": "Then"} == edges_from(chart, fork.join)
    assert {"ok": "Both/1/end"} == edges_from(chart, "L")
    exits = {node.id: (node.region, node.failed) for node in chart.nodes if isinstance(node, Exit)}
    assert {"Both/1/end": ("Both/1", False), "R1": ("Both/2", False)} == exits
    assert {"", "Both/1", "Both/2"} == {node.region for node in chart.nodes}


def test_a_repeated_parallel_is_said_to_be_followed_once() -> None:
    chart = chart_of(machine(Both={**parallel(machine(L=passing())), "Retry": [retrying()]}))
    assert any("Parallel `Both`: it runs once" in line for line in chart.assumptions)


@pytest.mark.parametrize("field", ["Next", "Catch", "Default", "Choices"])
def test_a_target_that_does_not_exist_stays_a_dangling_edge(field: str) -> None:
    chart = chart_of(
        machine(
            A=task("Lost" if field == "Next" else "Ask", catch=[catching("Lost" if field == "Catch" else "B")]),
            Ask=asking(
                rule("Lost" if field == "Choices" else "B", Variable="$.n", IsNull=True),
                default="Lost" if field == "Default" else "B",
            ),
            B=passing(),
        )
    )
    assert "Lost" in {edge.target for edge in chart.edges}
    assert "Lost" not in chart.node


def test_a_target_in_another_machine_does_not_exist() -> None:
    chart = chart_of(
        machine(
            Both=parallel(machine(L=passing("After")), machine(R=passing("L")), following="R"),
            After=passing(),
        )
    )
    targets = [edges_from(chart, "L")["next"], edges_from(chart, "R")["next"], edges_from(chart, "Both/join")["done"]]
    assert ["After (not in Both/1)", "L (not in Both/2)", "R (not in the outer machine)"] == targets
    assert not set(targets) & chart.node.keys()


def test_made_up_ids_keep_clear_of_what_the_definition_names() -> None:
    chart = chart_of(
        machine(
            **{
                "A": task("(succeeded)", catch=[catching("B", "X"), catching("(succeeded)")]),
                "B": parallel(machine(**{"B/join": passing(), "B/1": passing("B/1/end")})),
                "(succeeded)": passing(),
                "A?rejected": passing(),
            }
        )
    )
    assert len(chart.nodes) == len({node.id for node in chart.nodes})
    assert isinstance(chart.node["(succeeded)"], Wait)
    assert {"next": "(succeeded) (2)"} == edges_from(chart, "(succeeded)")
    assert "B/1/end" not in chart.node
    assert "A?rejected (2)" == edges_from(chart, "A")["rejected"]


def test_a_name_that_occurs_twice_stays_two_nodes() -> None:
    chart = chart_of(
        machine(
            Both=parallel(machine(Same=task()), machine(Same=parallel(machine(Both=parallel(machine(A=passing()))))))
        )
    )
    assert 2 == sum(node.id == "Same" for node in chart.nodes)
    assert 2 == sum(node.id == "Both" for node in chart.nodes)
    regions = [region.id for node in chart.nodes if isinstance(node, Fork) for region in node.regions]
    assert len(regions) == len(set(regions))
    for node in chart.nodes:
        assert len(list(chart.enclosing(node.region))) < 5


def test_every_state_stands_where_its_name_is_written() -> None:
    text = json.dumps(machine(**{'Reserve "it" \\': task("ü"), "ü": parallel(machine(A=passing()))}), indent="\t")
    chart = load_definition(text, "x.json")
    lines = text.split("\n")
    for name in ('Reserve "it" \\', "ü", "A"):
        span = chart.node[name].span
        assert span is not None
        assert ("x.json", span.line) == (span.file, span.end_line)
        assert json.dumps(name) == lines[span.line - 1][span.column - 1 : span.end_column - 1]
        if name in chart.step:
            assert span == chart.step[name].span


def test_every_edge_stands_where_its_target_is_written() -> None:
    definition = machine(
        A=task("B", catch=[catching("C")]),
        B=asking(rule("C", Variable="$.n", IsNull=True), default="C"),
        C=passing(),
    )
    text = json.dumps(definition, indent=1)
    lines = text.split("\n")
    shown = {}
    chart = load_definition(text, "x.json")
    for edge in chart.edges:
        assert edge.span is not None
        shown[edge.source, edge.label] = lines[edge.span.line - 1][edge.span.column - 1 : edge.span.end_column - 1]
    assert {
        ("A", "ok"): '"Next": "B"',
        ("A", "rejected"): '"Next": "C"',
        ("A", "unknown"): '"Next": "C"',
        ("B", "$.n is null"): '"Next": "C"',
        ("B", "default"): '"Default": "C"',
        ("C", "next"): '"End": true',
    } == shown
