"""Times the prover beside SPIN on the same models, whole processes, in one run.

    python benchmarks/prover.py              the yardsticks, and sagas of many steps
    python benchmarks/prover.py --most 6     SPIN no further than six participants

SPIN gets the specification that sagacheck exports of the yardstick, and its time includes its compiler; without SPIN
its column is empty.
"""

from __future__ import annotations

import argparse
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
WIDEST = 12

YARDSTICK = """\
import sys
sys.path.insert(0, {project!r})
from tests.prover.yardsticks import {make}
from sagacheck.prover.prove import prove
proof = prove({make}({number}))
assert not proof.broken
print(proof.states)
"""

SAGA = """\
from functools import reduce
from operator import rshift
from sagacheck import Barrier, Retry, Saga, Step, parallel
from sagacheck.lowering.saga import lower_saga
from sagacheck.prover.prove import prove
steps = [
    Step(f"step-{{n}}", compensation=f"undo-{{n}}", contract=Barrier("id"), retry=Retry(3)) for n in range({number})
]
chart = Saga("saga", {flow}).chart()
proof = prove(lower_saga(chart, {{step.name: step.contract for step in chart.steps}}).system)
assert not proof.broken, proof.why
print(proof.states)
"""

EXPORT = """\
import sys
sys.path.insert(0, {project!r})
from tests.prover.yardsticks import {make}
from sagacheck.render.promela import promela
print(promela({make}({number})))
"""


def timed(command: list[str], folder: str) -> tuple[float, int, str]:
    """Seconds, megabytes at most and output of a process."""
    started = time.perf_counter()
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - started
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, run.stdout


def ours(code: str) -> tuple[float, str]:
    """Seconds that the prover takes, cold start included, and the number of states."""
    seconds, _, states = timed([sys.executable, "-c", code], str(PROJECT))
    return seconds, states.strip()


def spin(make: str, number: int) -> float | None:
    """Seconds that SPIN takes for the same system, its compiler included; None without SPIN."""
    if shutil.which("spin") is None or shutil.which("gcc") is None:
        return None
    _, _, text = timed(
        [sys.executable, "-c", EXPORT.format(project=str(PROJECT), make=make, number=number)], str(PROJECT)
    )
    lines = [line.strip() for line in text[: text.index("*/")].splitlines()]
    commands = [shlex.split(line) for line in lines if line.startswith(("spin ", "gcc ", "./pan "))][:3]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "model.pml").write_text(text, encoding="utf-8")
        return sum(timed(command, folder)[0] for command in commands)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=5, help="participants up to which SPIN runs")
    most = parser.parse_args().most
    print(f"{'model':<34}{'states':>12}{'sagacheck':>11}{'SPIN':>9}{'ratio':>8}")
    yardsticks = [("parallel_saga", number) for number in (3, 4, 5, 6, 7, 32, 64)]
    yardsticks += [("two_phase_commit", number) for number in (3, 6, 9, 20)]
    for make, number in yardsticks:
        seconds, states = ours(YARDSTICK.format(project=str(PROJECT), make=make, number=number))
        other = spin(make, number) if number <= most or (make == "two_phase_commit" and number <= most + 1) else None
        row(f"{make.replace('_', ' ')}, {number}", states, seconds, other)
    for flow, name, number in (
        ("reduce(rshift, steps)", "in a row", 10),
        ("reduce(rshift, steps)", "in a row", 50),
        ("reduce(rshift, steps)", "in a row", 100),
        ("parallel(*steps)", "at once", 10),
        ("parallel(*steps)", "at once", 20),
    ):
        seconds, states = ours(SAGA.format(number=number, flow=flow))
        row(f"saga of {number} steps {name}", states, seconds, None)
    print(f"most memory of a process: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB")


def row(model: str, states: str, seconds: float, other: float | None) -> None:
    """Prints one line of the table."""
    shown = states if len(states) < WIDEST else f"{int(states):.2e}"
    spun = "" if other is None else f"{other:.2f}"
    ratio = "" if other is None else f"{other / seconds:.1f}"
    print(f"{model:<34}{shown:>12}{seconds:>11.2f}{spun:>9}{ratio:>8}", flush=True)


if __name__ == "__main__":
    main()
