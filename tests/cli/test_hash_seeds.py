"""The same model gives the same bytes in every process: nothing follows the order in which a set gives its members."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.rules.models import ROOT

SEEDS = ("1", "2", "3", "4")
MODELS = (
    "models/broken/SC221-swallowed-in-branch/repaired.asl.json",
    "models/rent-car.asl.yaml",
    "models/travel.py",
    "models/broken/SC222-overwritten-data/wrong.asl.json",
    "models/order_choreographed.py",
)
COMMANDS = (("diagram", "--format", "dot"), ("verify", "--output", "json"), ("paths",))

RUN = """
import json, sys
from tests.cli.running import run
models, commands = json.loads(sys.argv[1])
told = {}
for model in models:
    for command, *options in commands:
        result = run(command, model, *options)
        told[f"{command} {model}"] = [result.exit_code, result.output]
print(json.dumps(told))
"""


def all_told(seed: str) -> subprocess.Popen[str]:
    """Starts a process with this hash seed, which runs every command on every model."""
    arguments = [sys.executable, "-c", RUN, json.dumps([MODELS, COMMANDS])]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def test_diagrams_reports_and_paths_do_not_depend_on_the_hash_seed() -> None:
    processes = [all_told(seed) for seed in SEEDS]
    outputs = [json.loads(process.communicate(timeout=120)[0]) for process in processes]
    assert len(outputs[0]) == len(MODELS) * len(COMMANDS)
    assert all(text and code in (0, 1) for code, text in outputs[0].values())
    for told in outputs[1:]:
        differing = [name for name, output in outputs[0].items() if told[name] != output]
        assert differing == []
