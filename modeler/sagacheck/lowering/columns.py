"""The variables of a lowered saga: what its coordinator knows, what is under way, what is real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sagacheck.core.chart import AnyNode, Call, Chart, Choice, Compensate, Fork
from sagacheck.core.contract import Contract
from sagacheck.core.outcome import Outcome, Status
from sagacheck.core.question import CancellationTest, Condition, LedgerTest, TrailTest
from sagacheck.core.step import StepSpec
from sagacheck.core.system import Variable
from sagacheck.lowering.participant import Local, Participant
from sagacheck.semantics.loops import find_loops

YES_NO = ("no", "yes")
UNASKED = "unasked"
REQUESTED, HONOURED = "requested", "honoured"
STATUSES = tuple(Status)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A request, or a compensation, with its answers: each may be under way, in any number of copies, or not.

    Args:
        request: what is sent to the participant.
        answers: what comes back.
        repeated: whether the request was sent more than once; None where nothing depends on it.
        waiting: the only node that waits for the answer, if no way comes by it twice: when it is left, nobody waits
            any more, and what is under way then is nobody's business; None if that may be otherwise.
    """

    request: Variable
    answers: Mapping[Outcome, Variable]
    repeated: Variable | None
    waiting: Call | Compensate | None = None


class Columns:
    """The variables of a saga.

    Args:
        chart: the chart.
        contracts: what the participant of each step promises.
        thrifty: whether messages are left out that nobody can wait for.
    """

    def __init__(self, chart: Chart, contracts: Mapping[str, Contract], *, thrifty: bool = True) -> None:
        self.chart = chart
        self.thrifty = thrifty
        self.contracts = contracts
        self.nodes = [chart.node[name] for name in in_order(chart)]
        self.calls: dict[str, list[Call]] = {}
        self.compensations: dict[str, list[Compensate]] = {}
        for node in self.nodes:
            if isinstance(node, Call):
                self.calls.setdefault(node.step, []).append(node)
            elif isinstance(node, Compensate):
                self.compensations.setdefault(node.action, []).append(node)

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """The regions that are reached, those around others first; "" is the saga itself."""
        found = [""]
        for node in self.nodes:
            if isinstance(node, Fork):
                found.extend(region.id for region in node.regions)
        return tuple(sorted(found, key=lambda region: len(list(self.chart.enclosing(region)))))

    def spec(self, step: str) -> StepSpec:
        """The step of that name; one that the chart does not describe has an effect and promises nothing."""
        return self.chart.step.get(step) or StepSpec(step, step)

    @cached_property
    def covered(self) -> dict[str, tuple[str, ...]]:
        """For each compensation the steps that it undoes and that are called at all."""
        return {
            action: tuple(dict.fromkeys(step for node in nodes for step in node.steps if step in self.calls))
            for action, nodes in self.compensations.items()
        }

    @cached_property
    def participants(self) -> dict[str, Participant]:
        """The participant of each step that is called."""
        refusing = {
            step
            for action, nodes in self.compensations.items()
            if any(Outcome.FAILED in node.outcomes for node in nodes)
            for step in self.covered[action]
        }
        return {
            step: Participant(
                self.spec(step),
                self.contracts[step],
                rejects=any(Outcome.REJECTED in node.outcomes for node in calls),
                refuses=step in refusing,
            )
            for step, calls in self.calls.items()
        }

    @cached_property
    def locals(self) -> dict[str, tuple[Local, ...]]:
        """The states of each step's participant; of one that only reads there is only one."""
        undone = {step for steps in self.covered.values() for step in steps}
        return {step: p.states(compensated=step in undone) for step, p in self.participants.items()}

    @cached_property
    def real(self) -> dict[str, Variable]:
        """What is real at each participant whose state can change."""
        return {
            step: Variable(f"{step}: real", tuple(local.name for local in states))
            for step, states in self.locals.items()
            if len(states) > 1
        }

    @cached_property
    def request(self) -> dict[str, Mailbox]:
        """What is under way because of each step."""
        boxes = {}
        for step, calls in self.calls.items():
            spec = self.spec(step)
            doubtful = not spec.settles and any(
                {Outcome.REJECTED, Outcome.UNKNOWN} <= set(node.outcomes) for node in calls
            )
            answers = [o for o in (Outcome.OK, Outcome.REJECTED) if any(o in node.outcomes for node in calls)]
            boxes[step] = Mailbox(
                Variable(f"request {step}", YES_NO),
                {answer: Variable(f"answer {answer} of {step}", YES_NO) for answer in answers},
                Variable(f"{step} sent again", YES_NO) if doubtful else None,
                self._only(calls),
            )
        return boxes

    @cached_property
    def undoing(self) -> dict[str, Mailbox]:
        """What is under way because of each compensation."""
        boxes = {}
        for action, nodes in self.compensations.items():
            answers = [o for o in (Outcome.OK, Outcome.FAILED) if any(o in node.outcomes for node in nodes)]
            boxes[action] = Mailbox(
                Variable(f"compensation {action}", YES_NO),
                {answer: Variable(f"answer {answer} of compensation {action}", YES_NO) for answer in answers},
                None,
                self._only(nodes),
            )
        return boxes

    def _only(self, nodes: Sequence[Call | Compensate]) -> Call | Compensate | None:
        if not self.thrifty or len(nodes) > 1 or nodes[0].id in self._repeated:
            return None
        return nodes[0]

    @cached_property
    def _repeated(self) -> set[str]:
        """The nodes that a way may come by more than once."""
        loops = find_loops(self.chart.start, list(self.chart.links()))
        return {node for body in loops.body for node in body}

    @cached_property
    def ledger(self) -> dict[str, Variable]:
        """The coordinator's line for each step of which anything depends on it."""
        asked = {step for test in self._ledger_tests for step in test.steps}
        return {
            step: Variable(f"{step}: ledger", STATUSES) for step in self.calls if self.spec(step).owes or step in asked
        }

    @cached_property
    def _ledger_tests(self) -> list[LedgerTest]:
        tests = (node.test for node in self.nodes if isinstance(node, Choice))
        return [test for test in tests if isinstance(test, LedgerTest)]

    @cached_property
    def called(self) -> dict[str, Variable]:
        """Whether each step was called, where a question depends on it."""
        steps = dict.fromkeys(s for test in self._ledger_tests if test.called for s in test.steps if s in self.calls)
        return {step: Variable(f"{step}: called", YES_NO) for step in steps}

    @cached_property
    def tried(self) -> dict[str, Variable]:
        """Whether each step's compensation was called since the step was, where a question depends on it."""
        steps = dict.fromkeys(s for test in self._ledger_tests if test.untried for s in test.steps if s in self.calls)
        return {step: Variable(f"{step}: compensation called", YES_NO) for step in steps}

    @cached_property
    def answers(self) -> dict[str, Variable]:
        """The answer of each question that keeps its answer."""
        found = {}
        for node in self.nodes:
            if isinstance(node, Choice) and isinstance(node.test, Condition) and node.test.stable:
                found[node.test.name] = Variable(f"{node.test.name}?", (UNASKED, *node.test.answers))
        return found

    @cached_property
    def notes(self) -> dict[TrailTest, Variable]:
        """For each question about the way whether the edge taken last says yes."""
        tests = dict.fromkeys(node.test for node in self.nodes if isinstance(node, Choice))
        trails = [test for test in tests if isinstance(test, TrailTest)]
        return {test: Variable(f"note {number}", YES_NO) for number, test in enumerate(trails, 1)}

    @cached_property
    def cancel(self) -> Variable | None:
        """Whether a request to cancel has arrived; None where none is heeded."""
        heeded = any(isinstance(node, Choice) and isinstance(node.test, CancellationTest) for node in self.nodes)
        here = {node.id for node in self.nodes}
        heeded |= any(edge.label == Outcome.CANCELLED and edge.source in here for edge in self.chart.edges)
        return Variable("cancellation", ("no", REQUESTED, HONOURED)) if heeded else None

    def holds(self, region: str) -> bool:
        """Whether a failed sibling, or a cancellation, keeps this region from starting more calls."""
        return any(self.chart.fork_of[around].holds for around in self.chart.enclosing(region))

    def can_be_held(self, node: AnyNode) -> bool:
        """Whether a region may be kept from this node."""
        return isinstance(node, Call | Compensate | Fork) or (
            isinstance(node, Choice) and isinstance(node.test, Condition)
        )


def in_order(chart: Chart) -> list[str]:
    """The ids of the nodes that can be reached, each before those that it leads to, loops excepted.

    What follows each other in a run then stands side by side in the system: its proof depends on that.
    """
    following: dict[str, list[str]] = {}
    for source, _, target in chart.links():
        following.setdefault(source, []).append(target)
    order: list[str] = []
    seen = {chart.start} & chart.node.keys()
    work = [(name, iter(following.get(name, ()))) for name in seen]
    while work:
        name, rest = work[-1]
        for target in rest:
            if target not in seen and target in chart.node:
                seen.add(target)
                work.append((target, iter(following.get(target, ()))))
                break
        else:
            order.append(name)
            work.pop()
    order.reverse()
    return order
