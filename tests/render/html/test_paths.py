"""What the page counts, filters, lists and tells of paths is what sagacheck does, on random sagas and charts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

import sagacheck.render.html
from sagacheck.core.chart import Chart, Compensate
from sagacheck.core.outcome import EndKind
from sagacheck.core.scenario import EventKind, Scenario
from sagacheck.render.html.paths import paths_document
from sagacheck.render.html.steps import end_of, event_step
from sagacheck.render.terminal import harmless
from sagacheck.semantics.compact import Compact, compact
from sagacheck.semantics.count import count_scenarios
from sagacheck.semantics.listing import Filter, list_scenarios
from tests.rules.models import CLASSICS, broken_models, chart_of, clean_models
from tests.semantics.charts import Shape, Wiring, drawn, forked_charts, sequential_charts

MOST = 60
_SCRIPTS = Path(sagacheck.render.html.__file__).parent / "script"
_ASK = """([data, filter, most]) => {
  const diagram = new Diagram(data);
  const told = [];
  for (const path of diagram.list(filter)) {
    if (told.length === most) break;
    told.push([path.kind, path.end, path.remarks, path.calls, path.steps.map((s) => [s.text, s.result, s.bad, s.changes])]);
  }
  return [String(diagram.count(filter)), told, diagram.facets(filter).map((row) => row.map(String))];
}"""


@pytest.fixture(scope="module")
def script(browser: Browser) -> Iterator[Page]:
    """A page with the parts of the script that know about paths."""
    page = browser.new_page()
    for name in ("diagram", "telling", "numbers"):
        page.add_script_tag(content=(_SCRIPTS / f"{name}.js").read_text(encoding="utf-8"))
    yield page
    page.close()


charts = (
    sequential_charts() | forked_charts(Shape(regions=2, in_a_row=1)) | sequential_charts(Wiring(cycles=True, most=4))
)


def asked(script: Page, paths: Compact, filter_: dict[str, Any]) -> tuple[str, list[Any], list[list[str]]]:
    """The number of paths, the first of them, and their numbers by what came of each call, as the page knows them."""
    number, listed, facets = script.evaluate(_ASK, [paths_document(paths, None), filter_, MOST])
    return number, listed, facets


def told(scenario: Scenario) -> list[Any]:
    """A path as the page tells it."""
    steps = [event_step(event) for event in scenario.events]
    end = end_of(scenario)
    return [
        scenario.kind.value,
        "".join(text for _, text in end["text"]),
        end["remarks"],
        scenario.length,
        [[step["text"], step["result"], step["bad"], step["changes"]] for step in steps],
    ]


def demands(paths: Compact, wanted: Filter) -> list[dict[str, Any]]:
    """The demands of a filter as the page has them."""
    names = list(dict.fromkeys(slot.record for slot in paths.slots))
    results = {slot.record: slot.results for slot in paths.slots}

    def bad(record: str) -> list[int]:
        return [number for number, result in enumerate(results[record]) if result != "ok"]

    failing = [{"record": names.index(f"call {step}"), "results": bad(f"call {step}")} for step in wanted.failing]
    visits = [
        {"record": names.index(f"call {step}"), "results": list(range(len(results[f"call {step}"])))}
        for step in wanted.visits
    ]
    undone = [
        {"record": names.index(f"undo {action}"), "results": bad(f"undo {action}")}
        for action in wanted.failed_compensation
    ]
    return [*failing, *visits, *undone]


@st.composite
def wants(draw: st.DrawFn, chart: Chart, paths: Compact) -> Filter:
    """Demands that the page can express."""
    records = {slot.record for slot in paths.slots}
    steps = sorted(record.removeprefix("call ") for record in records if record.startswith("call "))
    actions = sorted(
        {node.action for node in chart.nodes if isinstance(node, Compensate)}
        & {record.removeprefix("undo ") for record in records if record.startswith("undo ")}
        - {step.name for step in chart.steps}
    )
    some: st.SearchStrategy[tuple[str, ...]] = st.just(())
    if steps:
        some = st.lists(st.sampled_from(steps), max_size=2, unique=True).map(tuple)
    undone: st.SearchStrategy[tuple[str, ...]] = st.just(())
    if actions:
        undone = st.lists(st.sampled_from(actions), max_size=1).map(tuple)
    return Filter(
        kind=draw(st.sampled_from([None, *EndKind])),
        failing=draw(some),
        visits=draw(some),
        failed_compensation=draw(undone),
        cancelled=draw(st.booleans()),
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(data=st.data())
def test_random_charts_have_the_same_paths_in_the_same_order(script: Page, data: st.DataObject) -> None:
    chart = data.draw(charts)
    note(drawn(chart))
    paths = compact(chart, 1)
    wanted = data.draw(wants(chart, paths))
    filter_ = {
        "kind": wanted.kind and wanted.kind.value,
        "cancelled": wanted.cancelled,
        "demands": demands(paths, wanted),
    }
    number, listed, _ = asked(script, paths, filter_)
    assert str(count_scenarios(chart, wanted, 1).total) == number
    assert [told(scenario) for scenario in islice(list_scenarios(chart, wanted, 1), MOST)] == listed


@pytest.mark.parametrize("model", [*sorted(clean_models()), CLASSICS, *broken_models("wrong")])
def test_every_model_has_the_same_paths_in_the_same_order(script: Page, model: str) -> None:
    chart = chart_of(model)
    paths = compact(chart)
    for cancelled in (False, True):
        number, listed, facets = asked(script, paths, {"kind": None, "cancelled": cancelled, "demands": []})
        wanted = Filter(cancelled=cancelled)
        assert str(count_scenarios(chart, wanted).total) == number
        assert [told(scenario) for scenario in islice(list_scenarios(chart, wanted), MOST)] == listed
        assert_facets(chart, paths, facets, cancelled=cancelled)


def assert_facets(chart: Chart, paths: Compact, facets: list[list[str]], *, cancelled: bool) -> None:
    """Numbers of paths by what came of each call are those that listing all paths gives."""
    counted: dict[str, dict[str, int]] = {slot.record: {} for slot in paths.slots}
    total = 0
    for scenario in list_scenarios(chart, Filter(cancelled=cancelled)):
        total += 1
        seen: dict[str, set[str]] = {}
        for event in scenario.events:
            kind = {EventKind.CALL: "call", EventKind.COMPENSATION: "undo"}.get(event.kind)
            if kind:
                seen.setdefault(f"{kind} {event.text}", set()).add(event.result)
        for record, had in seen.items():
            for result in had:
                counted[record][result] = counted[record].get(result, 0) + 1
            counted[record]["called"] = counted[record].get("called", 0) + 1
    results = {slot.record: slot.results for slot in paths.slots}
    for (record, numbers), shown in zip(counted.items(), facets, strict=True):
        if not record.startswith("ask "):
            expected = [numbers.get(result, 0) for result in results[record]]
            assert [*map(str, expected), str(total - numbers.get("called", 0))] == shown


def test_what_a_record_never_had_can_be_demanded(script: Page) -> None:
    chart = chart_of("models/order.py")
    paths = compact(chart)
    names = list(dict.fromkeys(slot.record for slot in paths.slots))
    never = {"record": names.index("call payment.charge"), "never": True}
    number, listed, _ = asked(script, paths, {"kind": None, "cancelled": False, "demands": [never]})
    expected = [
        told(scenario)
        for scenario in list_scenarios(chart)
        if all(event.text != "payment.charge" for event in scenario.events)
    ]
    assert expected == listed
    assert str(len(expected)) == number


@pytest.mark.parametrize("value", [0, 7, 999, 1000, 10**15, 10**15 + 1, 9_995 * 10**14, 338 * 10**18, 10**40 - 1])
def test_numbers_are_written_as_in_the_text_report(script: Page, value: int) -> None:
    from sagacheck.render.number import number

    assert number(value) == script.evaluate("(value) => figure(value)", str(value))


def test_names_are_made_harmless_before_the_page_gets_them() -> None:
    assert "\\x00" in harmless("\0")
