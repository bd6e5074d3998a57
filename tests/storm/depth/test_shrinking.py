"""A shrunk plan still breaks its saga, and nothing can be left out of it or be made plainer."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sagacheck.core.storming import Blow, Plan, Strike
from sagacheck.storm.shrinking import shrunk

strikes = st.builds(
    Strike, st.sampled_from("abc"), st.integers(1, 2), st.sampled_from([Blow.LOST, Blow.TWICE, Blow.LATE])
)
plans = st.builds(
    Plan,
    st.lists(strikes, max_size=5, unique=True).map(tuple),
    st.sampled_from([(), (("x", "no"),), (("x", "no"), ("y", "no"))]),
)


@given(plans, st.data())
def test_nothing_can_be_left_out_of_a_shrunk_plan(plan: Plan, data: st.DataObject) -> None:
    whims: dict[Plan, bool] = {plan: True}

    def breaks(other: Plan) -> bool:
        if other not in whims:
            whims[other] = data.draw(st.booleans())
        return whims[other]

    small = shrunk(plan, breaks)
    assert breaks(small)
    for number in range(len(small.strikes)):
        assert not breaks(replace(small, strikes=small.strikes[:number] + small.strikes[number + 1 :]))
    for number in range(len(small.answers)):
        assert not breaks(replace(small, answers=small.answers[:number] + small.answers[number + 1 :]))
