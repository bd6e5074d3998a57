"""Random declared sagas for the tests of the machines that are made of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from sagacheck import (
    Barrier,
    Compensation,
    Condition,
    Informational,
    Keyed,
    NonCompensatable,
    Retry,
    Saga,
    Step,
    first_of,
    parallel,
    when,
)
from sagacheck.authoring.flow import Flow

CONDITIONS = (Condition("gift"), Condition("is it dear?"), Condition("again", stable=False))
NAMES = ("reserve", "payment.charge", "class", "überweisen", "payment charge", "send", "aborted", "支付", "state")


@st.composite
def steps(draw: st.DrawFn, name: str, *, shared: bool) -> Step:
    """A step of this name, of any kind; one that shares its compensation only where that is wanted."""
    kinds = ["own", "own", "own", "none", "pivot", "informational", "reads", *(["shared", "shared"] if shared else [])]
    undo = draw(st.sampled_from(kinds))
    policy = draw(st.sampled_from([None, Retry.until_done(), Retry(attempts=2)]))
    options: dict[str, Any] = {
        "contract": draw(st.sampled_from([None, Barrier("id"), Keyed("id", stores_rejections=False)])),
        "retry": draw(st.sampled_from([None, Retry.until_known(), Retry.until_done(), Retry(attempts=3)])),
    }
    if undo == "own":
        options["compensation"] = Compensation(f"undo {name}", retry=policy)
    elif undo == "shared":
        options["compensation"] = "cancel all"
    elif undo == "pivot":
        options["compensation"] = NonCompensatable("it is gone")
    elif undo == "informational":
        options["compensation"] = Informational("a letter")
    elif undo == "reads":
        options["effect"] = False
    return Step(name, **options)


@st.composite
def flows(draw: st.DrawFn, names: tuple[str, ...], fallbacks: int, *, shared: bool) -> Flow:
    """A flow of steps with these names, put together in any way.

    Args:
        fallbacks: how deep `first_of` may be nested.
        shared: whether steps may share a compensation; not one inside and one outside of a `first_of`.
    """
    if len(names) == 1:
        step = draw(steps(names[0], shared=shared))
        return when(draw(st.sampled_from(CONDITIONS)), step) if draw(st.integers(0, 5)) == 0 else step
    kinds = ["sequence", "sequence", "parallel", "parallel", "when", *(["first_of"] if fallbacks else [])]
    kind = draw(st.sampled_from(kinds))
    inner = fallbacks - (kind == "first_of")
    parts: list[Flow] = []
    rest = names
    while rest:
        size = draw(st.integers(1, len(rest) if parts else len(rest) - 1))
        if kind == "when" and parts:
            size = len(rest)
        parts.append(draw(flows(rest[:size], inner, shared=shared)))
        rest = rest[size:]
    if kind == "parallel":
        return parallel(*parts)
    if kind == "first_of":
        return first_of(*parts)
    if kind == "when":
        return when(draw(st.sampled_from(CONDITIONS)), parts[0], otherwise=parts[1])
    flow = parts[0]
    for part in parts[1:]:
        flow = flow >> part
    return flow


@st.composite
def sagas(draw: st.DrawFn, most: int = 6) -> Saga:
    """A saga of one to `most` steps under any profile."""
    names = draw(st.permutations(NAMES))[: draw(st.integers(1, most))]
    shared = draw(st.booleans())
    return Saga(
        draw(st.sampled_from(["place-order", "Überweisung 2", "a.b c"])),
        draw(flows(tuple(names), 0 if shared else 2, shared=shared)),
        profile=draw(st.sampled_from(["strict", "temporal", "dtm"])),
        cancellable=draw(st.booleans()),
        residue_accepted=draw(st.sampled_from([None, None, "it is cheap"])),
    )
