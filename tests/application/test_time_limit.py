"""Time limits: work that does not end is ended, by whatever means the platform has."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from sagacheck.application import time_limit
from sagacheck.application.time_limit import TimeOver, run_within


def spin() -> None:
    """Never ends, but runs Python code."""
    while True:
        time.monotonic()


def spin_and_catch() -> None:
    """Never ends, and catches every ordinary exception."""
    while True:
        with suppress(Exception):
            spin()


def no_timer() -> bool:
    """A platform without interval timers."""
    return False


def test_work_that_ends_in_time_gives_its_result_and_leaves_nothing_behind() -> None:
    assert run_within(30, lambda: 42, "") == 42
    assert run_within(0, lambda: 43, "") == 43
    for thread in threading.enumerate():
        if thread.name == "sagacheck time limit":
            thread.join(20)
            assert not thread.is_alive()


def test_what_the_work_raises_comes_through() -> None:
    with pytest.raises(ZeroDivisionError):
        run_within(30, lambda: 1 / 0, "")


@pytest.mark.parametrize("work", [spin, spin_and_catch, lambda: time.sleep(1e6)])
def test_work_that_does_not_end_is_interrupted(work: Callable[[], None]) -> None:
    with pytest.raises(TimeOver):
        run_within(0.1, work, "")


@pytest.mark.parametrize("work", [spin, spin_and_catch])
def test_it_is_interrupted_without_interval_timers_too(
    work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_limit, "_has_timer", no_timer)
    with pytest.raises(TimeOver):
        run_within(0.1, work, "")


def test_it_is_interrupted_in_another_thread_too() -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(TimeOver):
        pool.submit(run_within, 0.1, spin, "").result()


def test_nothing_strikes_after_the_work_has_ended() -> None:
    for _ in range(50):
        try:
            run_within(0.001, lambda: time.sleep(0.0005), "")
        except TimeOver:
            continue
    time.sleep(0.05)


STUBBORN = """
import sys
from sagacheck.application import time_limit
if sys.argv[1] == "without timers":
    time_limit._has_timer = lambda: False
def work():
    while True:
        try:
            while True:
                len(str(0))
        except:
            for _ in range(1000):
                try:
                    while True:
                        len(str(0))
                except:
                    pass
time_limit.run_within(0.1, work, "m\\u00f6del: give it up")
"""

HOLDING = """
from sagacheck.application.time_limit import run_within
run_within(0.1, lambda: sum(iter(int, 1)), "")
"""


@pytest.mark.parametrize("platform", ["with timers", "without timers"])
def test_code_that_catches_everything_ends_the_process_with_a_message(platform: str) -> None:
    done = subprocess.run([sys.executable, "-c", STUBBORN, platform], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == "error: m\u00f6del: give it up\n"


@pytest.mark.skipif(os.name == "nt", reason="there is no alarm for processor time")
def test_a_loop_that_never_comes_back_to_python_ends_the_process_and_says_where() -> None:
    done = subprocess.run([sys.executable, "-c", HOLDING], capture_output=True, timeout=60, check=False)
    assert done.returncode < 0
    assert b'File "<string>", line 3 in <lambda>' in done.stderr
