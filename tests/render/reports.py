"""Reports to render: the one of the design page, and any that hypothesis can think of."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from sagacheck.core.claim import Claim
from sagacheck.core.finding import Finding, Label, RootCause, Severity
from sagacheck.core.outcome import EndKind, Outcome, Status
from sagacheck.core.report import (
    Coverage,
    Failure,
    FailurePoints,
    PassedOver,
    Report,
    SagaReport,
    Suppressed,
    Tally,
    Verdict,
)
from sagacheck.core.scenario import Change, Event, EventKind, Scenario
from sagacheck.core.span import Span
from sagacheck.core.story import Line, Story

SOURCE = """\
from sagacheck import Saga, Step

reserve = Step("inventory.reserve")
charge = Step("payment.charge", compensation="payment.refund")
checkout = Saga("checkout", reserve >> charge)
"""


def call(step: str, result: Outcome, before: Status, after: Status) -> Event:
    """A call that concerns one line of the ledger."""
    return Event(EventKind.CALL, step, step, result.value, (Change(step, before, after),))


def never_undone(file: str = "checkout.py") -> Finding:
    """The finding on `SOURCE`."""
    scenario = Scenario(
        events=(
            call("inventory.reserve", Outcome.OK, Status.NONE, Status.APPLIED),
            call("payment.charge", Outcome.REJECTED, Status.NONE, Status.NONE),
        ),
        edges=(("inventory.reserve", "payment.charge", "ok"), ("payment.charge", "aborted", "rejected")),
        end="aborted",
        end_text="aborted",
        kind=EndKind.ABORTED,
        outstanding=(("inventory.reserve", Status.APPLIED),),
    )
    return Finding(
        code="SC201",
        name="missing-compensation",
        severity=Severity.ERROR,
        saga="checkout",
        message="`inventory.reserve` is never undone when `payment.charge` is rejected",
        primary=Label(Span(file, 3, 11, 3, 36), "has no compensation and no marker"),
        root_cause=RootCause("checkout", ("inventory.reserve",), "undo"),
        secondary=(Label(Span(file, 4, 10, 4, 63), "may be rejected here"),),
        scenario=scenario,
        showing=3,
        help='add compensation=..., or mark it: NonCompensatable("why") / Informational("why")',
    )


def saga_report(name: str = "checkout", file: str = "checkout.py", **changes: object) -> SagaReport:
    """What is known of a small clean saga, with changes."""
    values: dict[str, object] = {
        "profile": "strict",
        "verdict": Verdict.CHECKED,
        "scenarios": Tally(3, 4, 5),
        "cancelled": Tally(),
        "failure_points": FailurePoints(6, 2),
        "coverage": Coverage(6, 6, 2, 2),
    }
    return SagaReport(name=name, file=file, **(values | changes))  # type: ignore[arg-type]


ANY_TEXT: SearchStrategy[str] = st.text(
    st.one_of(st.characters(), st.sampled_from("\x1b\x07\r\n\t\x7f\x9b\u202e\u2028\ud800\ufeff日é\u0301👍\u200d")),
    max_size=20,
)
_TEXTS = st.lists(ANY_TEXT, max_size=2).map(tuple)
_COUNTS = st.one_of(st.integers(0, 3), st.integers(0, 10**40))
_TALLIES = st.builds(Tally, _COUNTS, _COUNTS, _COUNTS, _COUNTS, _COUNTS)
_STATUSES = st.sampled_from(Status)


def spans(file: SearchStrategy[str] = ANY_TEXT) -> SearchStrategy[Span]:
    """Spans in any file, also ones that fit no source."""
    small = st.integers(1, 12)
    return st.builds(Span, file, small, small, small, small)


_LABELS = st.builds(Label, st.one_of(st.none(), spans()), ANY_TEXT)
_CHANGES = st.builds(Change, ANY_TEXT, _STATUSES, _STATUSES)
_EVENTS = st.builds(
    Event,
    st.sampled_from(EventKind),
    ANY_TEXT,
    ANY_TEXT,
    st.one_of(ANY_TEXT, st.sampled_from(Outcome).map(str)),
    st.lists(_CHANGES, max_size=2).map(tuple),
)
SCENARIOS: SearchStrategy[Scenario] = st.builds(
    Scenario,
    events=st.lists(_EVENTS, max_size=5).map(tuple),
    edges=st.just(()),
    end=ANY_TEXT,
    end_text=ANY_TEXT,
    kind=st.sampled_from(EndKind),
    outstanding=st.lists(st.tuples(ANY_TEXT, _STATUSES), max_size=3).map(tuple),
    cancelled=st.booleans(),
    cut=st.booleans(),
)
_PAIRS = st.tuples(ANY_TEXT, ANY_TEXT)
_LINES = st.builds(
    Line,
    ANY_TEXT,
    ANY_TEXT,
    fault=st.one_of(st.just(""), ANY_TEXT),
    changes=st.lists(st.tuples(ANY_TEXT, ANY_TEXT, ANY_TEXT), max_size=2).map(tuple),
    sends=st.lists(_PAIRS, max_size=1).map(tuple),
    receives=st.one_of(st.none(), _PAIRS),
)
_STORIES = st.builds(Story, st.lists(_LINES, max_size=3).map(tuple), st.integers(1, 3), ANY_TEXT, ANY_TEXT)
_FINDINGS = st.builds(
    Finding,
    code=st.from_regex(r"SC[0-9]{3}", fullmatch=True),
    name=ANY_TEXT,
    severity=st.sampled_from(Severity),
    saga=ANY_TEXT,
    message=ANY_TEXT,
    primary=_LABELS,
    root_cause=st.builds(RootCause, ANY_TEXT, _TEXTS, ANY_TEXT),
    secondary=st.lists(_LABELS, max_size=3).map(tuple),
    scenario=st.one_of(st.none(), SCENARIOS),
    showing=st.one_of(st.none(), _COUNTS),
    help=ANY_TEXT,
    notes=_TEXTS,
    story=st.one_of(st.none(), _STORIES),
)
_SAGAS = st.builds(
    SagaReport,
    name=ANY_TEXT,
    file=ANY_TEXT,
    profile=st.one_of(st.just("strict"), ANY_TEXT),
    verdict=st.sampled_from(Verdict),
    scenarios=_TALLIES,
    cancelled=_TALLIES,
    failure_points=st.builds(FailurePoints, _COUNTS, _COUNTS, _COUNTS),
    coverage=st.builds(Coverage, _COUNTS, _COUNTS, _COUNTS, _COUNTS),
    findings=st.lists(_FINDINGS, max_size=2).map(tuple),
    claims=st.lists(st.builds(Claim, ANY_TEXT), max_size=2).map(tuple),
    assumptions=_TEXTS,
    inferred=_TEXTS,
    suppressed=st.lists(st.builds(Suppressed, _FINDINGS, ANY_TEXT), max_size=2).map(tuple),
    unrolled=st.one_of(st.none(), st.integers(1, 5)),
    span=st.one_of(st.none(), spans()),
    why=ANY_TEXT,
    places=st.lists(st.tuples(ANY_TEXT, spans()), max_size=2).map(tuple),
)
REPORTS: SearchStrategy[Report] = st.builds(
    Report,
    sagas=st.lists(_SAGAS, max_size=2).map(tuple),
    failures=st.lists(
        st.builds(Failure, ANY_TEXT, ANY_TEXT, st.booleans(), st.one_of(st.none(), spans())), max_size=2
    ).map(tuple),
    files=st.integers(0, 5),
    passed_over=st.lists(st.builds(PassedOver, ANY_TEXT, ANY_TEXT, st.booleans()), max_size=2).map(tuple),
)
