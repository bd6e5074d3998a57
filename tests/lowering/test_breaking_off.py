"""A branch can be broken off for several reasons, and each of them has rules of its own."""

from __future__ import annotations

from sagacheck import Barrier, Retry, Saga, Step, first_of, parallel
from sagacheck.application.proving import prove_saga


def step(name: str) -> Step:
    return Step(f"{name}.do", compensation=f"{name}.undo", contract=Barrier("id"), retry=Retry.until_known())


def test_a_compensation_that_is_brought_to_its_end_when_a_sibling_fails_or_the_client_cancels_is_proved() -> None:
    flow = parallel(first_of(step("a"), step("b")), step("c"))
    for cancellable in (False, True):
        proof = prove_saga(Saga("both", flow, profile="temporal", cancellable=cancellable).chart())
        assert ("", True) == (proof.why, proof.proved)


def test_likewise_where_branches_lie_in_branches() -> None:
    flow = parallel(parallel(first_of(step("a"), step("b")), step("c")), step("d"))
    for cancellable in (False, True):
        assert not prove_saga(Saga("inner", flow, profile="temporal", cancellable=cancellable).chart()).why
