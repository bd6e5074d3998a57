"""The values that a saga is written with: steps, and how they are put together."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from sagacheck.authoring.source import caller_span, module_name
from sagacheck.core.contract import Barrier, Contract, Keyed, Natural, NoContract
from sagacheck.core.duration import Duration, seconds
from sagacheck.core.misuse import check_truth, taught, written
from sagacheck.core.question import Condition
from sagacheck.core.retry import RetryPolicy, Until
from sagacheck.core.span import Span
from sagacheck.core.step import CompensationSpec, Handler, Informational, NonCompensatable, StepSpec, Undo


@taught("Retry(attempts=3)")
class Retry(RetryPolicy):
    """Gives up after some attempts, with a rejected or an unknown outcome.

    `Retry.until_known()` goes on until the answer is known; `Retry.until_done()` goes on until it is ok, and claims
    that the participant never rejects.

    Args:
        attempts: number of attempts, the first one included.
        interval: pause between the first two attempts.
        backoff: factor by which the pause grows.

    Raises:
        ValueError: if there is less than one attempt, or the backoff is less than 1.
    """

    def __init__(self, attempts: int = 3, *, interval: Duration = 1.0, backoff: float = 2.0) -> None:
        if isinstance(attempts, bool) or not isinstance(attempts, int) or attempts < 1:
            msg = (
                f"Retry(attempts={written(attempts)}): write the number of attempts, the first one included, from 1 on"
            )
            raise ValueError(msg)
        if isinstance(backoff, bool) or not isinstance(backoff, int | float) or backoff < 1:
            msg = f"Retry(backoff={written(backoff)}): write the factor by which the pause grows, from 1 on"
            raise ValueError(msg)
        super().__init__(attempts=attempts, interval=seconds(interval), backoff=backoff)

    @staticmethod
    def until_known(*, interval: Duration = 1.0, backoff: float = 2.0) -> RetryPolicy:
        """Goes on until the participant has said ok or no.

        Nothing then stays unknown, provided that the contract stores rejections: otherwise an earlier attempt
        without an answer may still have had an effect.
        """
        return RetryPolicy(None, Until.KNOWN, seconds(interval), backoff)

    @staticmethod
    def until_done(*, interval: Duration = 1.0, backoff: float = 2.0) -> RetryPolicy:
        """Goes on until the participant has said ok: forward recovery. Claims that it never says no for good."""
        return RetryPolicy(None, Until.DONE, seconds(interval), backoff)


@taught("Compensation('payment.refund', retry=Retry.until_known())")
class Compensation(CompensationSpec):
    """A compensation with a retry policy of its own.

    Args:
        action: its name, or the callable that does the work.
        retry: its policy; until known (ok, or refused for good) if nothing is said.
    """

    def __init__(self, action: str | Handler, *, retry: RetryPolicy | None = None) -> None:
        name, handler = _action(action, "compensation")
        policy = Retry.until_known() if retry is None else _policy(retry)
        super().__init__(action=name, policy=policy, handler=handler)


class Flow:
    """What a saga is made of: a step, or steps put together with `>>`, `parallel`, `when` and `first_of`."""

    __slots__ = ()

    def __rshift__(self, other: object) -> Sequence:
        """First this, and then the other, which depends on it."""
        return Sequence((*_parts(self), *_parts(a_flow(other, "on the right of >>"))))

    def __rrshift__(self, other: object) -> NoReturn:
        """Refuses what is no flow on the left of `>>`."""
        a_flow(other, "on the left of >>")
        raise AssertionError

    def __or__(self, other: object) -> NoReturn:
        """Refuses `|`, which reads as "or" and binds less tightly than `>>`."""
        msg = (
            "`|` does not join steps. Write parallel(a, b) for branches that run at the same time, "
            "when(Condition('...'), a, otherwise=b) for one or the other, first_of(a, b) for a fallback"
        )
        raise TypeError(msg)

    def __and__(self, other: object) -> NoReturn:
        """Refuses `&`."""
        msg = "`&` does not join steps. Write parallel(a, b) for branches that run at the same time"
        raise TypeError(msg)

    def __lshift__(self, other: object) -> NoReturn:
        """Refuses `<<`."""
        msg = "`<<` does not join steps. Write a >> b: first a, then b"
        raise TypeError(msg)

    def __bool__(self) -> NoReturn:
        """Refuses truth: `a and b`, `a > b > c` would silently drop a step."""
        msg = "a flow is neither true nor false. Write a >> b for a sequence, when(Condition('...'), a) for a choice"
        raise TypeError(msg)

    def steps(self) -> Iterator[Step]:
        """Every step in it, in the order of the source."""
        raise NotImplementedError


@taught("Step('payment.charge', compensation='payment.refund')")
@dataclass(frozen=True, init=False, slots=True)
class Step(Flow):
    """One local transaction in one service, with what undoes it.

    Args:
        action: what is called: a name like "payment.charge", or the callable that does the work.
        compensation: the action that undoes it, `Compensation(...)` to give it a retry policy, or a marker that
            says why there is none: `NonCompensatable("why")`, `Informational("why")`.
        contract: what the participant promises about repetition: `NoContract()`, `Natural()`, `Keyed("order_id")`,
            `Barrier("order_id")`; not declared if left out.
        retry: a policy; one attempt if left out.
        timeout: how long one attempt may take, like "5s".
        effect: False for a step that only reads.
        name: how the step is known, if not by its action.

    Raises:
        TypeError, ValueError: if an argument makes no sense; the message says what to write instead.
    """

    spec: StepSpec
    __hash__ = object.__hash__

    def __init__(
        self,
        action: str | Handler,
        *,
        compensation: str | Handler | CompensationSpec | NonCompensatable | Informational | None = None,
        contract: Contract | None = None,
        retry: RetryPolicy | None = None,
        timeout: Duration | None = None,
        effect: bool = True,
        name: str | None = None,
    ) -> None:
        label, handler = _action(action, "action", name)
        if contract is not None and not isinstance(contract, NoContract | Natural | Keyed | Barrier):
            msg = f"{label}: contract={written(contract)} is none; write Keyed('order_id'), Barrier('order_id'), Natural() or NoContract()"
            raise TypeError(msg)
        check_truth(effect, f"{label}: effect")
        undo = _undo(compensation, label)
        if not effect and isinstance(undo, CompensationSpec | NonCompensatable):
            msg = (
                f"{label}: a step with effect=False leaves nothing to undo; leave out effect=False, or the compensation"
            )
            raise ValueError(msg)
        spec = StepSpec(
            name=name if name is not None else label,
            action=label,
            effect=effect,
            undo=undo,
            contract=contract,
            policy=RetryPolicy() if retry is None else _policy(retry),
            timeout=None if timeout is None else seconds(timeout),
            span=caller_span(),
            handler=handler,
        )
        if isinstance(undo, CompensationSpec) and undo.action in (spec.name, spec.action):
            msg = f"{label}: a step cannot be its own compensation; name the action that undoes it"
            raise ValueError(msg)
        object.__setattr__(self, "spec", spec)

    def __repr__(self) -> str:
        """As it is written, without what else is known of it."""
        return f"Step({self.name!r})"

    @property
    def name(self) -> str:
        """How the step is known."""
        return self.spec.name

    def named(self, name: str) -> Step:
        """The same step under another name, to use its action a second time in a saga."""
        copy = object.__new__(Step)
        object.__setattr__(copy, "spec", replace(self.spec, name=_name(name, "the new name"), span=caller_span()))
        return copy

    def steps(self) -> Iterator[Step]:
        """Itself."""
        yield self


@dataclass(frozen=True, slots=True)
class Sequence(Flow):
    """One after the other; made by `>>`."""

    parts: tuple[Flow, ...]

    def __repr__(self) -> str:
        """As it is written."""
        return " >> ".join(map(repr, self.parts))

    def steps(self) -> Iterator[Step]:
        """Every step in it, in the order of the source."""
        for part in self.parts:
            yield from part.steps()


@dataclass(frozen=True, slots=True)
class Parallel(Flow):
    """Branches that start at once; made by `parallel`."""

    branches: tuple[Flow, ...]
    span: Span | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        """As it is written."""
        return f"parallel({', '.join(map(repr, self.branches))})"

    def steps(self) -> Iterator[Step]:
        """Every step in it, in the order of the source."""
        for branch in self.branches:
            yield from branch.steps()


@dataclass(frozen=True, slots=True)
class When(Flow):
    """One way or the other by a condition; made by `when`."""

    condition: Condition
    then: Flow
    otherwise: Flow | None = None
    span: Span | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        """As it is written."""
        other = "" if self.otherwise is None else f", otherwise={self.otherwise!r}"
        return f"when(Condition({self.condition.name!r}), {self.then!r}{other})"

    def steps(self) -> Iterator[Step]:
        """Every step in it, in the order of the source."""
        yield from self.then.steps()
        if self.otherwise is not None:
            yield from self.otherwise.steps()


@dataclass(frozen=True, slots=True)
class FirstOf(Flow):
    """Alternatives that are tried in turn; made by `first_of`."""

    alternatives: tuple[Flow, ...]
    span: Span | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        """As it is written."""
        return f"first_of({', '.join(map(repr, self.alternatives))})"

    def steps(self) -> Iterator[Step]:
        """Every step in it, in the order of the source."""
        for alternative in self.alternatives:
            yield from alternative.steps()


def parallel(*branches: Flow) -> Flow:
    """Branches that start at once; the flow goes on when all are done.

    Raises:
        TypeError: if there are fewer than two, or one is no flow.
    """
    return Parallel(_several("parallel", branches), caller_span())


def first_of(*alternatives: Flow) -> Flow:
    """Tries the first; if it fails it is undone as far as need be, and the next one is tried.

    If an alternative cannot be undone, no further one is tried and the saga unwinds.

    Raises:
        TypeError: if there are fewer than two, or one is no flow.
    """
    return FirstOf(_several("first_of", alternatives), caller_span())


@taught("when(Condition('gift wrapped'), a, otherwise=b)")
def when(condition: Condition, then: Flow, *, otherwise: Flow | None = None) -> Flow:
    """Goes one way if the condition holds, the other way, or none, if it does not.

    A condition asked twice in a scenario gives the same answer: conditions are the same if their names are.

    Raises:
        TypeError: if the condition is no `Condition`, or a way is no flow.
    """
    if not isinstance(condition, Condition):
        question = condition if isinstance(condition, str) else "gift wrapped"
        msg = f"when({written(condition)}, ...): name the question, like when(Condition({question!r}), ...)"
        raise TypeError(msg)
    other = None if otherwise is None else a_flow(otherwise, "as otherwise=")
    return When(condition, a_flow(then, "as the second argument of when"), other, caller_span())


def _several(function: str, flows: tuple[object, ...]) -> tuple[Flow, ...]:
    if len(flows) == 1 and isinstance(flows[0], list | tuple):
        msg = f"{function} takes its flows one by one: {function}(a, b), or {function}(*flows)"
        raise TypeError(msg)
    if len(flows) < 2:  # noqa: PLR2004 - one branch beside nothing
        msg = f"{function} needs two flows or more: {function}(a, b >> c)"
        raise TypeError(msg)
    return tuple(a_flow(flow, f"in {function}") for flow in flows)


def _parts(flow: Flow) -> tuple[Flow, ...]:
    return flow.parts if isinstance(flow, Sequence) else (flow,)


def a_flow(value: object, where: str) -> Flow:
    """The value, if it is a flow.

    Args:
        value: what was given.
        where: the place that it was given for, in words.

    Raises:
        TypeError: if it is none; the message says what to write instead.
    """
    if isinstance(value, Flow):
        return value
    shown = written(value)
    if isinstance(value, str) or (callable(value) and " " not in shown):
        msg = f"{shown} {where} is no step; write Step({shown})"
    elif callable(value):
        msg = f"{shown} {where} is no step; write Step(..., name='payment.charge')"
    elif isinstance(value, list | tuple | set):
        msg = f"{shown} {where} is no flow; join its steps with >>: reserve >> charge"
    elif type(value).__name__ == "Saga":
        msg = f"a saga {where} is not a step; put its flow there: {getattr(value, 'name', 'saga')!r}.flow"
    else:
        msg = f"{shown} {where} is no step; write Step(...), or steps joined with >>, parallel, when or first_of"
    raise TypeError(msg)


def _name(value: object, what: str) -> str:
    if not isinstance(value, str) or not value.strip():
        msg = f"{what} is {written(value)}; write a name like 'payment.charge'"
        raise TypeError(msg)
    return value


def _action(action: object, what: str, name: str | None = None) -> tuple[str, Callable[..., Any] | None]:
    """The name of an action, and the callable that does the work if there is one."""
    if name is not None:
        _name(name, "name=")
    if isinstance(action, str):
        return _name(action, what), None
    if isinstance(action, Flow):
        msg = f"a step was given where the {what} is wanted; write its name, or the callable that does the work"
        raise TypeError(msg)
    if not callable(action):
        msg = f"{what} is {written(action)}; write a name like 'payment.charge', or the callable that does the work"
        raise TypeError(msg)
    if name is not None and what == "action":
        return name, action
    qualified = getattr(action, "__qualname__", None)
    if isinstance(action, functools.partial) or qualified is None or "<" in qualified:
        remedy = "Step(..., name='payment.charge')" if what == "action" else "write `def`, and hand over that function"
        msg = f"{written(action)} has no name that people could read; give it one: {remedy}"
        raise TypeError(msg)
    owner, _, function = qualified.rpartition(".")
    return f"{owner or module_name(action)}.{function}", action


def _policy(value: object) -> RetryPolicy:
    if isinstance(value, RetryPolicy):
        return value
    if isinstance(value, int):
        msg = f"retry={written(value)}: write Retry(attempts={value!r}), Retry.until_known() or Retry.until_done()"
    else:
        msg = f"retry={written(value)}: write Retry(attempts=3), Retry.until_known() or Retry.until_done(), with the parentheses"
    raise TypeError(msg)


def _undo(value: object, step: str) -> Undo:
    if value is None or isinstance(value, CompensationSpec | NonCompensatable | Informational):
        return value
    if value in (NonCompensatable, Informational):
        marker = getattr(value, "__name__", "NonCompensatable")
        msg = f"{step}: say why: {marker}('the reason')"
        raise TypeError(msg)
    if isinstance(value, bool):
        msg = f"{step}: compensation={value!r}: name the action that undoes it, or mark it: NonCompensatable('why')"
        raise TypeError(msg)
    return Compensation(value)  # type: ignore[arg-type]  # what is no action is refused there, with what to write
