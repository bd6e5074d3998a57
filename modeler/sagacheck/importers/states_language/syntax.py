"""Reads a state machine out of JSON values, and refuses what no engine would take."""

from __future__ import annotations

import math
from collections.abc import Iterable
from difflib import get_close_matches

from sagacheck.core.remark import StrayField
from sagacheck.core.retry import RetryPolicy
from sagacheck.core.span import Span
from sagacheck.importers.states_language.conditions import asked_by, expression_of, shortened
from sagacheck.importers.states_language.data import caught_writes, handed_in, reads_of, rule_writes, writes_of
from sagacheck.importers.states_language.definition import Catcher, Jump, Kind, Machine, Rule, State
from sagacheck.importers.states_language.fields import stray_fields, stray_machine_fields
from sagacheck.importers.states_language.paths import Language
from sagacheck.importers.states_language.reading import Value
from sagacheck.importers.states_language.source import Document
from sagacheck.importers.states_language.spot import Spot

_MOST_ATTEMPTS = 99_999_999
"""The highest MaxAttempts that the language allows."""

_MACHINE_FIELDS = ("Comment", "QueryLanguage", "StartAt", "TimeoutSeconds", "Version", "ProcessorConfig")
_HANDLING = (Kind.TASK, Kind.PARALLEL, Kind.MAP)
"""The types of state that can fail and say what follows."""

_GOING_ON = (Kind.TASK, Kind.PASS, Kind.WAIT, Kind.PARALLEL, Kind.MAP)
"""The types of state that say where they go on."""

_FUNCTION_FIELDS = ("FunctionName", "StateMachineArn")


def read_machine(document: Document, value: Value) -> Machine:
    """The definition as a state machine.

    Raises:
        DefinitionError: if it breaks the language in a way that leaves its meaning open. Names of states that do not
            exist, and states that nothing leaves, are read as they stand.
    """
    spot = Spot(document, value)
    if not isinstance(value.data, dict):
        raise spot.error("a definition is an object with StartAt and States")
    return _machine(spot, Language.JSONPATH, top=True)


def _machine(spot: Spot, language: Language, *, top: bool = False) -> Machine:
    """One machine, the top one or one in a branch; without a word of its own it speaks the language around it."""
    start = spot.required("StartAt", "a definition has StartAt, which names the first state, and States")
    listed = spot.required("States", "list the states, by name")
    states: list[State] = []
    stray = [*stray_machine_fields(spot, top=top)]
    named = spot.member("QueryLanguage")
    for name, value in listed.members.items():
        inner = Spot(spot.document, value, (*listed.path, name))
        if name in _MACHINE_FIELDS and not isinstance(value.data, dict):
            stray.append(StrayField("", name, inner.key_span, "is no state, and belongs beside `States`"))
            named = named or (inner if name == "QueryLanguage" else None)
    language = _language(named, language)
    for name, value in listed.members.items():
        if name in _MACHINE_FIELDS and not isinstance(value.data, dict):
            continue
        state, ignored = _state(name, Spot(spot.document, value, (*listed.path, name)), language)
        states.append(state)
        stray.extend(ignored)
    if start.text not in {state.name for state in states}:
        raise start.error(
            f"StartAt names `{shortened(start.text)}`, which is no state here{_meant(start.text, states)}"
        )
    limit = spot.member("TimeoutSeconds")
    return Machine(
        start=start.text,
        states=tuple(states),
        stray=tuple(stray),
        span=start.span,
        time_limit=_seconds(limit),
        time_limit_span=limit.span if limit else None,
    )


def _language(spot: Spot | None, otherwise: Language) -> Language:
    """The query language that a field names."""
    if spot is None:
        return otherwise
    try:
        return Language(spot.text)
    except ValueError:
        raise spot.error(
            f"there is no query language `{shortened(spot.text)}`; use one of {_listing(Language)}"
        ) from None


