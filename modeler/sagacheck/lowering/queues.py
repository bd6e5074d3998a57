"""What becomes of events between those who publish them and those who hear them.

Each service has one queue per event. The value of a queue says how far its one message has come:

============= =======================================================================================
unsent        nobody has published it yet
sent          it is owed: it will be delivered until it is acknowledged
handled       a transaction has handled it, and is owed it again: it crashed before it acknowledged
again         published once more, in a cycle of events; the service has heard it before
acknowledged  nothing is owed; an event that is delivered at least once may come again all the same
forgotten     it will never come again
lost          it never came, and never will
============= =======================================================================================

Away from cycles a message only moves down this table: publishing it once more, as a duplicate makes a service do,
changes nothing that repetition does not cover. Forgotten is not acknowledged: a run that could go on only if the
broker repeated itself is stuck.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sagacheck.core.net import Net, Timer
from sagacheck.core.system import NEVER, Guard, Rule, Some, Update, Variable

UNSENT, SENT, HANDLED, AGAIN = "unsent", "sent", "handled", "again"
ACKNOWLEDGED, FORGOTTEN, LOST = "acknowledged", "forgotten", "lost"

IDLE, ARMED, OVER = "idle", "armed", "over"

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
        reopens: whether it can be published anew after it was handled: it lies on a cycle of events.
    """

    event: str
    service: str
    variable: Variable
    reopens: bool

    @property
    def owed(self) -> Guard:
        """Something must still be delivered."""
        return self._among(SENT, HANDLED, AGAIN)

    @property
    def heard(self) -> Guard:
        """The service has handled it."""
        return self._among(HANDLED, AGAIN, ACKNOWLEDGED, FORGOTTEN)

    def _among(self, *values: str) -> Guard:
        return self.variable.is_(*(value for value in values if value in self.variable.domain))

    @property
    def publication(self) -> dict[str, str]:
        """What publishing its event does to it."""
        anew = dict.fromkeys((HANDLED, ACKNOWLEDGED, FORGOTTEN), AGAIN) if self.reopens else {}
        return {old: new for old, new in {UNSENT: SENT, **anew}.items() if old in self.variable.domain}


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
        circling = frozenset().union(*cycles(self.net))
        return {
            (event, service.name): self._queue(event, service.name, reopens=event in circling)
            for service in self.net.services
            for event in service.hears
        }

    def _queue(self, event: str, service: str, *, reopens: bool) -> Queue:
        place = (event, service)
        domain = [SENT] if event == self.net.starts_with else [UNSENT, SENT]
        if not self.net.delivered(event).at_least_once:
            domain += [ACKNOWLEDGED, LOST]
        else:
            domain += [HANDLED] * (place in self.interrupted) + [ACKNOWLEDGED] + [FORGOTTEN] * (place in self.repeated)
        domain += [AGAIN] * reopens
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
        """Every timer by its service and the place of its reaction there."""
        return {
            (service.name, place): Variable(
                f"timer {place + 1} of `{service.name}` after `{reaction.trigger.event}`", (IDLE, ARMED, OVER)
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

    def publication(self, events: tuple[str, ...]) -> dict[str, dict[str, str]]:
        """What publishing some events changes, as new values by old ones of each variable."""
        changes: dict[str, dict[str, str]] = {}
        for event in events:
            for (heard, _), queue in self.queues.items():
                if heard == event:
                    changes[queue.variable.name] = queue.publication
            if event in self.published:
                changes[self.published[event].name] = {"no": "yes"}
            if event in self.counters:
                counter = self.counters[event]
                changes[counter.name] = dict(zip(counter.domain, counter.domain[1:], strict=False))
        return changes

    def rules(self) -> tuple[Rule, ...]:
        """What the network does by itself: it loses, it forgets, and it brings events from outside."""
        rules = []
        for queue in self.queues.values():
            variable, where = queue.variable, f"`{queue.event}` to `{queue.service}`"
            if LOST in variable.domain:
                loss = (variable.becomes(LOST),)
                rules.append(Rule(f"{where} is lost", "network", variable.is_(SENT), loss, LOSS, queue))
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

    def _absent(self, event: str) -> Guard:
        """An event has not been published yet."""
        if event in self.published:
            return self.published[event].is_("no")
        return next(
            queue.variable.is_(UNSENT) if UNSENT in queue.variable.domain else NEVER
            for (heard, _), queue in self.queues.items()
            if heard == event
        )


def shifted(changes: dict[str, dict[str, str]]) -> tuple[Update, ...]:
    """The updates that change variables so; values that do not change are left out."""
    kept = {name: tuple((old, new) for old, new in mapping.items() if old != new) for name, mapping in changes.items()}
    return tuple(Update(name, mapping=mapping) for name, mapping in kept.items() if mapping)


def cycles(net: Net, without: frozenset[str] = frozenset()) -> tuple[frozenset[str], ...]:
    """The groups of events that lead to each other, sorted: each event may publish itself anew.

    Args:
        net: the choreography.
        without: events to leave out.
    """
    after: dict[str, set[str]] = {}
    for _, reaction in net.reactions:
        for event in reaction.causes - without:
            after.setdefault(event, set()).update(set(net.published_by(reaction)) - without)
    reach = {event: _reached(event, after) for event in after}
    groups = {
        frozenset(other for other in reach if other in reach[event] and event in reach[other])
        for event in reach
        if event in reach[event]
    }
    return tuple(sorted(groups, key=sorted))


def _reached(event: str, after: dict[str, set[str]]) -> set[str]:
    """The events that an event leads to, itself only if it comes again."""
    found: set[str] = set()
    waiting = [event]
    while waiting:
        for other in after.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found
