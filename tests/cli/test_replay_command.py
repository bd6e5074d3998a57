"""`replay` shows the story of a finding as text, as data and as a sequence diagram."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.application.models import write
from tests.cli.running import run
from tests.house.package import PROJECT
from tests.storm.shop import TOMBSTONE, write_shop

BUY = """\
from sagacheck import Keyed, Saga, Step

charge = Step("payment.charge", compensation="payment.refund", contract=Keyed("id", tolerates_empty=True))
buy = Saga("buy", charge)
"""
STORY = "095z4j"


@pytest.fixture(autouse=True)
def _models(here: Path) -> None:  # noqa: ARG001 - where they are written
    repaired = BUY.replace("Keyed", "Barrier").replace(", tolerates_empty=True", "")
    write({"buy.py": BUY, "repaired.py": repaired})


def test_a_story_comes_as_data() -> None:
    result = run("replay", STORY, "buy.py", "-o", "json")
    document = json.loads(result.stdout)
    assert (1, "sagacheck-story", 1, "buy", 0) == (
        result.exit_code,
        document["format"],
        document["version"],
        document["saga"],
        document["missing"],
    )
    assert ["payment.charge takes effect after its compensation"] == document["broken"]
    assert (4, STORY, 4) == (
        document["story"]["wrong"],
        document["story"]["token"],
        len(document["story"]["lines"]),
    )


def test_a_story_that_goes_well_now_is_wrong_nowhere() -> None:
    result = run("replay", STORY, "repaired.py", "-o", "json")
    document = json.loads(result.stdout)
    assert (0, 1, [], 0) == (result.exit_code, document["missing"], document["broken"], document["story"]["wrong"])
    picture = run("replay", STORY, "repaired.py", "-o", "svg").stdout
    assert "1 of the story's steps are left" in picture.replace("\n", " ")
    assert 'class="band wrong"' not in picture


def test_a_story_is_drawn() -> None:
    picture = run("replay", STORY, "buy.py", "-o", "svg")
    assert 1 == picture.exit_code
    drawn = ElementTree.fromstring(picture.stdout)  # noqa: S314 - our own text
    assert "buy: the story 095z4j" == drawn.findtext("{http://www.w3.org/2000/svg}title")
    assert "sequenceDiagram" == run("replay", STORY, "buy.py", "-o", "mermaid").stdout.split("\n")[3]


def test_a_files_ending_stands_for_its_format_and_several_are_written_at_once(here: Path) -> None:
    result = run("replay", STORY, "buy.py", "-o", "a.svg", "-o", "b.mmd", "-o", "c.json", "-o", "svg=d", "-o", "text")
    assert (1, "") == (result.exit_code, result.stderr)
    assert result.stdout.endswith("still wrong: payment.charge takes effect after its compensation\n")
    assert (here / "a.svg").read_text(encoding="utf-8") == (here / "d").read_text(encoding="utf-8")
    assert (here / "b.mmd").read_text(encoding="utf-8").startswith("---\n")
    assert "buy" == json.loads((here / "c.json").read_text(encoding="utf-8"))["saga"]


def test_a_format_that_is_not_there_is_refused() -> None:
    result = run("replay", STORY, "buy.py", "-o", "story.png")
    assert (2, "") == (result.exit_code, result.stdout)
    assert "there is no format 'story.png'" in result.stderr


def test_a_plan_under_which_all_goes_well_marks_no_line_as_wrong(here: Path) -> None:
    write_shop(here)
    result = run("replay", "stock.reserve:1:late", "shop.py", "-o", "svg")
    assert 0 == result.exit_code
    assert 'class="band wrong"' not in result.stdout
    assert "nothing is wrong at the end of this story" in result.stdout


def test_a_stale_crash_is_played_where_each_execution_has_a_handle_and_refused_elsewhere(here: Path) -> None:
    write_shop(here)
    good = run("replay", "card.charge:1:crash-2-stale", "shop.py")
    assert (0, "") == (good.exit_code, good.stderr)
    assert "stands still before" in good.stdout
    bare = 'from sagacheck import Saga, Step\nbuy = Saga("buy", Step("a.do", compensation="a.undo"))\n'
    (here / "bare.py").write_text(bare, encoding="utf-8")
    refused = run("replay", "a.do:1:crash-1-stale", "bare.py")
    assert 2 == refused.exit_code
    assert "crash-N-stale lets another execution go first" in refused.stderr.replace("\n", " ")


def refuted(here: Path, *, without: str = "") -> str:
    """The token of the story of a shop whose stock promises too little; its handlers may do more than that."""
    shop = write_shop(here, without=without)
    weak = shop.read_text(encoding="utf-8").replace('Barrier("id")', 'Keyed("id", tolerates_empty=True)')
    shop.write_text(weak, encoding="utf-8")
    return token_in("shop.py")


def token_in(model: str) -> str:
    """The token of the first story that is told of a model."""
    findings = json.loads(run("verify", model, "-o", "json").stdout)["findings"]
    return next(str(one["story"]["token"]) for one in findings if one["story"])


def test_a_story_of_the_model_is_played_on_the_handlers(here: Path) -> None:
    token = refuted(here, without=TOMBSTONE)
    wrong = run("replay", token, "shop.py", "--storm")
    assert (1, "") == (wrong.exit_code, wrong.stderr)
    assert wrong.stdout.startswith("plan: stock.reserve:1:late\n")
    assert "stock: 8, and 10 would be right" in wrong.stdout
    again = run("replay", "stock.reserve:1:late", "shop.py")
    assert wrong.stdout.partition("\n")[2] == again.stdout
    assert 1 == run("replay", token, "shop.py").exit_code


def test_handlers_that_do_more_than_they_promise_come_through_the_story(here: Path) -> None:
    token = refuted(here)
    assert 1 == run("replay", token, "shop.py").exit_code
    good = run("replay", token, "shop.py", "--storm")
    assert (0, "") == (good.exit_code, good.stderr)
    assert good.stdout.endswith("the saga comes to a legal end under this plan\n")
    picture = run("replay", token, "shop.py", "--storm", "-o", "svg")
    assert 0 == picture.exit_code
    ElementTree.fromstring(picture.stdout)  # noqa: S314 - our own text


def test_a_story_that_no_plan_says_is_not_run_and_that_is_not_green(here: Path) -> None:
    twice = 'buy = Saga("buy", pay >> pay.named("once more"))'
    pay = 'pay = Step("card.charge", compensation="card.refund", contract=NoContract(), retry=Retry.until_known())'
    (here / "twice.py").write_text(f"from sagacheck import NoContract, Retry, Saga, Step\n{pay}\n{twice}\n", "utf-8")
    found = run("replay", token_in("twice.py"), "twice.py", "--storm")
    assert (4, "") == (found.exit_code, found.stdout)
    assert "have the same name for what they do" in found.stderr.replace("\n", " ")


def test_a_choreography_has_no_handlers_to_play_a_story_on(here: Path) -> None:  # noqa: ARG001 - where it is written
    found = run("replay", STORY, str(PROJECT / "models" / "order_choreographed.py"), "--storm")
    assert 2 == found.exit_code
    assert "without --storm" in found.stderr.replace("\n", " ")


def test_the_turns_of_several_sagas_are_played_again(here: Path) -> None:
    write_shop(here, without=TOMBSTONE)
    wrong = run("replay", "side-by-side/1,2:late", "shop.py")
    assert (1, "") == (wrong.exit_code, wrong.stderr)
    assert "2 stock.reserve" in wrong.stdout
    write_shop(here)
    assert 0 == run("replay", "side-by-side/1,2:late", "shop.py").exit_code
    refused = run("replay", "side-by-side/late", "shop.py")
    assert (2, "") == (refused.exit_code, refused.stdout)
    assert "write SAGA or SAGA:FAULT" in refused.stderr.replace("\n", " ")
