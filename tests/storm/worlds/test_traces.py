"""No world leaves anything behind, however its storm ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

STORM = """
import os, signal, time
from sagacheck import HttpWorld, SqlAlchemyWorld, SqliteWorld
from sagacheck.core.storming import Way
from sagacheck.storm.calling import calling
from sagacheck.storm.stage import RealStage, started
from sqlalchemy import text

async def application(scope, receive, send):
    raise ValueError

def good(handle, payload):
    {work}
    {work}

def interrupted(handle, payload):
    {work}
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(5)

SETUP = "CREATE TABLE seen (key INTEGER);"
with started({world}) as world:
    stage = RealStage(world, dict(good=calling(good), bad=calling(interrupted)))
    stage.reset()
    stage.crash("good", {{}}, 2, Way.STALE)
    stage.perform("bad", {{}})
"""
WORLDS = [
    ("SqliteWorld(SETUP).apart()", "handle.execute('SELECT 1')"),
    ("SqlAlchemyWorld('sqlite://', setup=SETUP)", "handle.execute(text('SELECT 1'))"),
    ("HttpWorld(application, reset=lambda: None)", "handle.get('/')"),
]


@pytest.mark.parametrize(("world", "work"), WORLDS)
def test_nothing_is_left_behind_when_a_person_interrupts(world: str, work: str, tmp_path: Path) -> None:
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", STORM.format(world=world, work=work)]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert run.stderr.strip().endswith("KeyboardInterrupt"), run.stderr
    assert "ResourceWarning" not in run.stderr
    assert [] == list(tmp_path.iterdir())
