"""The report as JUnit XML, for the test pages of CI servers: every saga a suite, every rule that looks at it a case.

A rule that found nothing has passed only if it was run to its end; else it is skipped, with the reason. The shape is
what Jenkins' xUnit schema allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.etree import ElementTree as ET

from sagacheck.core.finding import Finding
from sagacheck.core.gate import Basis, Gate, RuleFacts
from sagacheck.core.net import PROFILE as CHOREOGRAPHY
from sagacheck.core.report import BaselineUse, Failure, Report, SagaReport, Suppressed, Verdict
from sagacheck.render.concise import no_saga
from sagacheck.render.finding import finding_lines
from sagacheck.render.place import portable
from sagacheck.render.saga_line import saga_line, saga_names
from sagacheck.render.source_lines import Sources
from sagacheck.render.terminal import PLAIN, harmless_lines

_UNPROVED = {
    Verdict.CHECKED: "not proved: only checked over a network that works",
    Verdict.NOT_PROVED: "not proved: what was found may hide more of this kind",
}


@dataclass(frozen=True, slots=True)
class _Case:
    """One case; its outcome is "failure", "error", "skipped" or "" for one that has passed."""

    name: str
    outcome: str = ""
    type: str = ""
    message: str = ""
    text: str = ""


def render_junit(report: Report, gate: Gate) -> str:
    """The report as XML in UTF-8, ending in a line break.

    Args:
        report: what to tell.
        gate: from which severity on a finding fails its case, and which rules there are.
    """
    sources = Sources()
    root = ET.Element("testsuites", name="sagacheck")
    suites: dict[str, int] = {}
    for saga, name in zip(report.sagas, saga_names(report.sagas), strict=True):
        cases = (_whole(saga), *_of_rules(saga, gate, sources))
        root.append(_suite(_unique(f"{portable(saga.file)}: {name}", suites), _class(saga.file, name), cases))
    for failure in report.failures:
        file = portable(failure.file) if failure.file else "sagacheck"
        root.append(_suite(_unique(file, suites), _class(failure.file, ""), [_failed(failure)]))
    if report.baseline is not None and report.baseline.findings:
        file = portable(report.baseline.file)
        root.append(_suite(_unique(file, suites), _class(file, ""), _of_baseline(report.baseline, gate, sources)))
    if report.is_empty:
        none = _Case("sagas", "error", "no saga found", no_saga(report))
        root.append(_suite("sagacheck", "sagacheck", [none]))
    for kind in ("tests", "failures", "errors"):
        root.set(kind, str(sum(int(suite.get(kind, "0")) for suite in root)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _unique(name: str, seen: dict[str, int]) -> str:
    """The name, with a number if it was there before: servers tell suites apart by their names."""
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name} ({seen[name]})"


def _class(file: str, name: str) -> str:
    """What servers group cases by: the file as a package, the saga as a class."""
    path = PurePosixPath(portable(file))
    package = ".".join(part for part in (*path.parts[:-1], path.stem) if part != path.root)
    return ".".join(part for part in (package, name) if part) or "sagacheck"


def _whole(saga: SagaReport) -> _Case:
    """The saga itself: an error where it was not decided, or a storm was not run to its end."""
    if saga.verdict is Verdict.INCONCLUSIVE:
        return _Case("verdict", "error", "inconclusive", saga.why or "not decided", saga_line(saga))
    if not saga.stormed_in_full:
        return _Case("verdict", "error", "inconclusive", "the storm was not run to its end", saga_line(saga))
    return _Case("verdict", text=saga_line(saga))


def _of_rules(saga: SagaReport, gate: Gate, sources: Sources) -> Iterator[_Case]:
    """A case for every rule that looks at such a saga, and for every other one that found something."""
    found: dict[str, list[Finding]] = {}
    accepted: dict[str, list[Suppressed]] = {}
    for finding in saga.findings:
        found.setdefault(finding.code, []).append(finding)
    for one in saga.suppressed:
        accepted.setdefault(one.finding.code, []).append(one)
    names = {rule.code: rule for rule in gate.rules if _looks_at(rule, saga)}
    for code in sorted({*names, *found, *accepted}):
        those = found.get(code, [])
        rule = names.get(code)
        name = f"{code} {rule.name if rule else (those or [one.finding for one in accepted[code]])[0].name}"
        if those:
            yield _found(name, those, saga.file, gate, sources)
        elif code in accepted:
            told = [f"{one.finding.message}\naccepted, because {one.reason}" for one in accepted[code]]
            yield _Case(name, text="\n".join(told))
        else:
            reason = _not_run(rule, saga) if rule else ""
            yield _Case(name, "skipped", message=reason) if reason else _Case(name)


def _of_baseline(baseline: BaselineUse, gate: Gate, sources: Sources) -> Iterator[_Case]:
    """A case for every rule that found something wrong with entries of a baseline."""
    found: dict[str, list[Finding]] = {}
    for finding in baseline.findings:
        found.setdefault(f"{finding.code} {finding.name}", []).append(finding)
    yield from (_found(name, those, baseline.file, gate, sources) for name, those in sorted(found.items()))


def _looks_at(rule: RuleFacts, saga: SagaReport) -> bool:
    if saga.only_stormed:
        return rule.basis is Basis.STORM
    if rule.basis is Basis.STORM and saga.storm is None:
        return False
    return rule.choreographed if saga.profile == CHOREOGRAPHY else rule.orchestrated


def _not_run(rule: RuleFacts, saga: SagaReport) -> str:
    """Why a rule that found nothing has not passed; "" if it has."""
    if rule.basis is Basis.STORM:
        return "" if saga.stormed_in_full else "the storm was not run to its end"
    if saga.why:
        return f"not decided: {saga.why}"
    return _UNPROVED.get(saga.verdict, "") if rule.basis is Basis.PROOF else ""


def _found(name: str, those: list[Finding], file: str, gate: Gate, sources: Sources) -> _Case:
    told = "\n\n".join("\n".join(finding_lines(one, file, sources, PLAIN)) for one in those)
    failing = [one for one in those if gate.fails(one.severity)]
    if not failing:
        return _Case(name, text=told)
    more = f" (and {len(failing) - 1} more)" if len(failing) > 1 else ""
    worst = min(failing, key=lambda one: one.severity.rank)
    return _Case(name, "failure", f"{worst.severity}[{worst.code}]", f"{worst.message}{more}", told)


def _failed(failure: Failure) -> _Case:
    kind = "internal error" if failure.internal else "load failure"
    place = f"{failure.span}: " if failure.span is not None else ""
    first = failure.message.split("\n", 1)[0]
    return _Case("loads", "error", kind, f"{place}{first}", f"{place}{failure.message}")


def _suite(name: str, classname: str, cases: Iterable[_Case]) -> ET.Element:
    cases = tuple(cases)
    suite = ET.Element("testsuite", name=_attribute(name), tests=str(len(cases)))
    for outcome, key in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(key, str(sum(case.outcome == outcome for case in cases)))
    for case in cases:
        element = ET.SubElement(suite, "testcase", classname=_attribute(classname), name=_attribute(case.name))
        if case.outcome:
            came = ET.SubElement(element, case.outcome, message=_attribute(case.message))
            if case.type:
                came.set("type", _attribute(case.type))
            came.text = _text(case.text) or None
        elif case.text:
            ET.SubElement(element, "system-out").text = _text(case.text)
    return suite


def _attribute(text: str) -> str:
    return " ".join(_text(text).split("\n"))


def _text(text: str) -> str:
    """Text without what XML has no room for; that is shown as escapes."""
    shown = "\n".join(harmless_lines(text))
    return shown.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
