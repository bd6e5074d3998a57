"""A SARIF log: one run with its tool, its invocation and its results."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version

from sagacheck.core.finding import Severity
from sagacheck.core.fingerprint import identified
from sagacheck.core.gate import Gate, RuleFacts
from sagacheck.core.report import Report, Verdict
from sagacheck.render.place import place_of_failure, place_of_saga
from sagacheck.render.saga_line import saga_line
from sagacheck.render.sarif.parts import BASE, message, physical
from sagacheck.render.sarif.result import result
from sagacheck.render.source_lines import Sources
from sagacheck.render.storm_document import Document

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LONGEST_DESCRIPTION = 1024
"""Characters of a description that code hosts show."""

_NOTIFICATIONS = (
    ("load-failure", "A model could not be loaded."),
    ("internal-error", "A bug in sagacheck."),
    ("inconclusive", "A saga was not decided."),
    ("passed-over", "Something was not checked, as it is no saga."),
)


def log(report: Report, gate: Gate) -> Document:
    """The log as plain dicts and lists.

    Args:
        report: what to tell.
        gate: how the run was judged.
    """
    sources = Sources()
    rules = {rule.code: number for number, rule in enumerate(gate.rules)}
    results = [result(one, rules, sources) for one in identified(report)]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(gate)},
                "automationDetails": {"id": f"sagacheck/{gate.command}/"},
                "invocations": [_invocation(report, gate, sources)],
                "originalUriBaseIds": {BASE: {"description": message("The folder in which sagacheck was run.")}},
                "columnKind": "unicodeCodePoints",
                "results": results,
                "properties": {"sagas": [_saga(report, number) for number in range(len(report.sagas))]},
            }
        ],
    }


def _driver(gate: Gate) -> Document:
    return {
        "name": "sagacheck",
        "semanticVersion": version("sagacheck"),
        "shortDescription": message("Checks every path and every failure point of a saga."),
        "rules": [_rule(rule) for rule in gate.rules],
        "notifications": [{"id": name, "shortDescription": message(told)} for name, told in _NOTIFICATIONS],
    }


def _rule(rule: RuleFacts) -> Document:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": message(_shortened(rule.summary)),
        "fullDescription": message(_shortened(_what_it_does(rule))),
        "help": {**message(rule.page), "markdown": rule.page},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"tags": ["saga", rule.basis.value], "problem.severity": _problem(rule.severity)},
    }


def _problem(severity: Severity) -> str:
    """The word that code hosts have for a severity."""
    return "recommendation" if severity is Severity.NOTE else severity.value


def _what_it_does(rule: RuleFacts) -> str:
    """The first section of a rule's page on one line; the summary if it has none."""
    section = re.search(r"^## What it does\n+(.*?)(?=^## |\Z)", rule.page, re.DOTALL | re.MULTILINE)
    return " ".join(section[1].split()) if section is not None and section[1].strip() else rule.summary


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_DESCRIPTION else text[: _LONGEST_DESCRIPTION - 3] + "..."


def _invocation(report: Report, gate: Gate, sources: Sources) -> Document:
    return {
        "executionSuccessful": not report.failures,
        "exitCode": gate.exit_code,
        "exitCodeDescription": gate.means,
        "toolExecutionNotifications": list(_notifications(report, sources)),
    }


def _notifications(report: Report, sources: Sources) -> Iterator[Document]:
    for failure in report.failures:
        place = place_of_failure(failure, sources)
        located = {"locations": [physical(place)]} if place is not None else {}
        name = "internal-error" if failure.internal else "load-failure"
        yield {**_notification(name, "error", failure.message), **located}
    for saga in report.sagas:
        if saga.verdict is Verdict.INCONCLUSIVE:
            told = _notification("inconclusive", "warning", f"{saga.name} is not decided: {saga.why}")
            yield {**told, "locations": [physical(place_of_saga(saga, sources))]}
    for passed in report.passed_over:
        if passed.named:
            yield _notification("passed-over", "note", f"{passed.file}: {passed.reason}")


def _notification(name: str, level: str, text: str) -> Document:
    number = [known for known, _ in _NOTIFICATIONS].index(name)
    return {"descriptor": {"id": name, "index": number}, "level": level, "message": message(text)}


def _saga(report: Report, number: int) -> Document:
    """What is known of a saga: a log without results says what was covered all the same."""
    saga = report.sagas[number]
    return {
        "name": saga.name,
        "file": saga.file,
        "profile": saga.profile,
        "verdict": saga.verdict.value,
        "covered": saga_line(saga),
        "claims": [{"claim": claim.text, "evidence": claim.evidence.value} for claim in saga.claims],
        "assumptions": list(saga.assumptions),
    }
