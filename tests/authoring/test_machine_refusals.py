"""What cannot be charted is answered with what to write instead, and with its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import new_class
from typing import Any

import pytest
from statemachine import HistoryState, State
from statemachine.transition import Transition

from sagacheck import (
    Aborted,
    Call,
    Committed,
    Compensate,
    Failed,
    Informational,
    Manual,
    NonCompensatable,
    SagaMachine,
    Step,
    cancelled,
    failed,
    ok,
    rejected,
    unknown,
)
from sagacheck.authoring.machine import MachineError, chart_of_machine

look = Step("look", effect=False)
take = Step("take", compensation="put back")
lend = Step("lend", compensation="ask for it")


def nested(base: type, name: str, **names: object) -> State:
    made: Any = new_class(name, (base,), {}, lambda body: body.update(names))
    state: State = made
    return state


def machine(**names: object) -> type[SagaMachine]:
    return new_class("Wrong", (SagaMachine,), {}, lambda body: body.update(names))


def in_region(inner: dict[str, Any], outside: dict[str, Any] | None = None) -> type[SagaMachine]:
    """A machine with these states in one of two regions."""
    other = Call(look)
    other_done = State(final=True)
    left = nested(State.Compound, "left", **inner)
    right = nested(State.Compound, "right", other=other, other_done=other_done, other_ok=ok(other.to(other_done)))
    both = nested(State.Parallel, "both", left=left, right=right)
    done = Committed()
    return machine(both=both, done=done, done_state_both=both.to(done), **(outside or {}))


def unmarked() -> type[SagaMachine]:
    calling, done = Call(look, initial=True), Committed()
    return machine(calling=calling, done=done, went=calling.to(done))


def without_event() -> type[SagaMachine]:
    calling, done = Call(look, initial=True), Committed()
    ok(calling.to(done))
    return machine(calling=calling, done=done)


def marked_without_call() -> type[SagaMachine]:
    waiting, done = State(initial=True), Committed()
    return machine(waiting=waiting, done=done, went=ok(waiting.to(done)))


def failed_step() -> type[SagaMachine]:
    calling, done = Call(look, initial=True), Committed()
    return machine(calling=calling, done=done, went=failed(calling.to(done)))


def rejected_compensation() -> type[SagaMachine]:
    undoing, done = Compensate(take, initial=True), Aborted()
    return machine(undoing=undoing, done=done, went=rejected(undoing.to(done)))


def cancelled_compensation() -> type[SagaMachine]:
    undoing, done = Compensate(take, initial=True), Aborted()
    return machine(undoing=undoing, done=done, went=cancelled(undoing.to(done)))


def undeclared_end() -> type[SagaMachine]:
    calling, done = Call(look, initial=True), State(final=True)
    return machine(calling=calling, done=done, went=ok(calling.to(done)))


def failed_at_the_top() -> type[SagaMachine]:
    calling, done = Call(look, initial=True), Failed()
    return machine(calling=calling, done=done, went=ok(calling.to(done)))


def end_in_a_region() -> type[SagaMachine]:
    calling, off = Call(look), Aborted()
    return in_region({"calling": calling, "off": off, "went": ok(calling.to(off))})


def final_that_goes_on() -> type[SagaMachine]:
    calling, first, second = Call(look), State(final=True), State(final=True)
    return in_region(
        {"calling": calling, "a": first, "b": second, "went": ok(calling.to(first)), "on": first.to(second)}
    )


def compound_elsewhere() -> type[SagaMachine]:
    calling, end = Call(look), State(final=True)
    around = nested(State.Compound, "around", calling=calling, end=end, went=ok(calling.to(end)))
    done = Committed()
    return machine(around=around, done=done, done_state_around=around.to(done))


def region_without_compound() -> type[SagaMachine]:
    both = nested(State.Parallel, "both", calling=Call(look), other=Call(take))
    done = Committed()
    return machine(both=both, done=done, done_state_both=both.to(done))


def two_undone_at_once() -> type[SagaMachine]:
    undoing, done = Compensate(take, lend, initial=True), Aborted()
    return machine(undoing=undoing, done=done, went=ok(undoing.to(done)))


def two_steps_of_one_name() -> type[SagaMachine]:
    first, second, done = Call(Step("a"), initial=True), Call(Step("a", effect=False)), Committed()
    return machine(first=first, second=second, done=done, went=ok(first.to(second)), too=ok(second.to(done)))


def into_a_region() -> type[SagaMachine]:
    calling, end, waiting = Call(look), State(final=True), State()
    return in_region(
        {"calling": calling, "end": end, "went": ok(calling.to(end))}, {"waiting": waiting, "back": waiting.to(calling)}
    )


def to_a_region() -> type[SagaMachine]:
    calling, end, waiting = Call(look), State(final=True), State()
    inner = {"calling": calling, "end": end, "went": ok(calling.to(end))}
    left = nested(State.Compound, "left", **inner)
    both = nested(State.Parallel, "both", left=left)
    done = Committed()
    return machine(waiting=waiting, both=both, done=done, go=waiting.to(left), done_state_both=both.to(done))


def several_targets() -> type[SagaMachine]:
    waiting, first, second = State(initial=True), Committed(), Committed()
    waiting.transitions.add_transitions(Transition(waiting, [first, second], event="go"))
    return machine(waiting=waiting, first=first, second=second)


def from_the_parallel_state() -> type[SagaMachine]:
    calling, end = Call(look), State(final=True)
    left = nested(State.Compound, "left", calling=calling, end=end, went=ok(calling.to(end)))
    both = nested(State.Parallel, "both", left=left)
    done, off = Committed(), Aborted()
    return machine(both=both, done=done, off=off, done_state_both=both.to(done), stop=both.to(off))


def marked_done() -> type[SagaMachine]:
    calling, end = Call(look), State(final=True)
    left = nested(State.Compound, "left", calling=calling, end=end, went=ok(calling.to(end)))
    both = nested(State.Parallel, "both", left=left)
    done = Committed()
    return machine(both=both, done=done, done_state_both=ok(both.to(done)))


def left_by_one_region() -> type[SagaMachine]:
    calling, end = Call(look), State(final=True)
    left = nested(State.Compound, "left", calling=calling, end=end, went=ok(calling.to(end)))
    both = nested(State.Parallel, "both", left=left)
    done = Committed()
    return machine(both=both, done=done, done_state_both=both.to(done), done_state_left=left.to(done))


def one_event_for_two_regions() -> type[SagaMachine]:
    calling, end = Call(look), State(final=True)
    return in_region({"calling": calling, "end": end, "other_ok": ok(calling.to(end))})


def history() -> type[SagaMachine]:
    calling, end, back = Call(look), State(final=True), HistoryState()
    return in_region({"calling": calling, "end": end, "back": back, "went": ok(calling.to(end))})


def two_regions_of_one_name() -> type[SagaMachine]:
    def parallel(name: str) -> State:
        calling, end = Call(look), State(final=True)
        body = {f"calling_{name}": calling, f"end_{name}": end, f"went_{name}": ok(calling.to(end))}
        return nested(State.Parallel, name, region=nested(State.Compound, "region", **body))

    first, second, done = parallel("first"), parallel("second"), Committed()
    return machine(
        first=first, second=second, done=done, done_state_first=first.to(second), done_state_second=second.to(done)
    )


def undoing(step: Step) -> Callable[[], type[SagaMachine]]:
    def make() -> type[SagaMachine]:
        taking_back, done = Compensate(step, initial=True), Aborted()
        return machine(taking_back=taking_back, done=done, went=ok(taking_back.to(done)))

    return make


def one_event(*marks: Callable[[Any], Any], **guard: str) -> Callable[[], type[SagaMachine]]:
    """A machine whose event holds one transition for each mark, all of them with this guard."""

    def make() -> type[SagaMachine]:
        calling, done = Call(look, initial=True), Committed()
        event = marks[0](calling.to(done, **guard))
        for mark in marks[1:]:
            event |= mark(calling.to(done, **guard))
        return machine(calling=calling, done=done, answered=event, agreed=True)

    return make


def misspelt() -> type[SagaMachine]:
    calling, done = Call(look, initial=True), Committed()
    return machine(calling=calling, done=done, went=ok(calling.to(done, cond="paid and not agreed")), agred=True)


def no_states() -> type[SagaMachine]:
    return machine()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (unmarked, "`calling` (went): say which outcome it handles, like ok(calling.to(done))"),
        (without_event, "it has no event, so it is taken before the call is answered; name it: answered = ok("),
        (
            marked_without_call,
            "`waiting` (went): ok(...) marks an outcome, but the state calls nothing; make it Call(step)",
        ),
        (failed_step, "a step never answers failed; write ok(...), rejected(...), unknown(...), cancelled(...)"),
        (rejected_compensation, "a compensation never answers rejected; write ok(...), failed(...), unknown(...)"),
        (cancelled_compensation, "a compensation never answers cancelled"),
        (undeclared_end, "`done` is final, but says not how; write Committed(), Aborted() or Manual("),
        (failed_at_the_top, "`done` ends the saga; write Aborted()"),
        (end_in_a_region, "`both.left.off` ends its region, not the saga; write State(final=True), or Failed()"),
        (final_that_goes_on, "`both.left.a` is final, and has a transition that leaves it"),
        (compound_elsewhere, "`around` is a compound state; only a region of a State.Parallel may be one"),
        (region_without_compound, "`both.calling` is no region of `both`; write class calling(State.Compound)"),
        (two_undone_at_once, "`undoing` makes one call, but its steps are undone by ask for it and put back"),
        (two_steps_of_one_name, "`second` means another step named 'a' than a state before it; use one Step for both"),
        (into_a_region, "`calling` lies inside a region; enter the parallel state around it"),
        (to_a_region, "`left` is a region; enter the parallel state around it"),
        (several_targets, "it has several targets"),
        (from_the_parallel_state, "say on which outcome of the calls inside it is taken, like cancelled(both.to(off))"),
        (marked_done, "ok(...) marks a transition that waits for regions, not for an answer"),
        (left_by_one_region, "leaves `both` when one region has ended; leave it with done_state_both"),
        (one_event_for_two_regions, "hands the event `other_ok` to all its regions, so one answer moves"),
        (history, "has a history, and cannot be checked yet"),
        (two_regions_of_one_name, "`first.region` is not the only `region`"),
        (no_states, "it has no states"),
        (
            undoing(Step("take")),
            "`taking_back` undoes 'take', which names no compensation; write Step('take', compensation='...')",
        ),
        (
            undoing(look),
            "`taking_back` undoes 'look', which has effect=False and leaves nothing to undo; leave this state out",
        ),
        (
            undoing(Step("pay", compensation=NonCompensatable("cash"))),
            "`taking_back` undoes 'pay', which is marked NonCompensatable; leave this state out, or write Step('pay', ",
        ),
        (
            undoing(Step("mail", compensation=Informational("mere news"))),
            "`taking_back` undoes 'mail', which is marked Informational; leave this state out",
        ),
        (
            one_event(ok, rejected),
            (
                "`answered` holds both ok and rejected of `calling`: the first transition of an event always wins; "
                "give each outcome an event of its own"
            ),
        ),
        (one_event(ok, rejected, unknown), "`answered` holds ok, rejected and unknown of `calling`: the first"),
        (one_event(ok, rejected, cond="agreed"), "`answered` holds both ok and rejected of `calling`: the first"),
        (
            misspelt,
            (
                "the guard `agreed` is no name of Wrong; did you mean `agred`? "
                "If the model answers it, say so in the class: `agreed: bool`"
            ),
        ),
        (lambda: machine(a=Call(look, initial=True), saga_name=" "), "saga_name = ' ': write a name"),
        (lambda: machine(a=Call(look, initial=True), cancellable="yes"), "cancellable = 'yes': write True or False"),
        (lambda: machine(a=Call(look, initial=True), residue_accepted=""), "residue_accepted = '': write why"),
        (lambda: machine(a=Call(look, initial=True), resume_within="soon"), "resume_within: 'soon' is no duration"),
    ],
)
def test_what_cannot_be_charted_is_refused_with_what_to_write(
    make: Callable[[], type[SagaMachine]], message: str
) -> None:
    made = make()
    with pytest.raises(MachineError, match=re.escape(message)) as caught:
        chart_of_machine(made)
    assert str(caught.value).startswith("Wrong cannot be checked as it stands\n  ")
    assert caught.value.problems


def test_an_event_is_told_off_once_however_many_outcomes_it_holds() -> None:
    with pytest.raises(MachineError) as caught:
        chart_of_machine(one_event(ok, rejected, unknown, cancelled)())
    assert 1 == len(caught.value.problems)


def test_everything_that_is_wrong_is_said_at_once_with_its_place() -> None:
    class Wrong(SagaMachine):
        calling = Call(look, initial=True)
        waiting = State()
        done = State(final=True)
        went = calling.to(waiting)
        on = unknown(waiting.to(done))

    with pytest.raises(MachineError) as caught:
        chart_of_machine(Wrong)
    lines = str(caught.value).splitlines()[1:]
    assert ["is final", "which outcome", "calls nothing"] == [
        next(part for part in ("is final", "which outcome", "calls nothing") if part in line) for line in lines
    ]
    first = Wrong.declared_at
    assert first is not None
    places = [span.line - first.line for span, _ in caught.value.problems if span is not None]
    assert [3, 4, 5] == places
    assert all(re.match(r"  \S*test_machine_refusals\.py:\d+:\d+: ", line) for line in lines)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Call("payment.charge"),  # type: ignore[arg-type]
            "wants the step: Call(Step('payment.charge'))",
        ),
        (
            lambda: Call(unmarked),  # type: ignore[arg-type]
            "wants the step: Call(Step(unmarked))",
        ),
        (
            lambda: Call(3),  # type: ignore[arg-type]
            "Call(3) wants a step",
        ),
        (
            lambda: Compensate("release"),  # type: ignore[arg-type]
            "wants the step: Compensate(Step('release'))",
        ),
        (
            lambda: Call(lambda: None),  # type: ignore[arg-type]
            "Call(a lambda) wants a step, like Call(Step('payment.charge'))",
        ),
        (Call, "Call: missing a required argument: 'step'; write Call(Step('payment.charge'))"),
        (lambda: ok(State().to), "ok(<statemachine.state._ToState>): wrap a transition"),
        (Compensate, "Compensate() undoes nothing; name the step"),
        (Manual, "Manual() says nothing; write what a person has to do"),
        (lambda: Manual("  "), "Manual() says nothing"),
        (lambda: ok(State()), "wrap a transition, like ok(charging.to(shipping))"),
        (lambda: failed("went"), "failed('went'): wrap a transition"),
        (
            lambda: unknown(State().from_.any()),  # type: ignore[no-untyped-call]
            "unknown(...) cannot wrap from_.any(): name the states that call",
        ),
    ],
)
def test_a_word_that_makes_no_sense_is_refused_at_once(make: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        make()
