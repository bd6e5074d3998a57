"""Random hand-written coordinators, flat and with a parallel state, wired in any way, right or wrong."""

from __future__ import annotations

from dataclasses import dataclass
from types import new_class
from typing import Any

from hypothesis import strategies as st
from statemachine import State
from statemachine.transition_list import TransitionList

from sagacheck import (
    Aborted,
    Call,
    Committed,
    Compensate,
    Failed,
    Manual,
    Retry,
    SagaMachine,
    Step,
    cancelled,
    failed,
    ok,
    rejected,
    unknown,
)
from sagacheck.authoring.machine.guards import All, Formula, Vocabulary

STEPS = (Step("a", compensation="undo a"), Step("b", compensation="undo b"), Step("c", retry=Retry.until_known()))
WRAPPERS = {"ok": ok, "rejected": rejected, "unknown": unknown, "failed": failed, "cancelled": cancelled}


def dear(number: int) -> bool:
    """A guard that is a function; the machine hands it what its signature asks for."""
    return number > 3


GUARDS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"cond": "p"},
    {"unless": "p"},
    {"cond": "not p"},
    {"cond": "p and q"},
    {"cond": "p or not q"},
    {"cond": "!p ^ (q v p)"},
    {"cond": ["p", "q"]},
    {"cond": "q", "unless": ["p"]},
    {"cond": "number > 3"},
    {"cond": "number > 3 and not number == 5 or p"},
    {"unless": "not (p and q) or p"},
)


@dataclass(frozen=True)
class Facts:
    """What guards can ask: the attributes of a model."""

    p: bool
    q: bool
    number: int

    def answer(self, question: str) -> bool:
        """What a guard by this name says."""
        return bool(eval(question, {}, vars(self)))  # noqa: S307 - our own guards


@st.composite
def transitions(draw: st.DrawFn, source: State, name: str, targets: list[State], marks: list[str]) -> dict[str, Any]:
    """Events for the transitions that leave a state, some of them guarded, all of them marked if it calls.

    No event holds an outcome behind another one that is always taken: that would be refused.
    """
    events: dict[str, TransitionList] = {}
    held: dict[str, list[tuple[Formula, set[str]]]] = {}
    for mark in marks or ["", ""]:
        for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3, 0]))):
            event = draw(st.sampled_from([f"{name}_{mark}", f"{name}_{mark}", f"{name}_any", f"{name}_{mark}_too"]))
            made = source.to(draw(st.sampled_from(targets)), **draw(st.sampled_from(GUARDS)))
            more = {mark, draw(st.sampled_from([mark, mark, mark, *marks]))} if mark else set()
            for outcome in sorted(more):
                made = WRAPPERS[outcome](made)
            guard = Vocabulary(SagaMachine).guard(made[0])
            before = next((had for asked, had in held.get(event, []) if asked in (guard, All(()))), more)
            if not more <= before:
                event = f"{event}_{len(events)}"
            held.setdefault(event, []).append((guard, more))
            events[event] = events[event] | made if event in events else made
    return events


@st.composite
def regions(draw: st.DrawFn, name: str, outside: list[State]) -> State:
    """A region with one or two calls, whose transitions may leave it for the states outside."""
    calls = {f"{name}_call_{i}": Call(draw(st.sampled_from(STEPS))) for i in range(draw(st.integers(1, 2)))}
    ends = {f"{name}_done": State(final=True), f"{name}_failed": Failed()}
    body: dict[str, Any] = {**calls, **ends}
    targets = [*calls.values(), *[end for end in ends.values() for _ in range(3)], outside[0]]
    for state, call in calls.items():
        body.update(draw(transitions(call, state, targets, ["ok", "rejected", "unknown"])))
    made: Any = new_class(name, (State.Compound,), {}, lambda namespace: namespace.update(body))
    region: State = made
    return region


@st.composite
def machines(draw: st.DrawFn, *, parallel: bool) -> type[SagaMachine]:
    """A coordinator."""
    states: dict[str, State] = {"call_0": Call(STEPS[0], initial=not parallel)}
    states |= {f"call_{i}": Call(draw(st.sampled_from(STEPS))) for i in range(1, draw(st.integers(1, 3)))}
    states |= {f"undo_{i}": Compensate(draw(st.sampled_from(STEPS[:2]))) for i in range(draw(st.integers(0, 2)))}
    states |= {f"wait_{i}": State() for i in range(draw(st.integers(0, 2)))}
    states |= {"good": Committed(), "bad": Aborted(), "stuck": Manual("call somebody")}
    body: dict[str, Any] = dict(states)
    targets = list(states.values())
    if parallel:
        outside = list(states.values())
        inner = {name: draw(regions(name, outside)) for name in ("left", "right")}
        both: Any = new_class("both", (State.Parallel,), {"initial": True}, lambda namespace: namespace.update(inner))
        body["both"] = both
        done = both.to(draw(st.sampled_from(targets)), cond=draw(st.sampled_from([None, "a_region_failed", "p"])))
        done |= both.to(draw(st.sampled_from(targets)), unless=draw(st.sampled_from([None, "a_region_failed and q"])))
        body["done_state_both"] = done
        if draw(st.booleans()):
            body["all_at_once"] = unknown(
                both.to(draw(st.sampled_from(targets)), cond=draw(st.sampled_from(["p", None])))
            )
        targets = [*targets, both]
    for name, state in states.items():
        others = [target for target in targets if target is not state or not name.startswith("wait")]
        marks = {"c": ["ok", "rejected", "unknown", "cancelled"], "u": ["ok", "failed", "unknown"]}.get(name[0], [])
        if not state.final:
            body.update(draw(transitions(state, name, others, marks)))
    made: type[SagaMachine] = new_class("Random", (SagaMachine,), {}, lambda namespace: namespace.update(body))
    return made
