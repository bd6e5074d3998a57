"""Words in the names of states and functions: how names are split, and what single words give away."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_RUN = re.compile(r"[^\W\d_]+|\d+")
_SHORTEST_PLURAL = 3
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in camelCase, snake_case, kebab-case or plain text, in lower case and in the singular."""
    words = [_singular(word.lower()) for run in _RUN.findall(name) for word in _HUMP.split(run)]
    joined: list[str] = []
    for word in words:
        if word == "back" and joined and joined[-1] == "roll":
            joined[-1] = "rollback"
        else:
            joined.append(word)
    return tuple(joined)


def _singular(word: str) -> str:
    """The word without a plural's ending, roughly: the same for every form is all that matters."""
    if len(word) <= _SHORTEST_PLURAL or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word.removesuffix("s")


def _split(words: str) -> list[str]:
    """The words of a list that is written as running text."""
    return words.split()


def _forms(verbs: Iterable[str]) -> dict[str, str]:
    """For every form of these verbs the verb: cancel, cancels, canceled, cancelled, canceling, cancelling."""
    forms: dict[str, str] = {}
    for verb in verbs:
        stem = verb[:-1] if verb.endswith(("e", "y")) else verb
        doubled = verb + verb[-1]
        for form in (verb, verb + "ed", verb + "ing", stem + "ed", stem + "ing", stem + "ied"):
            forms[form] = verb
        forms[doubled + "ed"] = forms[doubled + "ing"] = verb
    return forms


UNDOING = _forms(
    _split(
        """abort annul cancel compensate credit deallocate delete deprovision deregister destroy discard free
        refund reimburse release remove restock restore return reverse revert revoke rollback terminate
        unassign unblock unbook undo unlock unreserve unwind void"""
    )
) | {"cancellation": "cancel", "compensation": "compensate", "reversal": "reverse", "removal": "remove"}
"""Words that say that something is undone, with the verb that they are forms of."""

OPPOSITES = {
    "credit": ("debit", "charge", "withdraw"),
    "deallocate": ("allocate",),
    "refund": ("charge", "pay", "payment", "debit", "bill", "capture"),
    "reimburse": ("charge", "pay", "payment", "debit", "bill", "capture"),
    "release": ("reserve", "hold", "allocate", "lock", "block"),
    "restock": ("reserve", "deduct"),
    "unblock": ("block",),
    "unbook": ("book",),
    "unlock": ("lock",),
    "unreserve": ("reserve",),
    "void": ("authorize", "authorise", "charge", "capture"),
}
"""What a verb that undoes most likely undoes."""

NOMINAL = {
    "allocation": "allocate",
    "authorisation": "authorise",
    "authorization": "authorize",
    "booking": "book",
    "charging": "charge",
    "creation": "create",
    "deduction": "deduct",
    "payment": "pay",
    "registration": "register",
    "reservation": "reserve",
    "shipment": "ship",
    "shipping": "ship",
    "transaction": "transact",
}
"""Nouns that name what a verb did: a reservation is what was reserved."""

VAGUE = frozenset({"booking", "item", "object", "record", "request", "reservation", "result", "transaction"})
"""Nouns that tell things apart only if nothing better does."""

EMPTY_VERBS = _forms(_split("do execute handle invoke make perform process run set start submit trigger try update"))
"""Verbs that say only that something is done."""

VERBS = EMPTY_VERBS | _forms(
    _split(
        """add allocate apply approve arrange assign authorise authorize bill block book capture change charge
        check commit complete confirm create debit deduct fulfil fulfill get hold insert lock pay place
        post prepare provision publish purchase put register request reserve save schedule send ship
        store take transact transfer validate verify withdraw write"""
    )
)
"""What forward steps do, with the verb that each is a form of; the words beside them say to what."""

NOISE = frozenset(
    _split(
        """action activity all an and api arn aws by completed db ddb default dev dynamo dynamodb error execution
        failed fail failure flow for from fn func function handler if in job lambda latest machine my
        new of on prod resource saga service sns sqs stage state step success successful task test the
        then to topic with worker workflow"""
    )
)
"""Words that say nothing about what a step acts on."""

LOOKING = frozenset(_split("audit check count describe find get list log query read record report save store track"))
"""Verbs of steps that look at something or note it: what follows them is not done."""

RECORDING = LOOKING | {"dead", "error", "exception", "fail", "failed", "failure", "metric", "status"}
"""Words of steps that only note what happened."""

NOTIFYING = _forms(("notify", "alert"))
"""Words that say that somebody is told something."""

MESSAGES = frozenset({"alert", "email", "mail", "notification", "sms"})
"""What people are told things with."""

NEWS = frozenset({"acknowledgement", "acknowledgment", "confirmation", "receipt", "reminder"})
"""What people are told if somebody sends it."""

BY = frozenset({"by", "per", "via"})
"""Words before the means by which people are told something."""

TELLING = _forms(("acknowledge", "confirm", "inform", "remind"))
"""Verbs that only tell somebody something if a message is named as the means."""

SENDING = _forms(("send", "deliver", "dispatch", "publish"))
"""Words that say that a message goes out."""

PUBLISHED = frozenset({"message", "report", "result", "status", "topic"})
"""What is published to be read, not to be acted upon."""

ACTING = frozenset(VERBS) - frozenset(EMPTY_VERBS) - _forms(("send", "publish", "post")).keys() | {"update"}
"""Words beside which an e-mail is what is acted upon, not what somebody is told with."""

MANUAL = frozenset({"manual", "manually", "human", "intervention", "operator"})
"""Words of ends at which a person must act."""
