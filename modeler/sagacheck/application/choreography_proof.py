"""Proves one choreography, or refutes it: under which contracts, with which shortest stories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sagacheck.application.weakest import LADDER, Decided, Needed, weakest_contracts
from sagacheck.core.contract import Contract
from sagacheck.core.net import Net, Reaction, ServiceSpec
from sagacheck.core.story import Story
from sagacheck.core.system import Property, Safety, System
from sagacheck.core.trace import Trace
from sagacheck.lowering.choreographed.books import books_of
from sagacheck.lowering.choreographed.choreography import LoweredChoreography, lowered
from sagacheck.lowering.choreographed.obligations import Obligation
from sagacheck.lowering.choreographed.story import story_of
from sagacheck.lowering.choreographed.transactions import Handled
from sagacheck.prover.prove import DEFAULT_BUDGET, Budget, prove

MOST_STORIES = 5
"""For how many causes a shortest story is looked for: those that go wrong first."""


@dataclass(frozen=True, slots=True)
class Broken:
    """What a choreography owes with regard to one step or as a whole, and does not keep.

    Args:
        first: what goes wrong first.
        also: what goes wrong besides.
        story: the shortest story that shows it; None if much is wrong and this is not among the first.
    """

    first: Obligation
    also: tuple[Obligation, ...]
    story: Story | None


@dataclass(frozen=True, slots=True)
class ChoreographyProof:
    """What is known of a choreography over an unreliable network.

    Args:
        states: the exact number of states of its system; None if it was not decided.
        broken: what is wrong.
        needed: what participants whose contract is not declared have to promise.
        why: what ran out before all was decided; "" if nothing did.
    """

    states: int | None
    broken: tuple[Broken, ...] = ()
    needed: tuple[Needed, ...] = ()
    why: str = ""


def undeclared(net: Net) -> tuple[str, ...]:
    """The steps whose past matters and whose contract is not declared, in the order of the source."""
    return tuple(name for name, book in books_of(net).items() if book.step.contract is None)


def with_strongest(net: Net) -> Net:
    """The choreography with the strongest contract where none is declared: what then goes wrong, no contract cures.

    Args:
        net: the choreography.
    """
    return net.with_contracts(dict.fromkeys(undeclared(net), LADDER[-1]))


def prove_choreography(
    net: Net, budget: Budget = DEFAULT_BUDGET, without: frozenset[str] = frozenset()
) -> ChoreographyProof:
    """Proves a choreography under the declared contracts, and finds the weakest ones for steps that declare none.

    A stronger contract is not always the better one here: a stored rejection or a barrier's silence may keep it from
    going on. So the way up from no contract is tried also where the strongest ones do not suffice.

    Args:
        net: the choreography.
        budget: how much each proof may cost.
        without: faults that do not occur.
    """
    steps = undeclared(net)

    def under(contracts: Mapping[str, Contract], traces: int) -> Decided:
        proof = _decided(net.with_contracts(contracts), budget, without, traces)
        blamed = frozenset(one.first.subject for one in proof.broken)
        story = next((one.story for one in proof.broken if one.story is not None), None)
        return Decided(proof.states, blamed, story, proof.why)

    strongest = _decided(with_strongest(net), budget, without, MOST_STORIES)
    if strongest.why or not steps:
        return strongest
    blamed = frozenset(one.first.subject for one in strongest.broken)
    found = weakest_contracts(steps, under, Decided(strongest.states, blamed))
    return strongest if found is None else ChoreographyProof(found.states, (), found.needed, found.why)


def never_running(net: Net, budget: Budget = DEFAULT_BUDGET) -> tuple[tuple[ServiceSpec, Reaction], ...]:
    """The reactions that run in no run, whatever the network does, each with its service.

    Where contracts are not declared, those that run neither under the strongest ones nor under the weakest ones.

    Args:
        net: the choreography.
        budget: how much each computation may cost; beyond it, nothing is said of any reaction.
    """
    steps = undeclared(net)
    left = set(range(len(net.reactions)))
    for contract in (LADDER[-1], LADDER[0]) if steps else (LADDER[-1],):
        under = net.with_contracts(dict.fromkeys(steps, contract))
        running = _running(under, budget)
        if running is None:
            return ()
        left -= {place for place, (_, reaction) in enumerate(under.reactions) if reaction in running}
        if not left:
            break
    return tuple(net.reactions[place] for place in sorted(left))


def _running(net: Net, budget: Budget) -> list[Reaction] | None:
    """The reactions that run in some run; None if that is not decided."""
    system = lowered(net).system
    proof = prove(System(system.name, system.variables, system.rules), budget, traces=0, idle=True)
    if proof.why:
        return None
    return [
        done.reaction
        for rule in system.rules
        if isinstance(rule.tells, Handled) and rule.name not in proof.idle
        for done in rule.tells.done
    ]


def _decided(net: Net, budget: Budget, without: frozenset[str], traces: int) -> ChoreographyProof:
    choreography = lowered(net)
    proof = prove(_with_causes(choreography, without), budget, traces=traces)
    by_cause: dict[str, list[tuple[Obligation, Trace | None]]] = {}
    for result in proof.broken:
        cause = result.prop.cause or result.prop.name
        by_cause.setdefault(cause, []).append((choreography.obligations[result.prop.name], result.trace))
    broken = tuple(_broken(choreography, found) for found in by_cause.values())
    return ChoreographyProof(proof.states, broken, why=proof.why)


def _broken(choreography: LoweredChoreography, found: list[tuple[Obligation, Trace | None]]) -> Broken:
    first, trace = next(((one, trace) for one, trace in found if trace is not None), found[0])
    also = tuple(one for one, _ in found if one != first)
    return Broken(first, also, None if trace is None else story_of(choreography, first, trace))


def _with_causes(choreography: LoweredChoreography, without: frozenset[str]) -> System:
    """The system without faults that are ruled out, and with one cause for all that is wrong with one step."""
    system = choreography.system
    rules = tuple(rule for rule in system.rules if rule.fault not in without)
    names = {rule.name for rule in rules}
    properties: list[Property] = []
    for prop in system.properties:
        obligation = choreography.obligations[prop.name]
        cause = obligation.subject if obligation.subject in choreography.books else str(obligation.flaw)
        if isinstance(prop, Safety):
            by = tuple(name for name in prop.by if name in names)
            if prop.by and not by:
                continue
            properties.append(replace(prop, cause=cause, by=by))
        else:
            properties.append(replace(prop, cause=cause))
    return System(system.name, system.variables, rules, tuple(properties))
