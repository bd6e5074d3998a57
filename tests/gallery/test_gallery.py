"""The gallery in reports/ is what sagacheck says today."""

from __future__ import annotations

import json
import re

import pytest

from tests.gallery.generate import INDEX, REPORTS, Exhibit, exhibits, stale, texts
from tests.rules.models import CLASSICS


@pytest.fixture(scope="module")
def shown() -> list[Exhibit]:
    return exhibits()


@pytest.fixture(scope="module")
def files(shown: list[Exhibit]) -> dict[str, str]:
    return texts(shown)


def test_every_text_is_current_and_nothing_is_missing_or_left_over(shown: list[Exhibit], files: dict[str, str]) -> None:
    assert [] == stale(files, shown), "run python -m tests.gallery.generate"


def test_every_picture_is_svg_with_the_name_of_its_saga(shown: list[Exhibit]) -> None:
    for exhibit in shown:
        picture = (REPORTS / f"{exhibit.stem}.svg").read_text(encoding="utf-8")
        assert "<svg" in picture
        assert exhibit.name in picture.replace("&#45;", "-")


def test_every_link_of_the_index_leads_somewhere(files: dict[str, str]) -> None:
    links = re.findall(r"\]\(([^)]+)\)", files[INDEX])
    assert links
    assert all((REPORTS / link).exists() for link in links)


def test_every_exhibit_has_files_of_its_own(shown: list[Exhibit]) -> None:
    assert len(shown) == len({exhibit.stem for exhibit in shown})


def test_every_story_has_a_picture_of_its_own(shown: list[Exhibit]) -> None:
    names = [name for exhibit in shown for name, _, _ in exhibit.stories]
    assert names
    assert len(names) == len(set(names))


def test_texts_hold_no_path_of_a_machine_no_time_and_no_colour(files: dict[str, str]) -> None:
    for text in files.values():
        assert "\x1b" not in text
        assert not re.search(r"\d\.\d\d s\)", text)
        assert str(REPORTS.parent) not in text


def test_wrong_models_show_one_finding_and_clean_ones_none(shown: list[Exhibit], files: dict[str, str]) -> None:
    for exhibit in shown:
        found = json.loads(files[f"{exhibit.stem}.json"])["findings"]
        assert exhibit.classic or int(exhibit.wrong) == len(found)


def test_the_classic_bugs_are_found(shown: list[Exhibit]) -> None:
    (classic,) = [exhibit for exhibit in shown if exhibit.model == CLASSICS]
    codes = ["SC101", "SC107", "SC108", "SC201", "SC202", "SC207", "SC208", "SC209", "SC220", "SC221", "SC222"]
    assert codes == sorted(finding.code for finding in classic.report.findings)
