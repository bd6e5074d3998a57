"""What breaks a saga in a storm over its contracts, the prover has refuted: two readings of what contracts mean."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from hypothesis import HealthCheck, given, note, reject, settings
from hypothesis import strategies as st

from sagacheck import Barrier, Keyed, Natural, NoContract, Saga, Storm
from sagacheck.application.proving import prove_saga
from sagacheck.application.storm_saga import prepared
from sagacheck.core.contract import Contract, Dedup
from sagacheck.prover.prove import Budget
from sagacheck.storm.bench import Bench
from sagacheck.storm.plans import every_plan
from sagacheck.storm.running import played
from sagacheck.storm.simulated import SimulatedStage
from sagacheck.storm.token import token_of
from tests.authoring.random_sagas import sagas

CONTRACTS = (
    NoContract(),
    Natural(),
    Keyed("k"),
    Keyed("k", tolerates_empty=True),
    Keyed("k", stores_rejections=False),
    Keyed("k", dedup=Dedup.EFFECT_FIRST),
    Keyed("k", dedup=Dedup.RECORD_FIRST),
    Barrier("k"),
    Barrier("k"),
    Barrier("k", stores_rejections=False),
    Barrier("k", dedup=Dedup.EFFECT_FIRST),
)
MOST = 120


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(sagas(most=3), st.lists(st.sampled_from(CONTRACTS), min_size=9, max_size=9))
def test_what_a_storm_breaks_the_prover_has_refuted(saga: Saga, contracts: list[Contract]) -> None:
    whole = saga.chart()
    steps = tuple(replace(one, contract=contract) for one, contract in zip(whole.steps, contracts, strict=False))
    chart = replace(whole, steps=steps)
    with prepared(Storm(saga)) as ready:
        pass
    stage = SimulatedStage(chart, informational=False)
    play = replace(ready.play, chart=chart, bench=Bench(stage, stage, has_probe=True))
    for number, ran in enumerate(every_plan(partial(map, partial(played, play)), 2)):
        if number > MOST:
            reject()
        if ran.played.why:
            note(f"{saga.profile.name}: {saga.flow!r}")
            for one in steps:
                note(f"{one.name}: {one.contract} {one.policy}")
            note(f"{token_of(ran.plan)}: {ran.played.why}")
            for happened in ran.played.happened:
                note(f"    {happened}")
            for line in ran.played.evidence:
                note(f"  ! {line}")
            proof = prove_saga(chart, Budget(1 << 20, 3.0), weakest=False)
            if proof.why:
                reject()
            assert proof.violations
            return