def _meant(name: str, states: list[State]) -> str:
    """A guess at what was meant."""
    close = get_close_matches(name[:100], [state.name[:100] for state in states[:200]], n=1)
    if close:
        return f"; did you mean `{close[0]}`?"
    return "; name one of its states" if states else ": there are no states; add one"


def _state(name: str, spot: Spot, language: Language) -> tuple[State, list[StrayField]]:
    """One state, and what has no meaning in it."""
    kind = _kind(name, spot)
    language = _language(spot.member("QueryLanguage"), language)
    following, end = _following(name, kind, spot)
    retriers = spot.each("Retry", _retrier) if kind in _HANDLING else ()
    timeout = _seconds(spot.member("TimeoutSeconds")) if kind is Kind.TASK else None
    comment = spot.member("Comment")
    state = State(
        name=name,
        kind=kind,
        span=spot.key_span,
        next=following,
        end=end,
        catchers=_catchers(name, kind, spot, language),
        retried=tuple(dict.fromkeys(error for _, errors in retriers for error in errors)),
        policy=max((policy for policy, _ in retriers), key=lambda policy: policy.attempts or 0, default=RetryPolicy()),
        rules=_rules(name, spot, language) if kind is Kind.CHOICE else (),
        default=_jump(spot.member("Default")) if kind is Kind.CHOICE else None,
        branches=_branches(name, kind, spot, language),
        resource=_resource(name, spot) if kind is Kind.TASK else "",
        function=_function(spot) if kind is Kind.TASK else "",
        error=_literal(spot.member("Error")) if kind is Kind.FAIL else None,
        cause=(_literal(spot.member("Cause")) or "") if kind is Kind.FAIL else "",
        timeout=timeout,
        lasts=_pause(spot) if kind is Kind.WAIT else _longest(timeout, [policy for policy, _ in retriers]),
        tolerant=kind is Kind.MAP and any(field.startswith("ToleratedFailure") for field in spot.members),
        reads=reads_of(spot, language) if kind is Kind.TASK else (),
        writes=writes_of(spot, name, kind, language),
        hands_in=handed_in(spot, name, kind, language),
        comment=comment.value.data if comment and isinstance(comment.value.data, str) else "",
    )
    return state, [*stray_fields(name, kind, language, spot)]


def _longest(timeout: float | None, policies: list[RetryPolicy]) -> float | None:
    """Seconds that a Task takes at most: every retrier counts its own attempts."""
    if timeout is None:
        return None
    return timeout + sum(policy.horizon(timeout) - timeout for policy in policies)


def _pause(spot: Spot) -> float | None:
    """Seconds that a Wait takes; None if it is computed."""
    return _seconds(spot.member("Seconds"), least=0)


def _kind(name: str, spot: Spot) -> Kind:
    """The type of a state."""
    written = spot.required("Type", f"say what `{name}` is: {_listing(Kind)}")
    try:
        return Kind(written.text)
    except ValueError:
        close = get_close_matches(written.text[:100], list(Kind), n=1)
        hint = f"did you mean {close[0]}?" if close else f"use one of {_listing(Kind)}"
        raise written.error(f"`{name}` has the unknown type `{shortened(written.text)}`; {hint}") from None


def _listing(names: Iterable[str]) -> str:
    return ", ".join(names)


def _following(name: str, kind: Kind, spot: Spot) -> tuple[Jump | None, Span | None]:
    """Where a state goes on, or the field by which it ends its machine."""
    if kind not in _GOING_ON:
        return None, None
    following, end = _jump(spot.member("Next")), spot.member("End")
    if end is None or not end.flag:
        return following, None
    if following is not None:
        raise end.error(f"`{name}` has both Next and End: remove one of them")
    return None, end.span


def _jump(spot: Spot | None) -> Jump | None:
    """A field that names a state."""
    return None if spot is None else Jump(spot.text, spot.span)


def _catchers(name: str, kind: Kind, spot: Spot, language: Language) -> tuple[Catcher, ...]:
    """The entries of a Catch."""

    def catcher(item: Spot) -> Catcher:
        errors = _errors(item)
        following = item.required("Next", "a catcher must say where the errors go")
        return Catcher(errors, Jump(following.text, following.span), caught_writes(item, name, language))

    return spot.each("Catch", catcher) if kind in _HANDLING else ()


