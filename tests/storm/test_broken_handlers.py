"""Every law has a handler that breaks it and no other, whose repaired twin is clean; so has every bug that was made."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from sagacheck.application.loading import load
from sagacheck.application.storm_findings import findings_of
from sagacheck.application.storm_saga import StormOptions, storm_saga
from sagacheck.application.storms import at_home
from sagacheck.core.storming import Standing, StormReport
from sagacheck.storm.laws import concurrent
from sagacheck.storm.pages.registry import PAGES

ROOT = Path(__file__).resolve().parents[2]
BROKEN = ROOT / "models" / "broken_handlers"
FOLDERS = sorted(path.parent.name for path in BROKEN.glob("*/wrong.py"))
BY_PLANS_ALONE = "SC420-suppressed-compensation"
NEVER_RUN = "unfired-refusal"


@cache
def stormed(folder: str, which: str) -> tuple[StormReport, tuple[str, ...]]:
    """What a storm finds out about a model, and the codes of what its laws say."""
    file = str(BROKEN / folder / f"{which}.py")
    (loaded,) = load((file,)).storms
    with at_home(loaded), pytest.MonkeyPatch.context() as patch:
        patch.setattr(concurrent, "MOST_SCHEDULES", 6)
        report = storm_saga(loaded.storm, file, StormOptions(faults=1))
        codes = tuple(finding.code for finding in findings_of(report, loaded.storm, loaded.storm.chart()))
    return report, codes


@pytest.mark.parametrize("folder", [one for one in FOLDERS if one.startswith("SC") and one != BY_PLANS_ALONE])
def test_a_broken_handler_is_caught_by_the_law_that_it_breaks_and_no_other(folder: str) -> None:
    report, codes = stormed(folder, "wrong")
    assert folder[:5] == codes[0]
    assert set(codes[1:]) <= {"SC420"}
    assert () == report.errors
    assert 0 == report.number(Standing.NOT_RUN)


def test_a_compensation_that_keeps_another_one_from_working_is_caught_by_plans_alone() -> None:
    report, codes = stormed(BY_PLANS_ALONE, "wrong")
    assert {"SC420"} == set(codes)
    assert (0, 0) == (report.number(Standing.VIOLATED), report.number(Standing.NOT_RUN))


def test_a_refusal_that_never_comes_about_leaves_obligations_not_run_and_breaks_the_plans_that_need_it() -> None:
    report, _ = stormed(NEVER_RUN, "wrong")
    assert ["rejection", "stored-rejection"] == [cell.law for cell in report.cells if cell.standing is Standing.NOT_RUN]
    assert ["shipping.dispatch accepts what it should refuse: look at rejecting= in Storm"] == [
        broken.why for broken in report.broken
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_its_repaired_twin_is_clean(folder: str) -> None:
    report, codes = stormed(folder, "repaired")
    assert () == codes
    assert report.green, [(cell.name, cell.standing, cell.why) for cell in report.cells if cell.standing != "held"]


def test_every_law_has_a_handler_that_breaks_it() -> None:
    assert {page.code for page in PAGES} == {folder[:5] for folder in FOLDERS if folder.startswith("SC")}


def test_the_table_of_bugs_names_handlers_that_exist() -> None:
    links = re.findall(r"\[(SC\d+|unfired)\]\(([\w-]+)/wrong\.py\)", (BROKEN / "README.md").read_text(encoding="utf-8"))
    assert len(links) == len(set(links)) == 21
    assert all(name.startswith(code) and name in FOLDERS for code, name in links)


@pytest.mark.parametrize("which", ["wrong", "repaired"])
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_handler_is_small_and_says_in_a_sentence_what_it_shows(folder: str, which: str) -> None:
    text = (BROKEN / folder / f"{which}.py").read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(text)) or ""
    assert said.endswith(".")
    assert len([line for line in text.splitlines() if line.strip()]) <= 50
    assert max(map(len, text.splitlines())) <= 120
