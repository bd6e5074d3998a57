"""What was interrupted leaves nothing behind that disturbs what runs later."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from sagacheck.core.interruption import let_nothing_arrive_later, raise_in


class Interrupted(BaseException):
    """Nobody expects it."""


HANDLER = """
from sagacheck.storm.patience import HangingError, Patience
try:
    with Patience(0.05):
        while True:
            len("")
except HangingError:
    pass
"""

MODEL = """
from sagacheck.application import time_limit
time_limit._has_timer = lambda: False
try:
    time_limit.run_within(0.05, lambda: [len(str(number)) for number in iter(int, 1)], "")
except time_limit.TimeOver:
    pass
"""

TRACED = """
import sys
def called():
    return "went on"
sys.settrace(lambda *event: None)
print(called())
"""


@pytest.mark.parametrize("interrupted", [HANDLER, MODEL])
def test_functions_can_be_traced_after_something_was_interrupted(interrupted: str) -> None:
    """In CPython 3.11 what was taken back before it was raised makes that hang."""
    done = subprocess.run(
        [sys.executable, "-c", interrupted + TRACED], capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert (0, "went on\n", "") == (done.returncode, done.stdout, done.stderr)


def test_what_is_pending_arrives_where_it_disturbs_nobody() -> None:
    for _ in range(20):
        begun = threading.Event()
        came: list[str] = []

        def work(begun: threading.Event = begun, came: list[str] = came) -> None:
            begun.set()
            let_nothing_arrive_later(Interrupted)
            time.sleep(0.001)
            came.append("went on")

        thread = threading.Thread(target=work)
        thread.start()
        begun.wait()
        thread.join(20)
        assert ["went on"] == came


def test_an_error_is_raised_in_the_thread_that_was_meant() -> None:
    begun = threading.Event()
    came: list[str] = []

    def work() -> None:
        try:
            begun.set()
            while True:
                time.sleep(0.001)
        except Interrupted:
            came.append("interrupted")

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    assert thread.ident is not None
    raise_in(thread.ident, Interrupted)
    thread.join(20)
    assert ["interrupted"] == came
