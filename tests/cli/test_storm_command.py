"""`storm`, and `replay` of its plans."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import validate

from sagacheck.application.pages import all_pages
from sagacheck.core.storming import Law
from sagacheck.storm.pages.registry import PAGES
from tests.application.models import two_steps, write
from tests.cli.running import run
from tests.house.package import PACKAGE
from tests.storm.shop import SHOP, TOMBSTONE, write_shop


def test_handlers_that_keep_their_contracts_survive(here: Path) -> None:
    write_shop(here)
    result = run("storm", "shop.py", "--profile", "quick")
    assert (0, "") == (result.exit_code, result.stderr)
    assert "shop.py  buy  43 of 45 obligations held, 2 not claimed; " in result.stdout
    assert " plans of at most 1 fault run; " in result.stdout
    assert "; seed 0  survived\n" in result.stdout


def test_a_missing_tombstone_is_told_like_a_finding_and_its_plan_like_a_story(here: Path) -> None:
    write_shop(here, without=TOMBSTONE)
    result = run("storm", "shop.py", "--profile", "quick", "--seed", "7")
    assert 1 == result.exit_code
    assert "late-step                VIOLATED  held" in result.stdout
    assert "error[SC413]: `stock.reserve`: it takes effect after its compensation, which came first\n" in result.stdout
    assert "def reserve(db, order):" in result.stdout
    assert "stock: 8, and 10 would be right" in result.stdout
    assert "= replay: sagacheck replay stock.reserve:1:late shop.py\n" in result.stdout
    assert "; seed 7  broken\n" in result.stdout


def test_a_plan_is_played_again_until_it_is_repaired(here: Path) -> None:
    write_shop(here, without=TOMBSTONE)
    still = run("replay", "stock.reserve:1:late", "shop.py")
    assert 1 == still.exit_code
    assert "still wrong: the world is not as any calm run" in still.stdout
    write_shop(here)
    repaired = run("replay", "stock.reserve:1:late", "shop.py")
    assert 0 == repaired.exit_code
    assert repaired.stdout.endswith("the saga comes to a legal end under this plan\n")


@pytest.mark.parametrize("before", ["", "stock.reserve:1:late,"], ids=["alone", "behind one that strikes"])
def test_a_plan_whose_fault_does_not_strike_is_not_green(here: Path, before: str) -> None:
    write_shop(here)
    result = run("replay", f"{before}card.charge:9:lost", "shop.py")
    assert (4, "") == (result.exit_code, result.stderr)
    assert "does not apply any more: " in result.stdout
    assert "not tried: faults of this plan did not strike" in result.stdout
    assert "legal end" not in result.stdout


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("card.chrage:1:lost", "there is no action card.chrage; did you mean card.charge?"),
        ("stock.reserve:1:late,stock.relese:1:lost", "there is no action stock.relese; did you mean"),
        ("\x1b[1m:1:lost", "known: card.charge, "),
        ("gift=no", "there is no question gift"),
    ],
)
def test_a_plan_with_a_name_that_the_saga_does_not_have_is_refused(here: Path, token: str, said: str) -> None:
    write_shop(here)
    result = run("replay", token, "shop.py")
    assert (2, "") == (result.exit_code, result.stdout)
    assert said in result.stderr.replace("\n", " ")
    assert "\x1b" not in result.stderr


def test_what_is_no_fault_of_a_plan_is_refused_with_what_to_write(here: Path) -> None:
    write_shop(here)
    result = run("replay", "stock.reserve:1:eaten", "shop.py")
    assert 2 == result.exit_code
    assert "there are rejected, lost, reply-lost" in result.stderr


def test_a_saga_without_a_storm_is_stormed_over_simulated_participants() -> None:
    write({"a.py": two_steps()})
    result = run("storm", "a.py", "--profile", "quick")
    assert "participants were simulated as their contracts say: nothing was found out about handlers\n" in result.stdout
    assert "would run those that it has" not in result.stdout


def test_handlers_that_nothing_says_how_to_run_are_named(here: Path) -> None:
    (here / "shop.py").write_text(SHOP[: SHOP.index("buy_storm =")], encoding="utf-8")
    result = run("storm", "shop.py", "--profile", "quick")
    assert "a module-level Storm(...) over this saga would run those that it has" in result.stdout


def test_a_saga_with_a_storm_in_another_file_is_stormed_once(here: Path) -> None:
    cut = SHOP.index("buy_storm =")
    (here / "shop.py").write_text(SHOP[:cut], encoding="utf-8")
    wiring = "from sagacheck import Storm\nfrom shop import buy, fresh, probe\n\n" + SHOP[cut:]
    (here / "storms.py").write_text(wiring, encoding="utf-8")
    result = run("storm", ".", "--profile", "quick", "-o", "json")
    (storm,) = json.loads(result.stdout)["storms"]
    assert ("buy", "storms.py", False) == (storm["saga"], storm["file"], storm["simulated"])


def test_the_json_report_is_as_its_schema_says(here: Path) -> None:
    write_shop(here, without=TOMBSTONE)
    schema = json.loads((PACKAGE / "render" / "storm.schema.json").read_text(encoding="utf-8"))
    document = json.loads(run("storm", "shop.py", "--profile", "quick", "-o", "json").stdout)
    validate(document, schema)
    (storm,) = document["storms"]
    assert ("sagacheck-storm", 1, False) == (document["format"], document["version"], storm["green"])
    assert {"SC413", "SC420"} == {finding["code"] for finding in storm["findings"]}
    assert document == json.loads(run("storm", "shop.py", "--profile", "quick", "-o", "json").stdout)


def test_verify_tells_how_claims_are_founded(here: Path) -> None:
    write_shop(here)
    tested = run("verify", "--storm", "shop.py", "-v")
    assert 0 == tested.exit_code
    assert "proved for any loss, duplication, delay and crash; 2 claims: 2 tested\n" in tested.stdout
    assert "    - stock.reserve: barrier by id (tested)\n" in tested.stdout
    assert "; 2 claims assumed, 0 tested\n" in run("verify", "shop.py").stdout


def test_a_claim_that_handlers_refute_leaves_nothing_proved(here: Path) -> None:
    write_shop(here, without=TOMBSTONE)
    result = run("verify", "--storm", "shop.py", "-o", "json")
    document = json.loads(result.stdout)
    validate(document, json.loads((PACKAGE / "render" / "report.schema.json").read_text(encoding="utf-8")))
    (saga,) = document["sagas"]
    assert (1, "not proved") == (result.exit_code, saga["verdict"])
    assert ["refuted", "tested"] == [claim["evidence"] for claim in saga["claims"]]
    assert "SC413" in {finding["code"] for finding in document["findings"]}
    assert saga["storm"]["standings"]["violated"] == 2


def test_a_claim_of_which_a_part_was_not_run_stays_assumed(here: Path) -> None:
    write_shop(here, without='    other={"qty": 3, "amount": 31},\n')
    result = run("verify", "--storm", "shop.py")
    assert (4, True) == (result.exit_code, "; 2 claims: 2 assumed\n" in result.stdout)


def test_what_is_claimed_and_not_run_is_not_green(here: Path) -> None:
    write_shop(here, without='    other={"qty": 3, "amount": 31},\n')
    result = run("storm", "shop.py", "--profile", "quick")
    assert 4 == result.exit_code
    assert "not run: stock.reserve-other-payload, " in result.stdout
    assert result.stdout.rstrip().rpartition("\n")[0].endswith("incomplete")


def test_a_budget_that_ends_early_is_not_green(here: Path) -> None:
    write_shop(here)
    result = run("storm", "shop.py", "--budget", "0")
    assert 4 == result.exit_code
    assert "1 of at least " in result.stdout


def test_only_some_obligations_can_be_run(here: Path) -> None:
    write_shop(here)
    result = run("storm", "shop.py", "-k", "card.charge-d")
    assert (0, True) == (result.exit_code, "1 of 1 obligation held; seed 0  survived" in result.stdout)


@pytest.mark.parametrize("wrong", ['sqlite3.connect("no/such/folder/db")', "1 / 0"])
def test_a_world_that_cannot_be_made_is_told_with_the_users_own_frames(here: Path, wrong: str) -> None:
    text = SHOP.replace('sqlite3.connect(":memory:")', wrong)
    (here / "shop.py").write_text(text, encoding="utf-8")
    result = run("storm", "shop.py")
    assert 2 == result.exit_code
    assert "error: shop.py:" in result.stdout
    assert ", in fresh\n" in result.stdout


def test_a_saga_that_is_not_there_is_refused_and_a_folder_without_any_is_exit_code_5(here: Path) -> None:
    write_shop(here)
    wrong = run("storm", "shop.py", "--saga", "by")
    assert (2, "error: there is no saga 'by' to storm; did you mean buy?\n") == (wrong.exit_code, wrong.stderr)
    (here / "empty").mkdir()
    assert 5 == run("storm", "empty").exit_code


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.code)
def test_every_law_has_a_page(page: object) -> None:
    code = getattr(page, "code", "")
    result = run("explain", code)
    assert 0 == result.exit_code
    headings = [line.removeprefix("## ") for line in result.stdout.splitlines() if line.startswith("## ")]
    assert ["What it does", "Why is this bad?", "Example", "What to do instead"] == headings


def test_every_law_has_one_code_and_no_code_is_used_twice() -> None:
    assert {*Law, None} == {page.law for page in PAGES}
    assert len(all_pages()) == len({page.code for page in all_pages()}) == len({page.name for page in all_pages()})


def test_a_plan_that_breaks_a_saga_is_written_as_a_test_and_kept_for_the_next_time(here: Path) -> None:
    write_shop(here, without=TOMBSTONE)
    result = run("storm", "shop.py", "--profile", "quick", "--corpus", "kept", "--write-test", "test_found.py")
    assert 1 == result.exit_code
    written = (here / "test_found.py").read_text(encoding="utf-8")
    assert "PLAN = 'stock.reserve:1:late'" in written
    assert [path.parent.name for path in (here / "kept").rglob("*.json")] == ["buy"]


def test_without_a_broken_plan_no_test_is_written(here: Path) -> None:
    write_shop(here)
    result = run("storm", "shop.py", "--profile", "quick", "--write-test", "test_found.py")
    assert (0, "no plan breaks a saga: test_found.py was not written\n") == (result.exit_code, result.stderr)
    assert not (here / "test_found.py").exists()


def test_without_a_broken_plan_a_violated_obligation_is_said_with_what_shows_it_again(here: Path) -> None:
    write_shop(here, without=TOMBSTONE)
    result = run("storm", "shop.py", "-k", "stock.reserve-late-step", "--write-test", "test_found.py")
    assert 1 == result.exit_code
    assert "obligations are violated: test_found.py was not written" in result.stderr
    again = result.stderr.split("`")[1].split()
    assert ["sagacheck", "storm", "shop.py", "-k", "stock.reserve-late-step"] == again
    assert "VIOLATED" in run(*again[1:]).stdout
    assert not (here / "test_found.py").exists()


def test_two_processes_find_what_one_finds(here: Path) -> None:
    write_shop(here, without=TOMBSTONE)
    alone = run("storm", "shop.py", "--profile", "quick", "-o", "json").stdout
    together = run("storm", "shop.py", "--profile", "quick", "-o", "json", "--workers", "2").stdout
    assert told(alone) == told(together)


PLACED = """\
from sagacheck import Keyed, Retry, Saga, SqliteWorld, Step, Storm


