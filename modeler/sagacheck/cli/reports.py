"""Writes a report in the formats that verify and storm have in common."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sagacheck.application.refusal import RefusedError
from sagacheck.cli.output import Output, write

if TYPE_CHECKING:
    from sagacheck.core.gate import Gate
    from sagacheck.core.report import Report

_STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
"""Names the file whose Markdown a run of GitHub Actions shows; documented there."""


def write_report(output: Output, report: Report, gate: Gate) -> None:
    """Writes a report; as annotations it goes to the step's summary, too, where there is one.

    Args:
        output: the format, neither text nor json, and where to.
        report: what to tell.
        gate: how the run was judged.

    Raises:
        RefusedError: if that is not possible.
    """
    write(output, _rendered(output.form, report, gate))
    summary = os.environ.get(_STEP_SUMMARY)
    if output.form == "github" and summary:
        _append(summary, report)


def _rendered(form: str, report: Report, gate: Gate) -> str:
    if form == "sarif":
        from sagacheck.render.sarif import render_sarif

        return render_sarif(report, gate)
    if form == "junit":
        from sagacheck.render.junit import render_junit

        return render_junit(report, gate)
    if form == "github":
        from sagacheck.render.github import render_github

        return render_github(report)
    if form == "gitlab":
        from sagacheck.render.gitlab import render_gitlab

        return render_gitlab(report)
    if form == "markdown":
        from sagacheck.render.markdown import render_markdown

        return render_markdown(report)
    if form == "html":
        from sagacheck.render.html import render_html

        return render_html(report, ())
    from sagacheck.render.concise import render_concise

    assert form == "concise"
    return render_concise(report)


def _append(file: str, report: Report) -> None:
    """Adds to what earlier commands of the step have written there, in one go."""
    from sagacheck.render.markdown import STEP_SUMMARY_LIMIT, render_markdown

    try:
        before = os.path.getsize(file) if os.path.exists(file) else 0  # noqa: PTH110, PTH202 - as it was given
        content = render_markdown(report, STEP_SUMMARY_LIMIT - before)
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        with os.fdopen(descriptor, "ab", buffering=0) as stream:
            stream.write(content.encode("utf-8", "backslashreplace"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        msg = f"{_STEP_SUMMARY}={file}: cannot be written: {reason}"
        raise RefusedError(msg) from error
