"""The commands on choreographies."""

from __future__ import annotations

import re

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
