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
Source: https://states-language.net/spec.html#appendix-a and the documentation of AWS Step Functions on errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from sagacheck.core.outcome import Outcome
from sagacheck.importers.states_language.definition import Catcher, Jump, State

ALL = "States.ALL"
TASK_FAILED = "States.TaskFailed"
TIMEOUT = "States.Timeout"
HEARTBEAT = "States.HeartbeatTimeout"
NO_CHOICE_MATCHED = "States.NoChoiceMatched"
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


def is_rejection(error: str) -> bool:
    """Whether an error of this name says that the call certainly took no effect."""
    if error.startswith("States."):
        return False
    return "." not in error or error.rsplit(".", 1)[-1] in _REFUSALS or _OWN_CLASS.fullmatch(error) is not None


@dataclass(frozen=True)
class Catch:
    """The catchers of one state, by error name: the position of the first one that lists it, and where it leads.

    Args:
        jumps: for every name that is listed its first catcher.
        rejections: the names among them that stand for a rejection, in the order of the source.
        failures: all others but the wild cards, in the order of the source.
    """

    jumps: dict[str, tuple[int, Jump]] = field(default_factory=dict)
    rejections: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()

    def find(self, error: str) -> Jump | None:
        """Where the first catcher that fits sends this error."""
        names = [error, ALL]
        if error != TIMEOUT:
            names.append(TASK_FAILED)
        if error == HEARTBEAT:
            names.append(TIMEOUT)
        found = [self.jumps[name] for name in names if name in self.jumps]
        return min(found, key=lambda entry: entry[0])[1] if found else None


def catch_of(catchers: Iterable[Catcher]) -> Catch:
    """Catchers in the form in which they are looked up."""
    jumps: dict[str, tuple[int, Jump]] = {}
    for position, catcher in enumerate(catchers):
        for error in catcher.errors:
            jumps.setdefault(error, (position, catcher.to))
    return Catch(
        jumps,
        tuple(error for error in jumps if is_rejection(error)),
        tuple(error for error in jumps if not is_rejection(error) and error not in (ALL, TASK_FAILED, TIMEOUT)),
    )


@dataclass(frozen=True, slots=True)
class Handlers:
    """Who may catch an error: the catchers of a state, and those around it.

    Args:
        catch: the catchers of the state itself.
        region: the region in which they look for their targets.
        outer: those of the Parallel or Map around it.
    """

    catch: Catch
    region: str
    outer: Handlers | None = None

    def find(self, error: str) -> tuple[str, Jump] | None:
        """Where an error goes: the region in which the target is to be looked up, and the jump."""
        level: Handlers | None = self
        while level is not None:
            jump = level.catch.find(error)
            if jump is not None:
                return level.region, jump
            level = level.outer
        return None

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
        goes: the region in which the target is to be looked up, and the jump; None if nobody catches them.
    """

    errors: tuple[str, ...]
    goes: tuple[str, Jump] | None


def parts_of(state: State, handlers: Handlers, outcome: Outcome) -> list[Part]:
    """Which errors stand behind a rejected (or failed) or an unknown outcome, grouped by where they go."""
    errors = _unknown(handlers) if outcome is Outcome.UNKNOWN else _rejected(state, handlers)
    groups: dict[tuple[str, str] | None, Part] = {}
    for error in errors:
        goes = handlers.find(error)
        target = None if goes is None else (goes[0], goes[1].target)
        known = groups.get(target)
        groups[target] = Part((error,), goes) if known is None else Part((*known.errors, error), known.goes)
    return list(groups.values())


def _unknown(handlers: Handlers) -> list[str]:
    """The errors that leave open whether the call took effect."""
    named = [error for catch in handlers.levels() for error in catch.failures]
    return list(dict.fromkeys([*named, TASK_FAILED, TIMEOUT]))


def _rejected(state: State, handlers: Handlers) -> list[str]:
    """The errors that say that the call took no effect."""
    own = [error for error in state.retried if is_rejection(error)]
    for catch in handlers.levels():
        own.extend(catch.rejections)
        if own:
            break
    named = list(dict.fromkeys(own))
    if not named or handlers.find(OTHER) is not None:
        named.append(OTHER)
    return named
