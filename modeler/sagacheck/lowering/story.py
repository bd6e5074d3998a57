"""Tells a run of a lowered saga in the words of the saga."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.chart import Chart, End
from sagacheck.core.obligation import Obligation, Owed
from sagacheck.core.outcome import EndKind
from sagacheck.core.story import COORDINATOR, Line, Story
from sagacheck.core.trace import Trace
from sagacheck.lowering.going import service_of
from sagacheck.lowering.replay import token_of
from sagacheck.lowering.telling import Happening, Telling

_LEDGER, _REAL = ": ledger", ": real"


def story_of(chart: Chart, owed: Owed, trace: Trace) -> Story:
    """The story of a run that breaks what a saga owes.

    Args:
        chart: the saga's chart.
        owed: what is broken at the end of the run.
        trace: the run.
    """
    told = lines_of(chart, trace)
    return Story(told, len(told), _consequence(chart, owed, trace), token_of(trace))


def lines_of(chart: Chart, trace: Trace) -> tuple[Line, ...]:
    """What happens in a run, from its beginning.

    Args:
        chart: the saga's chart.
        trace: the run.
    """
    return (_begin(chart, trace), *_lines(trace))


def needs_network(trace: Trace) -> bool:
    """Whether a run could not happen over a network that delivers every message once and in time, without a crash."""
    delivered: set[str] = set()
    for step in trace.steps:
        tells = step.rule.tells
        assert isinstance(tells, Telling)
        again = tells.happening is Happening.DELIVERY and tells.subject in delivered
        if step.rule.fault or tells.late or again or tells.happening is Happening.RESEND:
            return True
        if tells.happening is Happening.DELIVERY:
            delivered.add(tells.subject)
        else:
            delivered -= {what for _, what in tells.sends}
    return False


def _begin(chart: Chart, trace: Trace) -> Line:
    """The saga starts: what is under way from the first instant on."""
    sent = [name.partition(" ")[2] for name, value in trace.start if name.startswith("request ") and value == "yes"]
    steps = [(service_of(chart.step[step].action if step in chart.step else step), step) for step in sent]
    text = f"begins, and sends {', '.join(sent)}" if sent else "begins"
    return Line(COORDINATOR, text, sends=tuple(steps))


def _lines(trace: Trace) -> Iterator[Line]:
    for step in trace.steps:
        tells = step.rule.tells
        assert isinstance(tells, Telling)
        changes = tuple(_changes(step.changes))
        if tells.silent and not changes:
            continue
        text = tells.text
        more = [what for _, what in tells.sends if not what.endswith(", again")]
        if tells.actor == COORDINATOR and more:
            text += f", and sends {', '.join(more)}"
        yield Line(tells.actor, text, step.rule.fault, changes, tells.sends, tells.receives, tells.loses)


def _changes(changes: tuple[tuple[str, str, str], ...]) -> Iterator[tuple[str, str, str]]:
    for name, before, after in changes:
        if name.endswith(_LEDGER):
            yield f"ledger of {name.removesuffix(_LEDGER)}", str(before), str(after)
        elif name.endswith(_REAL) and _real(before) != _real(after):
            yield name.removesuffix(_REAL), _real(before), _real(after)


def _real(state: str) -> str:
    """What is real in a participant's state, without what it remembers."""
    effect, undone = _parts(state)
    if not undone:
        return effect
    return undone if effect == "no effect" else f"{effect}, {undone}"


def _parts(state: str) -> tuple[str, str]:
    words = state.split(", ")
    effect = next((word for word in words if word in _EFFECTS), "no effect")
    return effect, next((word for word in words if word in _UNDONE), "")


def _stands(state: str) -> str:
    """What is real, as the verb of a sentence."""
    effect, undone = _parts(state)
    if effect == "no effect":
        return {"": "has no effect", "undone": "is undone"}.get(undone, "is undone twice")
    stands = "stands" if effect == "effect" else "stands twice"
    return f"{stands}, {undone} before" if undone else stands


_EFFECTS = ("no effect", "effect", "two effects")
_UNDONE = ("undone", "undone twice")


def _consequence(chart: Chart, owed: Owed, trace: Trace) -> str:
    values = trace.end
    place = str(values.get("coordinator", ""))
    node = chart.node.get(place)
    ended = f"the saga has ended as {node.kind}" if isinstance(node, End) else "the saga goes on"
    real = str(values.get(f"{owed.step}{_REAL}", ""))
    if owed.obligation is Obligation.STUCK:
        return f"from here no end can be reached any more: the coordinator stands at `{place}`"
    if owed.obligation is Obligation.COMPENSATION_OF_NOTHING:
        return f"the compensation of `{owed.step}` fails although there is nothing to undo, and {ended}"
    told = f"`{owed.step}` {_stands(real)}"
    if owed.obligation is Obligation.EFFECT_AFTER_COMPENSATION:
        return f"{told}, although its compensation has come already, and {ended}"
    if isinstance(node, End) and node.kind is not EndKind.COMMITTED and owed.obligation is Obligation.END_DIFFERS:
        ledger = values.get(f"{owed.step}{_LEDGER}", "")
        return f"{told}, and the saga has ended as {node.kind}, its ledger saying {ledger}"
    return f"{told}, and {ended}"
