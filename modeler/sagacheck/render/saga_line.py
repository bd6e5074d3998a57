"""What is known of one saga, in one line: its scenarios, its failure points, its verdict and what that rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sagacheck.core.claim import Evidence
from sagacheck.core.report import Acceptance, FailurePoints, SagaReport, Tally, Verdict
from sagacheck.render.number import counted, number, times, written_out
from sagacheck.render.storm_summary import summary
from sagacheck.render.terminal import PLAIN, Palette, harmless

UNSAID_PROFILES = ("strict", "as drawn", "step functions", "")
"""Profiles that go without saying where a saga was checked under no other one."""

ACCEPTED = {
    "suppressed": (Acceptance.COMMENT, Acceptance.SIDE_FILE),
    "in the baseline": (Acceptance.BASELINE,),
    "there before": (Acceptance.EARLIER,),
}
"""What is said of findings that do not count, by where that is said."""

_MOST_PROVISOS = 3
_VERDICT_ROLES = {
    Verdict.PROVED: "good",
    Verdict.CHECKED: "good",
    Verdict.NOT_PROVED: "error",
    Verdict.INCONCLUSIVE: "warning",
}
_STORMED = {
    Verdict.PROVED: "survived",
    Verdict.CHECKED: "survived",
    Verdict.NOT_PROVED: "broken",
    Verdict.INCONCLUSIVE: "incomplete",
}
"""What is said of a saga over which only a storm went."""


def saga_names(sagas: Sequence[SagaReport]) -> list[str]:
    """What each saga is called: by its profile, too, where that is not the usual one or there are several."""
    several: dict[tuple[str, str], set[str]] = {}
    for saga in sagas:
        several.setdefault((saga.file, saga.name), set()).add(saga.profile)
    return [_name(saga, several=len(several[saga.file, saga.name]) > 1) for saga in sagas]


def _name(saga: SagaReport, *, several: bool) -> str:
    name = harmless(saga.name)
    said = several or saga.profile not in UNSAID_PROFILES
    return f"{name} ({harmless(saga.profile)})" if said else name


def scenario_figures(tally: Tally, cancelled: Tally, unrolled: int | None) -> str:
    """The exact numbers of scenarios, like `12 scenarios (3 committed, 4 aborted, 5 manual)`.

    Args:
        tally: scenarios without cancellation.
        cancelled: scenarios with a cancellation.
        unrolled: how often a loop was repeated; None without loops.
    """
    kinds = f"{number(tally.committed)} committed, {number(tally.aborted)} aborted, {number(tally.manual)} manual"
    if tally.unhandled:
        kinds += f", {number(tally.unhandled)} unhandled"
    if not written_out(tally.total, cancelled.total):
        kinds += "; exact in JSON"
    text = f"{counted(tally.total, 'scenario')} ({kinds})"
    if cancelled.total:
        text += f" + {number(cancelled.total)} with cancellation"
    if unrolled is not None:
        text += f", loops unrolled {times(unrolled)}"
    return text


def figures(saga: SagaReport) -> Iterator[str]:
    """The numbers of scenarios and of failure points, or what a storm alone has run."""
    if saga.only_stormed:
        yield summary(saga.storm) if saga.storm is not None else ""
        return
    told = scenario_figures(saga.scenarios, saga.cancelled, saga.unrolled)
    yield told if saga.was_counted else "scenarios not counted"
    yield _failure_points(saga)


def _failure_points(saga: SagaReport) -> str:
    points: FailurePoints = saga.failure_points
    text = f"{number(points.forward)} + {number(points.compensation)} failure points"
    coverage = saga.coverage
    if (coverage.forward_handled, coverage.compensation_handled) != (coverage.forward, coverage.compensation):
        text += f" ({number(coverage.forward_handled)} + {number(coverage.compensation_handled)} handled)"
    if points.cancellation:
        text += f", {counted(points.cancellation, 'cancellation point')}"
    return text


def verdict(saga: SagaReport, palette: Palette = PLAIN) -> str:
    """The verdict, with what it covers and what it rests on."""
    if saga.only_stormed:
        return palette.paint(_VERDICT_ROLES[saga.verdict], _STORMED[saga.verdict])
    text = palette.paint(_VERDICT_ROLES[saga.verdict], saga.verdict.value)
    if saga.verdict is Verdict.PROVED:
        text += f" for any {_any_fault(saga)}"
    if saga.verdict is Verdict.PROVED and saga.provisos:
        text += f", provided that {_joined(saga.provisos)}"
    if saga.storm is not None:
        text += f"; {_evidence(saga)}"
    elif saga.verdict in (Verdict.CHECKED, Verdict.PROVED):
        text += f"; {counted(len(saga.claims), 'claim')} assumed, 0 tested"
    for title, kinds in ACCEPTED.items():
        accepted = sum(one.by in kinds for one in saga.suppressed)
        text += f"; {number(accepted)} {title}" if accepted else ""
    if saga.inferred:
        text += f"; {number(len(saga.inferred))} inferred"
    return text


def _evidence(saga: SagaReport) -> str:
    """How the claims are founded after a storm."""
    order = (Evidence.REFUTED, Evidence.TESTED, Evidence.ASSUMED)
    parts = [f"{number(saga.founded(one))} {one}" for one in order if saga.founded(one)]
    return f"{counted(len(saga.claims), 'claim')}{': ' if parts else ''}{', '.join(parts)}"


def _any_fault(saga: SagaReport) -> str:
    """The faults that were played through, and those that were not."""
    without = saga.without
    kept = [fault for fault in ("loss", "duplication", "delay", "crash") if fault not in without]
    ruled_out = f", without {' and '.join(without)}" if without else ""
    forgets = "" if saga.durable else ", the coordinator's memory included"
    return f"{', '.join(kept[:-1])} and {kept[-1]}{forgets}{ruled_out}"


def _joined(words: tuple[str, ...]) -> str:
    """Words in a sentence; of many the first ones."""
    shown = [harmless(word) for word in words[:_MOST_PROVISOS]]
    if len(words) > _MOST_PROVISOS:
        return f"{', '.join(shown)} and {counted(len(words) - _MOST_PROVISOS, 'more thing')} (-v lists)"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def saga_line(saga: SagaReport) -> str:
    """All of it in one line without paint, but for the file and the name."""
    told = "  ".join((*figures(saga), verdict(saga)))
    if saga.why:
        told += f", because {harmless(saga.why)}"
    if saga.storm is not None and not saga.only_stormed:
        told += f"  storm: {summary(saga.storm, len(saga.other_storms))}"
    return told
