"""A state machine as the States Language describes it: every field that matters for control, with its place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sagacheck.core.remark import StrayField
from sagacheck.core.retry import RetryPolicy
from sagacheck.core.span import Span
from sagacheck.importers.states_language.conditions import Expression
from sagacheck.importers.states_language.data import Read, Write


class Kind(StrEnum):
    """The types of state."""

    TASK = "Task"
    PASS = "Pass"  # noqa: S105 - a type of state, no password
    WAIT = "Wait"
    CHOICE = "Choice"
    PARALLEL = "Parallel"
    MAP = "Map"
    SUCCEED = "Succeed"
    FAIL = "Fail"


@dataclass(frozen=True, slots=True)
class Jump:
    """A state goes on to another one, which may not exist.

    Args:
        target: the name that it gives.
        span: the field that gives it.
    """

    target: str
    span: Span


@dataclass(frozen=True, slots=True)
class Catcher:
    """Sends errors of these names to a state, and leaves something about them in the document."""

    errors: tuple[str, ...]
    to: Jump
    writes: tuple[Write, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a Choice: what it asks, in a few words and as an expression, where it leads, what it leaves behind."""

    asks: str
    to: Jump
    expression: Expression
    writes: tuple[Write, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """One state.

    Args:
        name: its name; unique in its machine, not always in the whole definition.
        kind: its type.
        span: its name where it is defined.
        next: where it goes on; None for one that says nothing.
        end: the field by which it ends its machine; None for one that says nothing.
        catchers: in the order of the source; the first that fits an error takes it.
        retried: the names of errors after which it is tried again.
        policy: how often it is tried.
        rules: of a Choice, in the order of the source.
        default: of a Choice, where it leads if no rule fits.
        branches: the machines in a Parallel or, one, in a Map.
        resource: what a Task calls.
        function: the function or machine that a Task names in its input, or "".
        error: the name of the error that a Fail raises; None if it is computed.
        cause: what a Fail says about it.
        timeout: seconds that one attempt may take; None if nothing was said.
        lasts: seconds that it takes at most, with all attempts and pauses; None if nothing was said.
        tolerant: whether a Map goes on although items failed.
        reads: what a Task hands to what it calls.
        writes: what it leaves in the document when it goes on.
        hands_in: what a Parallel or Map makes of the document for what runs in it.
        comment: what its author says about it.
    """

    name: str
    kind: Kind
    span: Span
    next: Jump | None = None
    end: Span | None = None
    catchers: tuple[Catcher, ...] = ()
    retried: tuple[str, ...] = ()
    policy: RetryPolicy = RetryPolicy()
    rules: tuple[Rule, ...] = ()
    default: Jump | None = None
    branches: tuple[Machine, ...] = ()
    resource: str = ""
    function: str = ""
    error: str | None = None
    cause: str = ""
    timeout: float | None = None
    lasts: float | None = None
    tolerant: bool = False
    reads: tuple[Read, ...] = ()
    writes: tuple[Write, ...] = ()
    hands_in: tuple[Write, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """A state machine: the definition itself, a branch of a Parallel, or what a Map does with each item.

    Args:
        start: name of its first state, which exists.
        states: in the order of the source.
        stray: fields that have no meaning where they stand.
        span: the field that names its first state.
        time_limit: seconds after which a run of it ends; None if nothing was said.
        time_limit_span: where that is said.
    """

    start: str
    states: tuple[State, ...]
    stray: tuple[StrayField, ...]
    span: Span
    time_limit: float | None = None
    time_limit_span: Span | None = None
