"""Takes out the findings that comments in Python models accept, and finds the comments that accept nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sagacheck.application.comments import Comment, comments_in
from sagacheck.application.discovery import shown_path
from sagacheck.application.loading import Loading
from sagacheck.application.scope import Scope
from sagacheck.core.chart import Chart
from sagacheck.core.finding import Finding, Label, RootCause
from sagacheck.core.net import PROFILE, Net
from sagacheck.core.report import Acceptance, Report, SagaReport, Suppressed
from sagacheck.core.span import Span
from sagacheck.core.step import StepSpec
from sagacheck.rules import marker_without_reason, stale_suppression


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a saga stands: the Python files of its parts and handlers, and the place of each of its steps."""

    files: frozenset[str]
    steps: dict[str, Span]


def with_comments(report: Report, loading: Loading, scope: Scope) -> Report:
    """The report with findings that comments accept among those that do not count.

    A comment speaks of the findings whose place has its line; a finding about several steps at once needs one at each.
    A comment without a reason accepts nothing and is a finding, as is one that accepts nothing of what was looked for.

    Args:
        report: what a run found out.
        loading: what it has loaded.
        scope: what it looked at.
    """
    sources = _sources(loading)
    comments, failures = comments_in(file for source in sources.values() for file in source.files)
    if not comments and not failures:
        return report
    used: set[Comment] = set()
    sagas = [_without(saga, sources[_key(saga)], comments, used) for saga in report.sagas]
    wrong: dict[int, list[Finding]] = {}
    for comment in comments:
        at = [number for number, saga in enumerate(sagas) if comment.span.file in sources[_key(saga)].files]
        stale = comment not in used and _looked_for(comment, [report.sagas[number] for number in at], scope)
        if at and (not comment.reason or stale):
            saga = sagas[at[0]]
            step = _step_at(comment, sources[_key(saga)])
            wrong.setdefault(at[0], []).append(
                _stale(comment, saga.name, step) if comment.reason else _unreasoned(comment, saga.name, step)
            )
    told = [
        replace(saga, findings=tuple(sorted((*saga.findings, *wrong[number]), key=lambda finding: finding.sort_key)))
        if number in wrong
        else saga
        for number, saga in enumerate(sagas)
    ]
    return replace(report, sagas=tuple(told), failures=(*report.failures, *failures))


def _key(saga: SagaReport) -> tuple[str, str, str]:
    return saga.file, saga.name, saga.profile


def _sources(loading: Loading) -> dict[tuple[str, str, str], _Source]:
    found = {(one.file, one.chart.name, one.chart.profile): _source(_of_chart(one.chart)) for one in loading.sagas}
    found |= {(one.file, one.net.name, PROFILE): _source(_of_net(one.net)) for one in loading.choreographies}
    if not loading.storms:
        return found
    from sagacheck.application.storm_findings import handler_places

    for storm in loading.storms:
        name, place = storm.storm.chart().name, storm.storm.declared_at
        files = {place.file for place in handler_places(storm.storm)}
        for key, source in found.items():
            if key[1] == name and place is not None and shown_path(place.file) in source.files:
                found[key] = replace(source, files=source.files | files)
    return found


def _source(parts: Iterable[tuple[str, Span | None]]) -> _Source:
    spans = [(step, span) for step, span in parts if span is not None]
    files = frozenset(span.file for _, span in spans if span.file.endswith(".py"))
    return _Source(files, {step: span for step, span in spans if step})


def _of_chart(chart: Chart) -> Iterator[tuple[str, Span | None]]:
    yield "", chart.span
    for part in (*chart.nodes, *chart.edges):
        yield "", part.span
    yield from _of_steps(chart.steps)


def _of_net(net: Net) -> Iterator[tuple[str, Span | None]]:
    yield "", net.span
    for service, reaction in net.reactions:
        yield "", reaction.span
        del service
    yield from _of_steps(reaction.step for _, reaction in net.reactions if reaction.step is not None)


def _of_steps(steps: Iterable[StepSpec]) -> Iterator[tuple[str, Span | None]]:
    for step in steps:
        yield step.name, step.span


def _without(saga: SagaReport, source: _Source, comments: Iterable[Comment], used: set[Comment]) -> SagaReport:
    left: list[Finding] = []
    taken: list[Suppressed] = []
    for finding in saga.findings:
        matching = [
            [one for one in comments if one.code == finding.code and one.reason and _speaks_of(one, place)]
            for place in _places(finding, source)
        ]
        if matching and all(matching):
            mine = dict.fromkeys(one for found in matching for one in found)
            used.update(mine)
            reasons = dict.fromkeys(one.reason for one in mine)
            taken.append(Suppressed(finding, "; ".join(reasons), Acceptance.COMMENT))
        else:
            left.append(finding)
    if not taken:
        return saga
    return replace(saga, findings=tuple(left), suppressed=(*saga.suppressed, *taken))


def _places(finding: Finding, source: _Source) -> list[Span]:
    """Where comments are to stand: at the place of a finding, or, where that is one of several steps, at each of them."""
    place = finding.primary.span
    if place is None:
        return []
    steps = [source.steps[step] for step in finding.root_cause.steps if step in source.steps]
    return steps if place in steps else [place]


def _speaks_of(comment: Comment, place: Span) -> bool:
    return comment.span.file == place.file and place.line <= comment.line <= place.end_line


def _looked_for(comment: Comment, sagas: Iterable[SagaReport], scope: Scope) -> bool:
    """Whether what a comment accepts would have been found: in every saga that has to do with its file."""
    return (
        scope.whole and scope.covers(comment.span.file) and all(scope.looked_for(comment.code, saga) for saga in sagas)
    )


def _step_at(comment: Comment, source: _Source) -> tuple[str, ...]:
    return tuple(sorted(step for step, span in source.steps.items() if _speaks_of(comment, span)))


def _stale(comment: Comment, saga: str, steps: tuple[str, ...]) -> Finding:
    return Finding(
        code=stale_suppression.CODE,
        name=stale_suppression.NAME,
        severity=stale_suppression.SEVERITY,
        saga=saga,
        message=f"{comment.code} is ignored here, where nothing of the kind is found",
        primary=Label(comment.span, "suppresses nothing"),
        root_cause=RootCause(saga, steps, f"suppress {comment.code}"),
        help="remove it; if the finding is gone because the model was repaired, all is well",
    )


def _unreasoned(comment: Comment, saga: str, steps: tuple[str, ...]) -> Finding:
    return Finding(
        code=marker_without_reason.CODE,
        name=marker_without_reason.NAME,
        severity=marker_without_reason.SEVERITY,
        saga=saga,
        message=f"{comment.code} is ignored without a reason, and therefore counts",
        primary=Label(comment.span, "does not say why"),
        root_cause=RootCause(saga, steps, f"say why {comment.code} is ignored"),
        help=f"write the reason behind it: # sagacheck: ignore[{comment.code}] the reason",
    )
