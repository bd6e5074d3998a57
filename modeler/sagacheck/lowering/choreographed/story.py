"""Tells a run of a choreography in its own words."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.story import BROKER, Line, Story
from sagacheck.core.trace import Step, Trace
from sagacheck.lowering.choreographed.choreography import LoweredChoreography
from sagacheck.lowering.choreographed.obligations import Flaw, Obligation
from sagacheck.lowering.choreographed.queues import ARMED, LOSS, Arrived, Queue
from sagacheck.lowering.choreographed.reacting import RELAYED
from sagacheck.lowering.choreographed.real import Real
from sagacheck.lowering.choreographed.transactions import IDLING, Handled
from sagacheck.lowering.replay import token_of


def story_of(choreography: LoweredChoreography, obligation: Obligation, trace: Trace) -> Story:
    """The story of a run that breaks what a choreography owes.

    Args:
        choreography: as it was lowered.
        obligation: what is broken at the end of the run.
        trace: the run.
    """
    lines = lines_of(choreography, trace)
    return Story(lines, len(lines), _consequence(choreography, obligation, trace), token_of(trace))


def lines_of(choreography: LoweredChoreography, trace: Trace) -> tuple[Line, ...]:
    """What happens in a run, from its beginning.

    Args:
        choreography: as it was lowered.
        trace: the run.
    """
    begun = choreography.net.starts_with
    heard = tuple((service.name, begun) for service in choreography.net.services if begun in service.hears)
    return (
        Line(BROKER, f"has `{begun}`: it begins", sends=heard),
        *(_line(choreography, step) for step in trace.steps),
    )


def _line(choreography: LoweredChoreography, step: Step) -> Line:
    rule = step.rule
    text = rule.name.removeprefix(f"`{rule.process}` ")
    tells = rule.tells
    if isinstance(tells, Handled) and all(done.executes is None for done in tells.done):
        text = text.replace(f": {RELAYED}", "", 1)
    if isinstance(tells, Handled) and tells.timer:
        text = f"its timer{text.partition(f' of `{tells.service}`')[2]}"
    elif isinstance(tells, Handled):
        text = _with_timers(choreography, step, text)
    sends: tuple[tuple[str, str], ...] = ()
    receives = loses = None
    if isinstance(tells, Handled):
        sends = tuple((BROKER, event) for event in tells.published)
        receives = None if tells.timer else (BROKER, tells.event)
        if tells.published and ", and publishes " not in text:
            text += f", and publishes {', '.join(f'`{event}`' for event in tells.published)}"
    elif isinstance(tells, Arrived):
        sends = ((BROKER, tells.event),)
    elif isinstance(tells, Queue) and rule.fault == LOSS:
        loses = (BROKER, tells.service, tells.event)
    return Line(rule.process, text, rule.fault, tuple(_changes(choreography, step)), sends, receives, loses)


def _with_timers(choreography: LoweredChoreography, step: Step, text: str) -> str:
    """What a transaction does to the timers of its service, beside what its reactions do."""
    timers = {timer.name for timer in choreography.network.timers.values()}
    for name, before, after in step.changes:
        said = "sets its timer" if after == ARMED else "stops its timer" if before == ARMED else ""
        if name in timers and said:
            idle = f": {IDLING}"
            text = text.replace(idle, f": {said}", 1) if text.endswith(idle) else f"{text}, and {said}"
    return text


def _changes(choreography: LoweredChoreography, step: Step) -> Iterator[tuple[str, str, str]]:
    names = {book.variable.name: book for book in choreography.books.values()}
    for name, before, after in step.changes:
        book = names.get(name)
        if book is not None:
            was, now = _in_words(book.reals[before]), _in_words(book.reals[after])
            if was != now:
                yield book.step.name, was, now


_EFFECTS = ("no effect", "effect", "two effects")
_UNDONE = ("", "undone", "undone twice")


def _in_words(real: Real) -> str:
    if not real.undone:
        return _EFFECTS[real.standing]
    return f"{_EFFECTS[real.standing]}, {_UNDONE[real.undone]}" if real.standing else _UNDONE[real.undone]


def _consequence(choreography: LoweredChoreography, obligation: Obligation, trace: Trace) -> str:
    if obligation.flaw is Flaw.STOPPED:
        lost = f"`{obligation.lost[0]}` never came to `{obligation.lost[1]}`; " if obligation.lost else ""
        return f"{lost}nothing will happen any more, nobody has said how it ended, and {_standing(choreography, trace)}"
    if obligation.flaw is Flaw.NEVER_ENDS:
        return "from here it never comes to rest"
    if obligation.flaw is Flaw.BOTH_ENDS:
        return "two kinds of end are announced, and those who listen believe one or the other"
    return f"`{obligation.subject}` {_SAID[obligation.flaw]}"


_SAID = {
    Flaw.EFFECT_TWICE: "has taken effect twice",
    Flaw.COMPENSATION_TWICE: "has been compensated twice",
    Flaw.EFFECT_AFTER_COMPENSATION: "takes effect although its compensation has come already",
    Flaw.EMPTY_COMPENSATION: "is compensated without having happened, and that fails",
    Flaw.EFFECT_AFTER_END: "takes effect although an end was announced already",
    Flaw.COMPENSATION_AFTER_END: "is compensated although an end was announced already",
    Flaw.COMMITTED_WITHOUT: "has no effect although all is at rest and success was announced",
    Flaw.ABORTED_WITH: "stands although all is at rest and it was announced that everything is undone",
}


def _standing(choreography: LoweredChoreography, trace: Trace) -> str:
    standing = [
        f"`{name}`" for name, book in choreography.books.items() if book.reals[trace.end[book.variable.name]].standing
    ]
    if not standing:
        return "nothing stands"
    *more, last = standing
    return f"{', '.join(more)} and {last} stand" if more else f"{last} stands"
