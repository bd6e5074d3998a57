"""How a run is judged: what each rule is said to go by is what it goes by on every model of this repository."""

from __future__ import annotations

import pytest

from sagacheck.application.exit_status import ExitStatus
from sagacheck.application.gate import gate
from sagacheck.application.pages import all_pages
from sagacheck.core.finding import Severity
from sagacheck.core.gate import Basis
from sagacheck.core.report import Report
from tests.render.formats import GATE, every_model, verified


def found(report: Report, *, choreographed: bool) -> set[str]:
    """The codes that were found in sagas of one kind."""
    sagas = [saga for saga in report.sagas if (saga.profile == "choreography") is choreographed]
    return {finding.code for saga in sagas for finding in saga.findings}


@pytest.mark.parametrize("choreographed", [False, True])
def test_what_is_found_in_a_kind_of_saga_is_of_rules_that_look_at_it(*, choreographed: bool) -> None:
    looking = {rule.code for rule in GATE.rules if (rule.choreographed if choreographed else rule.orchestrated)}
    codes = found(every_model(), choreographed=choreographed)
    assert codes
    assert codes <= looking


def test_a_rule_that_looks_at_one_kind_only_finds_nothing_in_the_other() -> None:
    only = {rule.code for rule in GATE.rules if not rule.choreographed}
    assert not only & found(every_model(), choreographed=True)
    only = {rule.code for rule in GATE.rules if not rule.orchestrated}
    assert not only & found(every_model(), choreographed=False)


def test_what_needs_no_proof_is_found_without_one_and_nothing_else_is() -> None:
    model = {rule.code for rule in GATE.rules if rule.basis is Basis.MODEL}
    proof = {rule.code for rule in GATE.rules if rule.basis is Basis.PROOF}
    without = {finding.code for finding in verified("models", prove=False).findings}
    assert without == {finding.code for finding in every_model().findings} & model
    assert not without & proof


def test_every_rule_is_there_and_those_of_storms_are_told_apart() -> None:
    assert [page.code for page in all_pages()] == [rule.code for rule in GATE.rules]
    assert {rule.code[:3] for rule in GATE.rules if rule.basis is Basis.STORM} == {"SC4"}
    assert not [rule.code for rule in GATE.rules if rule.code.startswith("SC4") and rule.basis is not Basis.STORM]


@pytest.mark.parametrize("least", list(Severity))
def test_what_fails_is_as_bad_as_was_said_or_worse(least: Severity) -> None:
    judged = gate("verify", ExitStatus.CHECKED, least)
    assert [severity for severity in Severity if judged.fails(severity)] == list(Severity)[: least.rank + 1]


def test_every_exit_code_means_something() -> None:
    assert len({gate("verify", status).means for status in ExitStatus}) == len(ExitStatus)
