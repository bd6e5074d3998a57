"""A plan comes back whole from its token, whatever its names are, and a text that is no plan is refused in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagacheck.core.storming import Blow, Plan, Strike, Way
from sagacheck.storm.token import PlanTokenError, is_plan, plan_of, token_of

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
