"""What a Task's resource and names give away: that it only reads, or only tells somebody something.

Everything else may have an effect.
"""

from __future__ import annotations

import re
from itertools import pairwise

from sagacheck.importers.states_language.definition import State
from sagacheck.importers.states_language.words import (
    ACTING,
    BY,
    MESSAGES,
    NEWS,
    NOTIFYING,
    PUBLISHED,
    SENDING,
    TELLING,
    UNDOING,
    VERBS,
    words_of,
)

# An integration with a service names neither region nor account: arn:aws:states:::dynamodb:getItem.waitForTaskToken
_INTEGRATION = re.compile(r"arn:[\w-]*:states:::(?:aws-sdk:)?(?P<service>[\w-]+):(?P<action>\w+)(?P<pattern>\.[\w:]+)?")
_READING = re.compile(r"(?:batchGet|transactGet|get|list|describe|query|scan|head)(?![a-z])")
# A substitution that is named after one reading call of a service: ${DDBGetItem}
_NAMED_AFTER_READING = re.compile(
    r"(?:.*(?:(?:Batch)?GetItem|TransactGetItems|GetObject|HeadObject|ListObjects(?:V2)?|GetParameters?"
    r"|GetSecretValue|DescribeTable|DescribeExecution)|.*(?:DDB|Dynamo(?:DB|Db)?)(?:Query|Scan))"
)
_SUBSTITUTION = re.compile(r"\$\{([^{}]*)\}")
_INNER_SUBSTITUTION = re.compile(r"[$#]\{[^{}]*\}")
_NOTIFYING_CALLS = frozenset({("sns", "publish"), ("sns", "publishBatch")})
_MAIL_SERVICES = frozenset({"ses", "sesv2"})


def callee(state: State) -> str:
    """The function or machine that a Task calls, as it is written; "" for one that is not known before it runs."""
    written = state.function or ("" if _INTEGRATION.fullmatch(state.resource) else state.resource)
    return "" if written.startswith(("$.", "$$.", "{%")) else written


def function_name(state: State) -> str:
    """The name of what a Task calls, without what surrounds it; "" if only a service's own action is known."""
    written = callee(state)
    substitution = _SUBSTITUTION.fullmatch(written)
    if substitution is not None:
        return substitution[1].split(".", 1)[0]
    rest = _INNER_SUBSTITUTION.sub(" ", written)
    for kind in ("function:", "activity:", "stateMachine:"):
        if kind in rest:
            rest = rest.split(kind, 1)[1]
            break
    return rest.split(":", 1)[0] if not rest.startswith("arn:") else rest.rsplit(":", 1)[-1]


def service_action(state: State) -> str:
    """The action that a Task asks of a service other than Lambda or another machine, or ""."""
    call = _INTEGRATION.fullmatch(state.resource)
    return call["action"] if call is not None and not state.function else ""


def why_read_only(state: State) -> str | None:
    """How one sees that a Task has no effect; None if one does not."""
    call = _INTEGRATION.fullmatch(state.resource)
    if call is not None:
        reads = _READING.match(call["action"]) and call["pattern"] is None
        return f"{call['service']}:{call['action']} only reads" if reads else None
    substitution = _SUBSTITUTION.fullmatch(state.resource)
    if substitution is not None and _NAMED_AFTER_READING.fullmatch(substitution[1]):
        return f"{state.resource} is named after a call that only reads"
    return None


def why_informational(state: State) -> str | None:
    """How one sees that a Task only tells somebody something; None if one does not.

    Waiting for an answer is more than telling. A message in a queue or on a bus is read by programs, which may act.
    """
    call = _INTEGRATION.fullmatch(state.resource)
    if call is not None:
        service, action = call["service"].lower(), call["action"]
        if call["pattern"] is not None:
            return None
        if (service, action) in _NOTIFYING_CALLS or (service in _MAIL_SERVICES and action.startswith("send")):
            return f"{service}:{action} sends a notification"
        if not state.function:
            return None
    for name in (state.name, function_name(state)):
        word = _notifies(words_of(name))
        if word is not None:
            return f'its name says "{word}"'
    return None


def _notifies(words: tuple[str, ...]) -> str | None:
    """The word by which a name says that it only tells somebody something."""
    if "and" in words and any(word in ACTING for word in words[words.index("and") :]):
        return None
    for word in words:
        if word in SENDING or word in NOTIFYING:
            break
        if UNDOING.get(word) == word:
            return None
    for word in words:
        if word in NOTIFYING:
            return word
    sending = next((place for place, word in enumerate(words) if word in SENDING), None)
    if sending is None and any(word in ACTING for word in words):
        return _told_by(words)
    for word in words:
        if word in MESSAGES:
            return word
    return None if sending is None else _sent(words, sending)


def _told_by(words: tuple[str, ...]) -> str | None:
    """By which means a name says that something is told, as in ConfirmByMail."""
    if not any(word in TELLING for word in words) or any(word in ACTING and word not in TELLING for word in words):
        return None
    return next((f"{by} {means}" for by, means in pairwise(words) if by in BY and means in MESSAGES), None)


def _sent(words: tuple[str, ...], sending: int) -> str | None:
    """What a name says is sent or published, if people only read that; the position is that of the verb."""
    if SENDING[words[sending]] == "publish":
        return "publish" if any(word in PUBLISHED for word in words) else None
    # A verb before it is done first, as in ChargeCardSendReceipt; a noun is not, as in BookingSendReceipt.
    if any(word in ACTING and VERBS.get(word) == word for word in words[:sending]):
        return None
    return next((word for word in words[sending:] if word in NEWS), None)
