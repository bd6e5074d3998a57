"""What speaks for which design: conclusions from the figures, each with those that it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.application.comparing.measures import Measured
from sagacheck.core.comparison import Design, Sameness

_FEW = 3
"""Services up to which people keep an overview of who reacts to whom."""


def advice(sameness: Sameness, one: Measured, other: Measured, *, complete: bool = True) -> tuple[str, ...]:
    """Sentences: the conclusion, then its reasons.

    Args:
        sameness: whether both designs come to the same.
        one, other: the designs.
        complete: whether both have the same steps.
    """
    if sameness is Sameness.DIFFERENT:
        return ("They are different sagas: make them come to the same ends before you choose between them.",)
    if {one.side.design, other.side.design} != set(Design):
        return ("Both are coordinated in the same way: compare the figures.",)
    led, free = (one, other) if one.side.design is Design.ORCHESTRATED else (other, one)
    for_led, for_free = list(_for_orchestration(led, free)), list(_for_choreography(led, free))
    counted = (
        f"{_number(len(for_led), 'reason')} for orchestration, {len(for_free)} for choreography; they are not weighed"
    )
    if len(for_led) == len(for_free):
        head = f"For this saga either will do: {counted}."
    else:
        head = f"For this saga: {'orchestration' if len(for_led) > len(for_free) else 'choreography'} ({counted})."
    marked = [f"for orchestration: {reason}" for reason in for_led]
    marked += [f"for choreography: {reason}" for reason in for_free]
    return (head, *marked, *_caveats(sameness, led, free, complete=complete))


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def _for_orchestration(led: Measured, free: Measured) -> Iterator[str]:
    if free.cycles:
        groups = "; ".join(" and ".join(group) for group in free.cycles)
        yield f"choreographed, {groups} depend on each other in a circle"
    if led.knowing_end and not free.knowing_end:
        yield f"{led.knowing_end[0]} knows how each run has ended; choreographed, no service does"
    if free.logs and led.logs and max(free.logs) > max(led.logs):
        yield f"one log tells a run; choreographed, up to {max(free.logs)} have to be joined"
    if free.up and led.up and max(free.up) > max(led.up):
        yield f"the coordinator is tested by itself; choreographed, up to {max(free.up)} services have to run"
    if free.sticking is not None and led.sticking is not None and len(free.sticking) > len(led.sticking):
        yield f"a message lost on {', '.join(free.sticking)} leaves the choreography without an end"
    if len(free.side.processes) > _FEW and len(free.deciders) > 1:
        yield f"{len(free.deciders)} of {len(free.side.processes)} services decide what others do"


def _for_choreography(led: Measured, free: Measured) -> Iterator[str]:
    if led.path and free.path and free.path.effect_transfers < led.path.effect_transfers:
        yield (
            f"{free.path.effect_transfers} transfers to the last effect instead of {led.path.effect_transfers}, "
            "broker and outbox counted"
        )
    if led.path and free.path and free.path.end_transfers < led.path.end_transfers:
        yield f"{free.path.end_transfers} transfers to the end instead of {led.path.end_transfers}"
    if led.machines and free.machines:
        largest = [max(machine[0] for machine in of.machines.values()) for of in (led, free) if of.machines]
        if largest[1] < largest[0]:
            yield f"the largest machine has {largest[1]} states instead of {largest[0]}"
        total = [sum(machine[1] for machine in of.machines.values()) for of in (led, free) if of.machines]
        if total[1] < total[0]:
            yield f"{_number(total[1], 'decision')} in all instead of {total[0]}"
    if not free.cycles and len(free.dependencies) < len(led.dependencies):
        fewer = _number(len(free.dependencies), "dependency", "dependencies")
        yield f"{fewer} instead of {len(led.dependencies)}, none in a circle"
    if free.sticking is not None and led.sticking is not None and len(free.sticking) < len(led.sticking):
        yield f"a message lost on {', '.join(led.sticking)} leaves the orchestrated saga without an end"


def _caveats(sameness: Sameness, led: Measured, free: Measured, *, complete: bool) -> Iterator[str]:
    if not complete:
        yield "but: they do not have the same steps, so that they are not yet two designs of one saga."
    if sameness is Sameness.SAME_WITHOUT_FAULTS:
        yield "but: under faults they do not come to the same; see what tells them apart."
    if sameness is Sameness.UNDECIDED:
        yield "but: whether they come to the same was not decided."
    if free.would_stick is not None and len(free.would_stick) > len(free.sticking or ()):
        lost = len(free.would_stick)
        yield f"but: {lost} of {free.channels} channels of the choreography stick once events can be lost: it stands on its broker."
    if led.path and free.path and free.path.effect < led.path.effect:
        yield "a choreography is slower only by broker and polling: in hops it is the shorter one."
