"""Each operation once, however often its request comes, and none after it was undone.

The key of a request is claimed first, in the transaction of the effect: a copy that comes meanwhile waits for that
transaction, a copy that comes later finds the answer, and a crash leaves neither key nor effect. An answer is stored
whether it is yes or no; under a key that is known only the same request gets it.

What undoes a step claims the step's own key. If it can, the step has not run: there is nothing to undo, and the key
now keeps the step from running later. That is dtm's sub-transaction barrier, with one table instead of two.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

from order_handlers.database import execute, transaction
from sagacheck import Rejected

Payload = Mapping[str, Any]
Work = Callable[[Any, Payload], object]
KEY = "order_id"
CANCELLED = {"refused": "the order was cancelled"}


def once(work: Work) -> Work:
    """Makes a handler of what a service does: `work(database, payload)`, which may raise `Rejected`."""
    action = _action(work)

    @functools.wraps(work)
    def handler(database: Any, payload: Payload) -> object:
        with transaction(database):
            if _claimed(database, action, payload):
                answer = _answered(database, work, payload)
                _store(database, action, payload, answer)
            else:
                answer = _known(database, action, payload)
        # Behind the commit, which a refusal must not roll back.
        if "refused" in answer:
            raise Rejected(answer["refused"])
        return answer["ok"]

    return handler


def undoing(step: Work) -> Callable[[Work], Work]:
    """Makes a handler of what undoes a step, and does nothing if that has had no effect.

    Args:
        step: the step's handler.
    """

    def decorated(work: Work) -> Work:
        @functools.wraps(work)
        def undo(database: Any, payload: Payload) -> object:
            if _claimed(database, _action(step), payload):
                _store(database, _action(step), payload, CANCELLED)
                return "nothing to undo"
            if "refused" in _stored(database, _action(step), payload)[1]:
                return "nothing to undo"
            return work(database, payload)

        return once(undo)

    return decorated


def _action(work: Work) -> str:
    return f"{work.__module__}.{work.__qualname__}"


def _claimed(database: Any, action: str, payload: Payload) -> bool:
    """Whether this is the first request under its key."""
    claimed = execute(
        database,
        "INSERT INTO requests (action, id, request) VALUES (:action, :id, :request) ON CONFLICT DO NOTHING",
        action=action,
        id=payload[KEY],
        request=_text(payload),
    )
    return bool(claimed.rowcount)


def _answered(database: Any, work: Work, payload: Payload) -> dict[str, Any]:
    """Does the work; if it refuses, nothing of it stays, but what was claimed does."""
    execute(database, "SAVEPOINT work")
    try:
        answer = {"ok": work(database, payload)}
    except Rejected as refusal:
        execute(database, "ROLLBACK TO SAVEPOINT work")
        answer = {"refused": str(refusal)}
    execute(database, "RELEASE SAVEPOINT work")
    return answer


def _store(database: Any, action: str, payload: Payload, answer: Mapping[str, object]) -> None:
    execute(
        database,
        "UPDATE requests SET answer = :answer WHERE action = :action AND id = :id",
        answer=json.dumps(answer),
        action=action,
        id=payload[KEY],
    )


def _stored(database: Any, action: str, payload: Payload) -> tuple[str, dict[str, Any]]:
    """The first request under this key, and what it was answered."""
    found = execute(
        database,
        "SELECT request, answer FROM requests WHERE action = :action AND id = :id",
        action=action,
        id=payload[KEY],
    )
    request, answer = found.fetchone()
    return request, json.loads(answer)


def _known(database: Any, action: str, payload: Payload) -> dict[str, Any]:
    """The answer to a copy; another request under the same key is refused."""
    request, answer = _stored(database, action, payload)
    return answer if request == _text(payload) else {"refused": "another request came under this key"}


def _text(payload: Payload) -> str:
    return json.dumps(payload, sort_keys=True)
