"""Plays a plan of faults again, on the handlers as they are now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sagacheck.application.loaded import LoadedStorm, LoadOptions
from sagacheck.application.loading import load
from sagacheck.application.refusal import RefusedError, refused
from sagacheck.application.selection import LoadError, NoSagaError
from sagacheck.application.storm_findings import story_lines_of, strike_in_words
from sagacheck.application.storms import at_home, broken_by, storms_of
from sagacheck.core.chart import Chart, Choice
from sagacheck.core.question import Condition
from sagacheck.core.storming import Plan
from sagacheck.core.story import Line
from sagacheck.render.terminal import harmless

if TYPE_CHECKING:
    from sagacheck.storm.playing import Play, Played


@dataclass(frozen=True, slots=True)
class ReplayedPlan:
    """A plan that was played again.

    Args:
        lines: what happened.
        why: what is wrong in the end; "" if nothing is.
        evidence: what was observed and what would have been right.
        unfired: faults that did not come about, in words.
        simulated: whether participants were simulated.
        token: the plan.
        unsure: whether only a probe could say if the end is right; `evidence` says how it differs from calm runs.
        storm: of several storms over the saga, the one on which it was played; "" if there is but one.
        refused: why it was not played on that one; "" if it was.
    """

    lines: tuple[Line, ...]
    why: str
    evidence: tuple[str, ...]
    unfired: tuple[str, ...]
    simulated: bool
    token: str
    unsure: bool = False
    storm: str = ""
    refused: str = ""


def replay_plan(model: str, saga: str | None, token: str, options: LoadOptions) -> tuple[ReplayedPlan, ...]:
    """How a saga fares under a plan now, in each of the storms over it.

    Args:
        model: where they are.
        saga: its name; needed if the model holds several.
        token: the plan, or the turns of several sagas.
        options: how to load.

    Raises:
        LoadError: if the model cannot be loaded, or its world or probe breaks.
        NoSagaError: if it holds no saga.
        RefusedError: if the token is no plan, or names an action or a question that the saga does not have, or the plan
            cannot be played.
    """
    from sagacheck.storm.replaying import played_token
    from sagacheck.storm.token import PlanTokenError, is_side_by_side, plan_of, turns_of

    plan = Plan()
    try:
        if is_side_by_side(token):
            turns_of(token)
        else:
            plan = plan_of(token)
    except PlanTokenError as error:
        raise RefusedError(str(error)) from error
    over = storms_over(model, saga, options)
    _check_names(plan, over[0].storm.chart())
    return played_on_each(over, lambda play: (token, played_token(play, token)), options)


def played_on_each(
    over: tuple[LoadedStorm, ...], play: Callable[[Play], tuple[str, Played]], options: LoadOptions
) -> tuple[ReplayedPlan, ...]:
    """Plays on the handlers of each of several storms over one saga.

    Args:
        over: the storms.
        play: plays, and says what, as a token.
        options: how they were loaded.

    Raises:
        LoadError: if a world or a probe breaks.
        RefusedError: if nothing can be played on any of them.
    """
    if len(over) == 1:
        return (played_now(over[0], play, options),)
    found = []
    for number, loaded in enumerate(over, 1):
        name = _called(loaded) or f"number {number}"
        try:
            found.append(replace(played_now(loaded, play, options), storm=name))
        except RefusedError as error:
            found.append(ReplayedPlan((), "", (), (), loaded.storm.simulated, "", storm=name, refused=str(error)))
    if all(one.refused for one in found):
        raise RefusedError(found[0].refused)
    return tuple(found)


def _called(loaded: LoadedStorm) -> str:
    """What a storm is called in its model; "" if nothing holds it."""
    if loaded.home is None:
        return ""
    _, variable, position = loaded.home
    return f"{variable}[{position}]" if position else variable


def _check_names(plan: Plan, chart: Chart) -> None:
    """Refuses a plan whose names the saga does not have: none of its faults could ever strike."""
    undone = (step.compensation.action for step in chart.steps if step.compensation is not None)
    actions = {*(step.action for step in chart.steps), *undone}
    for strike in plan.strikes:
        if strike.call not in actions:
            raise refused(f"there is no action {harmless(strike.call)}", strike.call, actions)
    tests = [node.test for node in chart.nodes if isinstance(node, Choice)]
    conditions = {test.name for test in tests if isinstance(test, Condition)}
    for name, _ in plan.answers:
        if name not in conditions:
            raise refused(f"there is no question {harmless(name)}", name, conditions)


def played_now(loaded: LoadedStorm, play: Callable[[Play], tuple[str, Played]], options: LoadOptions) -> ReplayedPlan:
    """Plays on the handlers of a storm.

    Args:
        loaded: the storm.
        play: plays, and says what, as a token.
        options: how it was loaded.

    Raises:
        LoadError: if its world or probe breaks.
        RefusedError: if nothing can be played.
    """
    from sagacheck.application.storm_saga import CannotStormError, prepared
    from sagacheck.storm.bench import CannotBeginError, NoSuchCrashError
    from sagacheck.storm.calling import HandlerError
    from sagacheck.storm.keys import NoOtherKeyError
    from sagacheck.storm.worlds.world import CannotStartError

    refusals = (CannotStormError, CannotStartError, CannotBeginError, NoSuchCrashError, NoOtherKeyError, HandlerError)
    try:
        with at_home(loaded), prepared(loaded.storm) as ready:
            token, ran = play(ready.play)
            simulated = ready.simulated
    except refusals as error:
        raise RefusedError(f"the plan cannot be played: {error}") from error
    except Exception as error:
        failure = broken_by(error, loaded, traceback=options.traceback)
        raise LoadError((failure,)) from error
    unfired = tuple(strike_in_words(strike) for strike in ran.unfired)
    return ReplayedPlan(story_lines_of(ran.happened), ran.why, ran.evidence, unfired, simulated, token, ran.unsure)


def storms_over(model: str, saga: str | None, options: LoadOptions) -> tuple[LoadedStorm, ...]:
    """The storms over the saga in a model.

    Args:
        model: a file, a directory, `module:name` or `file.py:name`.
        saga: the saga's name; needed if the model holds several.
        options: how to load.

    Raises:
        LoadError: if it cannot be loaded.
        NoSagaError: if it holds no saga.
        RefusedError: if there are several, or none of that name.
    """
    loading = load((model,), options)
    found = storms_of(loading)
    chosen = tuple(one for one in found if saga is None or one.storm.name == saga)
    names = list(dict.fromkeys(one.storm.name for one in found))
    files = {one.file for one in chosen}
    if chosen and len(files) == 1 and len({one.storm.name for one in chosen}) == 1:
        return chosen
    if loading.failures:
        raise LoadError(loading.failures)
    if not names:
        raise NoSagaError(f"there is no saga in {model} to play a plan on")
    if saga is not None and not chosen:
        raise refused(f"there is no saga {saga!r} in {model}", saga, names)
    if len(files) > 1 and (saga is not None or len(names) == 1):
        raise RefusedError(f"{model} holds storms over {names[0]!r} in {', '.join(sorted(files))}; name one file")
    raise RefusedError(f"{model} holds {len(chosen)} storms ({', '.join(names)}); choose one with --saga NAME")
