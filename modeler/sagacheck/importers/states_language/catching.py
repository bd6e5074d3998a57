"""Error names: which outcome they stand for, and which catcher takes them.

A Task can fail in more ways than a chart has outcomes. Here an error is *rejected* (certainly no effect) or *unknown*:

- names that a function throws on purpose are rejected. Nobody lists those, so the definition is taken at its word: a
  Task throws the names that its own Catch and Retry mention or, if they mention none, those in the Catch of the nearest
  Parallel or Map around it;
- refusals of a service, which leave nothing behind (a conditional check that failed), are rejected, too;
- every other error leaves open whether the call took effect: errors of a service, of its client or of a runtime
  (`States.TaskFailed` stands for all of them) and timeouts (`States.Timeout`).

The first catcher that fits takes an error, and what the state itself does not catch, the Parallel or Map around it may.
`States.ALL` fits every error, `States.TaskFailed` every one but `States.Timeout`, which a missed heartbeat counts as.
`States.Runtime` and `States.DataLimitExceeded` no catcher fits. What fails in a Parallel is `States.BranchFailed` to it
as well; too many failed items of a Map are `States.ExceedToleratedFailureThreshold`.
Source: https://states-language.net/spec.html#appendix-a and the documentation of AWS Step Functions on errors.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from sagacheck.core.outcome import Outcome
from sagacheck.importers.states_language.data import Write, left_by
from sagacheck.importers.states_language.definition import Catcher, Jump, State

ALL = "States.ALL"
TASK_FAILED = "States.TaskFailed"
TIMEOUT = "States.Timeout"
HEARTBEAT = "States.HeartbeatTimeout"
NO_CHOICE_MATCHED = "States.NoChoiceMatched"
BRANCH_FAILED = "States.BranchFailed"
THRESHOLD_EXCEEDED = "States.ExceedToleratedFailureThreshold"
OTHER = "any other error"
"""Stands for the errors that are thrown on purpose and that the definition does not name."""

_REFUSALS = frozenset(
    {
        "ConditionalCheckFailedException",
        "TransactionCanceledException",
        "TransactionConflictException",
        "PreconditionFailedException",
    }
)
# A class of a user's own package, as Java names it: com.example.OutOfStock.
_OWN_CLASS = re.compile(r"(?!java\.|javax\.|kotlin\.|com\.amazonaws\.|software\.amazon\.)[a-z]\w*(\.\w+)+")


_NEVER_CAUGHT = frozenset({"States.Runtime", "States.DataLimitExceeded"})
_WILD = (ALL, TASK_FAILED, TIMEOUT, BRANCH_FAILED, THRESHOLD_EXCEEDED)


def is_rejection(error: str, said: Mapping[str, Outcome]) -> bool:
    """Whether an error of this name says that the call certainly took no effect.

    Args:
        error: its name.
        said: for the names about which a person has said something, what a call comes to.
    """
    if error in said:
        return said[error] is Outcome.REJECTED
    if error.startswith("States."):
        return False
    return "." not in error or error.rsplit(".", 1)[-1] in _REFUSALS or _OWN_CLASS.fullmatch(error) is not None


@dataclass(frozen=True)
class Catch:
    """The catchers of one state, by error name: the position of the first one that lists it.

    Args:
        catchers: in the order of the source.
        first: for every name that is listed its first catcher.
        rejections: the names among them that stand for a rejection, in the order of the source.
        failures: all others but the wild cards and what is never caught, in the order of the source.
    """

    catchers: tuple[Catcher, ...] = ()
    first: dict[str, int] = field(default_factory=dict)
    rejections: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()

    def find(self, error: str, aliases: tuple[str, ...] = ()) -> Catcher | None:
        """The first catcher that fits an error.

        Args:
            error: its name.
            aliases: other names that it goes by at this level.
        """
        names = [error, ALL, *aliases]
        if error != TIMEOUT:
            names.append(TASK_FAILED)
        if error == HEARTBEAT:
            names.append(TIMEOUT)
        found = [self.first[name] for name in names if name in self.first]
        return self.catchers[min(found)] if found else None


def catch_of(catchers: tuple[Catcher, ...], said: Mapping[str, Outcome]) -> Catch:
    """Catchers in the form in which they are looked up."""
    first: dict[str, int] = {}
    for position, catcher in enumerate(catchers):
        for error in catcher.errors:
            first.setdefault(error, position)
    return Catch(
        catchers,
        first,
        tuple(error for error in first if is_rejection(error, said)),
        tuple(e for e in first if not is_rejection(e, said) and e not in _WILD and e not in _NEVER_CAUGHT),
    )


@dataclass(frozen=True, slots=True)
class Goes:
    """Where a caught error goes.

    Args:
        region: the region in which the target is to be looked up.
        to: the jump.
        writes: what the catcher leaves in the document.
        holder: position of the Parallel or Map that catches it; None if the state itself does.
    """

    region: str
    to: Jump
    writes: tuple[Write, ...]
    holder: int | None


@dataclass(frozen=True, slots=True)
class Tolerated:
    """A failed item of a Map that goes on in spite of it.

    Args:
        region: the region of the item.
        beyond: where too many failed items go; None if nobody catches them.
    """

    region: str
    beyond: Goes | None


@dataclass(frozen=True, slots=True)
class Handlers:
    """Who may catch an error: the catchers of a state, and those around it.

    Args:
        catch: the catchers of the state itself.
        region: the region in which they look for their targets.
        outer: those of the Parallel or Map around it.
        holder: position of the Parallel or Map whose catchers these are; None for those of a Task.
        aliases: the names by which errors from inside are known at this level as well.
        tolerates: the region of the items whose failures it tolerates; None if it tolerates none.
    """

    catch: Catch
    region: str
    outer: Handlers | None = None
    holder: int | None = None
    aliases: tuple[str, ...] = ()
    tolerates: str | None = None

    def find(self, error: str) -> Goes | Tolerated | None:
        """Where an error goes; None if nobody catches it."""
        level: Handlers | None = self
        while level is not None:
            if level.tolerates is not None:
                beyond = level.beyond_tolerance()
                return Tolerated(level.tolerates, beyond if isinstance(beyond, Goes) else None)
            catcher = level.catch.find(error, level.aliases)
            if catcher is not None:
                return Goes(level.region, catcher.to, catcher.writes, level.holder)
            level = level.outer
        return None

    def beyond_tolerance(self) -> Goes | Tolerated | None:
        """Where it goes when more items fail than are tolerated."""
        catcher = self.catch.find(THRESHOLD_EXCEEDED)
        if catcher is not None:
            return Goes(self.region, catcher.to, catcher.writes, self.holder)
        return self.outer.find(THRESHOLD_EXCEEDED) if self.outer else None

    def levels(self) -> list[Catch]:
        """All catchers, innermost first."""
        result: list[Catch] = []
        level: Handlers | None = self
        while level is not None:
            result.append(level.catch)
            level = level.outer
        return result


@dataclass(frozen=True, slots=True)
class Part:
    """The errors of one outcome that go one way.

    Args:
        errors: their names.
        goes: which way; None if nobody catches them.
    """

    errors: tuple[str, ...]
    goes: Goes | Tolerated | None

    @property
    def named(self) -> tuple[str, ...]:
        """The names among them that errors really have."""
        return tuple(error for error in self.errors if error not in (OTHER, TASK_FAILED))

    @property
    def others(self) -> Outcome | None:
        """What the errors stand for whose names are not known; None if all are."""
        if OTHER in self.errors:
            return Outcome.REJECTED
        return Outcome.UNKNOWN if TASK_FAILED in self.errors else None


def parts_of(state: State, handlers: Handlers, outcome: Outcome, said: Mapping[str, Outcome]) -> list[Part]:
    """Which errors stand behind a rejected (or failed) or an unknown outcome, grouped by where they go.

    Args:
        state: the Task that fails.
        handlers: who may catch its errors.
        outcome: what its call comes to.
        said: what a person has said of errors, by name.
    """
    errors = _unknown(state, handlers, said) if outcome is Outcome.UNKNOWN else _rejected(state, handlers, said)
    groups: dict[Hashable, Part] = {}
    for error in errors:
        goes = handlers.find(error)
        way: Hashable = None
        if isinstance(goes, Goes):
            way = (goes.region, goes.to.target, left_by(goes.writes))
        elif goes is not None:
            way = goes.region
        known = groups.get(way)
        groups[way] = Part((error,), goes) if known is None else Part((*known.errors, error), known.goes)
    return list(groups.values())


def _unknown(state: State, handlers: Handlers, said: Mapping[str, Outcome]) -> list[str]:
    """The errors that leave open whether the call took effect."""
    named = [error for error in state.retried if said.get(error) is Outcome.UNKNOWN]
    named.extend(error for catch in handlers.levels() for error in catch.failures)
    return list(dict.fromkeys([*named, TASK_FAILED, TIMEOUT]))


def _rejected(state: State, handlers: Handlers, said: Mapping[str, Outcome]) -> list[str]:
    """The errors that say that the call took no effect."""
    own = [error for error in state.retried if is_rejection(error, said)]
    for catch in handlers.levels():
        own.extend(catch.rejections)
        if own:
            break
    named = list(dict.fromkeys(own))
    if not named or handlers.find(OTHER) is not None:
        named.append(OTHER)
    return named
