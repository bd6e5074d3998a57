"""Participants that behave as their contracts say, for sagas without handlers.

They are written down literally from the table of contracts in the documentation, and share nothing with the prover.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from sagacheck.core.chart import Chart
from sagacheck.core.contract import Contract, Dedup, NoContract
from sagacheck.core.contract import Reply as Answering
from sagacheck.core.ctrl_c import heed
from sagacheck.core.storming import Place, Way
from sagacheck.storm.calling import Payload
from sagacheck.storm.crashing import CRASHED, NotFiredError
from sagacheck.storm.reply import Came, Reply

REFUSE = "(refuse)"
"""The field of a payload that a simulated participant refuses."""
OTHER = "(other)"
"""The field of a payload that differs from the one that came first under its key."""
SAGA = "(saga)"
"""The field of a payload that says to which of several sagas it belongs, of which each has keys of its own."""
_MANY = 2


class _Stored(StrEnum):
    NOTHING = ""
    OK = "ok"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class _Books:
    """What has become of one step.

    Args:
        standing: how many effects stand, saturating at 2.
        undone: how often it was undone, saturating at 2.
        stored: the answer that is stored under the key.
        undo_stored: whether a compensation is remembered.
        undo_refused: whether a compensation was refused, which is for good.
        seconds: how long it has been there.
    """

    standing: int = 0
    undone: int = 0
    stored: _Stored = _Stored.NOTHING
    undo_stored: bool = False
    undo_refused: bool = False
    seconds: float = 0.0

    def has_something(self, contract: Contract) -> bool:
        """Whether there is something to undo, as far as the participant can see."""
        if contract.keyed:
            return self.stored is _Stored.OK
        return self.standing > 0 or (contract.kind != "natural" and self.undone > 0)


_OK = Reply(Came.OK, "ok")
_NO = Reply(Came.REJECTED, None, "refused")
_CONFLICT = Reply(Came.ERROR, None, "the key is known already")


class SimulatedStage:
    """A stage on which contracts act.

    Args:
        chart: the saga.
        informational: whether effects that nobody owes anything about are looked at. A mail may come twice or late:
            that is wrong of its participant if that claims otherwise, and right of the saga.
    """

    def __init__(self, chart: Chart, *, informational: bool = True) -> None:
        self._seen = {step.name for step in chart.steps if step.owes or informational}
        self._contract: dict[str, Contract] = {}
        self._steps: dict[str, tuple[str, ...]] = {}
        for step in chart.steps:
            self._contract[step.name] = step.contract or NoContract()
            self._steps[step.action] = (*self._steps.get(step.action, ()), step.name)
        self._covered: dict[str, tuple[str, ...]] = {}
        for step in chart.steps:
            if step.compensation is not None:
                action = step.compensation.action
                self._covered[action] = (*self._covered.get(action, ()), step.name)
        self._reading = {step.name for step in chart.steps if not step.effect}
        self._books: dict[str, _Books] = {}
        self._of_sagas: dict[object, dict[str, _Books]] = {}

    @property
    def masked(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    @property
    def blind(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    @property
    def ways(self) -> tuple[Way, ...]:
        """They have one process, which stops."""
        return (Way.PARK,)

    def reset(self) -> None:
        """Nothing has happened."""
        heed()
        self._books = {}
        self._of_sagas.clear()

    def handle(self) -> object:
        """They have no world."""
        return None

    def later(self, _handle: object, seconds: float) -> None:
        """Lets time pass: keys whose lifetime is over are forgotten.

        Args:
            seconds: how much.
        """
        for books in self._of_sagas.values():
            for step, known in books.items():
                books[step] = aged = replace(known, seconds=known.seconds + seconds)
                if aged.seconds > self._contract[step].lifetime_seconds:
                    books[step] = replace(aged, stored=_Stored.NOTHING, undo_stored=False)

    def observe(self) -> object:
        """How many effects of each step stand, and whether it was undone twice."""
        seen = {saga: self._observed(books) for saga, books in self._of_sagas.items()}
        return seen.get(0, seen)

    def _observed(self, of_steps: Mapping[str, _Books]) -> dict[str, object]:
        return {
            step: {"effects": books.standing, "undone twice": books.undone == _MANY}
            for step, books in sorted(of_steps.items())
            if step in self._seen and (books.standing or books.undone == _MANY)
        }

    def resume(self) -> Iterator[Reply]:
        """None was left stale."""
        return iter(())

    def perform(self, action: str, payload: Payload) -> Reply:
        """Executes an action."""
        self._books = self._of_sagas.setdefault(payload.get(SAGA, 0), {})
        if action in self._covered:
            return self._undo(action, payload, transactions=None)
        return self._do(self._steps[action][0], payload, transactions=None)

    def crash(self, action: str, payload: Payload, boundary: int, way: Way) -> Reply:
        """Executes an action that stops before one of its transactions."""
        assert way is Way.PARK
        self._books = self._of_sagas.setdefault(payload.get(SAGA, 0), {})
        if action in self._covered:
            reply = self._undo(action, payload, transactions=boundary - 1)
        else:
            reply = self._do(self._steps[action][0], payload, transactions=boundary - 1)
        if boundary > len(reply.places):
            raise NotFiredError
        return Reply(Came.CRASHED, None, CRASHED, reply.places[:boundary])

    def _do(self, step: str, payload: Payload, transactions: int | None) -> Reply:
        contract = self._contract[step]
        books = self._books_of(step)
        if contract.keyed and books.stored is not _Stored.NOTHING:
            if payload.get(OTHER):
                return _NO
            if getattr(contract, "reply", None) is Answering.CONFLICT:
                return _CONFLICT
            return _OK if books.stored is _Stored.OK else _NO
        if contract.kind == "barrier" and books.undo_stored:
            return _NO
        if payload.get(REFUSE):
            if contract.stores_rejections:
                self._books[step] = replace(books, stored=_Stored.REJECTED)
            return _NO
        if step in self._reading:
            return _OK
        standing = 1 if contract.kind == "natural" else min(books.standing + 1, _MANY)
        effect = {"standing": standing}
        record = {"stored": _Stored.OK} if contract.keyed else {}
        return self._written(step, books, _parts(contract, effect, record), transactions)

    def _undo(self, action: str, payload: Payload, transactions: int | None) -> Reply:
        """Undoes all that it covers; refuses all at once, or if there is nothing and that is not tolerated."""
        covered = self._covered[action]
        if any(self._books_of(step).undo_refused for step in covered):
            return _NO
        standing = [step for step in covered if self._can_undo(step)]
        if standing and payload.get(REFUSE):
            for step in standing:
                self._books[step] = replace(self._books_of(step), undo_refused=True)
            return _NO
        places: tuple[Place, ...] = ()
        came = []
        for step in covered:
            reply = self._undo_one(step, payload, transactions)
            places += reply.places
            came.append(reply)
        done = [reply for reply in came if reply.came is Came.OK]
        return Reply(done[0].came, done[0].value, "", places) if done else came[0]

    def _books_of(self, step: str) -> _Books:
        return self._books.get(step, _Books())

    def _can_undo(self, step: str) -> bool:
        contract, books = self._contract[step], self._books_of(step)
        return books.has_something(contract) and not (contract.keyed and books.undo_stored)

    def _undo_one(self, step: str, payload: Payload, transactions: int | None) -> Reply:
        contract = self._contract[step]
        books = self._books_of(step)
        if contract.keyed and books.undo_stored:
            return _NO if payload.get(OTHER) else _OK
        if not books.has_something(contract):
            if contract.kind == "barrier":
                return self._written(step, books, [{"undo_stored": True}], transactions)
            return _OK if contract.tolerates_empty else _NO
        standing, undone = max(0, books.standing - 1), min(books.undone + 1, _MANY)
        effect = {"standing": standing, "undone": undone}
        record = {"undo_stored": True} if contract.keyed else {}
        return self._written(step, books, _parts(contract, effect, record), transactions)

    def _written(self, step: str, books: _Books, parts: list[dict[str, object]], transactions: int | None) -> Reply:
        """Writes transactions one by one, as far as it comes."""
        for part in parts if transactions is None else parts[:transactions]:
            books = replace(books, **part)  # type: ignore[arg-type] # fields and values are those of the books
        self._books[step] = books
        places = tuple(Place(f"write {' and '.join(part)} of {step}") for part in parts)
        return Reply(Came.OK, "ok", "", places)


def _parts(contract: Contract, effect: Mapping[str, object], record: Mapping[str, object]) -> list[dict[str, object]]:
    """The transactions that effect and record are written in."""
    dedup = getattr(contract, "dedup", Dedup.TOGETHER)
    if dedup is Dedup.TOGETHER or not record:
        return [{**effect, **record}]
    return [dict(effect), dict(record)] if dedup is Dedup.EFFECT_FIRST else [dict(record), dict(effect)]
