"""What participants do is the table of contracts, cell by cell."""

from __future__ import annotations

import pytest

from sagacheck import Barrier, Compensation, Keyed, Natural, NoContract, Retry, Step
from sagacheck.core.contract import Contract, Dedup, Reply
from sagacheck.lowering.choreographed.real import Answer, Execution, Participant, Real, Stored, Undoing, reachable

NONE, NATURAL, KEYED = NoContract(), Natural(), Keyed("id")
TOLERANT, BARRIER = Keyed("id", tolerates_empty=True), Barrier("id")
CONTRACTS = (NONE, NATURAL, KEYED, TOLERANT, BARRIER)


def participant(contract: Contract | None, *, rejects: bool = True, refuses: bool = True) -> Participant:
    step = Step("do", compensation=Compensation("undo", retry=Retry.until_known()), contract=contract)
    return Participant(step.spec, rejects=rejects, refuses=refuses)


def way(ways: tuple[Execution, ...], answer: Answer) -> Execution:
    [found] = [found for found in ways if found.answer is answer]
    return found


def done(contract: Contract, *answers: Answer) -> tuple[Real, list[Answer]]:
    """Executes the step as often as answers are wanted, and tells what was answered."""
    real, told = Real(), []
    for wanted in answers:
        ways = participant(contract).do(real)
        chosen = next((found for found in ways if found.answer is wanted), ways[0])
        real = chosen.after
        told.append(chosen.answer)
    return real, told


@pytest.mark.parametrize(("contract", "effects"), list(zip(CONTRACTS, (2, 1, 1, 1, 1), strict=True)), ids=str)
def test_executed_twice(contract: Contract, effects: int) -> None:
    real, told = done(contract, Answer.OK, Answer.OK)
    assert (effects, [Answer.OK, Answer.OK]) == (real.standing, told)


@pytest.mark.parametrize(
    ("contract", "effects"),
    [*zip(CONTRACTS, (1, 1, 0, 0, 0), strict=True), (Keyed("id", stores_rejections=False), 1)],
    ids=str,
)
def test_executed_again_after_a_rejection(contract: Contract, effects: int) -> None:
    real, _ = done(contract, Answer.REJECTED, Answer.OK)
    assert effects == real.standing


@pytest.mark.parametrize(("contract", "undone"), list(zip(CONTRACTS, (2, 1, 1, 1, 1), strict=True)), ids=str)
def test_compensation_executed_twice(contract: Contract, undone: int) -> None:
    someone = participant(contract)
    once = way(someone.undo(way(someone.do(Real()), Answer.OK).after), Answer.OK)
    twice = way(someone.undo(once.after), Answer.OK)
    assert (0, undone) == (twice.after.standing, twice.after.undone)


@pytest.mark.parametrize(
    ("contract", "answer"),
    list(zip(CONTRACTS, (Answer.FAILED, Answer.OK, Answer.FAILED, Answer.OK, Answer.OK), strict=True)),
    ids=str,
)
def test_compensation_before_its_step(contract: Contract, answer: Answer) -> None:
    [only] = participant(contract).undo(Real())
    assert (answer, answer is Answer.FAILED, False) == (only.answer, only.empty, only.fresh)


@pytest.mark.parametrize(("contract", "effects"), list(zip(CONTRACTS, (1, 1, 0, 0, 0), strict=True)), ids=str)
def test_step_after_its_compensation_if_it_ran_before(contract: Contract, effects: int) -> None:
    someone = participant(contract, rejects=False)
    undone = way(someone.undo(way(someone.do(Real()), Answer.OK).after), Answer.OK).after
    assert {effects} == {found.after.standing for found in someone.do(undone)}


@pytest.mark.parametrize(("contract", "effects"), list(zip(CONTRACTS, (1, 1, 1, 1, 0), strict=True)), ids=str)
def test_step_after_its_compensation_if_it_never_ran(contract: Contract, effects: int) -> None:
    someone = participant(contract, rejects=False)
    [first] = someone.undo(Real())
    [then] = someone.do(first.after)
    assert (effects, effects == 0) == (then.after.standing, then.answer is Answer.SILENT)


def test_a_compensation_that_found_nothing_is_refused_for_good_as_well() -> None:
    someone = participant(KEYED)
    [empty] = someone.undo(Real())
    applied = way(someone.do(empty.after), Answer.OK).after
    assert [(Answer.FAILED, False)] == [(found.answer, found.empty) for found in someone.undo(applied)]


def test_a_refused_compensation_is_refused_for_good_where_answers_are_stored() -> None:
    someone = participant(KEYED)
    standing = way(someone.do(Real()), Answer.OK).after
    refused = way(someone.undo(standing), Answer.FAILED).after
    assert (Execution(refused, Answer.FAILED),) == someone.undo(refused)
    anew = participant(NONE)
    unstored = way(anew.undo(standing), Answer.FAILED).after
    assert {Answer.OK, Answer.FAILED} == {found.answer for found in anew.undo(unstored)}


def test_a_conflict_on_a_duplicate_says_nothing_of_the_outcome() -> None:
    _, told = done(Keyed("id", reply=Reply.CONFLICT), Answer.OK, Answer.OK)
    assert [Answer.OK, Answer.SILENT] == told


@pytest.mark.parametrize("word", [Keyed, Barrier])
def test_a_crash_between_effect_and_record_repeats_the_effect_or_answers_without_it(
    word: type[Keyed | Barrier],
) -> None:
    for dedup, standing, stored in ((Dedup.EFFECT_FIRST, 1, Stored.NOTHING), (Dedup.RECORD_FIRST, 0, Stored.OK)):
        someone = participant(word("id", dedup=dedup))
        torn = someone.broken_off(Real(), someone.do(Real()))
        assert torn is not None
        assert (standing, stored) == (torn.standing, torn.stored)
    atomic = participant(word("id"))
    assert atomic.broken_off(Real(), atomic.do(Real())) is None


def test_only_real_states_that_can_come_about_make_up_the_domain() -> None:
    someone = participant(KEYED, rejects=True, refuses=False)

    def forward(real: Real) -> list[Real]:
        return [found.after for found in someone.do(real)]

    def back(real: Real) -> list[Real]:
        return [found.after for found in someone.undo(real)]

    expected = (
        Real(),
        Real(standing=1, stored=Stored.OK),
        Real(stored=Stored.REJECTED),
        Real(undoing=Undoing.REFUSED),
        Real(undone=1, stored=Stored.OK, undoing=Undoing.DONE),
        Real(stored=Stored.REJECTED, undoing=Undoing.REFUSED),
        Real(standing=1, stored=Stored.OK, undoing=Undoing.REFUSED),
    )
    assert expected == reachable((forward, back))
    assert len({str(real) for real in expected}) == len(expected)
