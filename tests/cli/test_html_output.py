"""Where `verify -o html=...` writes its page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import FAULTY, run


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one faulty model, in which commands run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "checkout.py").write_text(FAULTY, encoding="utf-8")
    return tmp_path


def entries(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("asked", ["report/", "report/index.html"])
def test_a_folder_is_made_for_its_index(folder: Path, asked: str) -> None:
    assert 1 == run("verify", "checkout.py", "-o", f"html={asked}").exit_code
    assert {"checkout.py", "report/index.html"} == entries(folder)
    assert (folder / "report/index.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>\n")


def test_a_folder_that_is_there_gets_the_index_and_keeps_the_rest(folder: Path) -> None:
    (folder / "report").mkdir()
    (folder / "report/notes.txt").write_text("mine", encoding="utf-8")
    run("verify", "checkout.py", "-o", "html=report")
    assert {"checkout.py", "report/index.html", "report/notes.txt"} == entries(folder)


def test_the_page_can_go_to_stdout_and_beside_other_reports(folder: Path) -> None:
    result = run("verify", "checkout.py", "-o", "html", "-o", "text=report.txt", "-o", "html=page.html")
    assert result.stdout == (folder / "page.html").read_text(encoding="utf-8")
    assert "error[SC201]" in (folder / "report.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("asked", ["nowhere/else/", "nowhere/page.html"])
def test_a_folder_for_which_there_is_no_place_is_refused_before_any_work(folder: Path, asked: str) -> None:
    result = run("verify", "checkout.py", "-o", f"html={asked}")
    assert 2 == result.exit_code
    assert "there is no folder" in result.stderr
    assert {"checkout.py"} == entries(folder)


def test_two_reports_do_not_go_to_one_index(folder: Path) -> None:
    result = run("verify", "checkout.py", "-o", "html=report/", "-o", "json=report/index.html")
    assert 2 == result.exit_code
    assert "two reports would go to report/index.html" in result.stderr
    assert {"checkout.py"} == entries(folder)


def test_a_run_without_sagas_has_a_page_too(folder: Path) -> None:
    (folder / "empty.py").write_text("x = 1\n", encoding="utf-8")
    assert 5 == run("verify", "empty.py", "-o", "html=page.html").exit_code
    assert "No saga was found." in (folder / "page.html").read_text(encoding="utf-8")


def test_models_that_cannot_be_loaded_are_on_the_page(folder: Path) -> None:
    (folder / "broken.py").write_text("import sagacheck\nraise ValueError('<b>')\n", encoding="utf-8")
    assert 2 == run("verify", ".", "-o", "html=page.html").exit_code
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert "Failures to load" in page
    assert "ValueError: &lt;b&gt;" in page


def test_what_a_baseline_accepts_does_not_count_and_its_own_findings_are_told(folder: Path) -> None:
    run("baseline", "write", "checkout.py", "--reason", "known since <spring>")
    assert 0 == run("verify", "checkout.py", "-o", "html=page.html").exit_code
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert "<b>Does not count</b> (baseline): <bdi>known since &lt;spring&gt;</bdi>" in page
    (folder / "checkout.py").write_text(
        FAULTY.replace('"inventory.reserve"', '"inventory.reserve", compensation="inventory.release"'), encoding="utf-8"
    )
    run("verify", "checkout.py", "-o", "html=page.html")
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert '<h2 id="baseline">The baseline</h2>' in page
    assert "SC9" in page.partition('id="baseline"')[2]