def _errors(spot: Spot) -> tuple[str, ...]:
    """The names of errors that a catcher or a retrier lists."""
    listed = spot.required("ErrorEquals", "list the names of the errors; States.ALL stands for every one")
    errors = tuple(item.text for item in listed.items)
    if not errors:
        raise listed.error("`ErrorEquals` is empty: list the names of the errors; States.ALL stands for every one")
    if "" in errors:
        raise listed.error("`ErrorEquals` lists an empty name: no error is called so; remove it, or name the error")
    return errors


def _retrier(spot: Spot) -> tuple[RetryPolicy, tuple[str, ...]]:
    """One entry of a Retry. Left out, the language puts three attempts, one second and a factor of two."""

    def number(name: str, default: float, least: float, most: float = math.inf) -> float:
        found = spot.member(name)
        return default if found is None or _is_computed(found) else found.number(least, most)

    policy = RetryPolicy(
        attempts=1 + int(number("MaxAttempts", 3, 0, _MOST_ATTEMPTS)),
        interval=float(number("IntervalSeconds", 1, 0, _MOST_ATTEMPTS)),
        backoff=float(number("BackoffRate", 2, 1)),
        longest_interval=float(number("MaxDelaySeconds", math.inf, 1)),
    )
    return policy, _errors(spot)


def _rules(name: str, spot: Spot, language: Language) -> tuple[Rule, ...]:
    """The rules of a Choice."""

    def rule(item: Spot) -> Rule:
        following = item.required("Next", "a rule must say where it leads")
        return Rule(
            asks=asked_by(item),
            to=Jump(following.text, following.span),
            expression=expression_of(item, language),
            writes=rule_writes(item, name, language),
        )

    choices = spot.required("Choices", f"list the rules of `{name}`")
    rules = tuple(rule(item) for item in choices.items)
    if not rules:
        raise choices.error(f"`{name}` has no rule: add one, or make it a Pass")
    return rules


def _branches(name: str, kind: Kind, spot: Spot, language: Language) -> tuple[Machine, ...]:
    """The machines within a state."""
    if kind is Kind.MAP:
        inner = spot.member("ItemProcessor") or spot.member("Iterator")
        if inner is None:
            raise spot.error(f"`ItemProcessor` is missing: say what `{name}` does with each item")
        return (_machine(inner, language),)
    if kind is not Kind.PARALLEL:
        return ()
    branches = spot.required("Branches", f"list the machines that `{name}` runs side by side")
    if not branches.items:
        raise branches.error(f"`{name}` has no branch: add one, or make it a Pass")
    return tuple(_machine(item, language) for item in branches.items)


def _resource(name: str, spot: Spot) -> str:
    """What a Task calls."""
    return spot.required("Resource", f"say what `{name}` calls").text


def _function(spot: Spot) -> str:
    """The function or machine that a Task hands to a service; "" if it names none."""
    for inputs in ("Parameters", "Arguments"):
        found = spot.member(inputs)
        if found is not None and isinstance(found.value.data, dict):
            for field in _FUNCTION_FIELDS:
                named = found.value.data.get(field)
                if named is not None and isinstance(named.data, str):
                    return named.data
    return ""


def _literal(spot: Spot | None) -> str | None:
    """A string that is not computed when the machine runs."""
    if spot is None or spot.text.lstrip().startswith("{%"):
        return None
    return spot.text


def _seconds(spot: Spot | None, least: float = 1) -> float | None:
    """A number of seconds; None if nothing is said or it is computed."""
    return None if spot is None or _is_computed(spot) else float(spot.number(least))


def _is_computed(spot: Spot) -> bool:
    """Whether a number is not known before the machine runs, or before its template is filled in."""
    return isinstance(spot.value.data, str) and spot.text.lstrip().startswith(("{%", "${"))
