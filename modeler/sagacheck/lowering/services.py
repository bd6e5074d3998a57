"""The participants of a lowered saga and the network: what comes of a message, and that it may be lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from sagacheck.core.outcome import Outcome
from sagacheck.core.system import ALWAYS, Every, Guard, Rule, Some, Update
from sagacheck.lowering.columns import Columns, Mailbox
from sagacheck.lowering.coordinator import COORDINATOR, service_of
from sagacheck.lowering.participant import CRASHES, Answer, Delivery, Kind, Local
from sagacheck.lowering.telling import Happening, Telling

NETWORK = "network"
_OUTCOMES = {Answer.OK: Outcome.OK, Answer.REJECTED: Outcome.REJECTED, Answer.FAILED: Outcome.FAILED}
_FAULTS = {kind: "crash" for kind in CRASHES} | {Kind.REFUSES: "refusal"}
_FINISHES = {Kind.UNDOES, Kind.UNDO_UNRECORDED, Kind.UNDO_RECORD_ONLY, Kind.REFUSES}


class Services:
    """Makes the rules of participants and network, and remembers which of them do what.

    Args:
        columns: the saga's variables.
    """

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.named: dict[tuple[str, Kind], list[str]] = {}

    def of_step(self, step: str) -> Iterator[Rule]:
        """What comes of a step's request."""
        participant = self.columns.participants[step]
        box = self.columns.request[step]
        service = service_of(self.columns.spec(step).action)
        found: dict[tuple[Kind, Answer], dict[Local, Local]] = {}
        for local in self.columns.locals[step]:
            for delivery in participant.requested(local):
                found.setdefault((delivery.kind, delivery.answer), {})[local] = delivery.after
        for (kind, answer), moves in found.items():
            guard = box.request.is_("yes") & self._among(step, moves)
            updates = (*self._moved(step, moves), *_answered(box, answer))
            name = f"{step} {kind}" + (f" ({answer})" if kind is Kind.REPEATS else "")
            self.named.setdefault((step, kind), []).append(name)
            yield _delivered(name, service, step, kind, answer, guard, updates, step)
        yield from _losses(box, step, step)

    def of_compensation(self, action: str) -> Iterator[Rule]:
        """What comes of a compensation: a participant that covers several steps sees to all of them at once."""
        box = self.columns.undoing[action]
        steps = self.columns.covered[action]
        group = steps[0] if steps else action
        service = service_of(action)
        for kind, answer, guard, moves in self._jointly(steps):
            updates = [update for step, moved in moves.items() for update in self._moved(step, moved)]
            name = f"{action} {kind}"
            for step in steps:
                self.named.setdefault((step, kind), []).append(name)
            when = box.request.is_("yes") & guard
            yield _delivered(name, service, action, kind, answer, when, (*updates, *_answered(box, answer)), group)
        yield from _losses(box, action, group)

    def _jointly(
        self, steps: tuple[str, ...]
    ) -> Iterator[tuple[Kind, Answer, Guard, dict[str, dict[Local, Local]]]]:
        """What a compensation of these steps may come to: kind, answer, when, and what it changes of each step."""
        ways = {step: self._compensated(step) for step in steps}

        def some(*kinds: Kind) -> Guard:
            return Some(tuple(self._among(s, ways[s][kind]) for s in steps for kind in kinds if kind in ways[s]))

        def moves(*kinds: Kind) -> dict[str, dict[Local, Local]]:
            return {
                step: {local: d.after for kind in kinds for local, d in ways[step].get(kind, {}).items()}
                for step in steps
            }

        if not steps:
            yield Kind.NOTHING, Answer.OK, ALWAYS, {}
            return
        still = some(Kind.STILL_REFUSES)
        done, empty = some(Kind.UNDO_REPEATED), some(Kind.NOTHING)
        can = some(Kind.UNDOES)
        for kind in (Kind.UNDOES, Kind.UNDO_UNRECORDED, Kind.UNDO_RECORD_ONLY, Kind.REFUSES):
            if any(kind in way for way in ways.values()):
                answer = {Kind.UNDOES: Answer.OK, Kind.REFUSES: Answer.FAILED}.get(kind, Answer.NONE)
                beside = (Kind.NOTHING,) if kind is Kind.UNDOES else ()
                yield kind, answer, can & ~still, moves(kind, *beside)
        if any(Kind.STILL_REFUSES in way for way in ways.values()):
            yield Kind.STILL_REFUSES, Answer.FAILED, still, {}
        nothing_left = ~can & ~still
        if any(Kind.UNDO_REPEATED in way for way in ways.values()):
            yield Kind.UNDO_REPEATED, Answer.OK, nothing_left & done, moves(Kind.NOTHING)
        if any(Kind.NOTHING in way for way in ways.values()):
            yield Kind.NOTHING, Answer.OK, Every((nothing_left, ~done, empty)), moves(Kind.NOTHING)
        if any(Kind.FINDS_NOTHING in way for way in ways.values()):
            yield Kind.FINDS_NOTHING, Answer.FAILED, Every((nothing_left, ~done, ~empty)), {}

    def _compensated(self, step: str) -> dict[Kind, dict[Local, Delivery]]:
        found: dict[Kind, dict[Local, Delivery]] = {}
        for local in self.columns.locals[step]:
            for delivery in self.columns.participants[step].compensated(local):
                found.setdefault(delivery.kind, {})[local] = delivery
        return found

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return {step: len(states) for step, states in self.columns.locals.items()}

    def _among(self, step: str, locals_: Mapping[Local, object]) -> Guard:
        """The participant is in one of these states."""
        if len(locals_) == self._numbers[step]:
            return ALWAYS
        return self.columns.real[step].is_(*(local.name for local in locals_))

    def _moved(self, step: str, moves: Mapping[Local, Local]) -> Iterator[Update]:
        changed = {local.name: after.name for local, after in moves.items() if local != after}
        if changed:
            yield self.columns.real[step].shifts(changed)


def _answered(box: Mailbox, answer: Answer) -> Iterator[Update]:
    variable = box.answers.get(_OUTCOMES[answer]) if answer in _OUTCOMES else None
    if variable is not None:
        yield variable.becomes("yes")


def _delivered(
    name: str, service: str, what: str, kind: Kind, answer: Answer, guard: Guard, updates: tuple[Update, ...], group: str
) -> Rule:
    sends = ((COORDINATOR, f"{what}: {answer}"),) if answer is not Answer.NONE else ()
    tells = Telling(
        Happening.DELIVERY, service, f"{kind} ({what})", subject=what, sends=sends, receives=(COORDINATOR, what)
    )
    return Rule(name, service, guard, updates, _FAULTS.get(kind, ""), group, tells)


def _losses(box: Mailbox, what: str, group: str) -> Iterator[Rule]:
    """Each message may be lost, with all its copies."""
    messages = [(box.request, f"{what} on its way"), *((v, f"the answer {o} of {what}") for o, v in box.answers.items())]
    for variable, text in messages:
        tells = Telling(Happening.LOSS, NETWORK, f"loses {text}", subject=what)
        updates = (variable.becomes("no"),)
        yield Rule(f"{variable.name} is lost", NETWORK, variable.is_("yes"), updates, "loss", group, tells)
