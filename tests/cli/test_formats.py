"""`-o FORMAT[=FILE]`: every format on stdout and in files, several in one run, and no file that is half written."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from sagacheck.cli import compare, mutate, options, paths, replay, rules
from sagacheck.render.markdown import STEP_SUMMARY_LIMIT
from tests.cli.running import FAULTY, run
from tests.render.formats import HOSTILE_TEXTS
from tests.storm.shop import TOMBSTONE, write_shop

MACHINE_FORMATS = [form for form in options.REPORTS if form not in ("text", "json")]
BEGINNINGS = {
    "text": "error[SC201]: ",
    "concise": "checkout.py:3:11: error[SC201] ",
    "json": "{",
    "sarif": '{\n  "$schema": ',
    "junit": "<?xml version=",
    "github": "::error file=checkout.py,line=3,",
    "gitlab": "[\n",
    "markdown": "# sagacheck\n",
    "html": "<!DOCTYPE html>\n",
}


@pytest.fixture(autouse=True)
def no_step_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


@pytest.fixture
def model(here: Path) -> Path:
    file = here / "checkout.py"
    file.write_text(FAULTY, encoding="utf-8")
    return file


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("form", options.REPORTS)
def test_every_format_says_the_same_on_stdout_and_in_a_file(form: str, here: Path) -> None:
    shown = run("verify", "checkout.py", "-o", form)
    written = run("verify", "checkout.py", "-o", f"{form}=out")
    assert (1, 1, "", "") == (shown.exit_code, written.exit_code, written.stdout, written.stderr)
    assert shown.stdout.startswith(BEGINNINGS[form])
    assert _without_time(shown.stdout) == _without_time((here / "out").read_text(encoding="utf-8"))


def _without_time(text: str) -> str:
    return text.rpartition(" (")[0] if text.endswith(" s)\n") else text


@pytest.mark.usefixtures("model")
def test_several_formats_come_of_one_run(here: Path) -> None:
    arguments = [f"-o{form}={form}" for form in options.REPORTS if form != "text"]
    result = run("verify", "checkout.py", "-o", "text", *arguments)
    assert result.stdout.startswith("error[SC201]")
    for form in options.REPORTS[1:]:
        assert (here / form).read_text(encoding="utf-8").startswith(BEGINNINGS[form])


@pytest.mark.usefixtures("model")
def test_the_exit_code_and_what_fails_are_told_alike(here: Path) -> None:
    (here / "warned.py").write_text(
        'from sagacheck import Saga, Step\nwarned = Saga("warned", Step("a", compensation="b") >> Step("c", effect=False))\n',
        encoding="utf-8",
    )
    for fail_on, expected in (("error", 0), ("warning", 1)):
        result = run("verify", "warned.py", "--fail-on", fail_on, "-o", "sarif=s", "-o", "junit=j")
        assert expected == result.exit_code
        (log,) = json.loads((here / "s").read_text(encoding="utf-8"))["runs"]
        assert expected == log["invocations"][0]["exitCode"]
        root = ET.fromstring((here / "j").read_text(encoding="utf-8").encode())  # noqa: S314 - we have written it
        assert expected == min(1, int(root.get("failures", "")))


@pytest.mark.usefixtures("model")
def test_annotations_add_the_report_to_the_summary_of_the_step(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = here / "summary.md"
    summary.write_text("# Before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    run("verify", "checkout.py", "-o", "github")
    report = run("verify", "checkout.py", "-o", "markdown")
    assert summary.read_text(encoding="utf-8") == "# Before\n" + report.stdout
    run("verify", "checkout.py", "-o", "github=out")
    assert summary.read_text(encoding="utf-8") == "# Before\n" + 2 * report.stdout


@pytest.mark.usefixtures("model")
def test_a_summary_never_grows_beyond_what_is_shown(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = here / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    for free in (0, 8000):
        summary.write_bytes(b"x" * (STEP_SUMMARY_LIMIT - free))
        assert 1 == run("verify", "checkout.py", "-o", "github").exit_code
        assert summary.stat().st_size <= STEP_SUMMARY_LIMIT
    assert "SC201" in summary.read_text(encoding="utf-8")


@pytest.mark.usefixtures("model")
def test_a_summary_that_cannot_be_written_is_an_error_that_names_it(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(here))
    result = run("verify", "checkout.py", "-o", "github")
    assert 2 == result.exit_code
    assert "GITHUB_STEP_SUMMARY=" in result.stderr
    assert "cannot be written" in result.stderr


@pytest.mark.parametrize("form", MACHINE_FORMATS)
def test_what_cannot_be_loaded_is_told_in_every_format(form: str) -> None:
    result = run("verify", "nowhere.py", "-o", form)
    assert 2 == result.exit_code
    assert "there is no such file or folder" in result.stdout


@pytest.mark.parametrize("form", MACHINE_FORMATS)
def test_a_storm_tells_of_broken_laws_in_every_format(form: str, here: Path) -> None:
    write_shop(here, without=TOMBSTONE)
    result = run("storm", "shop.py", "--profile", "quick", "-o", form)
    assert (1, "") == (result.exit_code, result.stderr)
    assert "SC413" in result.stdout
    assert "it takes effect after its compensation, which came first" in result.stdout
    assert "SC420" in result.stdout


def test_a_storm_that_nothing_breaks_says_what_was_run(here: Path) -> None:
    write_shop(here)
    result = run("storm", "shop.py", "--profile", "quick", "-o", "junit=j", "-o", "markdown=m", "-o", "concise")
    assert (0, "1 saga (1 stormed): no findings\n") == (result.exit_code, result.stdout)
    root = ET.fromstring((here / "j").read_text(encoding="utf-8").encode())  # noqa: S314 - we have written it
    names = [case.get("name", "") for case in root.iter("testcase")]
    assert "verdict" == names[0]
    assert {name[:3] for name in names[1:]} == {"SC4"}
    assert "0" == root.get("failures") == root.get("errors")
    row = (here / "m").read_text(encoding="utf-8").splitlines()[6]
    assert "| survived | 43 of 45 obligations held, 2 not claimed; " in row


def test_a_storm_that_was_not_run_to_its_end_is_an_error_in_junit(here: Path) -> None:
    write_shop(here)
    result = run("storm", "shop.py", "--profile", "quick", "--budget", "0", "-o", "junit")
    assert 4 == result.exit_code
    root = ET.fromstring(result.stdout.encode())  # noqa: S314 - we have written it
    (error,) = root.iter("error")
    assert "inconclusive" == error.get("type")
    assert "not all plans were run" in (error.get("message") or "")


def test_the_help_of_each_command_names_its_formats_with_a_word() -> None:
    commands = {
        "verify": options.REPORTS,
        "storm": options.REPORTS,
        "compare": compare.FORMATS,
        "mutate": mutate.FORMATS,
        "replay": replay.FORMATS,
        "paths": paths.FORMATS,
        "rules": rules.FORMATS,
    }
    for command, forms in commands.items():
        text = " ".join(run(command, "--help").stdout.split())
        for form in forms:
            assert f"{form} ({options.FORMATS[form]}" in text


KILLED = """\
import os, signal, sys
from pathlib import Path
from sagacheck.cli.output import Output, write

