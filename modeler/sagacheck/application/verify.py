"""Verifies every saga that paths name: loads, checks, and gathers a report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sagacheck.application.check import ProvingOptions, check_chart
from sagacheck.application.comment_matching import with_comments
from sagacheck.application.internal_error import internal_failure
from sagacheck.application.loaded import LoadedChoreography, LoadedSaga, LoadOptions
from sagacheck.application.loading import Listener, load
from sagacheck.application.scope import Scope
from sagacheck.application.strictness import strict
from sagacheck.core.report import Failure, Progress, Report, SagaReport

if TYPE_CHECKING:
    from sagacheck.application.baseline.entries import Baseline
    from sagacheck.application.since.history import BranchPoint
    from sagacheck.application.storm_saga import StormOptions


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """What to verify, and how.

    Args:
        paths: files, directories, `module:name` or `file.py:name`.
        loading: how to load them.
        unroll: how often loops are repeated for counting.
        proving: how to prove them; None to leave that out.
        storm: how to storm those whose handlers are wired; None to leave that out.
        strict: whether contracts have to be declared.
        baseline: findings that are accepted; None without any.
        day: the date on which this run takes place, for what is accepted until a day.
        since: where the branch began, to look only at what it changed; None to look at everything.
    """

    paths: tuple[str, ...]
    loading: LoadOptions
    unroll: int = 2
    proving: ProvingOptions | None = None
    storm: StormOptions | None = None
    strict: bool = False
    baseline: Baseline | None = None
    day: date = date.min
    since: BranchPoint | None = None

    @property
    def scope(self) -> Scope:
        """What such a run looks at."""
        return Scope(self.paths, self.loading.exclusion, self.proving is None or not self.proving.without)


Model = LoadedSaga | LoadedChoreography
"""What a report on a saga is about."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A report, and the sagas that it is about.

    Args:
        report: what was found out.
        models: the sagas of the report, in its order.
    """

    report: Report
    models: tuple[Model, ...]


def verify(options: VerifyOptions, listener: Listener | None = None) -> Report:
    """The report on every saga. What breaks while one saga is checked becomes a failure; the others are checked.

    Args:
        options: what and how.
        listener: is told before each file is loaded and before each saga is checked.
    """
    return verified(options, listener).report


def verified(options: VerifyOptions, listener: Listener | None = None) -> Verified:
    """The same, together with the sagas, for what draws them.

    Args:
        options: what and how.
        listener: is told before each file is loaded and before each saga is checked.
    """
    loading = load(options.paths, options.loading, listener)
    sagas: list[SagaReport] = []
    models: list[tuple[SagaReport, Model]] = []
    failures = list(loading.failures)
    for done, loaded in enumerate(loading.sagas):
        if listener is not None:
            listener(Progress(done, len(loading.sagas), loaded.chart.name))
        checked = _checked(loaded, options)
        if isinstance(checked, Failure):
            failures.append(checked)
        else:
            sagas.append(checked)
            models.append((checked, loaded))
    for choreography in loading.choreographies:
        checked = _choreography_checked(choreography, options)
        if isinstance(checked, Failure):
            failures.append(checked)
        else:
            sagas.append(checked)
            models.append((checked, choreography))
    if options.storm is not None:
        from sagacheck.application.evidence import with_evidence

        sagas, broken = with_evidence(sagas, loading, options.storm, traceback=options.loading.traceback)
        failures += broken
    if options.strict:
        sagas = [strict(saga) for saga in sagas]
    report = Report(tuple(sagas), tuple(failures), loading.files, loading.passed_over)
    report = with_comments(report, loading, options.scope)
    if options.baseline is not None and options.baseline.entries:
        from sagacheck.application.baseline.matching import with_baseline

        report = with_baseline(report, options.baseline, options.scope, options.day)
    if options.since is not None:
        from sagacheck.application.since.comparing import with_change

        report = with_change(report, options.since, options)
    return Verified(report, tuple(_kept(report, models)))


def _kept(report: Report, models: list[tuple[SagaReport, Model]]) -> Iterator[Model]:
    """The models of the sagas that a report still tells of, in its order."""
    left: dict[tuple[str, str, str], list[Model]] = {}
    for checked, model in models:
        left.setdefault((checked.file, checked.name, checked.profile), []).append(model)
    for saga in report.sagas:
        yield left[saga.file, saga.name, saga.profile].pop(0)


def _choreography_checked(loaded: LoadedChoreography, options: VerifyOptions) -> SagaReport | Failure:
    from sagacheck.application.choreographies import check_choreography

    try:
        return check_choreography(loaded.net, loaded.file, options.proving)
    except Exception as error:  # noqa: BLE001 - a bug of ours in one saga must not hide what the others say
        return internal_failure(error, loaded.file, loaded.net.name, traceback=options.loading.traceback)


def _checked(loaded: LoadedSaga, options: VerifyOptions) -> SagaReport | Failure:
    try:
        return check_chart(loaded.chart, loaded.file, options.unroll, options.proving)
    except Exception as error:  # noqa: BLE001 - a bug of ours in one saga must not hide what the others say
        return internal_failure(error, loaded.file, loaded.chart.name, traceback=options.loading.traceback)
