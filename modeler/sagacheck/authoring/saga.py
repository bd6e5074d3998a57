"""A saga as a person declares it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sagacheck.authoring.flow import FirstOf, Flow, Parallel, Sequence, Step, When, a_flow
from sagacheck.authoring.profile import PROFILES, STRICT, Profile
from sagacheck.authoring.source import caller_span
from sagacheck.core.duration import Duration, seconds
from sagacheck.core.misuse import check_truth, taught, written
from sagacheck.core.question import Condition
from sagacheck.core.retry import RetryPolicy
from sagacheck.core.span import Span

if TYPE_CHECKING:
    from sagacheck.authoring.machine import CompiledSaga
    from sagacheck.core.chart import Chart

_DEEPEST_FALLBACK = 2


@taught("Saga('place-order', reserve >> charge)")
@dataclass(frozen=True, init=False)
class Saga:
    """A business operation over several services, with what undoes it.

    Args:
        name: how it is known in reports.
        flow: its steps.
        profile: the engine profile that unwinds it, or its name: "strict", "temporal", "dtm".
        cancellable: whether a request to cancel may arrive while it runs; before the pivot it is honoured.
        deadline: how long it may run; when it is over, the saga is cancelled.
        resume_within: how long a stuck saga may wait for a person; part of the horizon that keys must outlive.
        residue_accepted: why effects that cannot be undone may stand when the saga is aborted.

    Raises:
        TypeError, ValueError: if an argument makes no sense; the message says what to write instead.
    """

    name: str
    flow: Flow
    profile: Profile
    cancellable: bool
    deadline: float | None
    resume_within: float
    residue_accepted: str | None
    span: Span | None = field(compare=False)

    def __init__(
        self,
        name: str,
        flow: Flow,
        *,
        profile: str | Profile = STRICT,
        cancellable: bool = False,
        deadline: Duration | None = None,
        resume_within: Duration = 0.0,
        residue_accepted: str | None = None,
    ) -> None:
        if not isinstance(name, str) or not name.strip():
            msg = f"Saga({written(name)}, ...): begin with a name, like Saga('place-order', reserve >> charge)"
            raise TypeError(msg)
        a_flow(flow, "as the second argument of Saga")
        check_truth(cancellable, f"Saga({name!r}): cancellable")
        if residue_accepted is not None and not (isinstance(residue_accepted, str) and residue_accepted.strip()):
            msg = f"Saga({name!r}): say why what cannot be undone may stay: residue_accepted='the reason'"
            raise ValueError(msg)
        _check_steps(name, flow)
        _check_conditions(name, flow)
        values = {
            "name": name,
            "flow": flow,
            "profile": profile_named(profile),
            "cancellable": cancellable or deadline is not None,
            "deadline": None if deadline is None else seconds(deadline),
            "resume_within": seconds(resume_within),
            "residue_accepted": residue_accepted,
            "span": caller_span(),
        }
        for attribute, value in values.items():
            object.__setattr__(self, attribute, value)

    def __rshift__(self, other: object) -> Any:  # noqa: ANN401 - never returns
        """Refuses a saga as a step."""
        msg = f"a saga is not a step; join flows: {self.name!r}.flow >> ..."
        raise TypeError(msg)

    def chart(self, profile: str | Profile | None = None) -> Chart:
        """Its control graph, with the unwinding of the profile; of its own if none is given."""
        from sagacheck.authoring.lowering import lower

        return lower(self, self.profile if profile is None else profile_named(profile))

    def machine(self, profile: str | Profile | None = None) -> type[CompiledSaga]:
        """A python-statemachine class that walks the chart, to be run, drawn and persisted."""
        from sagacheck.authoring.machine import machine_of_chart

        return machine_of_chart(self.chart(profile))


def profile_named(profile: str | Profile) -> Profile:
    """The profile of that name.

    Raises:
        ValueError: if there is none.
    """
    if isinstance(profile, Profile):
        return profile
    if not isinstance(profile, str) or profile not in PROFILES:
        msg = f"there is no profile {written(profile)}; choose from {', '.join(PROFILES)}"
        raise ValueError(msg)
    return PROFILES[profile]


def _check_steps(name: str, flow: Flow) -> None:
    """Refuses two steps of one name, an action that is step and compensation, and a compensation with two policies."""
    seen: dict[str, Step] = {}
    for step in flow.steps():
        if step.name in seen:
            first = seen[step.name].spec.span
            where = f" (first declared at {first})" if first and seen[step.name] is not step else ""
            msg = (
                f"{name}: {step.name!r} occurs twice{where}; one key would swallow the second call. "
                f"Name the repetition: step.named('{step.name} again')"
            )
            raise ValueError(msg)
        seen[step.name] = step
    policies: dict[str, tuple[str, RetryPolicy]] = {}
    for step in seen.values():
        undo = step.spec.compensation
        if undo is None:
            continue
        if undo.action in seen:
            msg = f"{name}: {undo.action!r} is a step and the compensation of {step.name!r}; give one of them another name"
            raise ValueError(msg)
        other, policy = policies.setdefault(undo.action, (step.name, undo.policy))
        if policy != undo.policy:
            msg = (
                f"{name}: {undo.action!r} undoes {other!r} and {step.name!r} at once, with two retry policies; "
                f"share one value: undo = Compensation({undo.action!r}, retry=...)"
            )
            raise ValueError(msg)


def _check_conditions(name: str, flow: Flow) -> None:
    """Refuses two conditions of one name that differ: the same question would have different answers."""
    seen: dict[str, Condition] = {}
    for condition in _conditions(flow):
        if seen.setdefault(condition.name, condition) != condition:
            msg = f"{name}: two different conditions are named {condition.name!r}; give one of them another name"
            raise ValueError(msg)
        if condition.answers != Condition("").answers:
            msg = f"{name}: when() asks yes or no, and {condition.name!r} has the answers {condition.answers!r}"
            raise ValueError(msg)
    _check_alternatives(name, flow)
    if _fallbacks(flow) > _DEEPEST_FALLBACK:
        msg = f"{name}: first_of is nested more than {_DEEPEST_FALLBACK} deep; write one first_of(a, b, c, ...)"
        raise ValueError(msg)


def _check_alternatives(name: str, flow: Flow) -> None:
    """Refuses a compensation that an alternative shares with steps outside: undoing one would undo the other."""
    owners: dict[str, set[str]] = {}
    for step in flow.steps():
        if step.spec.compensation is not None:
            owners.setdefault(step.spec.compensation.action, set()).add(step.name)
    for alternative in _alternatives(flow):
        inside = {step.name for step in alternative.steps()}
        for action, steps in owners.items():
            if steps & inside and steps - inside:
                msg = (
                    f"{name}: {action!r} undoes {min(steps & inside)!r}, an alternative of first_of that is undone by "
                    f"itself, and {min(steps - inside)!r} beside it; give each a compensation of its own"
                )
                raise ValueError(msg)


def _alternatives(flow: Flow) -> Iterator[Flow]:
    """Every alternative of every first_of in the flow."""
    if isinstance(flow, FirstOf):
        yield from flow.alternatives
    for child in _children(flow):
        yield from _alternatives(child)


def _children(flow: Flow) -> tuple[Flow, ...]:
    if isinstance(flow, Sequence):
        return flow.parts
    if isinstance(flow, Parallel):
        return flow.branches
    if isinstance(flow, FirstOf):
        return flow.alternatives
    if isinstance(flow, When):
        return (flow.then,) if flow.otherwise is None else (flow.then, flow.otherwise)
    return ()


def _conditions(flow: Flow) -> list[Condition]:
    own = [flow.condition] if isinstance(flow, When) else []
    return own + [condition for child in _children(flow) for condition in _conditions(child)]


def _fallbacks(flow: Flow) -> int:
    """How deep first_of is nested."""
    return isinstance(flow, FirstOf) + max((_fallbacks(child) for child in _children(flow)), default=0)
