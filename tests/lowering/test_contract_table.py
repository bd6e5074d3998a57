"""What goes wrong with each contract under each retry policy, for a step that comes first or last of two.

The letters: D takes effect twice, d is compensated twice, H takes effect after its compensation, E takes effect or is
compensated after the end, L is otherwise than the ledger says, 0 is compensated for nothing, S comes to no end.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from sagacheck import Barrier, Keyed, Natural, NoContract, Retry, Saga, Step
from sagacheck.core.chart import Call, Chart
from sagacheck.core.contract import Contract, Dedup
from sagacheck.core.obligation import Obligation
from sagacheck.core.outcome import Outcome
from sagacheck.core.retry import RetryPolicy, Until
from sagacheck.core.system import System
from sagacheck.lowering.saga import lower_saga
from sagacheck.prover.prove import prove
from tests.prover.explorer import explore

LETTERS = {
    Obligation.EFFECT_TWICE: "D",
    Obligation.COMPENSATED_TWICE: "d",
    Obligation.EFFECT_AFTER_COMPENSATION: "H",
    Obligation.EFFECT_AFTER_END: "E",
    Obligation.COMPENSATION_AFTER_END: "E",
    Obligation.END_DIFFERS: "L",
    Obligation.COMPENSATION_OF_NOTHING: "0",
    Obligation.STUCK: "S",
}
CONTRACTS: dict[str, Contract] = {
    "none": NoContract(),
    "natural": Natural(),
    "keyed": Keyed("k"),
    "keyed, tolerates empty": Keyed("k", tolerates_empty=True),
    "keyed, rejections not stored": Keyed("k", stores_rejections=False),
    "barrier": Barrier("k"),
    "barrier, rejections not stored": Barrier("k", stores_rejections=False),
    "keyed, effect before record": Keyed("k", dedup=Dedup.EFFECT_FIRST),
    "barrier, effect before record": Barrier("k", dedup=Dedup.EFFECT_FIRST),
}
POLICIES = (Retry(3), Retry.until_known(), Retry.until_done())
# With an answer taken for the answer of every attempt: `until_known` then leaves nothing unknown.
TABLE = {
    "none": ("DdHEL0 DdHEL DdHEL", "DdHEL0 DEL DEL"),
    "natural": ("dHEL dHEL dHEL", "dHEL EL ok"),
    "keyed": ("E0 ok ok", "E0 ok ok"),
    "keyed, tolerates empty": ("HEL ok ok", "HEL ok ok"),
    "keyed, rejections not stored": ("EL0 EL ok", "EL0 EL ok"),
    "barrier": ("ok ok ok", "ok ok ok"),
    "barrier, rejections not stored": ("EL EL ok", "EL EL ok"),
    "keyed, effect before record": ("DdEL0 DdL DdL", "DdEL0 DL DL"),
    "barrier, effect before record": ("DdL DdL DdL", "DdL DL DL"),
}
# As it is: without stored rejections an earlier attempt stays unknown, and so does the call.
UNKNOWN = {
    ("none", "first"): "DdHEL0",
    ("none", "last"): "DdHEL0",
    ("natural", "last"): "dHEL",
    ("keyed, rejections not stored", "first"): "EL0",
    ("keyed, rejections not stored", "last"): "EL0",
}


def chart_of(contract: Contract, policy: RetryPolicy, place: str) -> Chart:
    x = Step("x", compensation="undo x", contract=contract, retry=policy)
    y = Step("y", compensation="undo y", contract=Barrier("k"), retry=Retry.until_known())
    return Saga("two steps", x >> y if place == "first" else y >> x).chart()


def all_known(chart: Chart) -> Chart:
    """The chart without unknown outcomes of calls that are asked until they are known."""
    nodes = tuple(
        replace(node, outcomes=tuple(outcome for outcome in node.outcomes if outcome is not Outcome.UNKNOWN))
        if isinstance(node, Call) and chart.step[node.step].policy.until is Until.KNOWN
        else node
        for node in chart.nodes
    )
    return replace(chart, nodes=nodes)


def letters(chart: Chart) -> str:
    """What goes wrong at x; the other step must be sound."""
    lowered = lower_saga(chart, {step.name: step.contract or NoContract() for step in chart.steps})
    broken = [lowered.owed[result.prop.name] for result in prove(lowered.system, traces=0).broken]
    assert {"x", ""} >= {owed.step for owed in broken}
    found = {LETTERS[owed.obligation] for owed in broken}
    assert found == {LETTERS[lowered.owed[name].obligation] for name in brute(lowered.system)}
    return "".join(letter for letter in "DdHEL0S" if letter in found) or "ok"


def brute(system: System) -> list[str]:
    """The broken properties, by brute force."""
    explored = explore(system)
    return [prop.name for prop in system.properties if explored.broken(prop) is not None]


@pytest.mark.parametrize("place", ["first", "last"])
@pytest.mark.parametrize("contract", CONTRACTS)
def test_each_contract_goes_wrong_as_the_table_says(contract: str, place: str) -> None:
    charts = [all_known(chart_of(CONTRACTS[contract], policy, place)) for policy in POLICIES]
    expected = TABLE[contract][place == "last"].split()
    assert expected == [letters(chart) for chart in charts]


@pytest.mark.parametrize("place", ["first", "last"])
@pytest.mark.parametrize("contract", CONTRACTS)
def test_asking_until_it_is_known_leaves_unknown_what_was_rejected_without_a_record(contract: str, place: str) -> None:
    known = TABLE[contract][place == "last"].split()[1]
    found = letters(chart_of(CONTRACTS[contract], Retry.until_known(), place))
    assert UNKNOWN.get((contract, place), known) == found


@pytest.mark.parametrize(
    ("step", "contract", "expected"),
    [
        ("payment.charge", Natural(), "dHEL"),
        ("shipping.dispatch", Natural(), "EL"),
        ("inventory.reserve", Keyed("order_id", tolerates_empty=True), "HEL"),
        ("payment.charge", None, "ok"),
    ],
)
def test_in_the_order_saga_every_declared_contract_is_necessary(
    step: str, contract: Contract | None, expected: str
) -> None:
    from tests.rules.models import chart_of as model

    chart = all_known(model("models/order.py"))
    contracts = {one.name: one.contract or NoContract() for one in chart.steps}
    # A contract that stores no rejection would leave the charge unknown, were it declared so.
    lowered = lower_saga(chart, contracts | ({step: contract} if contract else {}))
    broken = [lowered.owed[result.prop.name] for result in prove(lowered.system, traces=0).broken]
    found = {LETTERS[owed.obligation] for owed in broken if owed.step == step}
    assert expected == ("".join(letter for letter in "DdHEL0S" if letter in found) or "ok")
