"""SPIN, given what is written for it, comes to the same states, transitions, verdicts and shortest ways as an explorer."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings

from sagacheck.core.system import ALWAYS, NEVER, Every, Progress, Rule, Safety, System, Variable
from sagacheck.render.promela import promela
from tests.house.package import PROJECT
from tests.prover.explorer import Explored, explore, holds
from tests.prover.random_systems import NAMES, systems
from tests.prover.spin import Searched, endless, returning, searched
from tests.prover.yardsticks import (
    PARALLEL_STATES,
    TWO_PHASE_STATES,
    TWO_PHASE_TRANSITIONS,
    parallel_saga,
    two_phase_commit,
)

EXPECTED = Path(__file__).parent / "expected" / "lamp.pml"


def lamp() -> System:
    """A lamp with everything in it that a system can have."""
    lamp, bulb = Variable("lamp", ("off", "dim", "bright")), Variable("bulb", ("whole", "broken"))
    return System(
        "lamp",
        (lamp, bulb),
        (
            Rule(
                "press", "person", bulb.is_("whole"), (lamp.shifts({"off": "dim", "dim": "bright", "bright": "off"}),)
            ),
            Rule("burn out", "bulb", ~lamp.is_("off"), (bulb.becomes("broken"), lamp.becomes("off")), "burning out"),
            Rule("replace", "person", bulb.is_("broken"), (bulb.becomes("whole"),)),
            Rule("look", "person", ALWAYS),
        ),
        (
            Safety("no light without a bulb", bulb.is_("broken") & lamp.is_("dim", "bright")),
            Safety("nobody touches what is hot", ~lamp.is_("off"), by=("press", "replace")),
            Progress("light", lamp.is_("bright")),
        ),
    )


def places() -> System:
    """Tests of several of many values, and a rule that may do nothing."""
    place = Variable("place", ("a", "b", "c", "d", "e"))
    return System(
        "places",
        (place,),
        (
            Rule("go to b", "walker", place.is_("a") | place.is_("b"), (place.becomes("b"),)),
            Rule("go to c", "walker", place.is_("a", "c", "d"), (place.becomes("c"),)),
        ),
        (Safety("never d", place.is_("d")), Progress("at c", place.is_("c"))),
    )


def lengths(explored: Explored) -> dict[int, int]:
    """What SPIN should find broken in its search from state to state, with the length of the trail.

    Progress is found broken there in states in which nothing goes on; a trail does not count the step that fails.
    """
    found: dict[int, int] = {}
    for number, prop in enumerate(explored.system.properties, start=1):
        if isinstance(prop, Safety):
            length = explored.broken(prop)
            distances = [] if length is None else [length - bool(prop.by)]
        else:
            moving = movements(explored)
            distances = [explored.distance[state] for state in outside(explored, prop) if not moving[state]]
        if distances:
            found[number] = min(distances)
    return found


def movements(explored: Explored) -> dict[tuple[str, ...], set[tuple[str, ...]]]:
    """Where rules without a fault lead from each state, but for itself."""
    return {
        state: {target for rule, target in moves if not rule.fault and target != state}
        for state, moves in explored.moves.items()
    }


def outside(explored: Explored, prop: Progress) -> set[tuple[str, ...]]:
    """The states that can be reached and are not in the goal."""
    return {state for state in explored.moves if not holds(prop.goal, explored.values(state))}


def lasting(explored: Explored, prop: Progress) -> bool:
    """Whether rules without a fault can go on, or nothing does, for ever outside the goal."""
    moving, staying = movements(explored), outside(explored, prop)
    while leaving := {state for state in staying if moving[state] and not moving[state] & staying}:
        staying -= leaving
    return bool(staying)


def assert_agreement(system: System) -> None:
    """SPIN finds what the explorer finds."""
    explored, text = explore(system), promela(system)
    found = searched(text)
    assert (len(explored.moves), lengths(explored)) == (found.states, found.broken)
    goals = {number: prop for number, prop in enumerate(system.properties, 1) if isinstance(prop, Progress)}
    if goals:
        unending = {number for number, prop in goals.items() if lasting(explored, prop)}
        assert unending == endless(text)
        doomed = {number: len(explored.doomed(prop)) for number, prop in goals.items()}
        # What is said of the first two answers: broken, or holding, or open; the third one is exact.
        assert goals.keys() & found.broken.keys() <= {number for number in goals if doomed[number]} <= unending
        for number in unending - found.broken.keys():
            assert len(explored.moves) - doomed[number] == returning(text, number)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_two_phase_commit_has_as_many_states_and_transitions_for_spin_and_nothing_is_broken(number: int) -> None:
    expected = Searched(TWO_PHASE_STATES[number - 1], TWO_PHASE_TRANSITIONS[number - 1], {})
    text = promela(two_phase_commit(number))
    assert (expected, set()) == (searched(text), endless(text))


@pytest.mark.parametrize("number", [3, 4, 5])
def test_the_parallel_saga_has_as_many_states_for_spin_and_nothing_is_broken(number: int) -> None:
    text = promela(parallel_saga(number))
    found = searched(text)
    assert (PARALLEL_STATES[number], {}, set()) == (found.states, found.broken, endless(text))


@pytest.mark.parametrize("number", [2, 3])
def test_spin_finds_the_same_wrong_with_a_sabotaged_saga_on_equally_short_ways(number: int) -> None:
    system = parallel_saga(number, sabotaged=True)
    assert lengths(explore(system))
    assert_agreement(system)


@settings(max_examples=settings().max_examples // 10)
@given(systems())
@example(lamp())
@example(places())
@example(System("nothing", (), ()))
@example(System("no rule", (Variable("x", ("0",)),), (), (Progress("never", NEVER), Safety("always", ALWAYS))))
def test_spin_finds_what_an_explorer_finds_in_any_system(system: System) -> None:
    assert_agreement(system)


def test_what_goes_round_outside_a_goal_is_decided_by_counting_from_where_there_is_a_way_to_it() -> None:
    place = Variable("place", ("here", "there", "home"))
    rules = (
        Rule("go", "walker", place.is_("here"), (place.becomes("there"),)),
        Rule("return", "walker", place.is_("there"), (place.becomes("here"),)),
        Rule("arrive", "walker", place.is_("there"), (place.becomes("home"),)),
        Rule("get lost", "walker", place.is_("home"), (place.becomes("here"),), fault="fog"),
    )
    goals = (Progress("home", place.is_("home")), Progress("nowhere", NEVER))
    free, lost = promela(System("free", (place,), rules, goals)), promela(System("lost", (place,), rules[:2], goals))
    assert ({2: 2}, {1, 2}) == (searched(free).broken, endless(free))
    assert ({}, {1, 2}) == (searched(lost).broken, endless(lost))
    assert [3, 0] == [returning(free, number) for number in (1, 2)]
    assert [0, 0] == [returning(lost, number) for number in (1, 2)]


@pytest.mark.parametrize("sabotaged", [False, True])
def test_the_goal_of_the_parallel_saga_is_reachable_from_all_of_its_states(*, sabotaged: bool) -> None:
    text = promela(parallel_saga(2, sabotaged=sabotaged))
    assert searched(text).states == returning(text, 5)


def test_a_variable_that_nothing_reads_makes_states_as_others_do() -> None:
    """SPIN leaves it out, unless it is told not to."""
    log, lamp = Variable("log", ("empty", "full")), Variable("lamp", ("off", "on"))
    write = Rule("write", "clerk", lamp.is_("off"), (log.becomes("full"),))
    assert 2 == searched(promela(System("office", (log, lamp), (write,)))).states


def test_one_property_can_be_asked_for_alone() -> None:
    system = parallel_saga(3, sabotaged=True)
    both = lengths(explore(system))
    assert {2, 3} == both.keys()
    assert {2: both[2]} == searched(promela(system), "-DPROPERTY=2").broken
    assert {} == searched(promela(system), "-DPROPERTY=1").broken


def test_names_that_are_words_of_promela_or_would_end_comments_do_no_harm() -> None:
    variables = tuple(Variable(name, NAMES) for name in NAMES)
    rules = tuple(
        Rule(variable.name, variable.name, variables[0].is_(value), (variables[0].becomes(following),), variable.name)
        for variable, value, following in zip(variables, NAMES, NAMES[1:], strict=False)
    )
    properties = tuple(
        Safety(name, variables[0].is_(name) & ~variables[1].is_(name), by=(NAMES[0],)) for name in NAMES[1:]
    )
    system = System("*/ #error \n#error", variables, rules, (*properties, Progress(NAMES[0], ALWAYS)))
    assert_agreement(system)
    assert len(NAMES) == searched(promela(system)).states


def test_a_system_of_many_large_variables_gets_the_room_that_it_needs() -> None:
    counter = Variable("counter", tuple(map(str, range(300))))
    others = tuple(Variable(f"other {number}", ("0", "1")) for number in range(1200))
    rule = Rule("count", "clock", ALWAYS, (counter.shifts({str(n): str(n + 1) for n in range(299)}),))
    broken = Safety("never 299", counter.is_("299") & others[-1].is_("0"))
    assert (300, {1: 299}) == (
        (found := searched(promela(System("", (counter, *others), (rule,), (broken,))))).states,
        found.broken,
    )


def test_a_way_of_many_thousand_steps_is_followed_to_its_end() -> None:
    digits = tuple(map(str, range(110)))
    low, high = Variable("low", digits), Variable("high", digits)
    higher = dict(pairwise(digits))
    count = Rule("count", "clock", ~low.is_(digits[-1]), (low.shifts(higher),))
    carry = Rule("carry", "clock", low.is_(digits[-1]) & ~high.is_(digits[-1]), (low.becomes("0"), high.shifts(higher)))
    last = low.is_(digits[-1]) & high.is_(digits[-1])
    text = promela(System("clock", (low, high), (count, carry), (Safety("for ever", last), Progress("last", last))))
    assert (110**2, {1: 110**2 - 1}, set()) == (searched(text).states, searched(text).broken, endless(text))


def test_a_system_is_written_as_somebody_has_read_it() -> None:
    assert EXPECTED.read_text(encoding="utf-8") == promela(lamp())


@settings(max_examples=settings().max_examples // 4)
@given(systems())
def test_lines_are_short_and_nothing_of_a_name_gets_out_of_a_comment(system: System) -> None:
    text = promela(system)
    assert [] == [line for line in text.split("\n") if len(line) > 100]
    code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    assert re.fullmatch(r"[\w #(){}\[\]<>=!&|:;,\\\n-]*", code, re.ASCII)


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_text_is_the_same_in_every_process(seed: str) -> None:
    code = "from tests.prover.test_promela import lamp\nfrom sagacheck.render.promela import promela\nprint(promela(lamp()), end='')"
    environment = os.environ | {"PYTHONHASHSEED": seed}
    run = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env=environment, capture_output=True, check=True)
    assert EXPECTED.read_bytes() == run.stdout


def test_lines_stay_short_whatever_the_length_of_names_and_names_stay_apart() -> None:
    longest = [f"{number} of many that {'all ' * 20}say the same" for number in range(3)]
    variables = tuple(Variable(name, tuple(longest)) for name in longest)
    rules = tuple(
        Rule(
            name,
            name,
            Every(tuple(v.is_(*longest[:2]) for v in variables)),
            (variable.shifts(dict.fromkeys(longest, name)),),
        )
        for name, variable in zip(longest, variables, strict=True)
    )
    system = System(longest[0], variables, rules, (Progress(longest[0], ~variables[1].is_(longest[2])),))
    assert [] == [line for line in promela(system).split("\n") if len(line) > 100]
    assert_agreement(system)


def test_a_long_name_keeps_its_end_by_which_it_differs() -> None:
    system = System("", (Variable("compensation to the participant number 7", ("no",)),), ())
    assert "\nbyte v_compensation_t_cipant_number_7 = " in promela(system)
