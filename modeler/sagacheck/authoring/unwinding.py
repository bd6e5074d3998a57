"""How a declared saga unwinds: the compensations of a scope, in reverse, as nodes of a chart.

A scope is what is unwound as a whole: the saga, or one alternative of a `first_of`. Its compensations stand in one
chain, the last step's first. A failure enters the chain at its own place; a compensation that may not be needed has
a question before it. So a chain of n steps costs n nodes, whichever step fails and however branches interleave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sagacheck.authoring.profile import FailedCompensation, FailingStep, Profile
from sagacheck.core.chart import AnyNode, Choice, Compensate, Edge
from sagacheck.core.outcome import OUTSTANDING, Outcome, Status
from sagacheck.core.question import NO, YES, LedgerTest
from sagacheck.core.retry import RetryPolicy, Until
from sagacheck.core.step import CompensationSpec, StepSpec

Target = Callable[[], str]
"""Gives the id of a node, which is made when it is first asked for."""


@dataclass
class Drawing:
    """The chart under construction: nodes by id, in the order in which they were made, and edges."""

    nodes: dict[str, AnyNode]
    edges: list[Edge]

    def add(self, node: AnyNode, **targets: str) -> str:
        """Adds a node with its edges by label; says its id."""
        self.nodes[node.id] = node
        self.edges.extend(Edge(node.id, label, target, node.span) for label, target in targets.items())
        return node.id


@dataclass(frozen=True)
class Item:
    """One compensation of a scope.

    Args:
        spec: the action.
        steps: the steps that it undoes.
        place: index of the first of them among the scope's steps.
        certain: whether its effect is there, or may be, whenever the chain comes by.
    """

    spec: CompensationSpec
    steps: tuple[str, ...]
    place: int
    certain: bool


class Scope:
    """The steps that are unwound together, and the chain of compensations that does it.

    Args:
        drawing: where nodes are added.
        steps: the scope's steps in the order of the source.
        spine: names of those that certainly ran when a later one runs.
        profile: how the engine unwinds.
        residue_accepted: whether what cannot be undone may stay.
        clean: where it goes when nothing is left.
        stuck: where it goes when something is left that nothing will undo.
        stopped: where it goes when the engine drops the other compensations because one has failed.
        suffix: makes the ids of this scope's nodes unique; "" for the saga itself.
        region: region in which the chain lies.
        answers_for_all: whether steps without compensation count as left over.
    """

    def __init__(
        self,
        drawing: Drawing,
        steps: tuple[StepSpec, ...],
        spine: frozenset[str],
        profile: Profile,
        *,
        residue_accepted: bool,
        clean: Target,
        stuck: Target,
        stopped: Target,
        suffix: str = "",
        region: str = "",
        answers_for_all: bool = False,
    ) -> None:
        self.drawing = drawing
        self.steps = steps
        self.spine = spine
        self.profile = profile
        self.residue_accepted = residue_accepted
        self.clean = clean
        self.stuck = stuck
        self.stopped = stopped
        self.suffix = suffix
        self.region = region
        self.answers_for_all = answers_for_all
        self.place = {step.name: index for index, step in enumerate(steps)}
        self.items = self._items()
        self._entries: list[str] = []
        left_over = [step.name for step in steps if step.compensation or (answers_for_all and step.owes)]
        self.left_over = tuple(left_over)
        self.infallible = all(item.spec.outcomes == (Outcome.OK,) for item in self.items) and not (
            answers_for_all and any(step.owes and not step.compensation for step in steps)
        )

    def _items(self) -> tuple[Item, ...]:
        covered: dict[str, list[StepSpec]] = {}
        for step in self.steps:
            if step.effect and step.compensation is not None:
                covered.setdefault(step.compensation.action, []).append(step)
        items = []
        for steps in covered.values():
            spec = steps[0].compensation
            if spec is None:  # pragma: no cover - covered holds steps with a compensation only
                continue
            if self.profile.failed_compensation is FailedCompensation.NEVER:
                policy = RetryPolicy(None, Until.DONE, spec.policy.interval, spec.policy.backoff)
                spec = CompensationSpec(spec.action, policy, spec.handler, spec.inferred)
            names = tuple(step.name for step in steps)
            items.append(Item(spec, names, self.place[names[0]], names[0] in self.spine))
        return tuple(items)

    def after_failure(self, step: StepSpec, outcome: Outcome) -> str:
        """The node at which unwinding begins when this step of the scope fails."""
        undone_too = self.profile.failing_step is FailingStep.ALWAYS or outcome is not Outcome.REJECTED
        return self.before(self.place[step.name] + (undone_too and step.effect))

    def before(self, place: int) -> str:
        """The node at which unwinding begins when the steps before this place may have happened."""
        pivots = [step for step in self.steps[:place] if step.non_compensatable and step.effect]
        if not pivots or self.residue_accepted or not self.profile.knows_pivot:
            return self._chain(place)
        if any(pivot.name in self.spine for pivot in pivots):
            return self.stuck()
        names = tuple(pivot.name for pivot in pivots)
        node = f"past the pivot?{self.suffix} ({place})"
        if node not in self.drawing.nodes:
            self._ask(node, LedgerTest(names, frozenset({Status.MAYBE, Status.APPLIED})), "past the pivot?")
            self._answer(node, yes=self.stuck(), no=self._chain(place))
        return node

    def _chain(self, place: int) -> str:
        items = [item for item in self.items if item.place < place]
        if not items and self.answers_for_all and any(s.owes and not s.compensation for s in self.steps[:place]):
            return self._conclusion()
        return self._item(len(items) - 1) if items else self.clean()

    def _item(self, index: int) -> str:
        """The node that sees to the item of this index and all before it, which are drawn first."""
        while len(self._entries) <= index:
            self._entries.append(self._draw(len(self._entries)))
        return self._entries[index] if index >= 0 else self._conclusion()

    def _draw(self, index: int) -> str:
        """Draws one item, with the question whether it is needed where that is not certain."""
        item = self.items[index]
        compensate = item.spec.action + self.suffix
        if item.certain:
            self._compensate(compensate, item, index)
            return compensate
        first = f"{compensate} needed?"
        always = self.profile.failing_step is FailingStep.ALWAYS
        statuses = {Status.MAYBE, Status.APPLIED} | ({Status.NONE} if always else set())
        test = LedgerTest(item.steps, frozenset(statuses), called=always, untried=True)
        self._compensate(compensate, item, index)
        self._ask(first, test, f"{' or '.join(item.steps)} done?")
        self._answer(first, yes=compensate, no=self._item(index - 1))
        return first

    def _compensate(self, node: str, item: Item, index: int) -> None:
        alone = len(self.items) == 1 and not self.suffix
        span = self.steps[item.place].span
        self.drawing.nodes[node] = Compensate(
            id=node,
            region=self.region,
            label=item.spec.action,
            span=span,
            steps=item.steps,
            action=item.spec.action,
            outcomes=item.spec.outcomes,
            shielded=True,
        )
        following = self.clean() if alone else self._item(index - 1)
        for outcome in item.spec.outcomes:
            if outcome is Outcome.OK:
                target = following
            elif self.profile.failed_compensation is FailedCompensation.STOP:
                target = self.stopped()
            else:
                # After the saga's last compensation there is nothing to ask: something is left.
                target = self.stuck() if index == 0 and not self.suffix else following
            self.drawing.edges.append(Edge(node, outcome, target, span))

    def _conclusion(self) -> str:
        """Asks whether anything is left, where a compensation may have failed."""
        if self.infallible:
            return self.clean()
        node = f"anything left?{self.suffix}"
        if node not in self.drawing.nodes:
            self._ask(node, LedgerTest(self.left_over, OUTSTANDING), "anything left?")
            self._answer(node, yes=self.stuck(), no=self.clean())
        return node

    def _ask(self, node: str, test: LedgerTest, label: str) -> None:
        self.drawing.nodes[node] = Choice(id=node, region=self.region, label=label, test=test)

    def _answer(self, node: str, *, yes: str, no: str) -> None:
        self.drawing.edges += [Edge(node, YES, yes), Edge(node, NO, no)]
