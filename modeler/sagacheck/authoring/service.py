"""The values that say what the services of a choreography do when they hear an event."""

from __future__ import annotations

from dataclasses import dataclass, field

from sagacheck.authoring.events import (
    After,
    Awaited,
    Books,
    Event,
    an_event,
    mentioned,
    one_event,
    pattern_of,
    timer_of,
)
from sagacheck.authoring.flow import Flow, Step
from sagacheck.authoring.source import caller_span
from sagacheck.core.misuse import check_truth, taught, written
from sagacheck.core.net import Applied, Reaction, ServiceSpec, Work
from sagacheck.core.outcome import Outcome
from sagacheck.core.span import Span


@taught("On('OrderPlaced', do=reserve, ok='Reserved', rejected='OutOfStock')")
@dataclass(frozen=True, init=False, slots=True)
class On:
    """What a service does when it hears an event, and what it publishes then.

    Args:
        event: what it waits for: a name, `AllOf(...)`, `AnyOf(...)`, or a timer, `After(...)`.
        do: the step that it does.
        undo: the step that it undoes. Without either it only publishes `ok`.
        ok: the event that it publishes if that went well.
        rejected: the event that it publishes if the step was rejected.
        failed: the event that it publishes if the compensation was refused for good.
        unknown: the event that it publishes if it has given up without an answer; else nobody hears of it.
        only_if: a guard, `applied(step)`, or a list of which all have to hold; otherwise nothing happens.
        remote: whether it calls something outside the local transaction, which may never answer.

    Raises:
        TypeError, ValueError: if an argument makes no sense; the message says what to write instead.
    """

    event: Awaited | After
    reaction: Reaction
    bounded: tuple[Event, ...] = field(compare=False)

    def __init__(
        self,
        event: Awaited | After,
        *,
        do: Step | None = None,
        undo: Step | None = None,
        ok: str | Event | None = None,
        rejected: str | Event | None = None,
        failed: str | Event | None = None,
        unknown: str | Event | None = None,
        only_if: Books | list[Books] | tuple[Books, ...] | None = None,
        remote: bool = False,
    ) -> None:
        awaited = event if isinstance(event, After) else an_event(event, "as the first argument of On")
        label = f"On({written(event)}, ...)"
        step = _step(do, undo, label)
        check_truth(remote, f"{label}: remote")
        work = Work.UNDO if undo is not None else Work.DO if do is not None else Work.RELAY
        events = {Outcome.OK: ok, Outcome.REJECTED: rejected, Outcome.FAILED: failed, Outcome.UNKNOWN: unknown}
        given = {outcome: value for outcome, value in events.items() if value is not None}
        for outcome, value in given.items():
            one_event(value, f"as {outcome}= of {label}")
        _check_outcomes(label, step, work, set(given), remote=remote)
        reaction = Reaction(
            trigger=timer_of(awaited) if isinstance(awaited, After) else pattern_of(awaited),
            work=work,
            step=None if step is None else step.spec,
            publishes=tuple((outcome, v if isinstance(v, str) else v.name) for outcome, v in given.items()),
            only_if=_guards(only_if, label),
            remote=remote,
            span=caller_span(),
        )
        object.__setattr__(self, "event", awaited)
        object.__setattr__(self, "reaction", reaction)
        object.__setattr__(self, "bounded", (*mentioned(awaited), *(e for v in given.values() for e in mentioned(v))))


@taught("Service('inventory', On('OrderPlaced', do=reserve, ok='Reserved'))")
@dataclass(frozen=True, init=False, slots=True)
class Service:
    """A service of a choreography, with everything that it reacts to.

    All its reactions to one event run in one local transaction.

    Args:
        name: how it is known.
        reactions: `On(...)`, in any order.

    Raises:
        TypeError, ValueError: if an argument makes no sense; the message says what to write instead.
    """

    name: str
    reactions: tuple[On, ...]
    span: Span | None = field(compare=False)

    def __init__(self, name: str, *reactions: On) -> None:
        if not isinstance(name, str) or not name.strip():
            raise TypeError(f"Service({written(name)}, ...): begin with a name, like Service('inventory', On(...))")
        if len(reactions) == 1 and isinstance(reactions[0], list | tuple):
            raise TypeError(
                f"Service({name!r}, ...) takes its reactions one by one: Service({name!r}, On(...), On(...))"
            )
        if not reactions:
            raise TypeError(
                f"Service({name!r}): say what it reacts to: Service({name!r}, On('OrderPlaced', do=reserve))"
            )
        for reaction in reactions:
            if not isinstance(reaction, On):
                raise TypeError(
                    f"{written(reaction)} in Service({name!r}) is no reaction; write On('OrderPlaced', do=...)"
                )
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "reactions", reactions)
        object.__setattr__(self, "span", caller_span())
        _check_transactions(self)

    def spec(self) -> ServiceSpec:
        """The same for the net."""
        return ServiceSpec(self.name, tuple(on.reaction for on in self.reactions), self.span)


