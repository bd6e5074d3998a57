"""Writes the gallery: what sagacheck says and draws for every model of this repository.

From the root of the repository:

    python -m tests.gallery.generate            writes reports/ from models/ and models/broken/
    python -m tests.gallery.generate --check    writes nothing; exits with 1 if a text there is not current

For every model there is what `sagacheck verify -v` says (.txt), the JSON report (.json) and the picture (.dot, .svg),
in a wrong model with the path of its finding, and each story as a sequence diagram (.story.svg). All models together
are one HTML report. Graphviz' SVG differs by version, so that of all texts it alone is not compared, in the HTML report
neither; that it is there is.
"""

from __future__ import annotations

import ast
import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from sagacheck.application.draw_saga import choreographed as drawn
from sagacheck.application.html_report import paths_of
from sagacheck.application.loaded import LoadedChoreography, LoadedSaga
from sagacheck.core.chart import Chart
from sagacheck.core.report import Report
from sagacheck.core.scenario import Scenario
from sagacheck.core.story import Story
from sagacheck.render.diagram import Choreographed, anchors, draw, to_dot
from sagacheck.render.html import Drawing, render_html
from sagacheck.render.html import Exhibit as Shown
from sagacheck.render.json_report import render_json
from sagacheck.render.sequence import sequence_svg
from sagacheck.render.text import TextOptions, render_text
from sagacheck.rules.registry import all_rules
from tests.rules.models import (
    CLASSICS,
    FULFILMENT,
    ROOT,
    broken_models,
    chart_of,
    choreographed,
    clean_models,
    code_of,
    is_choreographed,
    net_of,
    report_on,
)

REPORTS = ROOT / "reports"
INDEX = "README.md"
PAGE = "report.html"
_PICTURE = re.compile(r'(<figure class="diagram"[^>]*>).*?(?=</figure>)', re.DOTALL)
_NO_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"/>'


@dataclass(frozen=True)
class Exhibit:
    """One model of the gallery.

    Args:
        model: its path from the root.
        saga: its chart, or the choreography that it declares.
        name: the saga's name.
        report: what was found.
    """

    model: str
    saga: Chart | Choreographed
    name: str
    report: Report

    @property
    def wrong(self) -> bool:
        """Whether it is meant to have one finding."""
        return Path(self.model).name.startswith("wrong.")

    @property
    def classic(self) -> bool:
        """Whether it is meant to have many."""
        return self.model in (CLASSICS, *FULFILMENT)

    @property
    def stem(self) -> str:
        """Path of its files below reports/, without what tells the formats apart."""
        path = Path(self.model)
        if self.model in FULFILMENT:
            return f"broken/{path.parent.name}/{path.stem}"
        if self.wrong:
            return f"broken/{path.parent.name}/{self.name}"
        folder = path.name.split(".", 1)[0]
        return f"broken/{folder}/{self.name}" if self.classic else f"{folder}/{self.name}"

    @property
    def scenario(self) -> Scenario | None:
        """The path of its finding, if a path shows it."""
        return next((finding.scenario for finding in self.report.findings), None)

    @property
    def stories(self) -> list[tuple[str, str, Story]]:
        """The stories of its findings, each with the path of its picture and a title."""
        return [
            (
                f"{self.stem}.{finding.code}.story.svg",
                f"{finding.code}: {finding.message.replace('`', '')}",
                finding.story,
            )
            for finding in self.report.findings
            if finding.story is not None
        ]

    @property
    def says(self) -> str:
        """What the model says about itself: the first paragraph."""
        text = (ROOT / self.model).read_text(encoding="utf-8")
        said = ast.get_docstring(ast.parse(text)) if self.model.endswith(".py") else yaml.safe_load(text)["Comment"]
        return " ".join(str(said).split("\n\n")[0].split())


def exhibits() -> list[Exhibit]:
    """All models: the clean ones, those with many bugs, then those with one each."""
    clean = sorted([*clean_models(), *choreographed("clean")])
    wrong = sorted([*broken_models("wrong"), *choreographed("wrong")], key=lambda model: (code_of(model), model))
    return [_exhibit(model) for model in (*clean, CLASSICS, *FULFILMENT, *wrong)]


def _exhibit(model: str) -> Exhibit:
    if is_choreographed(model):
        net = net_of(model)
        return Exhibit(model, drawn(net), net.name, report_on(model))
    chart = chart_of(model)
    return Exhibit(model, chart, chart.name, report_on(model))


def texts(shown: list[Exhibit]) -> dict[str, str]:
    """Every file below reports/ that is the same on all machines, by its path there."""
    with contextlib.chdir(ROOT):
        files = {INDEX: "\n".join(_index(shown)) + "\n"}
        for exhibit in shown:
            files[f"{exhibit.stem}.txt"] = render_text(exhibit.report, TextOptions(verbose=True))
            files[f"{exhibit.stem}.json"] = render_json(exhibit.report)
            files[f"{exhibit.stem}.dot"] = to_dot(exhibit.saga, exhibit.scenario)
            files.update((name, sequence_svg(story, title)) for name, title, story in exhibit.stories)
        files[PAGE] = page(shown, lambda _: _NO_PICTURE)
    return files


