"""The command line as a process: exit codes, streams, signals and what models leave behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
import pytest

from sagacheck.cli.main import COMMANDS, commands
from tests.application.models import two_steps, write
from tests.cli.running import FAULTY, run, run_process


def test_help_lists_every_command_without_importing_any() -> None:
    code = (
        "import sys\nsys.argv = ['sagacheck', '--help']\nfrom sagacheck.cli.main import commands\n"
        "try:\n    commands.main()\nfinally:\n    print(*sorted(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0
    for name, summary in COMMANDS.items():
        assert f"  {name} " in done.stdout.decode()
        assert summary[:30] in done.stdout.decode()
    loaded = set(done.stderr.decode().split())
    heavy = {"networkx", "statemachine", "graphviz", "pygraphviz", "rich", "hypothesis", "oxidd", "json", "tomllib"}
    assert loaded & heavy == set()
    assert not {
        name for name in loaded if name.startswith(("sagacheck.application", "sagacheck.rules", "sagacheck.render"))
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_teaches_with_an_example(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"  sagacheck {name}" in result.stdout.partition("Example")[2]
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    assert command.short_help == COMMANDS[name]
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_the_version_is_told() -> None:
    from importlib.metadata import version

    assert run("--version").stdout == f"sagacheck {version('sagacheck')}\n"


@pytest.mark.parametrize(("arguments", "guess"), [(["verfy"], "; did you mean verify?"), (["--versoin"], "--version")])
def test_commands_and_options_that_do_not_exist_are_met_with_a_guess(arguments: list[str], guess: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert guess in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["verify", "good.py"], 0), (["verify", "checkout.py"], 1), (["verify", "gone.py"], 2), (["verify", "none.py"], 5),
     (["nonsense"], 2), (["verify", "--nonsense"], 2), (["explain", "X"], 2), (["--help"], 0), ([], 2)],
)  # fmt: skip
def test_a_process_ends_with_the_right_code(arguments: list[str], code: int) -> None:
    write({"good.py": two_steps(), "checkout.py": FAULTY, "none.py": "import sagacheck\n"})
    assert run_process(*arguments).returncode == code


def test_a_bug_anywhere_is_exit_code_3_with_a_request_to_report_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("sl\x1b[31mip")

    monkeypatch.setattr("sagacheck.application.verify.verified", broken)
    result = run("verify", ".")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (
        "internal error: KeyError: 'sl\\x1b[31mip'\n"
        "  help: this is a bug in sagacheck; please report it together with the model; --traceback tells where it happened\n"
    )
    assert "Traceback" in run("verify", ".", "--traceback").stderr


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Programs can be interrupted, even if tests run where that is ignored: in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
def test_ctrl_c_ends_the_process_with_130_and_no_traceback(here: Path) -> None:
    write({"a.py": "import sagacheck, time, pathlib\npathlib.Path('started').touch()\ntime.sleep(600)\n"})
    with subprocess.Popen(
        [sys.executable, "-m", "sagacheck", "verify", "a.py", "--timeout", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        while not (here / "started").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err


def test_a_reader_that_leaves_is_no_error_and_the_verdict_stays() -> None:
    write({"checkout.py": FAULTY})
    for arguments, code in ((["verify", "checkout.py"], 1), (["--help"], 0), (["rules"], 0)):
        with subprocess.Popen(
            [sys.executable, "-m", "sagacheck", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            err = process.stderr.read()
            assert (process.wait(timeout=60), err) == (code, b"")


@pytest.mark.skipif(os.name == "nt", reason="the shell is another one there")
@pytest.mark.parametrize(("closed", "word"), [(">&-", "stdout"), ("2>&-", "stderr"), (">&- 2>&-", "")])
@pytest.mark.parametrize("arguments", ["verify good.py", "verify good.py -o json=r.json", "--help"])
def test_a_closed_stream_is_refused_in_one_line_on_the_other(
    closed: str, word: str, arguments: str, here: Path
) -> None:
    write({"good.py": two_steps()})
    done = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -m sagacheck {arguments} {closed}'],
        capture_output=True,
        timeout=60,
        check=False,
    )
    line = f"error: {word} is closed; redirect it, to /dev/null if it is not wanted\n".encode() if word else b""
    expected = (2, b"", line) if word != "stderr" else (2, line, b"")
    assert (done.returncode, done.stdout, done.stderr) == expected
    assert not (here / "r.json").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device")
def test_a_full_disk_is_said() -> None:
    write({"good.py": two_steps()})
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "sagacheck", "verify", "good.py"],
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == b"error: stdout cannot be written: No space left on device\n"


def test_threads_that_a_model_leaves_behind_do_not_keep_the_process() -> None:
    write({"a.py": "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n" + two_steps()})
    done = run_process("verify", "a.py")
    assert done.returncode == 0
    assert b"10 scenarios" in done.stdout


def test_stdout_is_clean_json_whatever_a_model_writes_there() -> None:
    noise = "import os, sys, subprocess\nprint('a')\nos.write(1, b'b')\nsubprocess.run(['echo', 'c'])\nsys.__stdout__.write('d')\n"
    write({"a.py": noise + two_steps()})
    done = run_process("verify", "a.py", "-o", "json")
    assert json.loads(done.stdout)["summary"]["sagas"] == 1
    assert sorted(done.stderr.decode().replace("\n", "")) == ["a", "b", "c", "d"]


def test_names_that_the_terminal_cannot_show_are_escaped() -> None:
    write({"a.py": two_steps("b\u00fccher \u2192 \U0001f4da \\x1b[31m")})
    done = run_process("verify", "a.py", env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 0
    assert b"b\\xfccher \\u2192 \\U0001f4da \\x1b[31m" in done.stdout


def test_nothing_but_the_report_is_written_where_stderr_is_no_terminal() -> None:
    write({"a.py": "import time\ntime.sleep(0.8)\n" + two_steps()})
    done = run_process("verify", "a.py")
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(("words", "expected"), [("sagacheck ver", "verify"), ("sagacheck explain SC20", "SC201")])
def test_the_shell_is_offered_commands_and_codes(words: str, expected: str) -> None:
    environment = os.environ | {
        "_SAGACHECK_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    done = run_process(env=environment)
    assert expected in done.stdout.decode()


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")
def test_on_a_terminal_long_work_shows_how_far_it_is_and_leaves_nothing_on_stdout() -> None:
    import pty

    write({"slow.py": "import time\ntime.sleep(3)\n" + two_steps()})
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "sagacheck", "verify", "--no-prove", "slow.py"], stdout=subprocess.PIPE, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                data = os.read(ours, 4096)
            except OSError:
                break
            if not data:
                break
            shown += data
        os.close(ours)
        assert process.stdout is not None
        out = process.stdout.read()
        assert process.wait(timeout=60) == 0
    assert b"slow.py" in shown
    assert out.startswith(b"slow.py  place-order  10 scenarios")


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")
@pytest.mark.parametrize("columns", [80, 120])
def test_on_a_terminal_no_line_is_wider_than_it_or_than_100_cells(columns: int) -> None:
    import fcntl
    import pty
    import struct
    import termios

    charge = "charge the card of whoever has been ordering all of this"
    write({"checkout.py": FAULTY.replace("payment.charge", charge), "b.py": "import sagacheck\n1 / 0\n"})
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    # Readline, once imported, puts COLUMNS where os.environ does not see it and processes inherit it.
    with subprocess.Popen(
        [sys.executable, "-m", "sagacheck", "verify", ".", "-v"],
        stdout=theirs,
        stderr=subprocess.PIPE,
        env=dict(os.environ),
    ) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):
            while data := os.read(ours, 4096):
                shown += data
        os.close(ours)
        assert process.wait(timeout=60) == 2
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).splitlines()
    assert max(map(len, lines)) <= min(columns, 100)
    start = next(number for number, line in enumerate(lines) if line.startswith("checkout.py  checkout  6 scenarios"))
    assert lines[start + 1].startswith("    4 + 1 failure points") == (columns == 80)
