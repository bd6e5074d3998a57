"""The parts that SARIF objects are made of: messages and places."""

from __future__ import annotations

from sagacheck.core.span import Span
from sagacheck.render.place import uri_of
from sagacheck.render.storm_document import Document
from sagacheck.render.terminal import harmless_lines

BASE = "%SRCROOT%"
"""What relative paths are relative to, as code hosts call it."""


def message(text: str) -> Document:
    """A message; text that a viewer would take for a link is escaped as section 3.11.6 of the standard says."""
    lines = "\n".join(harmless_lines(text)).strip() or "-"
    return {"text": lines.replace("[", "\\[").replace("]", "\\]") if "](" in lines else lines}


def physical(place: Span) -> Document:
    """A location: a file and a region with all its four sides."""
    return {
        "physicalLocation": {
            "artifactLocation": artifact(place.file),
            "region": {
                "startLine": place.line,
                "startColumn": place.column,
                "endLine": place.end_line,
                "endColumn": place.end_column,
            },
        }
    }


def artifact(file: str) -> Document:
    """A file, relative to the working directory where it lies inside."""
    uri = uri_of(file)
    return {"uri": uri} if uri.startswith("file:") else {"uri": uri, "uriBaseId": BASE}
