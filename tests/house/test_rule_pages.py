"""docs/rules holds a page for every code, as `explain` shows it."""

from __future__ import annotations

from pathlib import Path

from sagacheck.application.pages import all_pages
from tests.cli.running import run
from tests.house.rule_pages import GROUPS, PAGES, outdated, write


def test_the_pages_are_current() -> None:
    assert [] == outdated(), "write them again: python -m tests.house.rule_pages"


def test_every_page_begins_with_what_explain_shows() -> None:
    for page in all_pages():
        assert (PAGES / f"{page.code}.md").read_text(encoding="utf-8").startswith(run("explain", page.code).stdout)


def test_every_code_stands_in_the_index_under_its_hundred() -> None:
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    assert [page.code for page in all_pages()] == [line[3:8] for line in index.splitlines() if line.startswith("| [")]
    assert {page.code[:3] for page in all_pages()} <= set(GROUPS)


def test_what_is_outdated_is_found_and_written_again(tmp_path: Path) -> None:
    write(tmp_path)
    assert [] == outdated(tmp_path)
    (tmp_path / "SC201.md").write_text("old")
    (tmp_path / "SC000.md").write_text("gone")
    (tmp_path / "SC101.md").unlink()
    assert ["SC000.md", "SC101.md", "SC201.md"] == outdated(tmp_path)
    write(tmp_path)
    assert [] == outdated(tmp_path)