def page(shown: list[Exhibit], picture: Callable[[Exhibit], str]) -> str:
    """The HTML report on all models.

    Args:
        shown: the models.
        picture: draws one as SVG.
    """
    report = Report(tuple(saga for exhibit in shown for saga in exhibit.report.sagas), files=len(shown))
    return render_html(report, tuple(_shown(exhibit, picture(exhibit)) for exhibit in shown))


def _shown(exhibit: Exhibit, svg: str) -> Shown:
    saga = exhibit.saga
    model = LoadedSaga(saga, exhibit.model) if isinstance(saga, Chart) else LoadedChoreography(saga.net, exhibit.model)
    paths, problem = paths_of(model, 2)
    return Shown(Drawing(svg, anchors(saga)), paths, (problem,) if problem else ())


def without_pictures(page: str) -> str:
    """A page without what Graphviz has drawn."""
    return _PICTURE.sub(r"\1", page)


def _index(shown: list[Exhibit]) -> Iterator[str]:
    summaries = {rule.code: (rule.name, rule.summary) for rule in all_rules()}
    yield "# Gallery"
    yield ""
    yield "What sagacheck says and draws for the models in [models/](../models). Generated; after a change run"
    yield "`python -m tests.gallery.generate`."
    yield ""
    yield f"[{PAGE}]({PAGE}) is the HTML report on all of them: one file to download and open in a browser."
    yield ""
    yield "## Clean models"
    wrong = False
    for exhibit in shown:
        if exhibit.model == CLASSICS:
            yield ""
            yield "## A definition with the classic bugs"
        if exhibit.model == FULFILMENT[0]:
            yield ""
            yield "## A choreography with the classic bugs, and repaired"
        if exhibit.wrong and not wrong:
            wrong = True
            yield ""
            yield "## One small wrong model for each finding"
            yield ""
            yield "The path that shows the finding stands out."
        yield ""
        if exhibit.wrong:
            code = code_of(exhibit.model)
            name, summary = summaries[code]
            yield f"### {code} {name}"
            yield ""
            yield f"{summary} In [{exhibit.model.removeprefix('models/broken/')}](../{exhibit.model}): {exhibit.says}"
        else:
            yield f"### {exhibit.name}"
            yield ""
            yield f"[{exhibit.model}](../{exhibit.model}): {exhibit.says}"
        yield ""
        yield f"[report]({exhibit.stem}.txt), [JSON]({exhibit.stem}.json), [DOT]({exhibit.stem}.dot)"
        yield ""
        yield f"![{exhibit.name}]({exhibit.stem}.svg)"
        for name, title, _ in exhibit.stories:
            yield ""
            yield f"![{title}]({name})"
        yield ""
        yield "```text"
        yield render_text(exhibit.report, TextOptions(quiet=exhibit.wrong)).rstrip("\n")
        yield "```"


def stale(files: dict[str, str], shown: list[Exhibit]) -> list[str]:
    """The paths below reports/ that are missing, left over or not current."""
    wanted = {*files, *(f"{exhibit.stem}.svg" for exhibit in shown)}
    there = {path.relative_to(REPORTS).as_posix() for path in REPORTS.rglob("*") if path.is_file()}
    changed = {
        name
        for name in files.keys() & there
        if without_pictures((REPORTS / name).read_text(encoding="utf-8")) != without_pictures(files[name])
    }
    return sorted((wanted ^ there) | changed)


def write(files: dict[str, str], shown: list[Exhibit]) -> None:
    """Writes the whole gallery, and removes what does not belong to it."""
    for name in stale(files, shown):
        (REPORTS / name).unlink(missing_ok=True)
    for name, text in files.items():
        (REPORTS / name).parent.mkdir(parents=True, exist_ok=True)
        (REPORTS / name).write_text(text, encoding="utf-8", newline="\n")
    for exhibit in shown:
        (REPORTS / f"{exhibit.stem}.svg").write_bytes(draw(exhibit.saga, "svg", exhibit.scenario))
    with contextlib.chdir(ROOT):
        drawn_page = page(shown, lambda exhibit: draw(exhibit.saga, "svg", headed=False).decode())
    (REPORTS / PAGE).write_text(drawn_page, encoding="utf-8", newline="\n")


def main(arguments: list[str]) -> int:
    """Writes the gallery or, with `--check`, says what of it is not current."""
    shown = exhibits()
    files = texts(shown)
    if arguments != ["--check"]:
        write(files, shown)
        return 0
    outdated = stale(files, shown)
    for name in outdated:
        sys.stderr.write(f"reports/{name} is not current: run python -m tests.gallery.generate\n")
    return int(bool(outdated))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
