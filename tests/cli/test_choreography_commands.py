"""The commands on choreographies."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.application.models import write
from tests.cli.running import run

LOSSY = """\
from sagacheck import AtMostOnce, Choreography, Keyed, On, Retry, Service, Step

reserve = Step("stock.reserve", compensation="stock.release", contract=Keyed("id"))
pack = Step("desk.pack", compensation="desk.unpack", contract=Keyed("id"), retry=Retry.until_done())

buy = Choreography(
    "buy",
    starts_with="Ordered",
    services=[
        Service("stock", On("Ordered", do=reserve, ok="Reserved", rejected="OutOfStock")),
        Service("desk", On("Reserved", do=pack, ok="Packed")),
    ],
    committed_when="Packed",
    aborted_when="OutOfStock",
    delivery=AtMostOnce(),
)
"""
KEPT = LOSSY.replace("AtMostOnce", "AtLeastOnce")


def test_a_story_is_played_again_by_its_token_until_it_is_repaired() -> None:
    write({"buy.py": LOSSY, "kept.py": KEPT})
    report = run("verify", "--prove", "buy.py")
    (token,) = re.findall(r"sagacheck replay (\w+) buy\.py", report.stdout)
    again = run("replay", token, "buy.py")
    assert 1 == again.exit_code
    assert "still wrong: `buy`: stopped half-way as `Reserved` to `desk` was lost" in again.stdout
    repaired = run("replay", token, "kept.py")
    assert 0 == repaired.exit_code
    assert "the next step is not possible any more: 1 of the story's steps are left" in repaired.stdout


def test_a_choreography_is_written_in_promela() -> None:
    write({"buy.py": LOSSY})
    written = run("export", "buy.py", "--to", "promela")
    assert 0 == written.exit_code
    assert "Reserved" in written.stdout
    assert "active proctype rules()" in written.stdout


def test_a_file_with_both_kinds_of_sagas_asks_which_is_meant() -> None:
    write({"both.py": LOSSY.replace("On, ", "On, Saga, ") + '\nhold = Saga("hold", reserve >> pack)\n'})
    refused = run("export", "both.py", "--to", "promela")
    assert (2, "error: both.py holds 2 sagas (hold, buy); choose one with --saga NAME\n") == (
        refused.exit_code,
        refused.stderr,
    )
    assert 0 == run("export", "both.py", "--to", "promela", "--saga", "buy").exit_code


def test_a_choreography_is_drawn_in_every_form(tmp_path: Path) -> None:
    write({"buy.py": LOSSY})
    assert run("diagram", "buy.py").stdout.startswith("digraph saga")
    assert "subgraph service_desk" in run("diagram", "buy.py", "--format", "mermaid").stdout
    assert 0 == run("diagram", "buy.py", "-o", str(tmp_path / "buy.png")).exit_code
    assert (tmp_path / "buy.png").read_bytes().startswith(b"\x89PNG")
    refused = run("diagram", "buy.py", "--finding", "SC315")
    assert (2, "error: buy is a choreography, whose picture shows no paths; leave out --finding\n") == (
        refused.exit_code,
        refused.stderr,
    )


def test_the_scenarios_of_a_choreography_are_listed_and_counted() -> None:
    write({"buy.py": LOSSY})
    listed = run("paths", "buy.py", "--end", "aborted")
    assert 0 == listed.exit_code
    assert "1  stock.reserve   rejected   none, publishes OutOfStock" in listed.stdout
    assert "1 of 1 shown" in listed.stdout
    assert "buy.py  buy  2 scenarios (1 committed, 1 aborted, 0 manual)\n" == run("paths", "buy.py", "--count").stdout
    (path,) = json.loads(run("paths", "buy.py", "--through", "desk.pack", "-o", "json").stdout)["paths"]
    assert [["Reserved"], ["Packed"]] == [event["published"] for event in path["events"]]
