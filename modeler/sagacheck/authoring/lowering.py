"""Lowers a declared saga to its chart.

The forward way is drawn from its end to its start, so that every node knows where it goes on; what a failure leads
to is the business of the `Scope` that the step lies in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sagacheck.authoring.flow import FirstOf, Flow, Parallel, Sequence, Step, When
from sagacheck.authoring.profile import FailedCompensation, Profile, Siblings
from sagacheck.authoring.saga import Saga
from sagacheck.authoring.unwinding import Drawing, Scope
from sagacheck.core.chart import CANCELLED, DONE, FAILED, Call, Chart, Choice, End, Exit, Fork, Join, Origin, Region
from sagacheck.core.outcome import REFUSING, EndKind, Outcome
from sagacheck.core.question import NO, YES, CancellationTest, LedgerTest
from sagacheck.core.step import StepSpec


@dataclass(frozen=True)
class Place:
    """Where a part of the flow stands: what its failures lead to.

    Args:
        fail: gives the node to go to when a step fails with an outcome.
        abandon: gives the node to go to when a cancellation abandons the call of a step.
        region: the region of a fork that it lies in; "" outside.
    """

    fail: Callable[[StepSpec, Outcome], str]
    abandon: Callable[[StepSpec], str]
    region: str = ""


def lower(saga: Saga, profile: Profile) -> Chart:
    """The chart of a declared saga, unwound as the profile says."""
    return _Lowering(saga, profile).chart()


class _Lowering:
    def __init__(self, saga: Saga, profile: Profile) -> None:
        self.saga = saga
        self.profile = profile
        self.drawing = Drawing({}, [])
        self.used: dict[str, int] = {}
        self.scope = Scope(
            self.drawing,
            tuple(step.spec for step in saga.flow.steps()),
            frozenset(_spine(saga.flow)),
            profile,
            residue_accepted=saga.residue_accepted is not None,
            clean=self._aborted,
            stuck=self._manual,
            stopped=self._manual,
        )

    def chart(self) -> Chart:
        saga = self.saga
        committed = self._end("committed", EndKind.COMMITTED)
        place = Place(self.scope.after_failure, lambda step: self.scope.after_failure(step, Outcome.UNKNOWN))
        start = self._draw(saga.flow, place, committed, gated=False)
        drawn = Chart(
            name=saga.name,
            start=start,
            nodes=tuple(reversed(self.drawing.nodes.values())),
            edges=tuple(self.drawing.edges),
            steps=self.scope.steps,
            origin=Origin.DECLARED,
            profile=self.profile.name,
            cancellable=saga.cancellable,
            resume_within=saga.resume_within,
            residue_accepted=saga.residue_accepted,
            claims=self.profile.claims,
            span=saga.span,
        )
        return _without_unreachable(drawn)

    def _aborted(self) -> str:
        return self._end("aborted", EndKind.ABORTED)

    def _manual(self) -> str:
        return self._end("manual", EndKind.MANUAL, "see to what is outstanding")

    def _end(self, name: str, kind: EndKind, instruction: str = "") -> str:
        actions = {step.compensation.action for step in self.scope.steps if step.compensation is not None}
        node = f"{name} (end)" if name in actions or name in self.scope.place else name
        if node not in self.drawing.nodes:
            self.drawing.add(End(id=node, label=name, span=self.saga.span, kind=kind, instruction=instruction))
        return node

    def _draw(self, flow: Flow, place: Place, following: str, *, gated: bool) -> str:
        """Draws a flow that goes on at `following`; says its first node.

        Args:
            gated: whether a cancellation may be honoured before it; not at the very start.
        """
        if isinstance(flow, Sequence):
            for index in reversed(range(len(flow.parts))):
                following = self._draw(flow.parts[index], place, following, gated=gated or index > 0)
            return following
        if isinstance(flow, FirstOf):
            return self._first_of(flow, place, following, gated=gated)
        if isinstance(flow, Step):
            entry = self._call(flow.spec, place, following)
        elif isinstance(flow, When):
            entry = self._when(flow, place, following)
        elif isinstance(flow, Parallel):
            entry = self._parallel(flow, place, following)
        else:
            raise AssertionError(flow)
        return self._gate(next(flow.steps()).name, place, entry) if gated else entry

    def _call(self, step: StepSpec, place: Place, following: str) -> str:
        node = Call(id=step.name, region=place.region, span=step.span, step=step.name, outcomes=step.outcomes)
        targets = {
            outcome: following if outcome is Outcome.OK or step.informational else place.fail(step, outcome)
            for outcome in step.outcomes
        }
        if self.saga.cancellable and self.profile.abandons_on_cancel and not self._past_pivot(step.name):
            targets[Outcome.CANCELLED] = place.abandon(step)
        return self.drawing.add(node, **targets)

    def _past_pivot(self, step: str) -> bool:
        """Whether a non-compensatable step has certainly happened when this step is called."""
        earlier = self.scope.steps[: self.scope.place[step]]
        return self.profile.knows_pivot and any(s.non_compensatable and s.name in self.scope.spine for s in earlier)

    def _pivots(self, place: int) -> tuple[str, ...]:
        """The steps before this place that refuse a cancellation once they may have happened."""
        earlier = self.scope.steps[:place] if self.profile.knows_pivot else ()
        return tuple(step.name for step in earlier if step.non_compensatable and step.effect)

    def _gate(self, step: str, place: Place, following: str) -> str:
        """Asks, before a call that is not the first, whether a cancellation has arrived; not after the pivot.

        An engine that abandons calls always finds one in flight, and needs no gate. Inside a fork there is none either: the branches are held like those of a failed sibling, and the join goes on
        by "cancelled".
        """
        if not self.saga.cancellable or place.region or self._past_pivot(step) or self.profile.abandons_on_cancel:
            return following
        index = self.scope.place[step]
        gate = self._new(f"cancelled before {step}?")
        test = Choice(id=gate, label="cancelled?", test=CancellationTest())
        self.drawing.add(test, **{YES: self.scope.before(index), NO: following})
        pivots = self._pivots(index)
        if not pivots:
            return gate
        passed = LedgerTest(pivots, REFUSING)
        asked = Choice(id=self._new(f"past the pivot before {step}?"), label="past the pivot?", test=passed)
        return self.drawing.add(asked, **{YES: following, NO: gate})

    def _when(self, flow: When, place: Place, following: str) -> str:
        # A gate stands before the question, not behind it: it is asked in the instant in which its call would start.
        first = next(flow.steps()).name
        node = self._new(f"{flow.condition.name}? ({first})")
        then = self._draw(flow.then, place, following, gated=False)
        otherwise = following if flow.otherwise is None else self._draw(flow.otherwise, place, following, gated=False)
        label = f"{flow.condition.name}?"
        choice = Choice(id=node, region=place.region, label=label, span=flow.span, test=flow.condition)
        return self.drawing.add(choice, **{YES: then, NO: otherwise})

    def _parallel(self, flow: Parallel, place: Place, following: str) -> str:
        steps = [step.spec for step in flow.steps()]
        name = steps[0].name
        holds = self.profile.siblings is Siblings.HELD
        fork, join = self._new(f"fork ({name})"), self._new(f"join ({name})")

        def unwind(_step: StepSpec | None = None, _outcome: Outcome | None = None) -> str:
            # Once every call in flight is answered, any of the branches' steps may have happened.
            return place.fail(replace(steps[-1], effect=True), Outcome.UNKNOWN)

        def abandon(_step: StepSpec) -> str:
            return place.abandon(replace(steps[-1], effect=True))

        regions = []
        refusing: tuple[str, ...] = ()
        ends = {DONE: following}
        for branch in flow.branches:
            region = f"{fork[5:]} {next(branch.steps()).name}"
            done = self.drawing.add(Exit(id=f"done {region}", region=region))
            failed = self._failed_exit(f"failed {region}", region)
            inner = replace(place, fail=failed if holds else unwind, abandon=abandon, region=region)
            regions.append(Region(id=region, entry=self._draw(branch, inner, done, gated=False)))
            if f"failed {region}" in self.drawing.nodes:
                ends[FAILED] = unwind()
        if holds and self.saga.cancellable and not place.region and not self._past_pivot(name):
            ends[CANCELLED] = abandon(steps[-1])
            refusing = self._pivots(self.scope.place[steps[-1].name] + 1)
        self.drawing.add(Join(id=join, region=place.region, span=flow.span, refused_by=refusing), **ends)
        node = Fork(id=fork, region=place.region, span=flow.span, regions=tuple(regions), join=join, holds=holds)
        return self.drawing.add(node)

    def _failed_exit(self, node: str, region: str) -> Callable[[StepSpec, Outcome], str]:
        def fail(_step: StepSpec, _outcome: Outcome) -> str:
            self.drawing.nodes[node] = Exit(id=node, region=region, failed=True)
            return node

        return fail

    def _first_of(self, flow: FirstOf, place: Place, following: str, *, gated: bool) -> str:
        entry = ""
        for index in reversed(range(len(flow.alternatives))):
            alternative = flow.alternatives[index]
            inner = self._alternative(alternative, place, entry) if entry else place
            entry = self._draw(alternative, inner, following, gated=gated or index > 0)
        return entry

    def _alternative(self, alternative: Flow, place: Place, other: str) -> Place:
        """The place of an alternative that has another one after it: it unwinds by itself, then the other is tried."""
        steps = tuple(step.spec for step in alternative.steps())

        def stuck() -> str:
            # What is left of this alternative has been tried: the saga unwinds what came before it.
            return place.fail(replace(steps[-1], effect=True), Outcome.UNKNOWN)

        scope = Scope(
            self.drawing,
            steps,
            frozenset(_spine(alternative)),
            self.profile,
            residue_accepted=False,
            clean=lambda: other,
            stuck=stuck,
            stopped=self._manual if self.profile.failed_compensation is FailedCompensation.STOP else stuck,
            suffix=self._new(f" (instead of {steps[0].name})"),
            region=place.region,
            answers_for_all=True,
        )
        return replace(place, fail=scope.after_failure)

    def _new(self, name: str) -> str:
        """A name that no other node made here has: the name itself, or with a number."""
        number = self.used[name] = self.used.get(name, 0) + 1
        return name if number == 1 else f"{name} {number}"


def _without_unreachable(chart: Chart) -> Chart:
    """The chart without what was drawn for failures that cannot occur."""
    reached = chart.reachable([chart.start])
    return replace(
        chart,
        nodes=tuple(node for node in chart.nodes if node.id in reached),
        edges=tuple(edge for edge in chart.edges if edge.source in reached),
    )


def _spine(flow: Flow) -> list[str]:
    """Names of the steps that certainly ran when a later step of the flow runs."""
    if isinstance(flow, Step):
        return [flow.name]
    if isinstance(flow, Sequence):
        return [name for part in flow.parts for name in _spine(part)]
    return []
