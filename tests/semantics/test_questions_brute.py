"""Questions that rules ask, against every run: whether it happens, always, how often, and the shortest example."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hypothesis import given, note, reject
from hypothesis import strategies as st

from sagacheck.core.chart import Call, Chart, Compensate
from sagacheck.core.outcome import EndKind, Status
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, always, at_end, at_node, example, happens, having, showing, stuck_at
from tests.semantics.brute import Line, Run, TooManyStatesError, Visit, all_runs
from tests.semantics.charts import Shape, Style, Wiring, drawn, examples, forked_charts, sequential_charts
from tests.semantics.comparison import of_run, of_scenario

small_forks = forked_charts(Shape(regions=2, in_a_row=1))
holding_or_apart = forked_charts(Shape(regions=2, longest=2, styles=(Style.APART, Style.HOLDS), in_a_row=1))


@dataclass(frozen=True)
class Asked:
    """A question in the words of both: the product's, and a predicate over what is known at some point of a run."""

    question: Question
    at: Callable[[Run], Iterable[Run | Visit]]
    where: Callable[[Run | Visit], bool]


@st.composite
def predicates(draw: st.DrawFn, steps: list[str]) -> tuple[str, frozenset[Status], bool | None, bool | None]:
    """A step with statuses, and whether its compensation was tried and a person may be called."""
    some = draw(st.frozensets(st.sampled_from(Status), min_size=1, max_size=3))
    maybe = st.sampled_from([None, None, True, False])
    return draw(st.sampled_from(steps)), some, draw(maybe), draw(maybe)


def asking(
    at: Callable[..., bool],
    points: Callable[[Run], Iterable[Run | Visit]],
    predicate: tuple[str, frozenset[Status], bool | None, bool | None],
) -> Asked:
    step, statuses, tried, excused = predicate

    def where(known: Run | Visit) -> bool:
        line: Line = known.line(step)
        agrees = tried in (None, line.tried) and excused in (None, known.excused)
        return line.status in statuses and agrees

    return Asked(Question(at, having(step, statuses, tried=tried, excused=excused)), points, where)


def at_ends(data: st.DataObject, chart: Chart) -> Asked:
    """A question about ends of some kinds, or about where the saga is stuck."""
    predicate = data.draw(predicates([step.name for step in chart.steps]))
    node = data.draw(st.sampled_from([None, None, *(node.id for node in chart.nodes)]))
    if node is not None:
        return asking(stuck_at(node), lambda run: [run] if run.label and run.end == node else [], predicate)
    kinds = data.draw(st.lists(st.sampled_from(EndKind), min_size=1, max_size=3, unique=True))
    cancelled = data.draw(st.sampled_from([None, True, False]))

    def points(run: Run) -> list[Run | Visit]:
        return [run] if run.kind in kinds and cancelled in (None, run.cancelled) else []

    return asking(at_end(*kinds, cancelled=cancelled), points, predicate)


def at_nodes(data: st.DataObject, chart: Chart) -> Asked | None:
    """A question about what is known at a call or a compensation, of steps of its own region or of those before."""
    nodes = [node for node in chart.nodes if isinstance(node, Call | Compensate)]
    node = data.draw(st.sampled_from(nodes)) if nodes else None
    if node is None:
        return None
    regions = {"", *chart.enclosing(node.region)}
    inner = {n.step: n.region for n in nodes if isinstance(n, Call)}
    known = [step.name for step in chart.steps if inner.get(step.name, "") in regions or not node.region]
    predicate = data.draw(predicates(known))
    return asking(at_node(node.id), lambda run: [visit for visit in run.visits if visit.node == node.id], predicate)


def assert_answers(chart: Chart, asked: Asked | None, *, counted: bool = True) -> None:
    """All four answers are those of the runs."""
    try:
        runs = [run for run in all_runs(chart, traced=True, most=20_000) if not run.cut]
    except TooManyStatesError:
        reject()
    if asked is None:
        reject()
    note(drawn(chart))
    points = [(run, [asked.where(point) for point in asked.at(run)]) for run in runs]
    showing_it = {of_run(run, chart) for run, found in points if any(found)}
    analysis = Analysis(chart)
    assert bool(showing_it) == happens(analysis, asked.question)
    reached = [answer for _, found in points for answer in found]
    assert (bool(reached) and all(reached)) == always(analysis, asked.question)
    found = example(analysis, asked.question)
    if not showing_it:
        assert found is None
    else:
        assert found is not None
        assert of_scenario(found, chart) in showing_it
        assert min(telling.length for telling in showing_it) == found.length
    if counted:
        assert len(showing_it) == showing(analysis, asked.question)


@examples(200)
@given(sequential_charts(), st.data())
def test_ends_of_sequential_charts(chart: Chart, data: st.DataObject) -> None:
    assert_answers(chart, at_ends(data, chart))


@examples(200)
@given(sequential_charts(), st.data())
def test_calls_and_compensations_of_sequential_charts(chart: Chart, data: st.DataObject) -> None:
    assert_answers(chart, at_nodes(data, chart))


@examples(60)
@given(small_forks, st.data())
def test_ends_of_charts_with_branches(chart: Chart, data: st.DataObject) -> None:
    assert_answers(chart, at_ends(data, chart))


@examples(60)
@given(holding_or_apart, st.data())
def test_compensations_of_charts_with_branches(chart: Chart, data: st.DataObject) -> None:
    assert_answers(chart, at_nodes(data, chart), counted=False)


@examples(100)
@given(sequential_charts(Wiring(cycles=True, most=4)), st.data())
def test_what_happens_within_some_repetitions_happens(chart: Chart, data: st.DataObject) -> None:
    asked = data.draw(st.sampled_from([at_ends, at_nodes]))(data, chart)
    if asked is None:
        reject()
    # Where a run was cut off is no end, but what came before has happened.
    runs = all_runs(chart, traced=True)
    answers = [asked.where(point) for run in runs for point in asked.at(run) if isinstance(point, Visit) or not run.cut]
    analysis = Analysis(chart)
    if any(answers):
        assert happens(analysis, asked.question)
    if not all(answers):
        assert not always(analysis, asked.question)
