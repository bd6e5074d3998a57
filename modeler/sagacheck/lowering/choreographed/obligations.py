"""What is asked of a choreography, as properties of its system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sagacheck.core.net import Heard, HeardAll, Net, Pattern, Work
from sagacheck.core.outcome import EndKind
from sagacheck.core.system import NEVER, Every, Guard, Progress, Property, Rule, Safety, Some
from sagacheck.lowering.choreographed.books import Book
from sagacheck.lowering.choreographed.queues import LOST, Network
from sagacheck.lowering.choreographed.reacting import EFFECTIVE, REFUSED, stands
from sagacheck.lowering.choreographed.real import Real, Stored
from sagacheck.lowering.choreographed.transactions import Handled, Landed


class Flaw(StrEnum):
    """What can be wrong with a choreography over an unreliable network."""

    EFFECT_TWICE = "effect twice"
    COMPENSATION_TWICE = "compensation twice"
    EFFECT_AFTER_COMPENSATION = "effect after its compensation"
    EMPTY_COMPENSATION = "compensation of nothing"
    EFFECT_AFTER_END = "effect after the announced end"
    COMPENSATION_AFTER_END = "compensation after the announced end"
    BOTH_ENDS = "both ends announced"
    COMMITTED_WITHOUT = "committed without its effect"
    ABORTED_WITH = "aborted with its effect"
    STOPPED = "stopped half-way"
    NEVER_ENDS = "never ends"


@dataclass(frozen=True, slots=True)
class Obligation:
    """What one property is about.

    Args:
        flaw: what is wrong where it does not hold.
        subject: the step, or the choreography itself.
        lost: of a run that stopped half-way, the event that was lost and who missed it; "" if none was.
    """

    flaw: Flaw
    subject: str
    lost: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """The name of the property."""
        missed = "" if self.lost is None else f" as `{self.lost[0]}` to `{self.lost[1]}` was lost"
        return f"`{self.subject}`: {self.flaw}{missed}"


@dataclass(frozen=True)
class Asking:
    """Makes the properties.

    Args:
        net: the choreography.
        books: of every step whose past matters.
        network: the queues.
        rules: of the system.
    """

    net: Net
    books: dict[str, Book]
    network: Network
    rules: tuple[Rule, ...]

    @property
    def announced(self) -> dict[EndKind, Guard]:
        """When each kind of end has been announced."""
        manual = Some(tuple(self._published(Heard(event)) for event, _ in self.net.manual))
        return {
            EndKind.COMMITTED: NEVER if self.net.committed is None else self._published(self.net.committed),
            EndKind.ABORTED: NEVER if self.net.aborted is None else self._published(self.net.aborted),
            EndKind.MANUAL: manual,
        }

    @property
    def settled(self) -> Guard:
        """Nothing is unacknowledged, unpublished or armed, and no request is on its way."""
        waiting = [
            book.where(_on_its_way) for book in self.books.values() if any(map(_on_its_way, book.reals.values()))
        ]
        return ~Some((self.network.busy, *waiting))

    def asked(self) -> Iterator[tuple[Obligation, Property]]:
        """Every obligation with the property that says whether it is kept."""
        for book in self.books.values():
            if book.step.owes:
                yield from self._of_step(book)
        kinds = list(self.announced.values())
        both = Some(tuple(one & other for place, one in enumerate(kinds) for other in kinds[place + 1 :]))
        yield from _never(Flaw.BOTH_ENDS, self.net.name, both)
        yield from self._stopping()
        endless = Obligation(Flaw.NEVER_ENDS, self.net.name)
        yield endless, Progress(endless.name, self.settled)

    def _of_step(self, book: Book) -> Iterator[tuple[Obligation, Property]]:
        name = book.step.name
        doing = (*self._executing(name, Work.DO), *self._landing(name))
        undoing = self._executing(name, Work.UNDO)
        fresh = book.where(lambda real: _takes_effect(book, Work.DO, real))
        undone = book.where(lambda real: _takes_effect(book, Work.UNDO, real))
        hanging = book.where(lambda real: real.compensated and _takes_effect(book, Work.DO, real))
        empty = book.where(lambda real: any(way.empty for way in book.ways(Work.UNDO, real)))
        ended = Some(tuple(self.announced.values()))
        yield from _never(Flaw.EFFECT_TWICE, name, book.where(lambda real: real.standing > 1))
        yield from _never(Flaw.COMPENSATION_TWICE, name, book.where(lambda real: real.undone > 1))
        yield from _never(Flaw.EFFECT_AFTER_COMPENSATION, name, hanging, doing)
        yield from _never(Flaw.EMPTY_COMPENSATION, name, empty, self._failing(name))
        yield from _never(Flaw.EFFECT_AFTER_END, name, ended & fresh, doing)
        yield from _never(Flaw.COMPENSATION_AFTER_END, name, ended & undone, undoing)
        absent = book.where(lambda real: real.stored is not Stored.NEVER and not stands(real))
        yield from _never(Flaw.COMMITTED_WITHOUT, name, self._ended_as(EndKind.COMMITTED) & absent)
        yield from _never(Flaw.ABORTED_WITH, name, self._ended_as(EndKind.ABORTED) & book.where(stands))

    def _ended_as(self, kind: EndKind) -> Guard:
        """All is settled, and this kind of end was announced and no other."""
        others = tuple(announced for other, announced in self.announced.items() if other is not kind)
        return self.settled & self.announced[kind] & ~Some(others)

    def _stopping(self) -> Iterator[tuple[Obligation, Property]]:
        """Something is owed, and nobody will ever say how it ended; each event that was lost is a place of its own."""
        owed = Some(tuple(book.where(stands) for book in self.books.values() if book.step.owes))
        stopped = self.settled & owed & ~Some(tuple(self.announced.values()))
        losing = [queue for queue in self.network.queues.values() if LOST in queue.variable.domain]
        lost = [queue.variable.is_(LOST) for queue in losing]
        yield from _never(Flaw.STOPPED, self.net.name, stopped & ~Some(tuple(lost)))
        for queue, gone in zip(losing, lost, strict=True):
            yield from _never(Flaw.STOPPED, self.net.name, stopped & gone, lost=(queue.event, queue.service))

    def _executing(self, step: str, work: Work) -> tuple[str, ...]:
        """The rules in which a step or its compensation is executed and may take effect."""
        return tuple(rule.name for rule in self.rules if _answered(rule, work, step) & EFFECTIVE)

    def _failing(self, step: str) -> tuple[str, ...]:
        """The rules in which a compensation is refused."""
        return tuple(rule.name for rule in self.rules if _answered(rule, Work.UNDO, step) & REFUSED)

    def _landing(self, step: str) -> tuple[str, ...]:
        return tuple(rule.name for rule in self.rules if rule.tells == Landed(step, accepted=True))

    def _published(self, pattern: Pattern) -> Guard:
        if isinstance(pattern, Heard):
            return self.network.published[pattern.event].is_("yes")
        parts = tuple(map(self._published, pattern.parts))
        return Every(parts) if isinstance(pattern, HeardAll) else Some(parts)


def _answered(rule: Rule, work: Work, step: str) -> frozenset[str]:
    """What a rule tells of how a step or its compensation was answered."""
    done = rule.tells.done if isinstance(rule.tells, Handled) else ()
    return frozenset(part.answer for part in done if part.executes == (work, step))


def _takes_effect(book: Book, work: Work, real: Real) -> bool:
    return any(way.fresh for way in book.ways(work, real))


def _on_its_way(real: Real) -> bool:
    return real.on_its_way


def _never(
    flaw: Flaw, subject: str, broken: Guard, by: tuple[str, ...] | None = None, lost: tuple[str, str] | None = None
) -> Iterator[tuple[Obligation, Property]]:
    """An obligation that a state, or some rules in it, would break; nothing where no rule could."""
    if by != ():
        obligation = Obligation(flaw, subject, lost)
        yield obligation, Safety(obligation.name, broken, by or ())
