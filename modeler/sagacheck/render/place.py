"""Where findings stand, for programs that want a file and a range for each of them, and paths that they understand."""

from __future__ import annotations

import os
import posixpath
from dataclasses import replace
from urllib.parse import quote

from sagacheck.core.fingerprint import Identified
from sagacheck.core.report import Failure, SagaReport
from sagacheck.core.span import Span
from sagacheck.render.source_lines import Sources


def place_of(one: Identified, sources: Sources) -> Span:
    """Where a finding stands; where its saga does if nothing better is known, else the first line of the file.

    Args:
        one: the finding.
        sources: where source lines come from.
    """
    span = one.finding.primary.span or one.saga.span
    return whole(span if span is not None else Span(one.saga.file, 1, 1, 1, 1), sources)


def place_of_saga(saga: SagaReport, sources: Sources) -> Span:
    """Where a saga stands; the first line of its file if that is not known."""
    return whole(saga.span if saga.span is not None else Span(saga.file, 1, 1, 1, 1), sources)


def place_of_failure(failure: Failure, sources: Sources) -> Span | None:
    """Where something went wrong; the first line of the file if that is not known, None without a file."""
    if failure.span is None and not failure.file:
        return None
    return whole(failure.span if failure.span is not None else Span(failure.file, 1, 1, 1, 1), sources)


def whole(span: Span, sources: Sources) -> Span:
    """The span such that it holds a character: one that holds none stands for its whole line.

    Args:
        span: any span, its file as the user knows it; that of the result is a `portable` one.
        sources: where source lines come from.
    """
    line, column = max(span.line, 1), max(span.column, 1)
    end_line, end_column = max(span.end_line, 1), max(span.end_column, 1)
    if (end_line, end_column) <= (line, column):
        text = sources.line(span.file, line) or ""
        end_line, end_column = line, max(len(text), column) + 1
    return replace(span, file=portable(span.file), line=line, column=column, end_line=end_line, end_column=end_column)


def portable(file: str) -> str:
    """A path as other tools know it: relative to the working directory if it lies inside, with forward slashes.

    What has no path stands for the working directory: `.`.
    """
    if os.path.isabs(file):  # noqa: PTH117 - as the file was given
        inside = os.path.relpath(file)
        file = file if inside.split(os.sep, 1)[0] == os.pardir else inside
    return posixpath.normpath(file.replace(os.sep, "/"))


def uri_of(file: str) -> str:
    """A portable path as a URI: relative to the working directory, or `file:` for one outside of it.

    Bytes that are no UTF-8 stay the bytes that they are; a drive is a folder.
    """
    try:
        data = file.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = file.encode("utf-8", "replace")
    if file.startswith("/"):
        return "file://" + quote(data, safe="/")
    if os.path.isabs(file):  # noqa: PTH117 - as the file was given
        return "file:///" + quote(data, safe="/:")
    return quote(data, safe="/")
