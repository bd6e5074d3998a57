"""Has a participant promise less than the saga needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sagacheck.application.mutating.sound import Sound
from sagacheck.core.chart import Chart
from sagacheck.core.contract import Barrier, Contract, Dedup, Keyed, Natural, NoContract
from sagacheck.core.mutation import Mutant, Mutation
from sagacheck.core.outcome import EndKind, Status
from sagacheck.core.step import StepSpec
from sagacheck.semantics.questions import having


def weaker_contracts(sound: Sound) -> Iterator[Mutant]:
    """For each step that keeps a contract, those that do not suffice: any request may come twice, late, or never."""
    for step in sound.owing:
        if step.contract is not None and step.name not in sound.chart.copies:
            for contract, what in _weaker(sound, step, step.contract):
                twin = _with_contract(sound.chart, step, contract)
                yield Mutant(Mutation.WEAKENED_CONTRACT, f"`{step.name}` {what}", step.span, twin)


def _weaker(sound: Sound, step: StepSpec, contract: Contract) -> Iterator[tuple[Contract, str]]:
    if isinstance(contract, NoContract):
        return
    # A request that comes twice takes effect twice.
    yield NoContract(), "keeps no contract"
    if not isinstance(contract, Keyed | Barrier):
        return
    if sound.is_undone_while(step.name, [Status.APPLIED, Status.MAYBE]):
        # A repetition of the request that comes after the compensation takes effect again.
        yield Natural(), "is natural only"
    if contract.dedup is Dedup.TOGETHER:
        # After a crash in between a repetition finds no record.
        yield replace(contract, dedup=Dedup.EFFECT_FIRST), "stores its record after the effect"
        if sound.ends(EndKind.COMMITTED, having(step.name, [Status.APPLIED])):
            # After a crash in between a repetition is answered as if the effect were there.
            yield replace(contract, dedup=Dedup.RECORD_FIRST), "stores its record before the effect"
    if isinstance(contract, Barrier) and sound.is_undone_while(step.name, [Status.MAYBE]):
        # A request that is still under way comes after the compensation, which found nothing, and takes effect.
        keyed = Keyed(
            contract.key,
            stores_rejections=contract.stores_rejections,
            tolerates_empty=True,
            lifetime=contract.lifetime,
            dedup=contract.dedup,
            reply=contract.reply,
        )
        yield keyed, "does not remember that it was compensated"


def _with_contract(chart: Chart, step: StepSpec, contract: Contract) -> Chart:
    steps = tuple(replace(one, contract=contract) if one is step else one for one in chart.steps)
    return replace(chart, steps=steps)
