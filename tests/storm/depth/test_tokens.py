"""A plan comes back whole from its token, whatever its names are, and a text that is no plan is refused in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagacheck.core.storming import Blow, Plan, Strike, Turn, Way
from sagacheck.storm.token import PlanTokenError, is_plan, plan_of, token_of, token_of_turns, turns_of

names = st.one_of(st.text(), st.text(alphabet=",:=% \n-.~\\é支\ud800+"), st.just("calm"))
numbers = st.integers(1, 999_999)
crashes = st.builds(Strike, names, numbers, st.just(Blow.CRASH), numbers, st.sampled_from(Way))
others = st.builds(Strike, names, numbers, st.sampled_from([blow for blow in Blow if blow is not Blow.CRASH]))
answers = st.dictionaries(names, names, max_size=3).map(lambda found: tuple(sorted(found.items())))
plans = st.builds(Plan, st.lists(crashes | others, max_size=4).map(tuple), answers)


@given(plans)
def test_a_plan_comes_back_whole(plan: Plan) -> None:
    token = token_of(plan)
    assert plan == plan_of(token)
    assert plan == plan_of(f"  {token}\n")
    assert is_plan(token)
    assert token.isascii()
    assert not set(token) & set(" \n\t\\'\"$")


crashing = st.builds(Turn, numbers, st.just(Blow.CRASH), numbers)
striking = st.builds(Turn, numbers, st.sampled_from([blow for blow in Blow if blow is not Blow.CRASH]) | st.none())
turns = st.lists(crashing | striking | st.builds(Turn, numbers, arrives=st.just(True)), max_size=5).map(tuple)


@given(turns)
def test_turns_come_back_whole(found: tuple[Turn, ...]) -> None:
    token = token_of_turns(found)
    assert found == turns_of(f" {token}\n")
    assert is_plan(token)
    assert token.isascii()


@given(st.text(alphabet="side-by-side/:1,arrivelostcrash ") | st.text())
def test_what_is_no_list_of_turns_is_refused_in_words(text: str) -> None:
    for whole in (text, f"side-by-side/{text}"):
        try:
            assert turns_of(whole) == turns_of(token_of_turns(turns_of(whole)))
        except PlanTokenError as error:
            assert "\n" not in str(error)  # noqa: PT017 - both are fine, and each has something to keep


@pytest.mark.parametrize("token", ["", "1", "side-by-side/0", "side-by-side/1:", "side-by-side/1:crash-2-kill"])
def test_what_is_no_turn_is_refused(token: str) -> None:
    with pytest.raises(PlanTokenError):
        turns_of(token)


@given(st.text() | st.text(alphabet="a:1,=%-crash"))
def test_any_other_text_is_a_plan_or_refused_in_words(text: str) -> None:
    try:
        plan = plan_of(text)
    except PlanTokenError as error:
        assert "\n" not in str(error)  # noqa: PT017 - both are fine, and each has something to keep
    else:
        assert plan == plan_of(token_of(plan))


@pytest.mark.parametrize(
    "token",
    ["", "a", "a:b", "a:0:lost", "a:1:crash", "a:1:crash-0", "a:1:crash-1-no", "a:²:lost", "a:" + "9" * 5000 + ":lost"],
)
def test_what_is_no_plan_is_refused(token: str) -> None:
    with pytest.raises(PlanTokenError):
        plan_of(token)
