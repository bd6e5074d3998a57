"""What the tests of all output formats share: every model of this repository, and a report that means harm."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from functools import cache

from sagacheck.application.check import ProvingOptions
from sagacheck.application.exit_status import ExitStatus, exit_status
from sagacheck.application.gate import gate
from sagacheck.application.loaded import LoadOptions
from sagacheck.application.verify import VerifyOptions, verify
from sagacheck.core.claim import Claim
from sagacheck.core.finding import Finding, Label, RootCause, Severity
from sagacheck.core.gate import Gate
from sagacheck.core.report import Failure, PassedOver, Report, Suppressed, Verdict
from sagacheck.core.scenario import Scenario
from sagacheck.core.span import Span
from sagacheck.core.story import Line, Story
from sagacheck.prover.prove import DEFAULT_BUDGET
from tests.render.reports import never_undone, saga_report
from tests.rules.models import ROOT

GATE = gate("verify", ExitStatus.FINDINGS)
"""How a run with findings is judged."""

HOSTILE_TEXTS = (
    'it\'s "quoted" `code` ``more`` ```\n```\n~~~',
    "line\nbreak\r\n::error file=x.py,line=1::pwned\r::set-output name=x::y\n  ::add-mask::z",
    "%0A::error::pwned %25 %0D ##[error]pwned ##[add-path]/tmp",
    "]]> <!-- --> <script>alert(1)</script> &amp; &lt; </failure><failure/>",
    "[link](https://example.org) ![image](//example.org/x.png) <https://example.org> https://example.org www.example.org",
    "| cell | cell |\n|---|---|\n# heading\n- item\n1. item\n> quote\n***bold*** ~~gone~~ $x$ @everyone #1",
    "emoji 👍🏽 👩\u200d👩\u200d👧 e\u0301 日本語 \ufeff \u2028 \u2029 \x85 \x0c \x0b",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u202e reversed \u2066 isolated \u200f",
    "\x00 \x01 \x07 \x1b[31mred\x1b]8;;x\x07 \x7f \x9b \ufffe \uffff \U0001fffe",
    "\ud800 \udfff \udcff {0} {{1}} %s %(x)s",
    *("- item", "+ item", "1. item", "12) item", "# heading", "    code", "> quote", "=== x", "--- x", "* x", "~~~ x"),
    "",
    "   ",
)
"""Names that somebody may give in order to take control of what reads a report."""


def verified(*paths: str, prove: bool = True) -> Report:
    """What `sagacheck verify` finds, called from the root."""
    with contextlib.chdir(ROOT):
        proving = ProvingOptions(DEFAULT_BUDGET) if prove else None
        return verify(VerifyOptions(paths, LoadOptions(), proving=proving))


@cache
def every_model() -> Report:
    """What is found in models/ and models/broken/ together, as in one run."""
    report = verified("models")
    assert len(report.sagas) > 100
    assert not report.failures
    return report


def gate_of(report: Report) -> Gate:
    """How the report is judged if nothing else is said."""
    return gate("verify", exit_status(report))


def hostile_finding(text: str, code: str = "SC201") -> Finding:
    """A finding in which every text is this one."""
    plain = never_undone()
    assert plain.scenario is not None
    events = tuple(
        replace(
            event,
            text=text,
            result=text,
            node=text,
            changes=tuple(replace(change, step=text) for change in event.changes),
            published=(text,),
        )
        for event in plain.scenario.events
    )
    outstanding = tuple((text, status) for _, status in plain.scenario.outstanding)
    scenario: Scenario = replace(plain.scenario, events=events, end=text, end_text=text, outstanding=outstanding)
    line = Line(text, text, text, ((text, text, text),), ((text, text),), (text, text), (text, text, text))
    return Finding(
        code=code,
        name="missing-compensation",
        severity=Severity.ERROR,
        saga=text,
        message=text,
        primary=Label(Span(f"{text}.py", 3, 11, 3, 11), text),
        root_cause=RootCause(text, (text,), text),
        secondary=(Label(Span(text, 4, 10, 5, 1), text), Label(None, text)),
        scenario=scenario,
        showing=3,
        help=text,
        notes=(text,),
        story=Story((line, line), 1, text, text),
        evidence=(text,),
    )


def hostile_report() -> Report:
    """A report in which every text comes from somebody who means harm."""
    return Report(
        tuple(
            saga_report(
                text,
                f"{text}.py",
                profile=text,
                verdict=Verdict.INCONCLUSIVE,
                why=text,
                findings=(hostile_finding(text), hostile_finding(text, "SC302")),
                suppressed=(Suppressed(hostile_finding(text, "SC203"), text),),
                claims=(Claim(text),),
                assumptions=(text,),
                inferred=(text,),
                provisos=(text,),
                without=(text,),
                span=Span(f"{text}.py", 1, 1, 2, 1),
                places=((text, Span(text, 1, 2, 3, 4)),),
            )
            for text in HOSTILE_TEXTS
        ),
        tuple(Failure(text, text, internal=bool(number % 2)) for number, text in enumerate(HOSTILE_TEXTS)),
        3,
        tuple(PassedOver(text, text, named=True) for text in HOSTILE_TEXTS),
    )
