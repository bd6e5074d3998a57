"""Draws a picture as SVG, PNG or PDF, in a process of its own that is given a time limit."""

from __future__ import annotations

import html
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sagacheck.render.diagram import layout
from sagacheck.render.diagram.dot import dot_of
from sagacheck.render.diagram.picture import Picture

FORMATS = ("svg", "png", "pdf")
_INSTEAD = "write it as DOT or Mermaid (--format dot, --format mermaid), which need no layout"
_FONTS = Path(__file__).with_name("fonts")
_FONT_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


class DiagramError(Exception):
    """A picture could not be drawn; the message says why, and what to do instead."""


def draw_picture(picture: Picture, format: str, time_limit: float) -> bytes:  # noqa: A002 - the word for it
    """The picture as a file's content.

    Graphviz has defects that a picture can hit: it aborts, or it loses a line and says so. Then the picture is laid
    out once more without room for labels, which avoids the ones that are known.

    Args:
        picture: what is drawn.
        format: "svg", "png" or "pdf".
        time_limit: seconds that the layout may take.

    Raises:
        DiagramError: if the format is unknown, the time is over or Graphviz fails.
    """
    if format not in FORMATS:
        msg = f"there is no picture format {format!r}; choose from {', '.join(FORMATS)}"
        raise DiagramError(msg)
    deadline = time.monotonic() + time_limit
    complaint = ""
    for roomy in (True, False):
        try:
            result = _lay_out(dot_of(picture, roomy=roomy), format, max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            msg = f"the layout of {picture.title!r} took longer than {time_limit:g} s; allow more time, or {_INSTEAD}"
            raise DiagramError(msg) from None
        complaint = _complaint(result)
        if not complaint:
            return result.stdout
    msg = f"Graphviz could not lay out {picture.title!r} ({complaint}); {_INSTEAD}"
    raise DiagramError(msg)


def _lay_out(dot: str, format: str, seconds: float) -> subprocess.CompletedProcess[bytes]:  # noqa: A002
    # -P: what lies beside the program must not pass for a module that it imports.
    command = [sys.executable, "-P", str(Path(layout.__file__)), format]
    with _environment() as environment:
        try:
            return subprocess.run(  # noqa: S603 - our own program, no shell
                command, input=dot.encode(), capture_output=True, timeout=seconds, env=environment, check=False
            )
        except OSError as error:
            msg = f"Python could not be started as {sys.executable!r} ({error.strerror}); {_INSTEAD}"
            raise DiagramError(msg) from None


@contextmanager
def _environment() -> Iterator[dict[str, str]]:
    """The environment of the layout; on Linux with the bundled font, without which text needs fonts of the machine.

    Fontconfig finds fonts by a file that names their directory in full. The one that is bundled leaves a `.uuid` there.
    """
    if sys.platform != "linux" or "FONTCONFIG_FILE" in os.environ:
        yield dict(os.environ)
        return
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".conf") as configuration:
        configuration.write(_FONT_CONFIGURATION.format(fonts=html.escape(str(_FONTS))))
        configuration.flush()
        yield {**os.environ, "FONTCONFIG_FILE": configuration.name}


def _complaint(result: subprocess.CompletedProcess[bytes]) -> str:
    """What went wrong; "" if nothing did."""
    if result.returncode == layout.NOT_INSTALLED:
        msg = f"pygraphviz is missing: pip install pygraphviz, or {_INSTEAD}"
        raise DiagramError(msg)
    lines = [line for line in result.stderr.decode(errors="replace").splitlines() if "ontconfig" not in line]
    lost = [line for line in lines if line.startswith("Error: lost ")]
    if result.returncode or not result.stdout or lost:
        return (lost or lines or [f"it ended with {result.returncode}"])[-1].strip()
    return ""
