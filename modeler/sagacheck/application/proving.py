"""Proves one saga, or refutes it: under which contracts, with which shortest stories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sagacheck.application.weakest import LADDER, Decided, Needed, weakest_contracts
from sagacheck.core.chart import Call, Chart
from sagacheck.core.contract import Contract, NoContract
from sagacheck.core.obligation import Obligation, Owed
from sagacheck.core.story import Story
from sagacheck.core.trace import Trace
from sagacheck.lowering.saga import Lowered, lower_saga
from sagacheck.lowering.story import needs_network, story_of
from sagacheck.prover.proof import Proof
from sagacheck.prover.prove import DEFAULT_BUDGET, Budget, prove

MOST_STORIES = 5
"""For how many steps of a saga a shortest story is looked for: those that go wrong first."""


@dataclass(frozen=True, slots=True)
class Violation:
    """What a saga owes with regard to one step, and does not keep.

    Args:
        owed: what goes wrong first.
        also: what goes wrong besides.
        story: the shortest story that shows it; None if the saga has many such steps and this is not among the first.
        needs_network: whether the story could not happen over a network that works.
    """

    owed: Owed
    also: tuple[Obligation, ...]
    story: Story | None
    needs_network: bool = False


@dataclass(frozen=True, slots=True)
class SagaProof:
    """What is known of a saga over an unreliable network.

    Args:
        states: the exact number of states of its system; None if it was not decided.
        violations: what is wrong, those with a story first.
        needed: what participants whose contract is not declared have to promise.
        without: faults that were ruled out.
        durable: whether the coordinator keeps a log of where it was.
        why: what ran out before all was decided; "" if nothing did.
    """

    states: int | None = None
    violations: tuple[Violation, ...] = ()
    needed: tuple[Needed, ...] = ()
    without: frozenset[str] = field(default=frozenset())
    durable: bool = True
    why: str = ""

    @property
    def proved(self) -> bool:
        """Whether all was decided, and nothing is wrong."""
        return not self.why and not self.violations


def prove_saga(
    chart: Chart,
    budget: Budget = DEFAULT_BUDGET,
    without: frozenset[str] = frozenset(),
    *,
    durable: bool = True,
    weakest: bool = True,
) -> SagaProof:
    """Proves a saga under the contracts that are declared, and finds the weakest ones for the steps that declare none.

    Args:
        chart: the saga.
        budget: how much each proof may cost.
        without: faults that do not occur.
        durable: whether the coordinator goes on after a crash where it was; else it forgets, and begins again.
        weakest: whether to look for the weakest contracts; else the steps that declare none have the strongest.
    """
    prover = _Prover(chart, budget, without, durable)
    return replace(prover.proof(weakest=weakest), without=without, durable=durable)


class _Prover:
    def __init__(self, chart: Chart, budget: Budget, without: frozenset[str], durable: bool) -> None:  # noqa: FBT001
        self.chart = chart
        self.budget = budget
        self.without = without
        self.durable = durable
        steps = dict.fromkeys(node.step for node in chart.nodes if isinstance(node, Call))
        self.declared: dict[str, Contract] = {}
        self.open: list[str] = []
        for step in steps:
            spec = chart.step.get(step)
            contract = spec.contract if spec is not None else None
            if contract is None and (spec is None or spec.owes):
                self.open.append(step)
            self.declared[step] = contract or NoContract()

    def _decided(self, contracts: Mapping[str, Contract], traces: int) -> tuple[Lowered, Proof]:
        lowered = lower_saga(self.chart, {**self.declared, **contracts}, without=self.without, durable=self.durable)
        return lowered, prove(lowered.system, self.budget, traces=traces)

    def proof(self, *, weakest: bool) -> SagaProof:
        """What is known of the saga."""
        strongest = dict.fromkeys(self.open, LADDER[-1])
        lowered, proof = self._decided(strongest, MOST_STORIES)
        violations = self._violations(lowered, proof)
        if proof.why or violations or not self.open or not weakest:
            return SagaProof(proof.states, violations, why=proof.why)
        found = weakest_contracts(tuple(self.open), self._under, Decided(proof.states))
        assert found is not None, "the strongest contracts suffice"
        return SagaProof(found.states, needed=found.needed, why=found.why)

    def _under(self, contracts: Mapping[str, Contract], traces: int) -> Decided:
        lowered, proof = self._decided(contracts, traces)
        blamed = frozenset(lowered.owed[result.prop.name].step for result in proof.broken)
        shown = self._violations(lowered, proof) if traces else ()
        story = next((one.story for one in shown if one.story is not None), None)
        return Decided(proof.states, blamed, story, proof.why)

    def _violations(self, lowered: Lowered, proof: Proof) -> tuple[Violation, ...]:
        """What is broken, step by step; what is shown by a story comes first."""
        by_step: dict[str, list[Owed]] = {}
        shown: dict[str, tuple[Owed, Trace]] = {}
        for result in proof.broken:
            owed = lowered.owed[result.prop.name]
            by_step.setdefault(owed.step, []).append(owed)
            if result.trace is not None:
                shown[owed.step] = owed, result.trace
        found = []
        for step, all_owed in by_step.items():
            first, trace = shown.get(step, (all_owed[0], None))
            also = tuple(owed.obligation for owed in all_owed if owed != first)
            story = None if trace is None else story_of(self.chart, first, trace)
            found.append(Violation(first, also, story, trace is not None and needs_network(trace)))
        return tuple(sorted(found, key=lambda violation: violation.story is None))