def _step(do: object, undo: object, label: str) -> Step | None:
    if do is not None and undo is not None:
        raise ValueError(f"{label}: a reaction does a step or undoes one; write two reactions")
    for value, word in ((do, "do"), (undo, "undo")):
        if value is not None and not isinstance(value, Step):
            if isinstance(value, Flow):
                remedy = "a service does one step at a time; let its event set off the next: ok='Reserved'"
            else:
                remedy = f"write {word}=reserve, with reserve = Step('inventory.reserve')"
            raise TypeError(f"{label}: {word}={written(value)} is no step; {remedy}")
    step = do if do is not None else undo
    assert step is None or isinstance(step, Step)
    if step is not None and step.spec.timeout is not None:
        raise ValueError(
            f"{label}: {step.name!r} has a timeout, and in a choreography nobody waits for an answer; leave it out. "
            f"For a call that may never answer write remote=True, for a deadline On(After('30m', ...), ...)"
        )
    if undo is not None and step is not None and step.spec.compensation is None:
        raise ValueError(f"{label}: {step.name!r} cannot be undone; give it one: Step(..., compensation='...')")
    return step


def _check_outcomes(label: str, step: Step | None, work: Work, given: set[Outcome], *, remote: bool) -> None:
    if Outcome.REJECTED in given and work is not Work.DO:
        other = "failed=" if work is Work.UNDO else "do="
        raise ValueError(f"{label}: only a step is rejected; write {other} instead of rejected=, or beside it do=")
    if Outcome.FAILED in given and work is not Work.UNDO:
        raise ValueError(f"{label}: only a compensation fails for good; a step is rejected: write rejected=")
    if Outcome.UNKNOWN in given and not remote:
        raise ValueError(
            f"{label}: a local transaction has happened or not, a crash only delivers its event again; "
            f"leave out unknown=, or say remote=True if it calls something outside"
        )
    if step is not None and Outcome.REJECTED in given and Outcome.REJECTED not in step.spec.outcomes:
        raise ValueError(
            f"{label}: {step.name!r} is retried until it is done, which claims that it is never rejected; "
            f"leave out rejected=, or write retry=Retry.until_known()"
        )
    undo = None if step is None else step.spec.compensation
    if undo is not None and Outcome.FAILED in given and Outcome.FAILED not in undo.outcomes:
        raise ValueError(
            f"{label}: {undo.action!r} is retried until it is done, which claims that it is never refused; "
            f"leave out failed=, or write Compensation({undo.action!r}, retry=Retry.until_known())"
        )
    if step is None and Outcome.OK not in given:
        raise ValueError(f"{label} does nothing: write do=, undo= or ok=")
    if step is None and remote:
        raise ValueError(f"{label}: nothing is called; leave out remote=, or say what is: do=charge")


def _guards(value: object, label: str) -> tuple[Applied, ...]:
    guards = () if value is None else tuple(value) if isinstance(value, list | tuple) else (value,)
    for guard in guards:
        if isinstance(guard, Step):
            raise TypeError(f"{label}: only_if={written(guard)}: write only_if=applied(...) about it")
        if not isinstance(guard, Books):
            raise TypeError(f"{label}: only_if={written(guard)} is no guard; write only_if=applied(reserve)")
    return tuple(guard.test for guard in guards)


def _check_transactions(service: Service) -> None:
    """Refuses two reactions to one event that touch one step: which comes first would decide."""
    seen: dict[tuple[str, str], On] = {}
    for on in service.reactions:
        if isinstance(on.event, After) or on.reaction.step is None:
            continue
        for event in sorted(on.reaction.hears):
            if seen.setdefault((event, on.reaction.step.name), on) is not on:
                raise ValueError(
                    f"Service({service.name!r}): two reactions to {event!r} touch {on.reaction.step.name!r}, "
                    f"in one transaction; write one reaction, or let an event of its own set off the second"
                )
