"""Every plan of a few faults is played exactly once, and none is forgotten."""

from __future__ import annotations

import itertools
from functools import partial

import pytest

from sagacheck import Barrier, Condition, Keyed, Retry, Saga, Step, parallel, when
from sagacheck.application.storm_saga import prepared
from sagacheck.authoring.storm import Storm
from sagacheck.core.storming import Blow, Plan, Strike
from sagacheck.storm.plans import every_plan
from sagacheck.storm.playing import Asked, Request
from sagacheck.storm.running import played

A = Step("a.do", compensation="a.undo", contract=Barrier("id"))
B = Step("b.do", compensation="b.undo", contract=Keyed("id"), retry=Retry.until_known())
SAGAS = {
    "sequence": Saga("sequence", A >> B),
    "parallel": Saga("parallel", parallel(A, B)),
    "question": Saga("question", when(Condition("gift"), A) >> B),
}
BLOWS = [(blow, int(blow is Blow.CRASH)) for blow in Blow]


@pytest.mark.parametrize("name", SAGAS)
def test_every_plan_is_played_once_and_none_is_forgotten(name: str) -> None:
    """By brute force: of all plans over all names and turns, those whose faults all strike at a place of their own."""
    saga = SAGAS[name]
    with prepared(Storm(saga)) as ready:
        found = [ran.plan for ran in every_plan(partial(map, partial(played, ready.play)), 2)]
        known = {strike for plan in found for strike in plan.strikes}
        turns = range(1, max((strike.turn for strike in known), default=0) + 2)
        actions = ["a.do", "a.undo", "b.do", "b.undo"]
        every = [Strike(one, turn, *blow) for one in actions for turn in turns for blow in BLOWS]
        answers: list[tuple[tuple[str, str], ...]] = [()]
        answers += [(("gift", "no"),)] if name == "question" else []
        expected = set()
        for given in answers:
            for number in range(3):
                for strikes in itertools.combinations(every, number):
                    # Of one request only that it goes behind others can be said beside another fault.
                    places = {(one.call, one.turn, one.blow is Blow.BEHIND) for one in strikes}
                    if len(places) == number:
                        ran = played(ready.play, Plan(strikes, given))
                        if not ran.unfired and all(_offered(ran.met, one) for one in strikes):
                            expected.add((frozenset(strikes), given))
    assert len(set(found)) == len(found)
    assert len({(frozenset(plan.strikes), plan.answers) for plan in found}) == len(found)
    assert {(frozenset(plan.strikes), plan.answers) for plan in found} == expected


def _offered(met: tuple[Request | Asked, ...], strike: Strike) -> bool:
    """Whether a fault that struck is one that can: to go behind others is told where it is done."""
    here = [one for one in met if isinstance(one, Request) and (one.call, one.turn) == (strike.call, strike.turn)]
    return strike.blow in (Blow.CRASH, Blow.BEHIND) or any((strike.blow, 0) in one.blows for one in here)
