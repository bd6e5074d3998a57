"""A brute-force interpreter of declared sagas: plays every interleaving and collects the scenarios.

It reads the flow as it was written, never the chart. A call takes time; everything else happens in the instant of the
answer that causes it. So a state of a run is the set of calls in flight, wherever they are in the flow, and what has
been answered so far; from each state, any call in flight may be answered next, in any way that it can be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sagacheck.authoring.flow import FirstOf, Flow, Parallel, Sequence, Step, When
from sagacheck.authoring.profile import FailedCompensation, FailingStep, Profile, Siblings
from sagacheck.authoring.saga import Saga, profile_named
from sagacheck.core.outcome import EndKind, Outcome, Status
from sagacheck.core.step import StepSpec
from tests.oracle.ledger_walk import Diary, LiteralScenario, counts_in_ledger, stands, status
from tests.oracle.position import (
    FAILED,
    FINISHED,
    HELD,
    Ended,
    InFlight,
    InParallel,
    InSequence,
    Run,
    Trying,
    Undoing,
    is_failing,
    joined,
    torn_down,
)

Moment = tuple[Run, Diary]


def scenarios(saga: Saga, profile: str | Profile | None = None) -> frozenset[LiteralScenario]:
    """Every scenario of the saga under this profile, its own if none is given, cancellations included."""
    return Interpreter(saga, saga.profile if profile is None else profile_named(profile)).scenarios()


class Interpreter:
    """Plays a saga under a profile."""

    def __init__(self, saga: Saga, profile: Profile) -> None:
        self.saga = saga
        self.profile = profile
        self.specs = [step.spec for step in saga.flow.steps()]
        self.places = {id(question): place for place, question in enumerate(questions(saga.flow))}

    def scenarios(self) -> frozenset[LiteralScenario]:
        """Every scenario, those with a cancellation included.

        Where all goes the same way without the cancellation, control does not depend on it: a call that was in flight
        failed as well. Then it is one scenario, and none of those with a cancellation.
        """
        found: set[LiteralScenario] = set()
        todo = list(self.start(self.saga.flow, Diary()))
        seen = set(todo)
        while todo:
            run, diary = todo.pop()
            if run is FINISHED:
                found.add(self.scenario(EndKind.COMMITTED, diary))
            elif isinstance(run, Ended) and self.is_refused(diary):
                continue
            elif isinstance(run, Ended):
                found |= {self.scenario(kind, end) for kind, end in self.unwind(diary)}
            else:
                new = {(after, replace(then, spared=False)) for after, then in self.next(run, diary)} - seen
                seen |= new
                todo += new
        return frozenset(
            scenario
            for scenario in found
            if not scenario.diary.cancelled
            or replace(scenario, diary=replace(scenario.diary, cancelled=False)) not in found
        )

    def scenario(self, kind: EndKind, diary: Diary) -> LiteralScenario:
        kept = [step.name for step in self.specs if counts_in_ledger(step)]
        ledger = frozenset((step, status(step, diary)) for step in kept)
        return LiteralScenario(replace(diary, spared=False), kind, ledger)

    def start(self, flow: Flow, diary: Diary) -> Iterator[Moment]:
        """Every way to start this part of the flow; conditions are asked as they are met."""
        if isinstance(flow, Step):
            yield InFlight(flow), diary
        elif isinstance(flow, Sequence):
            for inner, after in self.start(flow.parts[0], diary):
                yield from self.after_part(flow, 0, inner, after, starting=True)
        elif isinstance(flow, When):
            for answer, after in self.ask(flow, diary):
                way = flow.then if answer == "yes" else flow.otherwise
                yield from [(FINISHED, after)] if way is None else self.start(way, after)
        elif isinstance(flow, Parallel):
            yield from self.start_branches(flow.branches, (), diary)
        elif isinstance(flow, FirstOf):
            for inner, after in self.start(flow.alternatives[0], diary):
                yield (inner if isinstance(inner, Ended) else Trying(flow, 0, inner)), after

    def start_branches(self, branches: tuple[Flow, ...], started: tuple[Run, ...], diary: Diary) -> Iterator[Moment]:
        """A fork starts the first call of every branch at once."""
        if not branches:
            yield joined(started), diary
            return
        for run, after in self.start(branches[0], diary):
            yield from self.start_branches(branches[1:], (*started, run), after)

    def ask(self, flow: When, diary: Diary) -> Iterator[tuple[str, Diary]]:
        """A stable condition that was asked before gives the same answer."""
        question, place = flow.condition.name, self.places[id(flow)]
        known = diary.answer_to(question) if flow.condition.stable else None
        for answer in ("yes", "no") if known is None else (known,):
            yield answer, diary.answered(question, place if not flow.condition.stable else 0, answer)

    def next(self, run: Run, diary: Diary) -> Iterator[Moment]:
        """Everything that may happen next: an answer, or a cancellation that abandons what is in flight."""
        for after, then in self.answer(run, diary, held=diary.cancelled):
            yield self.abandoned(after, then) if then.cancelled and not diary.cancelled else (after, then)
        if self.profile.abandons_on_cancel and self.may_cancel(diary) and torn_down(run)[1]:
            yield self.abandoned(run, replace(diary, cancelled=True))

    def abandoned(self, run: Run, diary: Diary) -> Moment:
        """Where a run is that has just been cancelled: with its calls in flight abandoned, if the engine does that."""
        if not self.profile.abandons_on_cancel:
            return run, diary
        after, steps = torn_down(run)
        return after, abandon(steps, Outcome.CANCELLED, diary)

    def answer(self, run: Run, diary: Diary, *, held: bool) -> Iterator[Moment]:
        """Every answer to every call in flight, with what it causes; who is held starts nothing new."""
        if isinstance(run, InFlight):
            for outcome in run.step.spec.outcomes:
                goes_on = outcome is Outcome.OK or run.step.spec.informational
                yield (FINISHED if goes_on else FAILED), diary.called(run.step.name, outcome)
        elif isinstance(run, InSequence):
            for inner, after in self.answer(run.inner, diary, held=held):
                yield from self.after_part(run.flow, run.position, inner, after, held=held)
        elif isinstance(run, InParallel):
            for index, branch in enumerate(run.branches):
                others = run.branches[:index] + run.branches[index + 1 :]
                for inner, after in self.answer(branch, diary, held=held or any(map(is_failing, others))):
                    branches = (*run.branches[:index], inner, *run.branches[index + 1 :])
                    yield self.after_branch(branches, inner, after)
        elif isinstance(run, Trying):
            for inner, after in self.answer(run.inner, diary, held=held):
                yield from self.after_alternative(run.flow, run.position, inner, after, held=held)
        elif isinstance(run, Undoing):
            for outcome in self.compensation_outcomes(run.action, diary):
                after = diary.compensated(run.action, run.steps, outcome)
                yield from self.undo_alternative(run.flow, run.position, after, held=held)

    def after_part(
        self, flow: Sequence, position: int, inner: Run, diary: Diary, *, held: bool = False, starting: bool = False
    ) -> Iterator[Moment]:
        """Where a sequence is when its current part has come this far."""
        if inner is not FINISHED:
            yield (inner if isinstance(inner, Ended) else InSequence(flow, position, inner)), diary
        elif position + 1 == len(flow.parts):
            yield FINISHED, diary
        elif held:
            yield HELD, diary
        else:
            for stopped, after in [(False, diary)] if starting else self.call_boundary(diary):
                if stopped:
                    yield HELD, after
                    continue
                for following, then in self.start(flow.parts[position + 1], after):
                    yield from self.after_part(flow, position + 1, following, then, starting=True)

    def after_branch(self, branches: tuple[Run, ...], changed: Run, diary: Diary) -> Moment:
        """Where parallel branches are when one of them has come further."""
        if is_failing(changed) and self.profile.siblings is Siblings.INTERRUPTED:
            for index, branch in enumerate(branches):
                after, abandoned = torn_down(branch)
                branches = (*branches[:index], after, *branches[index + 1 :])
                diary = abandon(abandoned, Outcome.INTERRUPTED, diary)
        return joined(branches), diary

    def after_alternative(
        self, flow: FirstOf, position: int, inner: Run, diary: Diary, *, held: bool
    ) -> Iterator[Moment]:
        """Where alternatives are when the current one has come this far."""
        if not isinstance(inner, Ended):
            yield Trying(flow, position, inner), diary
        elif inner is not FAILED or held or position + 1 == len(flow.alternatives):
            yield inner, diary
        else:
            yield from self.undo_alternative(flow, position, diary, held=held)

    def undo_alternative(self, flow: FirstOf, position: int, diary: Diary, *, held: bool) -> Iterator[Moment]:
        """Undoes what is left of a failed alternative, then tries the next one if nothing of it stands."""
        scope = [step.spec for step in flow.alternatives[position].steps()]
        remaining = [] if self.beyond_pivot(scope, diary) else self.owed(scope, diary)
        if held:
            yield FAILED, diary
        elif remaining:
            yield Undoing(flow, position, *remaining[0]), diary
        elif cannot_be_undone(scope, diary):
            yield FAILED, diary
        else:
            for stopped, after in self.call_boundary(diary):
                if stopped:
                    yield HELD, after
                    continue
                for inner, then in self.start(flow.alternatives[position + 1], after):
                    yield (inner if isinstance(inner, Ended) else Trying(flow, position + 1, inner)), then

    def may_cancel(self, diary: Diary) -> bool:
        """A request is refused after the pivot, by an engine that knows it, and without effect the second time."""
        return self.saga.cancellable and not diary.cancelled and not self.is_behind_pivot(diary)

    def is_refused(self, diary: Diary) -> bool:
        """Whether a request that came before the pivot is refused after all, since the pivot was in flight.

        The branches that it held then go on as if it had not come, which is a scenario of its own.
        """
        return diary.cancelled and self.is_behind_pivot(diary)

    def is_behind_pivot(self, diary: Diary) -> bool:
        """Whether the engine knows that a step may have happened that cannot be undone."""
        return self.profile.knows_pivot and any(step.non_compensatable and stands(step, diary) for step in self.specs)

    def call_boundary(self, diary: Diary) -> Iterator[tuple[bool, Diary]]:
        """Between two calls, a request to cancel may be honoured: (whether it is, the diary then).

        An engine that abandons calls finds one in flight whenever a request comes.
        """
        yield False, replace(diary, spared=True)
        if self.may_cancel(diary) and not diary.spared and not self.profile.abandons_on_cancel:
            yield True, replace(diary, cancelled=True)

    def unwind(self, diary: Diary) -> Iterator[tuple[EndKind, Diary]]:
        """Every way in which the whole saga is unwound when no call is in flight any more."""
        if self.beyond_pivot(self.specs, diary):
            yield EndKind.MANUAL, diary
            return
        owed = self.owed(self.specs, diary)
        if not owed:
            yield (EndKind.MANUAL if has_failed(diary) else EndKind.ABORTED), diary
            return
        action, steps = owed[0]
        for outcome in self.compensation_outcomes(action, diary):
            yield from self.unwind(diary.compensated(action, steps, outcome))

    def beyond_pivot(self, scope: list[StepSpec], diary: Diary) -> bool:
        """Whether nothing in this scope may be compensated, for a step in it cannot be undone."""
        if not self.profile.knows_pivot or self.saga.residue_accepted is not None:
            return False
        return any(step.non_compensatable and stands(step, diary) for step in scope)

    def owed(self, scope: list[StepSpec], diary: Diary) -> list[tuple[str, tuple[str, ...]]]:
        """The compensations that are still to be called, in order, each with the steps that it is called for.

        In reverse order of the source, a shared one in the place of the first step in this scope that it covers.
        """
        if has_failed(diary) and self.profile.failed_compensation is FailedCompensation.STOP:
            return []
        order: list[str] = []
        for step in scope:
            if step.compensation is not None and step.compensation.action not in order:
                order.append(step.compensation.action)
        owed = []
        for action in reversed(order):
            covered = [step for step in scope if step.compensation is not None and step.compensation.action == action]
            steps = tuple(step.name for step in covered if self.owes(step, diary))
            if steps:
                owed.append((action, steps))
        return owed

    def owes(self, step: StepSpec, diary: Diary) -> bool:
        """Whether the step's compensation is due and was not called yet."""
        if diary.compensation_of(step.name) is not None:
            return False
        refused = diary.outcome_of(step.name) is Outcome.REJECTED
        return stands(step, diary) or (refused and self.profile.failing_step is FailingStep.ALWAYS)

    def compensation_outcomes(self, action: str, diary: Diary) -> tuple[Outcome, ...]:
        """How a compensation may answer.

        One that finds nothing to undo is not refused by participants that tolerate it.
        """
        if self.profile.failed_compensation is FailedCompensation.NEVER:
            return (Outcome.OK,)
        covered = [step for step in self.specs if step.compensation is not None and step.compensation.action == action]
        nothing = all(status(step.name, diary) is Status.NONE for step in covered)
        tolerant = all(step.contract is not None and step.contract.tolerates_empty for step in covered)
        outcomes = next(step.compensation.outcomes for step in covered if step.compensation is not None)
        return tuple(o for o in outcomes if not (o is Outcome.FAILED and nothing and tolerant))


def abandon(steps: list[str], outcome: Outcome, diary: Diary) -> Diary:
    """The diary after the calls of these steps were abandoned."""
    for step in steps:
        diary = diary.called(step, outcome)
    return diary


def has_failed(diary: Diary) -> bool:
    """Whether a compensation was refused, or gave up."""
    return any(outcome is not Outcome.OK for _, _, outcome in diary.compensations)


def cannot_be_undone(scope: list[StepSpec], diary: Diary) -> bool:
    """Whether something of an alternative may still stand after its unwinding, so that no further one may be tried."""
    return any(
        (counts_in_ledger(step) and stands(step, diary)) or diary.compensation_of(step.name) not in (None, Outcome.OK)
        for step in scope
    )


def questions(flow: Flow) -> Iterator[When]:
    """Every place that asks a question."""
    if isinstance(flow, When):
        yield flow
        yield from questions(flow.then)
        if flow.otherwise is not None:
            yield from questions(flow.otherwise)
    elif isinstance(flow, Sequence):
        for part in flow.parts:
            yield from questions(part)
    elif isinstance(flow, Parallel):
        for branch in flow.branches:
            yield from questions(branch)
    elif isinstance(flow, FirstOf):
        for alternative in flow.alternatives:
            yield from questions(alternative)
