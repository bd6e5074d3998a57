"""Diagrams as pictures: drawn by a process that can fail, hang and crash without harm."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings

from sagacheck.core.chart import Call, Chart, End, Origin
from sagacheck.core.outcome import EndKind
from sagacheck.core.step import NonCompensatable
from sagacheck.render.diagram import FORMATS, DiagramError, draw, drawing, layout
from sagacheck.render.diagram.extract import picture_of
from sagacheck.render.diagram.wording import visible
from tests.render.diagram_charts import KNOWN, NAMES, chain, chart, edges, order, step, trip, walked

_SVG = "{http://www.w3.org/2000/svg}"
_TITLE = "{http://www.w3.org/1999/xlink}title"
_BEGINNINGS = {"svg": b"<?xml", "png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-"}


def svg(of: Chart) -> ET.Element:
    return ET.fromstring(draw(of, "svg"))  # noqa: S314 - our own picture


def texts(picture: ET.Element) -> list[str]:
    return ["".join(text.itertext()).replace("\xa0", " ") for text in picture.iter(f"{_SVG}text")]


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_begins_as_it_should(form: str) -> None:
    assert draw(order(), form).startswith(_BEGINNINGS[form])


def test_what_is_drawn_has_the_ids_and_classes_of_the_picture() -> None:
    groups = {group.get("id"): group.get("class", "") for group in svg(trip()).iter(f"{_SVG}g")}
    for box in picture_of(trip()).boxes:
        assert {"node", str(box.kind), "plain"} <= set(groups[box.id].split())
    assert {"edge", "failure", "plain"} in [set(classes.split()) for classes in groups.values()]
    assert "cluster" in groups["parallel_fork"]


def test_every_step_is_readable_and_told_more_of_on_request() -> None:
    picture = svg(order())
    assert {"place-order", "reserve", "release", "call the warehouse", "anything left?"} <= set(texts(picture))
    told = "\n".join(link.get(_TITLE, "") for link in picture.iter(f"{_SVG}a"))
    assert "the parcel has left the building" in told
    assert "refund undoes charge" in told


@given(NAMES)
@example("<b>bold</b>")
@example("&lt;i&gt; \\N \\G \\\\ \\")
@settings(max_examples=15)
def test_a_name_is_shown_as_it_is(name: str) -> None:
    call = Call(id="call", step="step", label=name, outcomes=KNOWN)
    wiring = edges(("call", "ok", "end"), ("call", "rejected", "end"))
    picture = svg(
        chart([call, End(id="end", kind=EndKind.COMMITTED)], wiring, [step("step", NonCompensatable(name))], name=name)
    )
    shown = "".join(texts(picture)).replace(" ", "").replace("\n", "")
    assert visible(name).replace(" ", "")[:28] in shown or len(name) > 28
    told = " ".join(" ".join(link.get(_TITLE, "") for link in picture.iter(f"{_SVG}a")).split())
    assert visible(f"cannot be undone: {name}")[:500] in told


def test_a_path_is_drawn_thick() -> None:
    content = draw(order(), "svg", walked(order(), "ok", "ok", "ok", "ok"))
    picture = ET.fromstring(content)  # noqa: S314 - our own picture
    thick = [
        group.get("id")
        for group in picture.iter(f"{_SVG}g")
        if "edge" in group.get("class", "").split() and any(path.get("stroke-width") == "3.2" for path in group.iter())
    ]
    assert 5 == len(thick)


@pytest.mark.parametrize("length", [1, 80])
def test_a_chain_is_drawn_however_long(length: int) -> None:
    found = [text for text in texts(svg(chain(length))) if text.startswith("do ")]
    assert length == len(found)


def test_no_program_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pygraphviz.py").write_text("raise SystemExit('the wrong module')")
    (tmp_path / "html.py").write_text("raise SystemExit('the wrong module')")
    assert draw(order(), "svg").startswith(b"<?xml")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems bring fonts")
def test_text_is_drawn_with_the_bundled_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
    assert b"DejaVuSans" in draw(order(), "pdf")


def test_a_font_configuration_of_the_user_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fonts = tmp_path / "fonts.conf"
    fonts.write_text("<fontconfig/>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(fonts))
    assert b"DejaVuSans" not in draw(order(), "pdf")


def test_an_unknown_format_is_refused_with_those_that_exist() -> None:
    with pytest.raises(DiagramError, match="'bmp'; choose from svg, png, pdf"):
        draw(order(), "bmp")


def instead(monkeypatch: pytest.MonkeyPatch, program: Path, text: str) -> None:
    """Lets another program do the layout."""
    program.write_text(text)
    monkeypatch.setattr(layout, "__file__", str(program))


def test_a_layout_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    wait = f"import os, pathlib, time\npathlib.Path({str(pid_file)!r}).write_text(str(os.getpid()))\ntime.sleep(600)"
    instead(monkeypatch, tmp_path / "slow.py", wait)
    with pytest.raises(DiagramError, match=r"'place-order' took longer than 2 s; .*--format dot"):
        draw(order(), "svg", time_limit=2.0)
    assert pid_file.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_a_crash_is_tried_once_more_without_room_for_labels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = tmp_path / "log"
    crash = (
        "import os, pathlib, sys\n"
        f"log = pathlib.Path({str(log)!r})\n"
        "seen = log.read_text() if log.exists() else ''\n"
        "log.write_text(seen + str('constraint=false' in sys.stdin.read()))\n"
        "if not seen: os.abort()\n"
        "print('picture')\n"
    )
    instead(monkeypatch, tmp_path / "crash.py", crash)
    assert b"picture" == draw(order(), "svg").strip()
    assert "TrueTrue" == log.read_text()


def test_a_lost_line_is_not_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lose = "import sys\nsys.stdin.read()\nprint('picture')\nprint('Error: lost a b edge', file=sys.stderr)\n"
    instead(monkeypatch, tmp_path / "lose.py", lose)
    with pytest.raises(DiagramError, match=r"could not lay out 'place-order' \(Error: lost a b edge\); .*--format dot"):
        draw(order(), "svg")


def test_without_pygraphviz_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pygraphviz.py").write_text("raise ImportError('no such library')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(DiagramError, match="pip install pygraphviz"):
        draw(order(), "svg")


def test_without_an_interpreter_the_message_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(DiagramError, match="'/nowhere/python'"):
        draw(order(), "svg")


def test_what_another_library_needs_is_imported_only_to_draw() -> None:
    listing = "import sys, sagacheck.render.diagram; print(*sorted(set(sys.modules) & {'graphviz', 'pygraphviz', 'networkx'}))"
    result = subprocess.run([sys.executable, "-c", listing], capture_output=True, check=True)
    assert b"" == result.stdout.strip()


def test_both_attempts_share_one_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[float] = []

    def failing(_dot: str, _form: str, seconds: float) -> subprocess.CompletedProcess[bytes]:
        limits.append(seconds)
        time.sleep(0.01)
        return subprocess.CompletedProcess([], 1, b"", b"no")

    monkeypatch.setattr(drawing, "_lay_out", failing)
    with pytest.raises(DiagramError, match=r"\(no\)"):
        draw(order(), "svg", time_limit=5.0)
    assert 5.0 >= limits[0] > limits[1]


def test_an_empty_chart_is_drawn() -> None:
    assert "there is no such node" in texts(svg(Chart("void", "nothing", (), (), (), Origin.MACHINE)))