def do(db, o):
    for number in range(2):
        db.execute("INSERT OR IGNORE INTO t VALUES (?, ?)", (o["id"], number))
        db.commit()


def undo(db, o):
    with db:
        db.execute("DELETE FROM t WHERE id = ? AND (SELECT count(*) FROM t) = 2", (o["id"],))


a = Saga("a", Step(do, name="a.do", compensation=undo) >> Step(do, name="b.do", retry=Retry.until_known()))
a_storm = Storm(a, world=SqliteWorld("CREATE TABLE t (id, number, PRIMARY KEY (id, number))"), example={"id": "1"})
"""


@pytest.mark.parametrize("named", ["wk.py", "./wk.py", "sub/wk.py", "{}/wk.py", "wk:a_storm"])
def test_reports_of_several_processes_name_files_as_those_of_one_do(
    here: Path, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "sub").mkdir()
    for folder in (here, here / "sub"):
        (folder / "wk.py").write_text(PLACED, encoding="utf-8")
    monkeypatch.syspath_prepend(str(here))
    storm = ("storm", named.format(here), "--profile", "quick")
    alone, together = (run(*storm, "--workers", number, "-o", "text", "-o", "json=found.json") for number in "12")
    assert 1 == alone.exit_code, alone.output
    assert "wk.py:6)" in alone.stdout
    assert _untimed(alone.stdout) == _untimed(together.stdout)
    one, two = (run(*storm, "--workers", number, "-o", "json").stdout for number in "12")
    assert one == two


def _untimed(text: str) -> str:
    return re.sub(r"\(\d+\.\d+ s\)", "", text)


def told(text: str) -> object:
    """A report without how many orders of two executions were tried: how long they wait for locks decides that."""
    report = json.loads(text)
    for storm in report["storms"]:
        for obligation in storm["obligations"]:
            if obligation["law"] in (Law.CONCURRENT, Law.CONCURRENT_OTHER):
                obligation.pop("tried")
    return report


def test_what_goes_wrong_beside_a_finding_hides_it_in_no_format(here: Path) -> None:
    write_shop(here, without=TOMBSTONE)
    (here / "taken").write_text("no folder", encoding="utf-8")
    marks = {"concise": "error[SC413]", "markdown": "SC413", "sarif": '"ruleId": "SC413"', "junit": "SC413"}
    wanted = [word for kind in marks for word in ("-o", f"{kind}=said.{kind}")]
    assert 2 == run("storm", "shop.py", "--profile", "quick", "--corpus", "taken", *wanted).exit_code
    for kind, mark in marks.items():
        told = (here / f"said.{kind}").read_text(encoding="utf-8")
        assert "taken: the plan could not be kept" in told, kind
        assert mark in told, kind
