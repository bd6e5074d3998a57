"""JUnit XML: valid by the schema of a server that reads it, and every finding is found again in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from hypothesis import given

from sagacheck.application.exit_status import ExitStatus
from sagacheck.application.gate import gate
from sagacheck.core.finding import Severity
from sagacheck.core.gate import Basis, Gate
from sagacheck.core.report import Failure, Report, Suppressed, Verdict
from sagacheck.core.storming import Cell, Law, PlansRun, Standing, StormReport
from sagacheck.render.junit import render_junit
from sagacheck.render.terminal import harmless
from tests.render.formats import GATE, HOSTILE_TEXTS, every_model, hostile_report, verified
from tests.render.reports import REPORTS, never_undone, saga_report

SCHEMA = Path(__file__).with_name("schemas") / "junit-10.xsd"


@cache
def schema() -> xmlschema.XMLSchema10:
    return xmlschema.XMLSchema10(str(SCHEMA))


def read(text: str) -> ET.Element:
    return ET.fromstring(text.encode("utf-8"))  # noqa: S314 - we have written it


def junit(report: Report, judged: Gate = GATE) -> ET.Element:
    """The root of a valid report."""
    text = render_junit(report, judged)
    root = read(text)
    schema().validate(root)
    for suite in root:
        outcomes = Counter(outcome.tag for case in suite for outcome in case)
        assert str(len(suite)) == suite.get("tests")
        assert str(outcomes["failure"]) == suite.get("failures")
        assert str(outcomes["error"]) == suite.get("errors")
        assert str(outcomes["skipped"]) == suite.get("skipped")
    for total in ("tests", "failures", "errors"):
        assert sum(int(suite.get(total, "")) for suite in root) == int(root.get(total, ""))
    return root


def outcomes(suite: ET.Element) -> dict[str, str]:
    """What came of each case: "failure", "error", "skipped" or "passed"."""
    return {
        case.get("name", ""): next((part.tag for part in case if part.tag != "system-out"), "passed") for case in suite
    }


def test_the_schema_refuses_what_is_wrong() -> None:
    assert not schema().is_valid(read("<testsuites><testcase/></testsuites>"))
    assert not schema().is_valid(read("<testsuite name='x'/>"))


def test_every_model_gives_a_valid_report_with_every_finding() -> None:
    report = every_model()
    suites = list(junit(report))
    assert len(suites) == len(report.sagas)
    for suite, saga in zip(suites, report.sagas, strict=True):
        failing = {one.code for one in saga.findings if one.severity is Severity.ERROR}
        assert {name[:5] for name, outcome in outcomes(suite).items() if outcome == "failure"} == failing
        told = "\n".join(text for case in suite for text in case.itertext())
        lines = {" ".join(line.split()) for line in told.splitlines()}
        for finding in saga.findings:
            assert f"{finding.severity}[{finding.code}]: {finding.message}" in lines
        assert (outcomes(suite)["verdict"] == "error") is (saga.verdict is Verdict.INCONCLUSIVE)


def test_every_rule_that_looks_at_a_saga_is_a_case_of_it() -> None:
    for suite, saga in zip(junit(every_model()), every_model().sagas, strict=True):
        choreographed = saga.profile == "choreography"
        rules = [rule for rule in GATE.rules if rule.basis is not Basis.STORM]
        expected = [rule.code for rule in rules if (rule.choreographed if choreographed else rule.orchestrated)]
        names = [name[:5] for name in outcomes(suite) if name != "verdict"]
        assert set(expected) <= set(names)
        assert names == sorted(set(names))


def test_no_two_cases_have_the_same_name() -> None:
    twins = (saga_report(), saga_report(), saga_report(profile="temporal"), saga_report("b"))
    for report in (every_model(), Report(twins), hostile_report()):
        suites = list(junit(report))
        assert len({suite.get("name") for suite in suites}) == len(suites)
        for suite in suites:
            assert len(outcomes(suite)) == len(suite)


def test_a_hostile_report_is_valid_and_loses_nothing() -> None:
    root = junit(hostile_report())
    assert 3 * len(HOSTILE_TEXTS) == int(root.get("errors", "")) + len(HOSTILE_TEXTS)
    assert 2 * len(HOSTILE_TEXTS) == int(root.get("failures", ""))
    messages = [failure.get("message") for failure in root.iter("failure")]
    for text in filter(str.strip, HOSTILE_TEXTS):
        expected = harmless(text.replace("\r\n", "\n").replace("\r", "\n"))
        assert 2 == sum(_same(expected, message or "") for message in messages)


def _same(expected: str, found: str) -> bool:
    """Whether both are the same but for spaces and for how what XML has no room for is written."""

    def plain(text: str) -> str:
        return "".join(text.replace("\\n", " ").replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff").split())

    return plain(expected) == plain(found)


@given(REPORTS)
def test_any_report_is_valid_and_the_same_each_time(report: Report) -> None:
    junit(report)
    assert render_junit(report, GATE) == render_junit(report, GATE)


def test_a_clean_proof_passes_and_says_what_was_covered() -> None:
    (suite,) = junit(verified("models/order.py"))
    assert {"passed"} == set(outcomes(suite).values())
    said = next(suite.iter("system-out")).text or ""
    assert said.startswith("12 scenarios (3 committed, 4 aborted, 5 manual)  6 + 2 failure points  proved for any loss")


def test_what_was_not_proved_is_skipped_and_not_passed() -> None:
    (suite,) = junit(verified("models/order.py", prove=False))
    came = outcomes(suite)
    assert {"skipped"} == {outcome for name, outcome in came.items() if name.startswith("SC3")}
    assert {"passed"} == {outcome for name, outcome in came.items() if not name.startswith("SC3")}
    reasons = {skipped.get("message") for skipped in suite.iter("skipped")}
    assert {"not proved: only checked over a network that works"} == reasons


def test_a_saga_with_an_error_passes_no_rule_of_the_prover() -> None:
    (suite,) = junit(verified("models/broken/SC302-empty-compensation/wrong.py"))
    came = outcomes(suite)
    assert "failure" == came.pop("SC302 empty-compensation")
    assert {"skipped"} == {outcome for name, outcome in came.items() if name.startswith("SC3")}


def test_an_inconclusive_saga_is_an_error_and_what_found_nothing_is_skipped() -> None:
    saga = saga_report(verdict=Verdict.INCONCLUSIVE, why="the budget was reached", findings=(never_undone(),))
    (suite,) = junit(Report((saga,)))
    came = outcomes(suite)
    assert ("error", "failure") == (came.pop("verdict"), came.pop("SC201 missing-compensation"))
    assert {"skipped"} == set(came.values())
    (error,) = suite.iter("error")
    assert ("inconclusive", "the budget was reached") == (error.get("type"), error.get("message"))


def test_what_cannot_be_loaded_is_an_error() -> None:
    failures = (Failure("a/b.py", "boom\nsecond line"), Failure("c.py", "oops", internal=True))
    first, second = junit(Report(failures=failures))
    (error,) = first.iter("error")
    assert ("a/b.py", {"loads": "error"}) == (first.get("name"), outcomes(first))
    assert ("load failure", "boom", "boom\nsecond line") == (error.get("type"), error.get("message"), error.text)
    assert "internal error" == next(second.iter("error")).get("type")


def test_no_saga_at_all_is_an_error() -> None:
    (suite,) = junit(Report(files=3))
    assert {"sagas": "error"} == outcomes(suite)


@pytest.mark.parametrize(("fail_on", "came"), [(Severity.ERROR, "passed"), (Severity.WARNING, "failure")])
def test_a_finding_fails_its_case_only_if_it_fails_the_run(fail_on: Severity, came: str) -> None:
    warning = replace(never_undone(), severity=Severity.WARNING)
    judged = gate("verify", ExitStatus.CHECKED, fail_on)
    (suite,) = junit(Report((saga_report(verdict=Verdict.PROVED, findings=(warning,)),)), judged)
    assert came == outcomes(suite)["SC201 missing-compensation"]
    assert any("warning[SC201]" in text for text in suite.itertext())


def test_several_findings_of_one_rule_are_one_failure_that_tells_all() -> None:
    two = (never_undone(), replace(never_undone(), message="another one"))
    (suite,) = junit(Report((saga_report(verdict=Verdict.NOT_PROVED, findings=two),)))
    (failure,) = suite.iter("failure")
    assert f"{never_undone().message} (and 1 more)" == failure.get("message")
    assert "error[SC201]: another one" in (failure.text or "")


def test_an_accepted_finding_passes_with_its_reason() -> None:
    saga = saga_report(verdict=Verdict.PROVED, suppressed=(Suppressed(never_undone(), "known"),))
    (suite,) = junit(Report((saga,)))
    assert {"passed"} == set(outcomes(suite).values())
    assert any("accepted, because known" in text for text in suite.itertext())


def test_a_storm_that_was_not_run_to_its_end_passes_nothing_that_it_was_to_try() -> None:
    cell = Cell("a", "a", Law.DUPLICATE, Standing.HELD)
    whole = StormReport(
        "checkout", "checkout.py", 0, simulated=False, cells=(cell,), plans=PlansRun(1, 4, 4, complete=True)
    )
    (suite,) = junit(Report((saga_report(verdict=Verdict.PROVED, storm=whole),)))
    assert {"passed"} == set(outcomes(suite).values())
    part = replace(whole, plans=PlansRun(1, 3, 4, complete=False))
    (suite,) = junit(Report((saga_report(verdict=Verdict.PROVED, storm=part),)))
    came = outcomes(suite)
    assert "error" == came["verdict"]
    assert {"skipped"} == {outcome for name, outcome in came.items() if name.startswith("SC4")}


def test_cases_are_grouped_by_file_and_saga() -> None:
    (suite,) = junit(Report((saga_report("checkout", "./models/shop/a.py"),)))
    assert {"models.shop.a.checkout"} == {case.get("classname") for case in suite}
