"""What the documents say is so: links lead somewhere, code runs, and the finding that is shown is what comes out."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from textwrap import indent

import pytest

from sagacheck.cli import options
from sagacheck.storm.laws.registry import LAWS
from sagacheck.storm.pages.registry import page_of
from tests.house.package import PROJECT
from tests.house.walkthrough import FOLLOWED, follow

README = (PROJECT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted(path for pattern in ("*.md", "docs/**/*.md", "benchmarks/*.md") for path in PROJECT.glob(pattern))
CHECKOUT = """\
from sagacheck import Saga, Step

reserve = Step("inventory.reserve")
charge = Step("payment.charge", compensation="payment.refund")
checkout = Saga("checkout", reserve >> charge)
"""


def sagacheck(*arguments: str, folder: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    """Runs the command line in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "sagacheck", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def blocks(text: str, language: str) -> list[str]:
    """The blocks of code in a document that are written in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def name_of(path: Path) -> str:
    """A document's path as a message shows it."""
    return path.relative_to(PROJECT).as_posix()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_file_that_a_document_links_to_exists(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    local = [target for target in targets if target and not re.match(r"[a-z]+:", target)]
    assert [target for target in local if not (document.parent / target).exists()] == []


def test_the_command_of_the_documents_is_installed() -> None:
    (script,) = entry_points(group="console_scripts", name="sagacheck")
    assert "sagacheck.cli.main:main" == script.value
    assert re.fullmatch(r"sagacheck \d+\.\d+\.\d+\n", sagacheck("--version").stdout)


def test_the_model_in_the_readme_is_checked(tmp_path: Path) -> None:
    (model,) = blocks(README, "python")
    (tmp_path / "order.py").write_text(model, encoding="utf-8")
    run = sagacheck("verify", "order.py", folder=tmp_path)
    assert (0, "") == (run.returncode, run.stderr)
    assert "place-order" in run.stdout


def test_the_finding_in_the_readme_is_what_comes_out(tmp_path: Path) -> None:
    (tmp_path / "checkout.py").write_text(CHECKOUT, encoding="utf-8")
    run = sagacheck("verify", "checkout.py", folder=tmp_path)
    said = f"$ sagacheck verify checkout.py\n{run.stdout}"
    expected = next(block for block in blocks(README, "") if "error[" in block)
    assert (1, "") == (run.returncode, run.stderr)
    assert without_time(expected) == without_time(said)


def without_time(text: str) -> str:
    """A report without the time that it took."""
    return re.sub(r"\(\d+\.\d+ s\)", "(time)", text)


def test_the_way_to_a_clean_definition_is_as_the_how_to_says(tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "step-functions.md").read_text(encoding="utf-8")
    definition, catch = blocks(page, "json")
    (side_file,) = blocks(page, "toml")
    said = [without_time(block) for block in blocks(page, "console")]
    (tmp_path / "order.asl.json").write_text(definition, encoding="utf-8")
    heard = [told(tmp_path, "verify", "order.asl.json", "-q"), told(tmp_path, "init", "order.asl.json")]
    (tmp_path / "order.saga.toml").write_text(side_file, encoding="utf-8")
    narrow = re.search(r'"Catch": \[\{"ErrorEquals": \["OutOfStock"\].*?\]$', definition, re.MULTILINE)
    assert narrow is not None
    (tmp_path / "order.asl.json").write_text(definition.replace(narrow[0], catch), encoding="utf-8")
    heard.append(told(tmp_path, "verify", "order.asl.json", "-v"))
    assert said == heard


def test_the_proof_on_its_page_is_what_comes_out(tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "proof.md").read_text(encoding="utf-8")
    (model,) = blocks(page, "python")
    (tmp_path / "buy.py").write_text(model, encoding="utf-8")
    (said,) = (without_time(block) for block in blocks(page, "console"))
    assert said == told(tmp_path, "verify", "buy.py")
    safe = model.replace('Keyed("order_id", tolerates_empty=True)', 'Barrier("order_id")').replace("Keyed", "Barrier")
    (tmp_path / "buy.py").write_text(safe, encoding="utf-8")
    assert "proved for any loss, duplication, delay and crash" in told(tmp_path, "verify", "buy.py")


def test_the_comparison_on_its_page_is_what_comes_out(tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "compare.md").read_text(encoding="utf-8")
    (model,) = blocks(page, "python")
    (tmp_path / "pay.py").write_text(model, encoding="utf-8")
    assert blocks(page, "console") == [told(tmp_path, "compare", "pay.py:pay", "pay.py:pay_events")]


def test_the_wrong_twins_on_their_page_are_what_comes_out(tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "mutate.md").read_text(encoding="utf-8")
    (model,) = blocks(page, "python")
    (tmp_path / "buy.py").write_text(model, encoding="utf-8")
    assert blocks(page, "console") == [told(tmp_path, "mutate", "buy.py")]


def test_the_storm_on_its_page_is_what_comes_out_and_its_tests_run(tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "storm.md").read_text(encoding="utf-8")
    model, tests = blocks(page, "python")
    said, plan = blocks(page, "console")
    (tmp_path / "buy.py").write_text(model, encoding="utf-8")
    (tmp_path / "test_buy.py").write_text(tests, encoding="utf-8")
    heard = told(tmp_path, "storm", "buy.py", "-k", "card.charge-dup")
    assert said == re.sub(r"^\(\d+\.\d+ s\)\n", "", heard, flags=re.MULTILINE)
    assert plan == told(tmp_path, "replay", "parcel.ship:1:crash-2-stale", "buy.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:sagacheck", "-p", "sagacheck.testing.plugin"]
    run = subprocess.run(
        [*command, "-k", "charge and duplicate"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "TestBuy::card.charge-duplicate" in run.stdout


def test_the_formats_on_their_page_are_what_comes_out(tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "formats.md").read_text(encoding="utf-8")
    (model,) = blocks(page, "python")
    (tmp_path / "checkout.py").write_text(model, encoding="utf-8")
    for said in blocks(page, "console"):
        heard = told(tmp_path, *said.splitlines()[0].removeprefix("$ sagacheck ").split())
        assert said == heard or (said.endswith("...\n") and heard.startswith(said.removesuffix("...\n")))
    (step,) = (json.loads(block) for block in blocks(page, "json"))
    (log,) = json.loads(sagacheck("verify", "checkout.py", "-o", "sarif", folder=tmp_path).stdout)["runs"]
    assert step in log["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"]
    (case,) = blocks(page, "xml")
    assert indent(case, "    ") in sagacheck("verify", "checkout.py", "-o", "junit", folder=tmp_path).stdout
    formats = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert options.REPORTS == tuple(formats)


def test_the_laws_on_the_page_of_the_storm_are_all_and_say_what_they_demand() -> None:
    page = (PROJECT / "docs" / "storm.md").read_text(encoding="utf-8")
    rows = [f"| `{rule.law}` | {rule.says} | {page_of(rule.law).code} |" for rule in LAWS]
    assert rows == [line for line in page.splitlines() if re.search(r"\| SC4\d\d \|$", line)]


def test_living_with_findings_goes_as_its_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (PROJECT / "docs" / "living-with-findings.md").read_text(encoding="utf-8")
    model, more = blocks(page, "python")
    (entry,) = blocks(page, "toml")
    accepted, counted, changed = blocks(page, "console")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1893456000")
    (tmp_path / "shop.py").write_text(model, encoding="utf-8")
    command = shlex.split(accepted.partition("\n")[0].removeprefix("$ sagacheck "))
    assert accepted.partition("\n")[2] == sagacheck(*command, folder=tmp_path).stdout
    assert (tmp_path / "sagacheck-baseline.toml").read_text(encoding="utf-8").endswith(f"\n\n{entry}")
    assert counted == told(tmp_path, "verify")
    for words in (
        ("init", "-q", "-b", "trunk"),
        ("add", "."),
        ("-c", "user.name=n", "-c", "user.email=n@example.org", "commit", "-qm", "m"),
    ):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)  # noqa: S607 - found as the command finds it
    (tmp_path / "shop.py").write_text(model + more, encoding="utf-8")
    heard = re.sub("(?<=with )[0-9a-f]{10}", "583f2337b0", told(tmp_path, "verify", "--since", "trunk"))
    assert changed == heard


def test_the_system_on_its_page_is_proved_as_it_says() -> None:
    page = (PROJECT / "docs" / "systems.md").read_text(encoding="utf-8")
    (program,) = blocks(page, "python")
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert blocks(page, "text") == [run.stdout]


def told(folder: Path, *arguments: str) -> str:
    """A command with what it prints, as a document shows it."""
    text = re.sub(r" \(\d+\.\d+ s\)", "", sagacheck(*arguments, folder=folder).stdout)
    return f"$ sagacheck {' '.join(arguments)}\n{text}"


@pytest.mark.parametrize("name", FOLLOWED)
def test_a_document_that_is_followed_to_the_letter_shows_what_comes_out(name: str, tmp_path: Path) -> None:
    said, heard = follow((PROJECT / "docs" / name).read_text(encoding="utf-8"), tmp_path)
    assert said == heard, "write them again: python -m tests.house.walkthrough"


def test_every_page_stands_in_the_index() -> None:
    index = (PROJECT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in (PROJECT / "docs").glob("*.md")} - {"README.md"}
    assert set() == pages - set(re.findall(r"\]\(([^)#]+)\)", index))


def test_the_keys_on_the_page_of_the_html_report_are_those_that_it_tells() -> None:
    page = (PROJECT / "docs" / "html-report.md").read_text(encoding="utf-8")
    told = (PROJECT / "modeler/sagacheck/render/html/template/keys.html").read_text(encoding="utf-8")
    listed = re.findall(r'^    \(\[(.+?)\], "(.+?)"\),$', told, re.MULTILINE)
    rows = [(re.findall(r'"(.+?)"', keys), does) for keys, does in listed]
    assert len(rows) > 5
    assert "\n".join(f"| {' '.join(f'`{key}`' for key in keys)} | {does} |" for keys, does in rows) in page


def test_every_key_of_a_side_file_is_explained() -> None:
    page = (PROJECT / "docs" / "side-file.md").read_text(encoding="utf-8")
    schema = (PROJECT / "modeler/sagacheck/importers/states_language/side-file.schema.json").read_text(encoding="utf-8")
    keys = set(re.findall(r'^ +"([a-z]+(?:-[a-z]+)*)": \{', schema, re.MULTILINE)) - {
        "properties",
        "items",
        "state",
        "duration",
        "reason",
        "then",
    }
    assert {"undoes", "contract", "resume-within"} <= keys
    assert [] == sorted(key for key in keys if not re.search(rf"(?<![\w-]){key}(?![\w-])", page))
