"""Which fields the States Language knows where, and which of a definition's fields it does not.

Source: https://states-language.net/spec.html and the AWS Step Functions Developer Guide, "Amazon States Language". What
stands within the user's own templates (Parameters, Arguments, Result, Output, Assign, ...) is never looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from sagacheck.core.remark import StrayField
from sagacheck.importers.states_language.paths import Language
from sagacheck.importers.states_language.spot import Spot

_EVERY_STATE = ("Type", "Comment", "QueryLanguage")
_GOING = ("Next", "End", "Assign")
_HANDLING = ("Retry", "Catch")
_PLACES = ("InputPath", "OutputPath")
_RESULTS = ("Parameters", "ResultSelector", "ResultPath")

COMMON = {
    "Task": (*_GOING, *_HANDLING, "Resource", "TimeoutSeconds", "HeartbeatSeconds", "Credentials"),
    "Pass": _GOING,
    "Wait": (*_GOING, "Seconds", "Timestamp"),
    "Choice": ("Choices", "Default", "Assign"),
    "Parallel": (*_GOING, *_HANDLING, "Branches"),
    "Map": (
        *_GOING,
        *_HANDLING,
        "ItemProcessor",
        "Iterator",
        "ItemSelector",
        "ItemReader",
        "ItemBatcher",
        "ResultWriter",
        "MaxConcurrency",
        "ToleratedFailurePercentage",
        "ToleratedFailureCount",
        "Label",
    ),
    "Succeed": (),
    "Fail": ("Error", "Cause"),
}
"""For each type of state the fields that it has in either query language."""

ONLY = {
    Language.JSONPATH: {
        "Task": (*_PLACES, *_RESULTS, "TimeoutSecondsPath", "HeartbeatSecondsPath"),
        "Pass": (*_PLACES, "Parameters", "Result", "ResultPath"),
        "Wait": (*_PLACES, "SecondsPath", "TimestampPath"),
        "Choice": _PLACES,
        "Parallel": (*_PLACES, *_RESULTS),
        "Map": (
            *_PLACES,
            *_RESULTS,
            "ItemsPath",
            "MaxConcurrencyPath",
            "ToleratedFailurePercentagePath",
            "ToleratedFailureCountPath",
        ),
        "Succeed": _PLACES,
        "Fail": ("ErrorPath", "CausePath"),
    },
    Language.JSONATA: {
        "Task": ("Arguments", "Output"),
        "Pass": ("Output",),
        "Wait": ("Output",),
        "Choice": ("Output",),
        "Parallel": ("Arguments", "Output"),
        "Map": ("Items", "Output"),
        "Succeed": ("Output",),
        "Fail": (),
    },
}
"""For each query language and type of state the fields that it has in this language alone."""

_OTHER = {Language.JSONPATH: Language.JSONATA, Language.JSONATA: Language.JSONPATH}
_EVERYWHERE = frozenset(field for table in (COMMON, *ONLY.values()) for fields in table.values() for field in fields)
_RETRIER = (
    "Comment",
    "ErrorEquals",
    "IntervalSeconds",
    "MaxAttempts",
    "BackoffRate",
    "MaxDelaySeconds",
    "JitterStrategy",
)
_CATCHER = ("Comment", "ErrorEquals", "Next", "Assign")
_CATCHER_ONLY = {Language.JSONPATH: ("ResultPath",), Language.JSONATA: ("Output",)}
_RULE = ("Comment", "Next", "Assign")
_ORDERED = ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")
_COMPARING = (
    *(
        f"{kind}{sign}{path}"
        for kind in ("String", "Numeric", "Timestamp")
        for sign in _ORDERED
        for path in ("", "Path")
    ),
    "BooleanEquals",
    "BooleanEqualsPath",
    "StringMatches",
    *(f"Is{kind}" for kind in ("Null", "Present", "Numeric", "String", "Boolean", "Timestamp")),
)
_RULE_ONLY = {
    Language.JSONPATH: ("Variable", "And", "Or", "Not", *_COMPARING),
    Language.JSONATA: ("Condition", "Output"),
}
_MACHINE = ("Comment", "StartAt", "States", "QueryLanguage")
_TOP = (*_MACHINE, "TimeoutSeconds", "Version")
_INNER = (*_MACHINE, "ProcessorConfig")


def stray_fields(name: str, kind: str, language: Language, spot: Spot) -> Iterator[StrayField]:
    """The fields without meaning in a state, and in the entries of its Retry, Catch and Choices.

    Args:
        name: the state's name.
        kind: its type.
        language: its query language.
        spot: the state.
    """
    article = f"a {kind}"
    yield from _stray(
        name, spot, (*_EVERY_STATE, *COMMON[kind]), {key: ONLY[key][kind] for key in ONLY}, language, article
    )
    for entry in _entries(spot, "Retry"):
        yield from _stray(name, entry, _RETRIER, {}, language, "a Retry")
    for entry in _entries(spot, "Catch"):
        yield from _stray(name, entry, _CATCHER, _CATCHER_ONLY, language, "a Catch")
    for entry in _entries(spot, "Choices"):
        yield from _stray_in_rule(name, entry, language)


def stray_machine_fields(spot: Spot, *, top: bool) -> Iterator[StrayField]:
    """The fields without meaning beside the states of a machine.

    Args:
        spot: the machine.
        top: whether it is the definition itself, rather than a branch or what a Map does with its items.
    """
    yield from _stray("", spot, _TOP if top else _INNER, {}, Language.JSONPATH, "a definition" if top else "a branch")


def _entries(spot: Spot, field: str) -> list[Spot]:
    found = spot.member(field)
    if found is None or not isinstance(found.value.data, list):
        return []
    return [item for item in found.items if isinstance(item.value.data, dict)]


def _stray_in_rule(name: str, rule: Spot, language: Language) -> Iterator[StrayField]:
    yield from _stray(name, rule, _RULE, _RULE_ONLY, language, "a rule of a Choice")
    if language is Language.JSONPATH:
        for field in ("And", "Or"):
            for entry in _entries(rule, field):
                yield from _stray_in_rule(name, entry, language)
        negated = rule.member("Not")
        if negated is not None and isinstance(negated.value.data, dict):
            yield from _stray_in_rule(name, negated, language)


def _stray(
    owner: str,
    spot: Spot,
    common: Collection[str],
    only: Mapping[Language, tuple[str, ...]],
    language: Language,
    article: str,
) -> Iterator[StrayField]:
    """The members of an object that are not among its fields."""
    known = (*common, *only.get(language, ()))
    foreign = only.get(_OTHER[language], ())
    for field, value in spot.members.items():
        if field in known:
            continue
        span = Spot(spot.document, value, (*spot.path, field)).key_span
        if field in foreign:
            yield StrayField(owner, field, span, f"belongs to {_OTHER[language]}, and {language} is used here")
        elif field in _EVERYWHERE:
            yield StrayField(owner, field, span, f"has no meaning in {article}")
        else:
            yield StrayField(owner, field, span, f"is no field of {article}", _meant(field, known))


def _meant(field: str, known: Collection[str]) -> str:
    """The known field that is most like this one; "" if none is like it."""
    names = {name.casefold(): name for name in known}
    close = get_close_matches(field.casefold()[:100], names, n=1, cutoff=0.75)
    return names[close[0]] if close else ""
