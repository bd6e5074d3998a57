"""The real state of every step of a choreography, one variable each, and what its reactions do to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sagacheck.core.net import Net, Reaction, Work
from sagacheck.core.outcome import Outcome
from sagacheck.core.step import StepSpec
from sagacheck.core.system import Guard, Variable
from sagacheck.lowering.choreographed.real import Answer, Execution, Participant, Real, reachable


@dataclass(frozen=True)
class Book:
    """What is really there of one step.

    Args:
        participant: what executing it does.
        variable: its real state.
        reals: the real states by the values of the variable.
        done_by: the reactions that do it.
        undone_by: the reactions that undo it.
    """

    participant: Participant
    variable: Variable
    reals: dict[str, Real]
    done_by: tuple[Reaction, ...]
    undone_by: tuple[Reaction, ...]

    @property
    def step(self) -> StepSpec:
        """The step."""
        return self.participant.step

    @property
    def applied(self) -> Guard:
        """The effect stands, as far as its service can know."""
        return self.where(lambda real: real.recorded if self.participant.contract.keyed else real.standing > 0)

    def where(self, holds: Callable[[Real], bool]) -> Guard:
        """The states in which something holds of what is really there."""
        return self.variable.is_(*(value for value, real in self.reals.items() if holds(real)))

    def ways(self, work: Work, real: Real) -> tuple[Execution, ...]:
        """Every way in which executing the step or its compensation may come out."""
        return self.participant.do(real) if work is Work.DO else self.participant.undo(real)

    def changes(self, work: Work, answer: Answer) -> dict[str, str]:
        """The new values by those old ones in which an execution can be answered so."""
        return {
            value: str(way.after)
            for value, real in self.reals.items()
            for way in self.ways(work, real)
            if way.answer is answer
        }

    def breaking_off(self, work: Work, *, remote: bool) -> dict[str, str]:
        """The new values by those old ones in which a crash can leave an effect that nobody was told of."""
        left: dict[str, str] = {}
        for value, real in self.reals.items():
            ways = self.ways(work, real)
            torn = self.participant.broken_off(real, ways)
            if torn is None and remote:
                torn = next((way.after for way in ways if way.fresh), None)
            if torn is not None and torn != real:
                left[value] = str(torn)
        return left


def books_of(net: Net) -> dict[str, Book]:
    """A book for every step whose past matters, by name.

    It does not for one that the ledger keeps no account of and that nothing depends on, like a mail.
    """
    done: dict[str, list[Reaction]] = {name: [] for name in net.steps}
    undone: dict[str, list[Reaction]] = {name: [] for name in net.steps}
    asked: set[str] = set()
    for _, reaction in net.reactions:
        asked.update(test.step for test in reaction.only_if)
        if reaction.step is not None:
            (done if reaction.work is Work.DO else undone)[reaction.step.name].append(reaction)
    return {
        name: _book(step, done[name], undone[name])
        for name, step in net.steps.items()
        if step.owes or name in asked or undone[name] or any(reaction.publishes for reaction in done[name])
    }


def _book(step: StepSpec, done: list[Reaction], undone: list[Reaction]) -> Book:
    participant = Participant(
        step,
        rejects=any(Outcome.REJECTED in reaction.outcomes for reaction in done),
        refuses=any(Outcome.FAILED in reaction.outcomes for reaction in undone),
    )
    kinds: list[Callable[[Real], Iterable[Real]]] = []
    for work, reactions in ((Work.DO, done), (Work.UNDO, undone)):
        if reactions:
            remote = any(reaction.remote for reaction in reactions)
            kinds += _changes(participant, work, remote=remote)
    reals = reachable(kinds)
    domain = tuple(str(real) for real in reals)
    variable = Variable(f"`{step.name}`", domain)
    return Book(participant, variable, dict(zip(domain, reals, strict=True)), tuple(done), tuple(undone))


def _changes(participant: Participant, work: Work, *, remote: bool) -> list[Callable[[Real], Iterable[Real]]]:
    execute = participant.do if work is Work.DO else participant.undo

    def executed(real: Real) -> Iterable[Real]:
        return (way.after for way in execute(real))

    def torn(real: Real) -> Iterable[Real]:
        left = participant.broken_off(real, execute(real))
        return () if left is None else (left,)

    def sent(real: Real) -> Iterable[Real]:
        return (replace(real, on_its_way=True),)

    def arrived(real: Real) -> Iterable[Real]:
        return (replace(way.after, on_its_way=False) for way in execute(real)) if real.on_its_way else ()

    def lost(real: Real) -> Iterable[Real]:
        return (replace(real, on_its_way=False),)

    gone = [sent, arrived, lost] if remote and work is Work.DO else []
    return [executed, torn, *gone]
