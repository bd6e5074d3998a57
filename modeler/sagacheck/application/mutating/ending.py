"""Takes an end for another one."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.application.mutating.sound import FAILURES, Sound
from sagacheck.core.chart import Call, Chart, End
from sagacheck.core.mutation import Mutant, Mutation
from sagacheck.core.outcome import EndKind, Status
from sagacheck.semantics.questions import having

_EXCHANGED = (
    (EndKind.ABORTED, EndKind.COMMITTED),
    (EndKind.MANUAL, EndKind.ABORTED),
    (EndKind.COMMITTED, EndKind.ABORTED),
)
_WRONG_AT = {
    EndKind.COMMITTED: (Status.MAYBE, Status.UNDOING),
    EndKind.ABORTED: (Status.APPLIED, Status.MAYBE, Status.UNDOING),
}
"""What no step that owes something may be at such an end."""


def wrong_ends(sound: Sound) -> Iterator[Mutant]:
    """Where it was called off, it counts as done; where it is done or a person must act, as called off."""
    chart = sound.chart
    for right, wrong in _EXCHANGED:
        other = next((node.id for node in chart.nodes if isinstance(node, End) and node.kind is wrong), None)
        if other is None or (wrong is EndKind.ABORTED and chart.residue_accepted is not None):
            continue
        for edge in chart.edges:
            target = chart.node.get(edge.target)
            if not isinstance(target, End) or target.kind is not right or not sound.takes(edge):
                continue
            node = chart.node[edge.source]
            twin = sound.redirected(edge, other)
            refused = isinstance(node, Call) and chart.step[node.step].owes and edge.label in FAILURES
            if (wrong is EndKind.COMMITTED and refused) or _is_wrong(twin, wrong):
                what = f"`{edge.source}` {edge.label} ends as {wrong} instead of {right}"
                yield Mutant(Mutation.WRONG_END, what, edge.span or node.span, twin)


def _is_wrong(twin: Chart, kind: EndKind) -> bool:
    """Whether a run ends so while a step that owes something is in a state in which it must not be there."""
    saga = Sound(twin)
    return any(saga.ends(kind, having(step.name, _WRONG_AT[kind])) for step in saga.owing)
