"""Plays a lowered saga by hand, and tells each of its runs as the scenario that it is."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from sagacheck.core.chart import Call, Chart, Choice, Compensate, End
from sagacheck.core.outcome import EndKind
from sagacheck.core.question import Condition
from sagacheck.core.system import Rule
from sagacheck.lowering.places import STOPPED
from sagacheck.lowering.saga import Lowered
from sagacheck.lowering.telling import Telling
from tests.prover.explorer import TooManyStatesError, fired, holds
from tests.semantics.brute import record_of

Log = tuple[tuple[str, tuple[str, ...]], ...]


class Told(NamedTuple):
    """A run without the order of what does not depend on each other."""

    log: Log
    kind: EndKind


def fault_free_runs(chart: Chart, lowered: Lowered, most: int) -> set[Told]:
    """What a saga can come to without a message lost and without a crash; a compensation may be refused.

    Raises:
        TooManyStatesError: if there is more to play than that.
    """
    rules = [rule for rule in lowered.system.rules if rule.fault in ("", "refusal")]
    names = [variable.name for variable in lowered.system.variables]
    start: tuple[tuple[str, ...], Log] = tuple(lowered.system.start.values()), ()
    seen = {start}
    waiting = deque([start])
    found = set()
    while waiting:
        state, log = waiting.popleft()
        values = dict(zip(names, state, strict=True))
        place = values["coordinator"]
        node = chart.node.get(place)
        if place == STOPPED or isinstance(node, End):
            found.add(Told(log, node.kind if isinstance(node, End) else EndKind.UNHANDLED))
            continue
        for rule in rules:
            if holds(rule.guard, values):
                following = (tuple(fired(rule, values).values()), _logged(chart, log, rule))
                if following not in seen:
                    if len(seen) >= most:
                        raise TooManyStatesError
                    seen.add(following)
                    waiting.append(following)
    return found


def _logged(chart: Chart, log: Log, rule: Rule) -> Log:
    tells = rule.tells
    assert isinstance(tells, Telling)
    node = chart.node.get(tells.node)
    asked = isinstance(node, Choice) and isinstance(node.test, Condition)
    if not isinstance(node, Call | Compensate) and not asked:
        return log
    assert node is not None
    book = dict(log)
    record = record_of(node)
    if asked and isinstance(node, Choice) and isinstance(node.test, Condition) and node.test.stable and record in book:
        return log
    book[record] = (*book.get(record, ()), str(tells.result))
    return tuple(sorted(book.items()))
