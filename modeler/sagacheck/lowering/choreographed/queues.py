"""What becomes of events between those who publish them and those who hear them.

Each service has one queue per event. The value of a queue says how far its one message has come:

============= =======================================================================================
unsent        nobody has published it yet
sent          it is owed: it will be delivered until it is acknowledged
handled       a transaction has handled it, and is owed it again: it crashed before it acknowledged
twice         two messages are owed, where a repetition does not stand for the second one
again         another one is owed; the service has handled it before
again twice   two are owed; likewise
behind        the same as handled, and another one waits behind it, in an ordered log
acknowledged  nothing is owed; an event that is delivered at least once may come again all the same
forgotten     it will never come again
lost          it never came, and never will
============= =======================================================================================

What waits in an ordered log comes again only while nothing behind it has been handled, that is until it is acknowledged;
so every crash of its service before that counts, and a repetition stands for no second message there.

An event that comes from one place only moves down this table: publishing it once more, as a duplicate makes a service
do, changes nothing that repetition does not cover. Where it can be published for different reasons, or where its
receiver is not disturbed by repetitions, a second message is one. Forgotten is not acknowledged: a run that could go on
only if the broker repeated itself is stuck.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sagacheck.core.net import Net, Timer
from sagacheck.core.system import NEVER, Guard, Rule, Some, Update, Variable
from sagacheck.lowering.choreographed.order import Changes, Order, order_of, then
from sagacheck.lowering.choreographed.recurrence import cycles, recurring, reopening, repeats

UNSENT, SENT, HANDLED, AGAIN = "unsent", "sent", "handled", "again"
TWICE, AGAIN_TWICE, BEHIND = "twice", "again twice", "behind"
ACKNOWLEDGED, FORGOTTEN, LOST = "acknowledged", "forgotten", "lost"

IDLE, ARMED, OVER, WENT_OFF = "idle", "armed", "over", "went off"

LOSS = "loss"
DUPLICATE = "duplicate"
CRASH = "crash"
TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a rule tells: an event has come from outside.

    Args:
        event: the event.
    """

    event: str


@dataclass(frozen=True, slots=True)
class Queue:
    """One service's queue of one event.

    Args:
        event: the event.
        service: who hears it.
        variable: how far its message has come.
        reopens: whether another message can come after the first one.
    """

    event: str
    service: str
    variable: Variable
    reopens: bool

    @property
    def owed(self) -> Guard:
        """Something must still be delivered."""
        return self._among(SENT, TWICE, HANDLED, AGAIN, AGAIN_TWICE, BEHIND)

    @property
    def heard(self) -> Guard:
        """The service has handled it."""
        return self._among(HANDLED, AGAIN, AGAIN_TWICE, BEHIND, ACKNOWLEDGED, FORGOTTEN)

    def _among(self, *values: str) -> Guard:
        return self.variable.is_(*(value for value in values if value in self.variable.domain))

    @property
    def publication(self) -> dict[str, str]:
        """What publishing its event does to it."""
        anew = dict.fromkeys((HANDLED, ACKNOWLEDGED, FORGOTTEN), AGAIN) | {SENT: TWICE, AGAIN: AGAIN_TWICE, LOST: SENT}
        domain = self.variable.domain
        anew |= {HANDLED: BEHIND} if BEHIND in domain else {}
        changes = {UNSENT: SENT} | (anew if self.reopens else {})
        return {old: new for old, new in changes.items() if old in domain and new in domain}


