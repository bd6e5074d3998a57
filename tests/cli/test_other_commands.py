"""`paths`, `diagram`, `explain`, `rules` and `completion`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sagacheck.application.pages import all_pages
from sagacheck.authoring.profile import PROFILES
from sagacheck.cli import options
from sagacheck.semantics.analysis import DEFAULT_UNROLL
from tests.application.models import two_steps, write
from tests.cli.running import FAULTY, run


def test_paths_are_told_shortest_first() -> None:
    write({"a.py": two_steps()})
    expected = """\
a.py  place-order  10 scenarios (1 committed, 4 aborted, 5 manual)
wanted: end aborted, payment.charge fails: 2 scenarios (0 committed, 2 aborted, 0 manual)

1  aborted
   1  inventory.reserve   ok         none -> applied
   2  payment.charge      rejected   none
   3  inventory.release   ok         inventory.reserve: applied -> undone
   end aborted

1 of 2 shown; --limit N shows more
"""
    result = run("paths", "a.py", "--end", "aborted", "--failing", "payment.charge", "--limit", "1")
    assert (result.exit_code, result.stdout) == (0, expected)


def test_paths_can_be_merely_counted() -> None:
    write({"a.py": two_steps()})
    result = run("paths", "a.py", "--count")
    assert result.stdout == "a.py  place-order  10 scenarios (1 committed, 4 aborted, 5 manual)\n"


def test_numbers_of_paths_are_exact_at_any_size() -> None:
    steps = " >> ".join(f'Step("s{n}", compensation="u{n}")' for n in range(70))
    write({"a.py": f"from sagacheck import Saga, Step\nlong = Saga('long', {steps})\n"})
    counted = run("paths", "a.py", "--count", "-o", "json")
    total = json.loads(counted.stdout)["total"]["total"]
    assert total > 2**70
    result = run("paths", "a.py", "--limit", "2")
    assert result.stdout.endswith(f"2 of {total:,} shown, shortest first; --limit N shows more\n")


def test_paths_come_as_json_too() -> None:
    write({"a.py": two_steps()})
    document = json.loads(run("paths", "a.py", "--through", "payment.charge", "--limit", "99", "-o", "json").stdout)
    assert (document["format"], document["version"], document["saga"]) == ("sagacheck-paths", 1, "place-order")
    assert document["total"]["total"] == 10
    assert document["matching"]["total"] == len(document["paths"]) == 7
    assert {path["events"][0]["text"] for path in document["paths"]} == {"inventory.reserve"}
    assert document["wanted"] == ["payment.charge is called"]


def test_paths_with_a_cancellation_are_listed_apart() -> None:
    write({"a.py": two_steps().replace("reserve >> charge", "reserve >> charge, cancellable=True")})
    kinds = [
        {path["cancelled"] for path in json.loads(run("paths", "a.py", "-o", "json", *option).stdout)["paths"]}
        for option in ([], ["--cancelled"])
    ]
    assert kinds == [{False}, {True}]


def test_no_path_at_all_is_an_answer() -> None:
    write({"a.py": two_steps()})
    result = run("paths", "a.py", "--end", "unhandled")
    assert result.exit_code == 0
    assert result.stdout.endswith("\n0 of 0 shown\n")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["two.py"], 2, "error: two.py holds 2 sagas (a, b); choose one with --saga NAME\n"),
        (["two.py", "--saga", "c"], 2, "error: there is no saga 'c' in two.py; known: a, b\n"),
        (["none.py"], 5, "error: there is no saga in none.py: defines no saga: "),
        (["broken.py"], 2, "error: broken.py:2:1: ZeroDivisionError: division by zero\n"),
        (["gone.py"], 2, "error: gone.py: there is no such file or folder\n"),
    ],
)
@pytest.mark.parametrize("command", ["paths", "diagram"])
def test_what_is_not_there_is_said_on_stderr(command: str, arguments: list[str], code: int, message: str) -> None:
    second = "second = Saga('b', charge)\n"
    write({"two.py": two_steps("a", "first") + second, "none.py": "import sagacheck\n"})
    write({"broken.py": "import sagacheck\n1 / 0\n"})
    result = run(command, *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith(message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--failing", "payment.chrge"], "place-order has no step 'payment.chrge'; did you mean payment.charge?\n"),
        (["--limit", "0"], "0 is not in the range x>=1"),
        (["--end", "nowhere"], "'nowhere' is not one of"),
    ],
)
def test_filters_that_make_no_sense_are_refused(arguments: list[str], message: str) -> None:
    write({"a.py": two_steps()})
    result = run("paths", "a.py", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_a_saga_that_is_too_large_for_a_list_is_exit_code_4(monkeypatch: pytest.MonkeyPatch) -> None:
    from sagacheck.semantics.analysis import TooLargeError

    def too_large(*_: object) -> None:
        raise TooLargeError("too many ledgers")

    monkeypatch.setattr("sagacheck.application.list_paths.list_scenarios", too_large)
    write({"a.py": two_steps()})
    result = run("paths", "a.py")
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr == "inconclusive: place-order: too large to be listed exactly: too many ledgers\n"


def test_a_diagram_is_dot_on_stdout_unless_something_else_is_wanted() -> None:
    write({"a.py": two_steps()})
    assert run("diagram", "a.py").stdout.startswith("digraph")
    assert run("diagram", "a.py", "--format", "svg").stdout.lstrip().startswith(("<?xml", "<svg"))
    assert "place-order" not in run("diagram", "a.py").stderr


@pytest.mark.parametrize(
    ("file", "start"),
    [("a.svg", b"<?xml"), ("a.PNG", b"\x89PNG"), ("a.pdf", b"%PDF"), ("a.dot", b"digraph"), ("a.gv", b"digraph")],
)
def test_a_diagrams_format_follows_from_the_files_ending(file: str, start: bytes, here: Path) -> None:
    write({"a.py": two_steps()})
    result = run("diagram", "a.py", "-o", file)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert (here / file).read_bytes().startswith(start)


def test_an_ending_that_says_nothing_is_refused() -> None:
    write({"a.py": two_steps()})
    result = run("diagram", "a.py", "-o", "a.bmp")
    assert result.exit_code == 2
    assert "-o a.bmp: this ending names no format; add --format svg|png|pdf|dot|mermaid" in result.stderr


def test_the_path_of_a_finding_is_highlighted() -> None:
    write({"checkout.py": FAULTY, "good.py": two_steps()})
    plain = run("diagram", "checkout.py").stdout
    shown = run("diagram", "checkout.py", "--finding", "sc201")
    assert shown.exit_code == 0
    assert shown.stdout != plain
    refused = run("diagram", "checkout.py", "--finding", "SC202")
    assert (refused.exit_code, refused.stderr) == (2, "error: checkout has no finding SC202; did you mean SC201?\n")
    assert run("diagram", "good.py", "--finding", "SC201").stderr == (
        "error: place-order has no findings, so there is no path to show\n"
    )


@pytest.mark.parametrize("name", ["SC201", "sc201", "missing-compensation"])
def test_a_rule_is_explained_by_its_code_or_name(name: str) -> None:
    result = run("explain", name)
    assert result.exit_code == 0
    (rule,) = (rule for rule in all_pages() if rule.code == "SC201")
    assert result.stdout == rule.page.rstrip("\n") + "\n"


def test_on_a_terminal_the_page_is_set_in_type() -> None:
    result = run("explain", "SC201", "--color", "always")
    assert "\x1b[" in result.stdout
    assert "```" not in result.stdout
    plain = re.sub(r"\x1b\[[0-9;]*m", "", result.stdout)
    assert "What to do instead" in plain
    assert "## " not in plain


def test_an_unknown_code_is_met_with_a_guess() -> None:
    result = run("explain", "SC2O1")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: there is no rule 'SC2O1'; did you mean SC201")


def test_all_rules_are_listed_as_text_and_json() -> None:
    lines = run("rules").stdout.splitlines()
    assert [line.split()[:3] for line in lines] == [[rule.code, rule.severity.value, rule.name] for rule in all_pages()]
    document = json.loads(run("rules", "-o", "json").stdout)
    assert document["format"] == "sagacheck-rules"
    assert [rule["code"] for rule in document["rules"]] == [rule.code for rule in all_pages()]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_of_a_shell_calls_sagacheck(shell: str) -> None:
    result = run("completion", shell)
    assert result.exit_code == 0
    assert f"_SAGACHECK_COMPLETE={shell}_complete" in result.stdout


def test_defaults_and_choices_are_those_of_the_layers_below() -> None:
    assert tuple(PROFILES) == options.PROFILES
    assert options.DEFAULT_UNROLL == DEFAULT_UNROLL
