"""The larger choreography among the wrong models: every bug of it is found, each once, and none is left when repaired."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from sagacheck import Barrier, Keyed
from sagacheck.application.check import ProvingOptions
from sagacheck.application.choreographies import check_choreography
from sagacheck.core.contract import Contract
from sagacheck.core.net import Net
from sagacheck.core.report import Verdict
from sagacheck.prover.prove import DEFAULT_BUDGET
from tests.rules.models import FULFILMENT, ROOT, net_of, report_on

WIRING, NETWORK, REPAIRED = FULFILMENT


def marked(model: str) -> list[str]:
    """The codes that the comments of a model announce."""
    text = (ROOT / model).read_text(encoding="utf-8")
    return sorted(re.findall(r"# BUG: .*\((SC\d+)\)", text))


def codes(net: Net) -> list[str]:
    report = check_choreography(net, "model.py", ProvingOptions(DEFAULT_BUDGET))
    return sorted(finding.code for finding in report.findings)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (WIRING, ["SC310", "SC311", "SC312", "SC313"]),
        (NETWORK, ["SC301", "SC303", "SC304", "SC314", "SC315"]),
        (REPAIRED, []),
    ],
)
def test_every_bug_is_found_once_where_a_comment_marks_it(model: str, expected: list[str]) -> None:
    (report,) = report_on(model).sagas
    assert expected == marked(model)
    assert expected == sorted(finding.code for finding in report.findings)
    assert (Verdict.NOT_PROVED if expected else Verdict.PROVED) == report.verdict


def test_what_goes_wrong_over_the_network_is_told_of_the_right_step() -> None:
    (report,) = report_on(NETWORK).sagas
    found = {finding.code: finding.root_cause.steps for finding in report.findings}
    expected = {
        "SC301": ("billing.invoice",),
        "SC303": ("payment.charge",),
        "SC304": ("loyalty.award",),
        "SC314": ("fulfil",),
        "SC315": ("fulfil",),
    }
    assert expected == found
    assert all(finding.story is not None for finding in report.findings)


def test_a_finding_in_what_a_model_imports_names_the_file_as_the_user_knows_it() -> None:
    (report,) = report_on(NETWORK).sagas
    files = {finding.primary.span.file for finding in report.findings if finding.primary.span is not None}
    assert {NETWORK, "models/broken/fulfilment/participants.py"} == files


def without(service: str, reaction: int, net: Net) -> Net:
    """The choreography without one reaction of a service."""
    return replace(
        net,
        services=tuple(
            replace(one, reactions=tuple(r for place, r in enumerate(one.reactions) if place != reaction))
            if one.name == service
            else one
            for one in net.services
        ),
    )


def test_repairing_one_bug_leaves_the_others() -> None:
    net = net_of(NETWORK)
    everything = codes(net)
    contracts: dict[str, tuple[str, Contract]] = {
        "SC301": ("billing.invoice", Keyed("order_id")),
        "SC303": ("payment.charge", Barrier("order_id", stores_rejections=False)),
    }
    for code, (step, contract) in contracts.items():
        assert [other for other in everything if other != code] == codes(net.with_contracts({step: contract}))
    assert [code for code in everything if code != "SC315"] == codes(replace(net, deliveries=()))
    assert [code for code in everything if code != "SC314"] == codes(without("tracking", 1, net))


def test_every_reaction_and_contract_of_the_repaired_one_is_needed() -> None:
    net = net_of(REPAIRED)
    assert [] == codes(net)
    for step, weaker in (
        ("payment.charge", Keyed("order_id", stores_rejections=False, tolerates_empty=True)),
        ("loyalty.award", Keyed("order_id", tolerates_empty=True)),
    ):
        assert [] != codes(net.with_contracts({step: weaker}))
    for service, reaction in (("payment", 1), ("loyalty", 1), ("inventory", 2)):
        assert [] != codes(without(service, reaction, net))