moment, content = sys.argv[1], "new " * 100_000


def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)


if moment == "in the middle":
    write_whole = os.fdopen

    def half(*arguments, **more):
        stream = write_whole(*arguments, **more)

        class Half:
            def __enter__(self):
                return self

            def __exit__(self, *_):
                stream.close()

            def write(self, data):
                stream.write(data[: len(data) // 2])
                stream.flush()
                kill()

        return Half()

    os.fdopen = half
elif moment == "before it is put in place":
    Path.replace = kill
write(Output("text", "report.txt"), content)
if moment == "afterwards":
    kill()
"""


@pytest.mark.parametrize("before", [None, "old\n"])
@pytest.mark.parametrize("moment", ["in the middle", "before it is put in place", "afterwards"])
def test_a_kill_leaves_the_old_file_or_the_whole_new_one(moment: str, before: str | None, here: Path) -> None:
    report = here / "report.txt"
    if before is not None:
        report.write_text(before, encoding="utf-8")
    process = subprocess.run([sys.executable, "-c", KILLED, moment], cwd=here, check=False)
    assert -signal.SIGKILL == process.returncode
    found = report.read_text(encoding="utf-8") if report.exists() else None
    assert found == ("new " * 100_000 if moment == "afterwards" else before)


@pytest.mark.parametrize("form", options.REPORTS)
def test_a_model_with_hostile_names_is_told_whole(form: str, here: Path) -> None:
    names = [text for text in HOSTILE_TEXTS if text.strip() and "\ud800" not in text]
    (here / "hostile.py").write_text(
        "from sagacheck import Saga, Step\n"
        f"names = {names!a}\n"
        "first = [Step('in ' + name) for name in names]\n"
        "then = [Step('out ' + name, compensation='back ' + name) for name in names]\n"
        "sagas = [Saga(name, a >> b) for name, a, b in zip(names, first, then)]\n"
        "for number, saga in enumerate(sagas):\n"
        "    globals()[f'saga_{number}'] = saga\n",
        encoding="utf-8",
    )
    result = run("verify", "hostile.py", "-o", form)
    assert (1, "") == (result.exit_code, result.stderr)
    if form != "github":
        assert len(names) <= result.stdout.count("SC201")
    assert not re.findall(r"^\s*::(?!error file=|warning file=|notice )", result.stdout, re.MULTILINE)
    assert not {"\x00", "\x1b", "\u202e", "\x9b"} & set(result.stdout)


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("form", options.REPORTS)
def test_every_format_tells_what_is_wrong_with_a_baseline(form: str, here: Path) -> None:
    assert 0 == run("baseline", "write", "--no-prove", "--reason", "known").exit_code
    (here / "checkout.py").write_text(FAULTY.replace('reserve")', 'reserve", compensation="b")'), encoding="utf-8")
    result = run("verify", "--no-prove", "--fail-on", "warning", "-o", form)
    assert (1, "") == (result.exit_code, result.stderr)
    assert "SC904" in result.stdout
    assert "sagacheck-baseline.toml" in result.stdout
    if form == "junit":
        assert "1" == ET.fromstring(result.stdout.encode()).get("failures")  # noqa: S314 - we have written it


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("form", options.REPORTS)
def test_no_format_takes_a_branch_that_changed_nothing_for_a_run_without_sagas(form: str) -> None:
    who = ("-c", "user.name=n", "-c", "user.email=n@example.org")
    for words in (("init", "-q", "-b", "main"), ("add", "checkout.py"), (*who, "commit", "-qm", "m")):
        subprocess.run(["git", *words], check=True)  # noqa: S607 - found as the command finds it
    result = run("verify", "--no-prove", "--since", "main", "-o", form)
    assert (0, "") == (result.exit_code, result.stderr)
    assert "no saga found" not in result.stdout
    if form in ("concise", "github", "markdown"):
        assert "0 sagas: 1 unchanged" in result.stdout


@pytest.mark.usefixtures("here")
def test_sarif_says_whether_a_finding_is_accepted_in_the_source_or_beside_it(here: Path) -> None:
    comment = FAULTY.replace('reserve")', 'reserve")  # sagacheck: ignore[SC201] counted')
    (here / "a.py").write_text(comment, encoding="utf-8")
    (here / "b.py").write_text(FAULTY, encoding="utf-8")
    assert 0 == run("baseline", "write", "--no-prove", "--reason", "known").exit_code
    (log,) = json.loads(run("verify", "--no-prove", "-o", "sarif").stdout)["runs"]
    assert [[{"kind": "inSource", "justification": "counted"}], [{"kind": "external", "justification": "known"}]] == [
        result["suppressions"] for result in log["results"]
    ]


SAYS_SO = {
    "concise": "error: no saga found in ",
    "github": "::error title=sagacheck%3A no saga found::no saga found in ",
    "gitlab": '"severity": "blocker"',
    "markdown": "no saga found in ",
    "junit": 'message="no saga found in ',
}


@pytest.mark.parametrize("form", SAYS_SO)
@pytest.mark.parametrize("files", [{}, {"empty.py": "x = 1\n"}, {"checkout.py": FAULTY}])
def test_no_format_is_green_where_no_saga_is_found(form: str, files: dict[str, str], here: Path) -> None:
    for name, text in files.items():
        (here / name).write_text(text, encoding="utf-8")
    result = run("verify", ".", "--no-prove", "-o", form)
    found = "checkout.py" in files
    assert (1 if found else 5) == result.exit_code
    assert found == ("no saga found" not in result.stdout)
    assert found or SAYS_SO[form] in result.stdout
    assert "no findings" not in result.stdout


@pytest.mark.parametrize("command", ["verify", "storm"])
@pytest.mark.parametrize("paths", [(), (".",), ("checkout.py",), ("checkout:checkout",), ("checkout.py:checkout",)])
@pytest.mark.parametrize("file", ["checkout.py", "./sub/../checkout.py", "link.py", "pyproject.toml"])
def test_a_report_never_takes_the_place_of_what_it_is_about(
    command: str, paths: tuple[str, ...], file: str, model: Path, here: Path
) -> None:
    (here / "sub").mkdir()
    (here / "link.py").symlink_to(model)
    (here / "pyproject.toml").write_text("[tool.other]\n", encoding="utf-8")
    result = run(command, *paths, "-o", "concise=first", "-o", f"sarif={file}")
    assert (2, "") == (result.exit_code, result.stdout)
    assert result.stderr.startswith(f"error: {file}: is ")
    assert FAULTY == model.read_text(encoding="utf-8")
    assert "[tool.other]\n" == (here / "pyproject.toml").read_text(encoding="utf-8")
    assert not (here / "first").exists()


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("arguments", [(), ("--baseline", "b.toml"), ("--no-baseline",)])
def test_a_report_never_takes_the_place_of_the_baseline(arguments: tuple[str, ...], here: Path) -> None:
    file = "b.toml" if "b.toml" in arguments else "sagacheck-baseline.toml"
    (here / file).write_text("# mine\n", encoding="utf-8")
    result = run("verify", *arguments, "-o", f"json={file}")
    assert 2 == result.exit_code
    assert f"error: {file}: is the baseline" in result.stderr
    assert "# mine\n" == (here / file).read_text(encoding="utf-8")


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("form", ["json", "sarif", "gitlab"])
def test_an_earlier_report_beside_the_models_is_replaced(form: str, here: Path) -> None:
    for _ in range(2):
        assert 1 == run("verify", "--no-prove", "-o", f"{form}=report.json").exit_code
    json.loads((here / "report.json").read_text(encoding="utf-8"))