@dataclass(frozen=True)
class Network:
    """All queues and timers of a net, and what was published.

    Args:
        net: the choreography.
        repeated: the queues, as (event, service), in which a repetition could change anything.
        interrupted: the queues, as (event, service), in which a crash can leave a message that was handled.
    """

    net: Net
    repeated: frozenset[tuple[str, str]]
    interrupted: frozenset[tuple[str, str]]

    @cached_property
    def queues(self) -> dict[tuple[str, str], Queue]:
        """Every queue by its event and its service."""
        anew = reopening(self.net)
        return {
            (event, service.name): self._queue(event, service.name, reopens=(event, service.name) in anew)
            for service in self.net.services
            for event in service.hears
        }

    @cached_property
    def order(self) -> Order:
        """The order of what waits in ordered logs."""
        return order_of(self.net, frozenset(place for place, queue in self.queues.items() if queue.reopens))

    def _queue(self, event: str, service: str, *, reopens: bool) -> Queue:
        place = (event, service)
        domain = [SENT] if event == self.net.starts_with else [UNSENT, SENT]
        if not self.net.delivered(event).at_least_once:
            domain += [ACKNOWLEDGED, LOST]
        else:
            domain += [HANDLED] * (place in self.interrupted) + [ACKNOWLEDGED] + [FORGOTTEN] * (place in self.repeated)
        # A repetition stands for a second message that is under way beside the first one.
        domain += [AGAIN] * reopens + [TWICE, AGAIN_TWICE] * (reopens and not repeats(self.net, event))
        domain += [BEHIND] * (reopens and HANDLED in domain and self.net.log(event) is not None)
        return Queue(event, service, Variable(f"`{event}` to `{service}`", tuple(domain)), reopens)

    @cached_property
    def published(self) -> dict[str, Variable]:
        """Of every event that an announcement waits for, whether it was published."""
        return {
            event: Variable(f"`{event}` published", ("yes", "no") if event == self.net.starts_with else ("no", "yes"))
            for event in self.net.announcing
        }

    @cached_property
    def counters(self) -> dict[str, Variable]:
        """Of every bounded event on a cycle, how often it was published."""
        circling = frozenset().union(*cycles(self.net))
        return {
            event: Variable(f"`{event}` counted", tuple(map(str, range(bound.at_most + 1))))
            for event, bound in self.net.bound.items()
            if event in circling
        }

    @cached_property
    def timers(self) -> dict[tuple[str, int], Variable]:
        """Every timer by its service and the place of its reaction there.

        One that went off is set again by another message, where there can be one; one that was disarmed is over.
        """
        several = recurring(self.net)
        return {
            (service.name, place): Variable(
                f"timer {place + 1} of `{service.name}` after `{reaction.trigger.event}`",
                (IDLE, ARMED, OVER, WENT_OFF)[: 3 + (reaction.trigger.event in several)],
            )
            for service in self.net.services
            for place, reaction in enumerate(service.reactions)
            if isinstance(reaction.trigger, Timer)
        }

    @property
    def busy(self) -> Guard:
        """Something is owed or armed."""
        owed = [queue.owed for queue in self.queues.values()]
        armed = [timer.is_(ARMED) for timer in self.timers.values()]
        return Some((*owed, *armed)) if owed or armed else NEVER

    def publication(self, events: tuple[str, ...]) -> Changes:
        """What publishing some events, one after the other, changes, as new values by old ones of each variable."""
        changes: Changes = {}
        for event in events:
            for (heard, _), queue in self.queues.items():
                if heard == event:
                    changes[queue.variable.name] = queue.publication
            if event in self.published:
                changes[self.published[event].name] = {"no": "yes"}
            if event in self.counters:
                counter = self.counters[event]
                changes[counter.name] = dict(zip(counter.domain, counter.domain[1:], strict=False))
        return then(changes, self.order.appended(events))

    def rules(self) -> tuple[Rule, ...]:
        """What the network does by itself: it loses, it forgets, and it brings events from outside."""
        rules = []
        for queue in self.queues.values():
            variable, where = queue.variable, f"`{queue.event}` to `{queue.service}`"
            if LOST in variable.domain:
                loss = (variable.becomes(LOST),)
                rules.append(Rule(f"{where} is lost", "network", variable.is_(SENT), loss, LOSS, queue))
                rules += self._further_losses(queue, where)
            if FORGOTTEN in variable.domain:
                forgetting = (variable.becomes(FORGOTTEN),)
                acknowledged = variable.is_(ACKNOWLEDGED)
                rules.append(Rule(f"{where} is never repeated again", "network", acknowledged, forgetting, "", queue))
        rules += [
            Rule(
                f"`{event}` arrives",
                "outside",
                self._absent(event),
                shifted(self.publication((event,))),
                "",
                Arrived(event),
            )
            for event in self.net.may_arrive
            if self.publication((event,))
        ]
        return tuple(rules)

    def _further_losses(self, queue: Queue, where: str) -> list[Rule]:
        left = {
            value: new
            for value, new in ((TWICE, SENT), (AGAIN_TWICE, AGAIN), (AGAIN, ACKNOWLEDGED))
            if value in queue.variable.domain
        }
        further = shifted({queue.variable.name: left})
        owed = queue.variable.is_(*left)
        return [Rule(f"another {where} is lost", "network", owed, further, LOSS, queue)] if left else []

    def _absent(self, event: str) -> Guard:
        """An event has not been published yet."""
        if event in self.published:
            return self.published[event].is_("no")
        return next(
            queue.variable.is_(UNSENT) if UNSENT in queue.variable.domain else NEVER
            for (heard, _), queue in self.queues.items()
            if heard == event
        )


def shifted(changes: Changes) -> tuple[Update, ...]:
    """The updates that change variables so; values that do not change are left out."""
    kept = {name: tuple((old, new) for old, new in mapping.items() if old != new) for name, mapping in changes.items()}
    return tuple(Update(name, mapping=mapping) for name, mapping in kept.items() if mapping)
