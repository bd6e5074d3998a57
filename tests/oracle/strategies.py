"""Random small sagas: every way to join steps, every kind of step, every profile."""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from sagacheck.authoring.flow import Compensation, Flow, Retry, Step, first_of, parallel, when
from sagacheck.authoring.saga import Saga
from sagacheck.core.contract import Barrier, Keyed, Natural, NoContract
from sagacheck.core.question import Condition
from sagacheck.core.retry import RetryPolicy
from sagacheck.core.step import Informational, NonCompensatable

PROFILES = ("strict", "temporal", "dtm")
NAMES = ("a", "b.book", "Straße prüfen", "支付", "e e")
CONDITIONS = (Condition("x"), Condition("y"), Condition("each time", stable=False))

retries = st.sampled_from([None, Retry(attempts=3), Retry.until_known(), Retry.until_done()])
contracts = st.sampled_from(
    [None, NoContract(), Natural(), Keyed("id"), Keyed("id", stores_rejections=False), Barrier("id")]
)
compensation_retries = st.sampled_from(
    [Retry.until_known(), Retry.until_known(), Retry.until_done(), Retry(attempts=2)]
)


@dataclass(frozen=True, slots=True)
class Kinds:
    """What sagas may be made of.

    Args:
        most_steps: how many steps at most.
        markers: whether steps may be non-compensatable, informational, read-only, or have nothing said of them.
        shared: whether steps may share a compensation.
        fallbacks: whether `first_of` may occur.
        questions: whether `when` may occur.
        parallels: whether `parallel` may occur.
    """

    most_steps: int = 5
    markers: bool = True
    shared: bool = True
    fallbacks: bool = True
    questions: bool = True
    parallels: bool = True


@dataclass(frozen=True, slots=True)
class Sharing:
    """Where in a saga a step stands, as to sharing a compensation.

    Args:
        scope: names the innermost alternative of a `first_of`: what it shares with steps outside is refused.
        policy: the retry policy of all shared compensations; None if there are none.
    """

    policy: RetryPolicy | None
    scope: str = ""

    def compensation(self) -> Compensation:
        """The one that the steps here share."""
        return Compensation(f"cancel{self.scope}", retry=self.policy)


@st.composite
def steps(draw: st.DrawFn, name: str, kinds: Kinds, sharing: Sharing) -> Step:
    """A step of this name."""
    undo = ["own", "own", "own"]
    undo += ["shared", "shared"] if sharing.policy is not None else []
    undo += ["pivot", "mail", "look", "bare"] if kinds.markers else []
    kind = draw(st.sampled_from(undo))
    more: dict[str, Any] = {"contract": draw(contracts), "retry": draw(retries)}
    if kind == "own":
        return Step(name, compensation=Compensation(f"undo {name}", retry=draw(compensation_retries)), **more)
    if kind == "shared":
        return Step(name, compensation=sharing.compensation(), **more)
    if kind == "pivot":
        return Step(name, compensation=NonCompensatable("it is gone"), **more)
    if kind == "mail":
        return Step(name, compensation=Informational("nobody minds"), **more)
    return Step(name, effect=kind == "bare", **more)


@st.composite
def flows(draw: st.DrawFn, names: tuple[str, ...], kinds: Kinds, sharing: Sharing, fallbacks: int = 2) -> Flow:
    """Steps of these names, in this order of the source, joined in some way."""
    if len(names) == 1 and not (kinds.questions and draw(st.integers(0, 4)) == 0):
        return draw(steps(names[0], kinds, sharing))
    joins = ["when"] if kinds.questions else []
    if len(names) > 1:
        joins += ["sequence", "sequence"]
        joins += ["parallel", "parallel"] if kinds.parallels else []
        joins += ["first_of"] if kinds.fallbacks and fallbacks else []
    join = draw(st.sampled_from(joins))
    if join == "when":
        cut = draw(st.integers(1, len(names)))
        condition = draw(st.sampled_from(CONDITIONS))
        # What is asked about one step alone is not asked about again, or it could go on for ever.
        inner = replace(kinds, questions=False) if len(names) == 1 else kinds
        then = draw(flows(names[:cut], inner, sharing, fallbacks))
        other = draw(flows(names[cut:], kinds, sharing, fallbacks)) if cut < len(names) else None
        return when(condition, then, otherwise=other)
    parts: list[Flow] = []
    rest = names
    while rest:
        size = draw(st.integers(1, len(rest) if parts else len(rest) - 1))
        if join == "first_of":
            inside = replace(sharing, scope=f"{sharing.scope} {rest[0]}")
            parts.append(draw(flows(rest[:size], kinds, inside, fallbacks - 1)))
        else:
            parts.append(draw(flows(rest[:size], kinds, sharing, fallbacks)))
        rest = rest[size:]
    if join == "sequence":
        return functools.reduce(operator.rshift, parts)
    return parallel(*parts) if join == "parallel" else first_of(*parts)


@st.composite
def sagas(draw: st.DrawFn, kinds: Kinds = Kinds()) -> Saga:
    """A saga of a few steps under any profile."""
    sharing = Sharing(draw(compensation_retries) if kinds.shared else None)
    names = NAMES[: draw(st.integers(1, kinds.most_steps))]
    return Saga(
        "random",
        draw(flows(names, kinds, sharing)),
        profile=draw(st.sampled_from(PROFILES)),
        cancellable=draw(st.booleans()),
        residue_accepted=draw(st.sampled_from([None, None, "small loss"])),
    )
