"""Asks of a sound saga whether verify would notice if it became wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sagacheck.application.check import ProvingOptions, check_chart
from sagacheck.application.choreographies import check_choreography
from sagacheck.application.loaded import LoadedChoreography, LoadedSaga
from sagacheck.application.loading import Listener
from sagacheck.application.mutating.of_charts import chart_mutants
from sagacheck.application.mutating.of_nets import net_mutants
from sagacheck.application.mutating.sound import as_wired
from sagacheck.application.refusal import RefusedError
from sagacheck.core.chart import Chart, Origin
from sagacheck.core.finding import Finding, Severity
from sagacheck.core.mutation import Mutant, Score, Tried
from sagacheck.core.net import Net
from sagacheck.core.report import Progress, SagaReport, Verdict
from sagacheck.prover.prove import Budget


def mutate(loaded: LoadedSaga | LoadedChoreography, seconds: float, listener: Listener | None = None) -> Score:
    """The score of a saga.

    Args:
        loaded: the saga.
        seconds: how long each proof may take.
        listener: is told how far it has come.

    Raises:
        RefusedError: if the saga is wrong itself.
    """
    saga = loaded.chart if isinstance(loaded, LoadedSaga) else loaded.net
    proving = ProvingOptions(Budget(seconds=seconds))
    sound = _checked(saga, proving)
    first = next((finding.code for finding in sound.findings if finding.severity is Severity.ERROR), "")
    if first or sound.verdict is Verdict.INCONCLUSIVE:
        reason = f"{first}, and perhaps more, is found in it" if first else sound.why
        raise RefusedError(
            f"{saga.name} is not sound itself: {reason}. Repair it first: sagacheck verify {loaded.file}"
        )
    known = _shown(sound.findings)
    if isinstance(saga, Net):
        mutants = tuple(net_mutants(saga))
    else:
        mutants = tuple(chart_mutants(saga))
        if saga.origin is Origin.DECLARED:
            wired = _shown(_checked(as_wired(saga), proving).findings)
            known = {cause: max(known.get(cause, 0), wired.get(cause, 0)) for cause in known.keys() | wired.keys()}
    return Score(saga.name, loaded.file, tuple(_tried(mutants, proving, known, listener)))


def _tried(
    mutants: tuple[Mutant, ...], proving: ProvingOptions, known: dict[str, int], listener: Listener | None
) -> Iterator[Tried]:
    for number, mutant in enumerate(mutants):
        if listener is not None:
            listener(Progress(number, len(mutants), mutant.what))
        report = _checked(mutant.saga, None)
        codes = _new(report, known, _least(mutant.saga))
        why = ""
        if not codes:
            report = _checked(mutant.saga, proving)
            codes = _new(report, known, _least(mutant.saga))
            why = report.why if not codes and report.verdict is Verdict.INCONCLUSIVE else ""
        yield Tried(mutant, codes, why)


def _checked(saga: Chart | Net, proving: ProvingOptions | None) -> SagaReport:
    if isinstance(saga, Chart):
        return check_chart(saga, saga.span.file if saga.span else "", proving=proving)
    return check_choreography(saga, saga.span.file if saga.span else "", proving)


def _shown(findings: Iterable[Finding]) -> dict[str, int]:
    """For each root cause how many scenarios show it."""
    return {str(finding.root_cause): finding.showing or 0 for finding in findings}


def _new(report: SagaReport, known: dict[str, int], least: Severity) -> tuple[str, ...]:
    """Codes of what the saga itself does not have, or has in fewer scenarios, as severe as that or more."""
    found = (
        finding.code
        for finding in report.findings
        if finding.severity.rank <= least.rank and (finding.showing or 0) > known.get(str(finding.root_cause), -1)
    )
    return tuple(dict.fromkeys(found))


def _least(saga: Chart | Net) -> Severity:
    """What counts as noticed: an error; of a definition, of which much is inferred, a warning as well."""
    imported = isinstance(saga, Chart) and saga.origin is Origin.IMPORTED
    return Severity.WARNING if imported else Severity.ERROR
