"""Verifying: every saga gets a report, whatever happens to the others; and the exit code of it all."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from sagacheck.application.check import ProvingOptions, check_chart
from sagacheck.application.exit_status import ExitStatus, exit_status
from sagacheck.application.loaded import LoadOptions
from sagacheck.application.verify import VerifyOptions, verify
from sagacheck.core.chart import Chart
from sagacheck.core.finding import Severity
from sagacheck.core.report import Failure, Progress, Report, SagaReport, Verdict
from tests.application.models import two_steps, write
from tests.render.reports import never_undone, saga_report


def test_every_saga_gets_a_report() -> None:
    write({"m/a.py": two_steps("a"), "m/b.py": two_steps("b"), "m/c.py": "import sagacheck\n1 / 0\n"})
    report = verify(VerifyOptions(("m",), LoadOptions()))
    assert [(saga.file, saga.name, saga.scenarios.total) for saga in report.sagas] == [
        ("m/a.py", "a", 10),
        ("m/b.py", "b", 10),
    ]
    assert [failure.file for failure in report.failures] == ["m/c.py"]
    assert report.files == 3


def test_a_bug_in_one_check_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(chart: Chart, file: str, unroll: int, proving: ProvingOptions | None) -> SagaReport:
        if chart.name == "a":
            raise RecursionError("too deep \x1b[31m")
        return check_chart(chart, file, unroll, proving)

    monkeypatch.setattr("sagacheck.application.verify.check_chart", check)
    write({"m/a.py": two_steps("a"), "m/b.py": two_steps("b")})
    report = verify(VerifyOptions(("m",), LoadOptions()))
    assert [saga.name for saga in report.sagas] == ["b"]
    (failure,) = report.failures
    assert (failure.file, failure.internal) == ("m/a.py", True)
    assert failure.message.startswith("sagacheck itself failed on saga 'a': RecursionError: too deep \x1b[31m\n")
    assert "Traceback" not in failure.message
    told = verify(VerifyOptions(("m",), LoadOptions(traceback=True)))
    assert "Traceback" in told.failures[0].message


def test_the_listener_hears_of_files_and_then_of_sagas() -> None:
    write({"m/a.py": two_steps("a"), "m/b.py": two_steps("b")})
    heard: list[Progress] = []
    verify(VerifyOptions(("m",), LoadOptions()), heard.append)
    assert heard == [Progress(0, 2, "m/a.py"), Progress(1, 2, "m/b.py"), Progress(0, 2, "a"), Progress(1, 2, "b")]


BUG = Failure("a.py", "", internal=True)
BROKEN = Failure("a.py", "")
FOUND = saga_report(findings=(never_undone(),), verdict=Verdict.NOT_PROVED)
OPEN = saga_report(verdict=Verdict.INCONCLUSIVE)


@pytest.mark.parametrize("holds", list(product([False, True], repeat=4)))
def test_of_several_reasons_the_gravest_gives_the_exit_code(holds: tuple[bool, bool, bool, bool]) -> None:
    bug, broken, found, undecided = holds
    sagas = (FOUND,) * found + (OPEN,) * undecided
    report = Report(sagas, (BROKEN,) * broken + (BUG,) * bug)
    gravest = [3] * bug + [2] * broken + [1] * found + [4] * undecided + [5] * (not sagas)
    assert exit_status(report) == gravest[0]


def test_all_checked_is_zero_and_nothing_at_all_is_not() -> None:
    assert exit_status(Report((saga_report(),))) is ExitStatus.CHECKED
    assert exit_status(Report()) is ExitStatus.NO_SAGA


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("fail_on", Severity)
def test_findings_count_from_the_wanted_severity_on(severity: Severity, fail_on: Severity) -> None:
    finding = replace(never_undone(), severity=severity)
    grave = list(Severity).index(severity) <= list(Severity).index(fail_on)
    assert exit_status(Report((saga_report(findings=(finding,)),)), fail_on) == int(grave)


def test_exit_zero_forgives_findings_and_nothing_else() -> None:
    assert exit_status(Report((FOUND,)), exit_zero=True) == 0
    assert exit_status(Report((FOUND, OPEN)), exit_zero=True) == 4
    assert exit_status(Report((FOUND,), (BROKEN,)), exit_zero=True) == 2
    assert exit_status(Report((FOUND,), (BUG,)), exit_zero=True) == 3
    assert exit_status(Report(), exit_zero=True) == 5
