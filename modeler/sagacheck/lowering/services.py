"""The participants of a lowered saga and the network: what comes of a message, and that it may be lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sagacheck.core.outcome import Outcome
from sagacheck.core.story import COORDINATOR
from sagacheck.core.system import ALWAYS, Every, Guard, Rule, Some, Update
from sagacheck.lowering.columns import Columns, Mailbox
from sagacheck.lowering.going import service_of
from sagacheck.lowering.participant import CRASHES, Answer, Delivery, Kind, Local
from sagacheck.lowering.places import Places
from sagacheck.lowering.telling import Happening, Telling

NETWORK = "network"
_OUTCOMES = {Answer.OK: Outcome.OK, Answer.REJECTED: Outcome.REJECTED, Answer.FAILED: Outcome.FAILED}
_FAULTS = dict.fromkeys(CRASHES, "crash") | {Kind.REFUSES: "refusal"}
_FINISHES = {Kind.UNDOES, Kind.UNDO_UNRECORDED, Kind.UNDO_RECORD_ONLY, Kind.REFUSES}


class Services:
    """Makes the rules of participants and network, and remembers which of them do what.

    Args:
        columns: the saga's variables.
        places: where the coordinator stands.
    """

    def __init__(self, columns: Columns, places: Places) -> None:
        self.columns = columns
        self.places = places
        self.named: dict[tuple[str, Kind], list[str]] = {}
        self.late: set[str] = set()

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
            changes = tuple(self._moved(step, moves))
            name = f"{step} {kind}" + (f" ({answer})" if kind is Kind.REPEATS else "")
            what = _Delivery(name, service, step, kind, answer, guard, changes, step, (step,))
            yield from self._delivered(what, box)
        yield from self._losses(box, step, step, service)

    def of_compensation(self, action: str) -> Iterator[Rule]:
        """What comes of a compensation: a participant that covers several steps sees to all of them at once."""
        box = self.columns.undoing[action]
        steps = self.columns.covered[action]
        service = service_of(action)
        for kind, answer, guard, moves in self._jointly(steps):
            changes = tuple(update for step, moved in moves.items() for update in self._moved(step, moved))
            when = box.request.is_("yes") & guard
            name = f"{action} {kind}"
            delivery = _Delivery(name, service, action, kind, answer, when, changes, action, steps)
            yield from self._delivered(delivery, box)
        yield from self._losses(box, action, action, service)

    def _delivered(self, delivery: _Delivery, box: Mailbox) -> Iterator[Rule]:
        """A message is delivered. Where nobody can wait for the answer any more, none is under way."""
        answer = box.answers.get(_OUTCOMES[delivery.answer]) if delivery.answer in _OUTCOMES else None
        if answer is None or box.waiting is None:
            answered = () if answer is None else (answer.becomes("yes"),)
            yield self._rule(delivery, "", delivery.guard, answered)
            return
        waits = self.places.at(box.waiting.region, box.waiting.id)
        yield self._rule(delivery, "", delivery.guard & waits, (answer.becomes("yes"),))
        if delivery.changes or delivery.kind is Kind.FINDS_NOTHING:
            yield self._rule(delivery, ", late", delivery.guard & ~waits, ())

    def _rule(self, delivery: _Delivery, late: str, guard: Guard, answered: tuple[Update, ...]) -> Rule:
        name = delivery.name + late
        if late:
            self.late.add(name)
        for step in delivery.steps:
            self.named.setdefault((step, delivery.kind), []).append(name)
        what, answer = delivery.what, delivery.answer
        sends = ((COORDINATOR, f"{what}: {answer}"),) if answer is not Answer.NONE else ()
        text = f"{delivery.kind} ({what}{late})"
        receives = (COORDINATOR, what)
        tells = Telling(
            Happening.DELIVERY,
            delivery.service,
            text,
            result=delivery.kind,
            subject=what,
            sends=sends,
            receives=receives,
            late=bool(late),
        )
        fault = _FAULTS.get(delivery.kind, "")
        return Rule(name, delivery.service, guard, (*delivery.changes, *answered), fault, tells, delivery.group)

    def _losses(self, box: Mailbox, what: str, group: str, service: str) -> Iterator[Rule]:
        """Each message may be lost, with all its copies. Once nobody waits, to be late for ever is the same."""
        messages = [(box.request, f"{what} on its way", (COORDINATOR, service, what))]
        messages += [
            (variable, f"the answer {outcome} of {what}", (service, COORDINATOR, f"{what}: {outcome}"))
            for outcome, variable in box.answers.items()
        ]
        for variable, text, loses in messages:
            tells = Telling(Happening.LOSS, NETWORK, f"loses {text}", subject=what, loses=loses)
            guard = variable.is_("yes")
            if box.waiting is not None:
                guard &= self.places.at(box.waiting.region, box.waiting.id)
            updates = (variable.becomes("no"),)
            yield Rule(f"{variable.name} is lost", NETWORK, guard, updates, "loss", tells, group)

    def _jointly(self, steps: tuple[str, ...]) -> Iterator[tuple[Kind, Answer, Guard, dict[str, dict[Local, Local]]]]:
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
                also = (Kind.NOTHING,) if kind is Kind.UNDOES and len(steps) > 1 else ()
                yield kind, answer, can & ~still, moves(kind, *also)
        if any(Kind.STILL_REFUSES in way for way in ways.values()):
            yield Kind.STILL_REFUSES, Answer.FAILED, still, {}
        nothing_left = ~can & ~still
        if any(Kind.UNDO_REPEATED in way for way in ways.values()):
            beside = (Kind.NOTHING,) if len(steps) > 1 else ()
            yield Kind.UNDO_REPEATED, Answer.OK, nothing_left & done, moves(*beside)
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


@dataclass(frozen=True, slots=True)
class _Delivery:
    """What comes of a message, before it is known whether anybody waits for the answer.

    Args:
        name: of the rule.
        service: who takes the message.
        what: the step or the compensation's action.
        kind: what the service does.
        answer: what it answers.
        guard: when it does so.
        changes: what becomes real.
        group: the rule's group.
        steps: the steps that it is about.
    """

    name: str
    service: str
    what: str
    kind: Kind
    answer: Answer
    guard: Guard
    changes: tuple[Update, ...]
    group: str
    steps: tuple[str, ...]
