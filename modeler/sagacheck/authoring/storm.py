"""What a storm needs to know of a saga's handlers: their world, how to look at it, and what to send them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sagacheck.authoring.profile import Profile
from sagacheck.authoring.saga import Saga, profile_named
from sagacheck.authoring.source import caller_span, importing_file
from sagacheck.core.chart import Chart
from sagacheck.core.misuse import closest, taught, written
from sagacheck.core.span import Span
from sagacheck.core.step import Handler, StepSpec
from sagacheck.core.storming import Law

if TYPE_CHECKING:
    from sagacheck.authoring.machine.states import SagaMachine

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@taught("Storm(place_order, world=fresh_database, probe=what_counts, example={'order_id': 'o-1'})")
@dataclass(frozen=True, init=False)
class Storm:
    """How to let a storm loose on the handlers of a saga. It stands beside the saga, which knows nothing of it.

    Args:
        saga: the saga, or the `SagaMachine` class that coordinates it; the callables that its steps were given are its
            handlers.
        world: what handlers work on: `SqliteWorld(...)` or another ready-made one, or a callable that makes a fresh one
            (an `sqlite3.Connection`, a dict, a client) or a context manager that gives one.
        probe: what of the world counts: called with it, returns numbers, texts, lists and dicts. Without one
            everything in a database counts.
        example: a payload that every handler accepts, with the fields that name the keys.
        other: what differs in another payload under the same key.
        rejecting: by action, what differs in a payload that the step refuses.
        refusals: exceptions by which handlers refuse for good, beside `Rejected`.
        handlers: by action the callable that does it, where the saga has only its name.
        later: lets time pass: called with the world and seconds.
        waived: by action, or by obligation ("payment.charge-duplicate"), why it is not looked at.
        simulated: whether participants that behave as their contracts say act in place of the handlers.
        profile: the engine profile that unwinds the saga here, where that is not its own; its name stands behind the
            saga's. A machine unwinds as it is wired.

    Raises:
        TypeError, ValueError: if an argument makes no sense; the message says what to write instead.
    """

    saga: Saga | type[SagaMachine]
    world: Any
    probe: Callable[[Any], object] | None
    example: Mapping[str, Any]
    other: Mapping[str, Any] | None
    rejecting: Mapping[str, Mapping[str, Any]]
    refusals: tuple[type[Exception], ...]
    handlers: Mapping[str, Handler]
    later: Callable[[Any, float], object] | None
    waived: Mapping[str, str]
    simulated: bool
    profile: Profile | None
    span: Span | None = field(compare=False)
    made_by: str = field(compare=False)

    def __init__(
        self,
        saga: Saga | type[SagaMachine],
        *,
        world: Any = None,  # noqa: ANN401 - a ready-made world, or what makes one
        probe: Callable[[Any], object] | None = None,
        example: Mapping[str, Any] = _NOTHING,
        other: Mapping[str, Any] | None = None,
        rejecting: Mapping[str, Mapping[str, Any]] = _NOTHING,
        refusals: tuple[type[Exception], ...] = (),
        handlers: Mapping[str, Handler] = _NOTHING,
        later: Callable[[Any, float], object] | None = None,
        waived: Mapping[str, str] = _NOTHING,
        simulated: bool = False,
        profile: str | Profile | None = None,
    ) -> None:
        if not isinstance(saga, Saga) and not is_machine(saga):
            msg = f"Storm({written(saga)}, ...): begin with the saga, like Storm(place_order, world=...)"
            raise TypeError(msg)
        if profile is not None and not isinstance(saga, Saga):
            msg = f"Storm({written(saga)}, profile=...): a machine unwinds as it is wired, under no profile"
            raise TypeError(msg)
        specs = _chart_of(saga, None).steps
        actions = _actions(specs)
        for what, names in (("rejecting", rejecting), ("handlers", handlers)):
            _check_names(what, names, actions)
        _check_names("waived", waived, actions | {f"{action}-{law}" for action in actions for law in Law})
        for name, reason in waived.items():
            if not isinstance(reason, str) or not reason.strip():
                msg = f"Storm: say why {name!r} is waived: waived={{{name!r}: 'the reason'}}"
                raise ValueError(msg)
        _check_example(specs, example)
        for name, value in {
            "saga": saga,
            "world": world,
            "probe": probe,
            "example": example,
            "other": other,
            "rejecting": rejecting,
            "refusals": tuple(refusals),
            "handlers": handlers,
            "later": later,
            "waived": waived,
            "simulated": simulated,
            "profile": None if profile is None else profile_named(profile),
            "span": caller_span(),
            "made_by": importing_file(),
        }.items():
            object.__setattr__(self, name, value)

    @property
    def name(self) -> str:
        """The saga's name; with the profile's behind it where that is another one than its own."""
        name = self.saga.name if isinstance(self.saga, Saga) else self.chart().name
        return name if self.profile is None else f"{name} ({self.profile.name})"

    @property
    def declared_at(self) -> Span | None:
        """Where the saga stands."""
        return self.saga.span if isinstance(self.saga, Saga) else self.saga.declared_at

    def chart(self) -> Chart:
        """The saga's control graph."""
        return _chart_of(self.saga, self.profile)

    def own_handlers(self) -> dict[str, Handler]:
        """By action the callables that the saga's steps were given; `handlers` go before them."""
        found: dict[str, Handler] = {}
        for spec in self.chart().steps:
            if spec.handler is not None:
                found[spec.action] = spec.handler
            undo = spec.compensation
            if undo is not None and undo.handler is not None:
                found[undo.action] = undo.handler
        return found


def is_machine(value: object) -> bool:
    """Whether a value is a `SagaMachine` class.

    Who has one has imported what they are made of; nothing is imported here to find out, as that takes its time.
    """
    states = sys.modules.get("sagacheck.authoring.machine.states")
    return (
        states is not None
        and isinstance(value, type)
        and value is not states.SagaMachine
        and issubclass(value, states.SagaMachine)
    )


def _chart_of(saga: Saga | type[SagaMachine], profile: Profile | None) -> Chart:
    if isinstance(saga, Saga):
        return saga.chart(profile)
    from sagacheck.authoring.machine.reading import chart_of_machine

    return chart_of_machine(saga)


def _actions(specs: tuple[StepSpec, ...]) -> set[str]:
    """Every action of these steps: their own and their compensations'."""
    found = set()
    for spec in specs:
        found.add(spec.action)
        if spec.compensation is not None:
            found.add(spec.compensation.action)
    return found


def _check_names(what: str, names: Mapping[str, object], actions: set[str]) -> None:
    for name in names:
        if name not in actions:
            meant = closest(name, actions)
            hint = f"; did you mean {meant!r}?" if meant else f"; it has {', '.join(sorted(actions))}"
            msg = f"Storm: {what}= names {name!r}, which the saga does not have{hint}"
            raise ValueError(msg)


def _check_example(specs: tuple[StepSpec, ...], example: Mapping[str, Any]) -> None:
    """Refuses an example without the fields by which contracts tell operations apart."""
    for spec in specs:
        key = getattr(spec.contract, "key", None)
        if example and key is not None and key not in example:
            msg = (
                f"Storm: the example has no field {key!r}, which is the key of {spec.name!r}: "
                f"example={{{key!r}: 'o-1', ...}}"
            )
            raise ValueError(msg)
