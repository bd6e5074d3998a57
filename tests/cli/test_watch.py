"""`sagacheck verify --watch`: verifies again when a file is saved, and ends with the exit code of the last run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from sagacheck.cli.watch import without_watch
from tests.application.models import two_steps, write
from tests.cli.running import FAULTY, run_process

_PATIENCE = 60
SAYS_IT_WAITS = "watching for changes; Ctrl-C ends with the exit code of this run"
COUNTS_RUNS = """\
from pathlib import Path
with Path("runs").open("a") as stream:
    stream.write("x")
"""


class Watching:
    """A process that watches, in a group of its own, and says what it has to say into two files."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "sagacheck", "verify", "--no-prove", "--watch", *arguments]
        with Path("out").open("wb") as out, Path("err").open("wb") as err:
            self.process = subprocess.Popen(command, stdout=out, stderr=err, start_new_session=True)
        self.runs = 0

    @property
    def shown(self) -> str:
        """All that came on stdout."""
        return Path("out").read_text(encoding="utf-8")

    def until_it_waits(self) -> None:
        """Waits until one more run has ended."""
        self.runs += 1
        until(lambda: Path("err").read_text(encoding="utf-8").count(SAYS_IT_WAITS) >= self.runs)

    def interrupted(self) -> int:
        """The exit code after Ctrl-C, which a terminal sends to the whole group."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=_PATIENCE)


@pytest.fixture
def watching() -> Iterator[Callable[..., Watching]]:
    """Starts to watch; what still runs in the end is ended."""
    begun: list[Watching] = []

    def begin(*arguments: str) -> Watching:
        begun.append(Watching(*arguments))
        return begun[-1]

    yield begin
    for one in begun:
        with suppress(ProcessLookupError):
            os.killpg(one.process.pid, signal.SIGKILL)
        one.process.wait()


def until(holds: Callable[[], bool]) -> None:
    """Waits until something holds."""
    end = time.monotonic() + _PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_model_that_is_repaired_and_broken_again_is_verified_each_time(watching: Callable[..., Watching]) -> None:
    write({"checkout.py": FAULTY})
    process = watching()
    process.until_it_waits()
    write({"checkout.py": two_steps()})
    process.until_it_waits()
    assert (1, 1) == (process.shown.count("error[SC201]"), process.shown.count("no findings"))
    write({"checkout.py": FAULTY})
    process.until_it_waits()
    assert 1 == process.interrupted()
    assert "\x1b" not in process.shown


def test_it_ends_with_the_exit_code_of_the_last_run(watching: Callable[..., Watching]) -> None:
    write({"checkout.py": FAULTY, "steps.py": "x = 1\n"})
    process = watching()
    process.until_it_waits()
    write({"checkout.py": two_steps()})
    process.until_it_waits()
    assert 0 == process.interrupted()


def test_modules_that_a_model_imports_are_imported_anew(watching: Callable[..., Watching]) -> None:
    write({"models/checkout.py": FAULTY.replace("reserve = ", "from steps import reserve  # "),
           "models/steps.py": 'from sagacheck import Step\nreserve = Step("a")\n'})  # fmt: skip
    process = watching("models/checkout.py")
    process.until_it_waits()
    write({"models/steps.py": 'from sagacheck import Step\nreserve = Step("a", compensation="b")\n'})
    process.until_it_waits()
    assert 0 == process.interrupted()


def test_what_a_run_writes_itself_does_not_start_another(watching: Callable[..., Watching]) -> None:
    write({"checkout.py": COUNTS_RUNS + two_steps()})
    process = watching("-o", "json=report.json", "-o", "text=notes.toml")
    process.until_it_waits()
    time.sleep(1.5)  # long enough for a run that should not be
    write({"readme.md": "no model", ".git/config.toml": "", "__pycache__/a.py": ""})
    write({"checkout.py": COUNTS_RUNS + FAULTY})
    process.until_it_waits()
    assert 1 == process.interrupted()
    assert "xx" == Path("runs").read_text(encoding="utf-8")


def test_many_files_that_are_saved_at_once_are_one_change(watching: Callable[..., Watching]) -> None:
    write({"checkout.py": COUNTS_RUNS + two_steps()})
    process = watching()
    process.until_it_waits()
    write({f"m{number}.py": "x = 1\n" for number in range(200)})
    process.until_it_waits()
    assert 0 == process.interrupted()
    assert "xx" == Path("runs").read_text(encoding="utf-8")


def test_an_interruption_of_the_first_run_is_one(watching: Callable[..., Watching]) -> None:
    write({"slow.py": "import sagacheck, time, pathlib\npathlib.Path('here').touch()\ntime.sleep(60)\n"})
    process = watching("--timeout", "0")
    until(Path("here").exists)
    assert 130 == process.interrupted()


def test_without_the_library_that_watches_it_is_refused_with_what_to_install() -> None:
    write({"checkout.py": FAULTY, "hidden/watchfiles.py": "raise ModuleNotFoundError('no', name='watchfiles')\n"})
    done = run_process("verify", "--watch", env={**os.environ, "PYTHONPATH": "hidden"})
    assert (2, b"") == (done.returncode, done.stdout)
    assert done.stderr == b"error: --watch needs the library watchfiles: pip install 'sagacheck[watch]'\n"


def test_a_file_that_is_called_like_the_option_stays_one() -> None:
    assert ["verify", "-q", "--", "--watch"] == without_watch(["verify", "--watch", "-q", "--", "--watch"])
