"""What a choreography needs of steps that declare no contract: enough by brute force, and no less would be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import HealthCheck, assume, given, settings

from sagacheck import Choreography, Keyed
from sagacheck.application.check import ProvingOptions
from sagacheck.application.choreographies import check_choreography
from sagacheck.application.choreography_proof import prove_choreography, undeclared, with_strongest
from sagacheck.application.weakest import LADDER
from sagacheck.core.contract import Contract
from sagacheck.core.net import Net
from sagacheck.core.report import Verdict
from sagacheck.lowering.choreographed.choreography import lowered
from sagacheck.prover.prove import DEFAULT_BUDGET, Budget
from tests.lowering import choreographies as rows
from tests.lowering.deciding import flaws_of
from tests.lowering.random_choreographies import choreographies

SOUND: dict[str, Callable[[], Choreography]] = {
    "order": rows.order,
    "order, release refusable": partial(rows.order, refusable=True),
    "timed by inventory": rows.timed_by_inventory,
    "fan": rows.fanned,
    "refused, both": partial(rows.refused_shipping, both=True),
    "cancelled by one": rows.cancelled_by_one,
    "undone twice": rows.undone_twice,
}


def bare(net: Net) -> Net:
    """The choreography in which no contract is declared."""
    services = tuple(
        replace(
            service,
            reactions=tuple(
                replace(reaction, step=replace(reaction.step, contract=None)) if reaction.step else reaction
                for reaction in service.reactions
            ),
        )
        for service in net.services
    )
    return replace(net, services=services)


def flawless(net: Net, contracts: dict[str, Contract]) -> bool:
    return not flaws_of(lowered(net.with_contracts(contracts)))


def check_needs(net: Net) -> None:
    """What is said to be needed suffices, and with the next weaker contract of any step something is wrong."""
    proof = prove_choreography(net)
    assert ((), "") == (proof.broken, proof.why)
    contracts: dict[str, Contract] = dict.fromkeys(undeclared(net), LADDER[0])
    contracts |= {need.step: need.contract for need in proof.needed}
    assert flawless(net, contracts)
    for need in proof.needed:
        assert LADDER.index(need.contract) == LADDER.index(need.weaker) + 1
        assert not flawless(net, contracts | {need.step: need.weaker})
        assert need.story is None or need.story.token == ""
    assert [bool(need.story and need.story.lines) for need in proof.needed] == [
        number == 0 for number, _ in enumerate(proof.needed)
    ]


@pytest.mark.parametrize("row", SOUND)
def test_what_a_sound_choreography_without_contracts_needs_is_enough_and_not_too_much(row: str) -> None:
    check_needs(bare(SOUND[row]().net()))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(choreographies())
def test_what_a_random_choreography_without_contracts_needs_is_enough_and_not_too_much(random: Choreography) -> None:
    net = bare(random.net())
    proof = prove_choreography(net)
    assume(not proof.broken)
    check_needs(net)


def test_the_verdict_names_the_contracts_and_the_finding_says_why() -> None:
    net = bare(SOUND["fan"]().net())
    report = check_choreography(net, "model.py", ProvingOptions(DEFAULT_BUDGET))
    assert Verdict.PROVED == report.verdict
    assert (
        "inventory.reserve is a barrier",
        "payment.charge is a barrier",
        "shipping.dispatch is natural",
    ) == report.provisos
    (finding,) = report.findings
    assert "SC307" == finding.code
    assert "`payment.charge` needs to be a barrier: to be keyed is not enough" in finding.notes


def test_what_no_contract_cures_is_told_under_the_strongest_one() -> None:
    net = bare(rows.timed_by_payment().net())
    assert prove_choreography(with_strongest(net)).broken == prove_choreography(net).broken
    assert () != prove_choreography(net).broken


def test_a_declared_contract_is_left_alone() -> None:
    net = rows.fanned(Keyed("order_id")).net()
    assert ((), ()) == (undeclared(net), prove_choreography(net).needed)


def test_what_is_not_decided_in_time_needs_nothing_and_says_why() -> None:
    proof = prove_choreography(bare(rows.order().net()), Budget(seconds=0.0))
    assert ((), (), "it is not decided after 0 s") == (proof.broken, proof.needed, proof.why)
