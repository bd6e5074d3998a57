"""Stories to draw: those of the broken models, and any that hypothesis can think of."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from sagacheck.core.story import BROKER, Line, Story
from tests.rules.models import broken_models, choreographed, report_on

HOSTILE = (
    "end",
    "a;b#c",
    "%% not a comment",
    '"quoted" <b>bold</b> & `code`',
    "]]><script>alert(1)</script>",
    "two\nlines\r\n\x1b[31m",
    "שירות תשלום",
    "\u202eturned\u202c",
    "支付服务",
    "pay \N{SLIGHTLY SMILING FACE} ment",
    "e\u0301tape",
    "wrap: up",
    "\ufffe\udc80",
    "",
    " ",
    "a.very.long.name-without-any-space/which_has:to,be.broken" * 2,
    "W" * 70,
)

NAMES = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12))
_FAULTS = st.sampled_from(["", "", "crash", "loss", "refusal", "a fault with quite a long name"])


@cache
def broken_stories() -> tuple[tuple[str, Story], ...]:
    """The story of every finding that has one, with its model."""
    models = [*broken_models("wrong"), *choreographed("wrong")]
    return tuple(
        (f"{model} {finding.code}", finding.story)
        for model in models
        for finding in report_on(model).findings
        if finding.story is not None
    )


def stories(names: SearchStrategy[str] = NAMES, most: int = 8) -> SearchStrategy[Story]:
    """Stories in which anything goes: messages that nobody sent, that nobody takes, or that are taken many times."""
    return st.lists(names, min_size=1, max_size=4, unique=True).flatmap(lambda actors: _among(actors, names, most))


def _among(actors: list[str], names: SearchStrategy[str], most: int) -> SearchStrategy[Story]:
    actor = st.sampled_from([*actors, "coordinator", BROKER])
    message = st.one_of(st.sampled_from(["m", "n", "m, again"]), names)
    line = st.builds(
        Line,
        actor,
        names,
        _FAULTS,
        st.lists(st.tuples(names, names, names), max_size=2).map(tuple),
        st.lists(st.tuples(actor, message), max_size=2).map(tuple),
        st.none() | st.tuples(actor, message),
        st.none() | st.tuples(actor, actor, message),
    )
    return st.builds(
        Story, st.lists(line, max_size=most).map(tuple), st.integers(0, most), names, st.sampled_from(["", "7qk2m0"])
    )


def long_story(length: int = 60) -> Story:
    """A message that is sent and taken over and over."""
    sent = Line("coordinator", "sends payment.charge again", sends=(("payment", "payment.charge, again"),))
    taken = Line(
        "payment",
        "takes effect (payment.charge)",
        changes=(("payment.charge", "no effect", "effect"),),
        sends=(("coordinator", "payment.charge: ok"),),
        receives=("coordinator", "payment.charge"),
    )
    return Story((sent, taken) * (length // 2), length, "`payment.charge` stands twice", "7qk2m0")
