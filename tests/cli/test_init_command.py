"""`sagacheck init`: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.running import run
from tests.importers.definitions import FAILED, catching, machine, task

DEFINITION = json.dumps(
    machine(
        BookHotel=task(catch=[catching("CancelHotel")]),
        CancelHotel=task("Failed", catch=[catching("Failed")]),
        Failed=FAILED,
    )
)


def test_it_writes_the_side_file_and_shows_what_it_wrote(here: Path) -> None:
    (here / "trip.asl.json").write_text(DEFINITION)
    result = run("init", "trip.asl.json")
    assert 0 == result.exit_code
    assert result.output.endswith("wrote trip.saga.toml: 1 entry to review\n")
    assert '+undoes = ["BookHotel"]\n' in result.output
    assert 'undoes = ["BookHotel"]\n' in (here / "trip.saga.toml").read_text()
    again = run("init", "trip.asl.json")
    assert (0, "trip.saga.toml: nothing to add\n") == (again.exit_code, again.output)


def test_a_dry_run_writes_nothing(here: Path) -> None:
    (here / "trip.asl.json").write_text(DEFINITION)
    result = run("init", "--dry-run", "trip.asl.json")
    assert 0 == result.exit_code
    assert "would write trip.saga.toml: 1 entry to review" in result.output
    assert ["trip.asl.json"] == [file.name for file in here.iterdir()]


def test_what_cannot_be_done_is_said_with_exit_code_two(here: Path) -> None:
    (here / "trip.asl.json").write_text(DEFINITION)
    (here / "trip.saga.toml").write_text("[states.Hotel]\n")
    result = run("init", "trip.asl.json")
    assert 2 == result.exit_code
    assert "error: trip.saga.toml:1:2: there is no state `Hotel`" in result.output
    assert "[states.Hotel]\n" == (here / "trip.saga.toml").read_text()
    assert 2 == run("init", "nothing.json").exit_code


def test_the_permissions_of_a_file_that_is_there_stay(here: Path) -> None:
    (here / "trip.asl.json").write_text(DEFINITION)
    (here / "trip.saga.toml").write_text("# ours\n")
    (here / "trip.saga.toml").chmod(0o640)
    assert 0 == run("init", "trip.asl.json").exit_code
    assert 0o640 == (here / "trip.saga.toml").stat().st_mode & 0o777
    assert (here / "trip.saga.toml").read_text().startswith("# ours\n")


def test_in_a_folder_with_definitions_it_says_how_to_go_on_with_them(here: Path) -> None:
    (here / "trip.asl.json").write_text(DEFINITION)
    result = run("init", "--ci", "none")
    assert 0 == result.exit_code
    assert result.stdout.endswith("next:\n  sagacheck verify\n  sagacheck init trip.asl.json\n")
    assert '[tool.sagacheck]\npaths = ["."]\n' == (here / "pyproject.toml").read_text()


def test_help_teaches() -> None:
    result = run("init", "--help")
    assert 0 == result.exit_code
    assert "sagacheck init statemachine.asl.json" in result.output
