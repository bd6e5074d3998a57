"""Times sagacheck side by side with what it cannot be faster than, whole processes, in one run.

    python benchmarks/run.py                 every case, five rounds
    python benchmarks/run.py --rounds 1 chain
    python benchmarks/run.py --profile       where `verify` spends its time on the thousand sagas

Every round runs every case once, so that what else the machine does falls on all of them alike; compare the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[1]
FILES, SAGAS, STEPS, DEFINITIONS = 100, 10, 10, 200

CHAIN = """\
from functools import reduce
from operator import rshift
from sagacheck import Saga, Step
chain = Saga("chain", reduce(rshift, [Step(f"step-{n}", compensation=f"undo-{n}") for n in range(200)]))
"""

FAN = """\
from sagacheck import Saga, Step, parallel
fan = Saga("fan", parallel(*[Step(f"step-{n}", compensation=f"undo-{n}") for n in range(60)]))
"""

# A hand-wired chain without questions, so that networkx' simple paths are exactly its scenarios: 2^13 - 1 of them.
WIRED = """\
from sagacheck.core.chart import (Call, Chart, Compensate, Edge, End, Origin)
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.step import CompensationSpec, StepSpec
steps = [StepSpec(f"step-{n}", f"step-{n}", undo=CompensationSpec(f"undo-{n}")) for n in range(12)]
nodes = [End(id="committed", kind=EndKind.COMMITTED), End(id="manual", kind=EndKind.MANUAL)]
edges = []
for n, step in enumerate(steps):
    undo = step.compensation.action
    nodes.append(Call(id=step.name, step=step.name, outcomes=(Outcome.OK, Outcome.UNKNOWN)))
    nodes.append(Compensate(id=undo, steps=(step.name,), action=undo, outcomes=(Outcome.OK, Outcome.FAILED)))
    edges.append(Edge(step.name, "ok", steps[n + 1].name if n + 1 < len(steps) else "committed"))
    edges.append(Edge(step.name, "unknown", undo))
    edges += [Edge(undo, outcome, f"undo-{n - 1}" if n else "manual") for outcome in ("ok", "failed")]
chart = Chart("wired", "step-0", tuple(nodes), tuple(edges), tuple(steps), Origin.MACHINE)
"""

OUR_LISTING = """
from sagacheck.semantics.listing import list_scenarios
assert sum(1 for scenario in list_scenarios(chart)) == 8191
"""

THEIR_LISTING = """
import networkx
graph = chart.graph()
ends = ("committed", "manual")
assert sum(1 for end in ends for path in networkx.all_simple_edge_paths(graph, "step-0", end)) == 8191
"""


@dataclass(frozen=True, slots=True)
class Case:
    """What is timed.

    Args:
        name: how it is called on the command line and in the table.
        arguments: the process, after the interpreter.
        folder: where it runs.
        target: seconds that it shall stay under on two cores; None for a baseline.
    """

    name: str
    arguments: tuple[str, ...]
    folder: Path
    target: float | None = None


def cases(generated: Path) -> list[Case]:
    """Every case, baselines first.

    Args:
        generated: the folder that holds the generated models.
    """

    def code(name: str, text: str) -> Case:
        return Case(name, ("-c", text), generated)

    def command(name: str, target: float | None, *arguments: str, folder: Path = generated) -> Case:
        return Case(name, ("-m", "sagacheck", *arguments), folder, target)

    return [
        code("bare python", "pass"),
        code("import click", "import click"),
        code("import networkx", "import networkx"),
        command("cold --help", 0.12, "--help"),
        command("cold verify models", 0.5, "verify", "models/", folder=PROJECT),
        command("verify 1,000 sagas", 10.0, "verify", "sagas/"),
        command("verify 200 definitions", 5.0, "verify", "definitions/", "--exit-zero"),
        command("chain of 200, counted", 1.0, "paths", "chain.py", "--count"),
        command("chain of 200, 20 listed", None, "paths", "chain.py", "--limit", "20"),
        command("fan of 60, counted", 1.0, "paths", "fan.py", "--count"),
        command("fan of 60, 20 listed", None, "paths", "fan.py", "--limit", "20"),
        code("8,191 paths, networkx", WIRED + THEIR_LISTING),
        code("8,191 scenarios, listed", WIRED + OUR_LISTING),
    ]


def generate(folder: Path) -> None:
    """Writes the models: two large sagas, a thousand of ten steps, ten to a file, and two hundred definitions.

    The thousand differ in names, and by turns in shape: a chain, a chain with branches, a chain with a question, one
    with a fallback, one with a pivot; as real ones do, most declare a contract and some retry.
    """
    (folder / "chain.py").write_text(CHAIN, encoding="utf-8")
    (folder / "fan.py").write_text(FAN, encoding="utf-8")
    (folder / "definitions").mkdir()
    for number in range(DEFINITIONS):
        definition = _definition(number)
        if number % 2:
            text, ending = yaml.safe_dump(definition, sort_keys=False), "yaml"
        else:
            text, ending = json.dumps(definition, indent=2), "json"
        (folder / "definitions" / f"saga_{number:03}.asl.{ending}").write_text(text, encoding="utf-8")
    (folder / "sagas").mkdir()
    for file in range(FILES):
        text = "".join(_saga(file * SAGAS + number) for number in range(SAGAS))
        names = "Condition, Informational, Keyed, NonCompensatable, Retry, Saga, Step, first_of, parallel, when"
        (folder / "sagas" / f"file_{file:03}.py").write_text(f"from sagacheck import {names}\n{text}", encoding="utf-8")


def _definition(number: int) -> dict[str, Any]:
    """A definition of twenty states: nine steps, what undoes each of them, and two ends."""
    last = 8
    things = [f"Thing{number + step}" for step in range(last + 1)]
    states: dict[str, Any] = {}
    for step, thing in enumerate(things):
        forward = {"Next": f"Reserve{things[step + 1]}"} if step < last else {"End": True}
        states[f"Reserve{thing}"] = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": f"reserve-{thing}", "Payload.$": "$"},
            "ResultPath": f"$.{thing}",
            "TimeoutSeconds": 10,
            "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 2}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": f"Release{thing}"}],
            **forward,
        }
        states[f"Release{thing}"] = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": f"release-{thing}", "Payload.$": "$"},
            "ResultPath": "$.released",
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "ManualWork"}],
            "Next": f"Release{things[step - 1]}" if step else "Rejected",
        }
    states |= {"Rejected": {"Type": "Fail"}, "ManualWork": {"Type": "Fail"}}
    return {"StartAt": f"Reserve{things[0]}", "States": states}


def _saga(number: int) -> str:
    lines = ["\n"]
    for step in range(STEPS):
        action = f"service-{step}.do-{number}"
        undo = f'compensation="service-{step}.undo-{number}"'
        more = ', contract=Keyed("id", tolerates_empty=True), retry=Retry.until_known()' if (number + step) % 3 else ""
        lines.append(f'    s{step} = Step("{action}", {undo}{more})\n'.lstrip())
    pivot = (
        's8 = Step("ship", compensation=NonCompensatable("gone"), contract=Keyed("id"), retry=Retry.until_known())\n'
    )
    mail = 's9 = Step("mail", compensation=Informational("no need"))\n'
    flows = (
        ("", " >> ".join(f"s{step}" for step in range(STEPS))),
        ("", "s0 >> s1 >> parallel(s2 >> s3, s4 >> s5, s6) >> s7 >> s8 >> s9"),
        (
            "",
            's0 >> when(Condition("gift"), s1 >> s2, otherwise=s3) >> s4 >> s5 >> when(Condition("gift"), s6) >> s7 >> s8 >> s9',
        ),
        ("", "s0 >> s1 >> first_of(s2 >> s3, s4) >> s5 >> s6 >> s7 >> s8 >> s9"),
        (pivot + mail, "s0 >> s1 >> s2 >> parallel(s3, s4) >> s5 >> s6 >> s7 >> s8 >> s9"),
    )
    markers, flow = flows[number % len(flows)]
    return "".join(lines) + f'{markers}saga_{number} = Saga("saga-{number}", {flow})\n'


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that one process took: on the clock, and on processors; the latter hardly depend on what else runs."""

    clock: float
    processor: float


def _processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timing_of(case: Case) -> Timing:
    """What one run of the case takes, from start to end of the process.

    Raises:
        SystemExit: if the process fails; a finding is no failure.
    """
    environment = {**os.environ, "PYTHONHASHSEED": "0", "NO_COLOR": "1"}
    before, started = _processor_time(), time.perf_counter()
    run = subprocess.run(
        [sys.executable, *case.arguments], cwd=case.folder, env=environment, capture_output=True, check=False
    )
    clock, processor = time.perf_counter() - started, _processor_time() - before
    if run.returncode not in (0, 1) or (run.returncode == 1 and b"Traceback" in run.stderr):
        sys.exit(f"{case.name}: ended with {run.returncode}\n{run.stderr.decode()}")
    return Timing(clock, processor)


def table(timed: dict[str, list[Timing]], chosen: list[Case]) -> str:
    """Seconds on the clock and on processors, processor time in units of a bare interpreter, and the targets.

    A target is judged by the best round: what else runs can only make a round longer.
    """
    unit = statistics.median(timing.processor for timing in timed[chosen[0].name])
    lines = [f"{'case':<26}{'least':>9}{'median':>9}{'most':>9}{'cpu':>9}{'x bare':>9}  target"]
    for case in chosen:
        clock = [timing.clock for timing in timed[case.name]]
        processor = statistics.median(timing.processor for timing in timed[case.name])
        figures = (min(clock), statistics.median(clock), max(clock), processor)
        judged = (
            "" if case.target is None else f"  {case.target:g} s {'met' if min(clock) <= case.target else 'MISSED'}"
        )
        lines.append(f"{case.name:<26}{''.join(f'{f:9.3f}' for f in figures)}{processor / unit:9.1f}{judged}")
    return "\n".join(lines)


def profile(generated: Path) -> None:
    """Prints where `verify` spends its time on the thousand sagas."""
    code = "import sys; sys.argv = ['sagacheck', 'verify', '-q', 'sagas/']; from sagacheck.cli.main import main; main()"
    kept = generated / "profile"
    script = generated / "verify.py"
    script.write_text(code, encoding="utf-8")
    command = [sys.executable, "-m", "cProfile", "-o", str(kept), str(script)]
    subprocess.run(command, cwd=generated, stdout=subprocess.DEVNULL, check=False)
    import pstats

    statistics_of_run = pstats.Stats(str(kept)).strip_dirs()
    statistics_of_run.sort_stats("tottime").print_stats(25)
    statistics_of_run.sort_stats("cumulative").print_stats(45)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("words", nargs="*", help="only cases whose name contains one of these words")
    parser.add_argument("--rounds", type=int, default=5, help="how often every case is run (default: 5)")
    parser.add_argument("--profile", action="store_true", help="profile `verify` on the thousand sagas instead")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        generated = Path(name)
        generate(generated)
        if arguments.profile:
            profile(generated)
            return
        every = cases(generated)
        words = arguments.words or [""]
        chosen = [every[0], *(case for case in every[1:] if any(word in case.name for word in words))]
        timed: dict[str, list[Timing]] = {case.name: [] for case in chosen}
        for number in range(arguments.rounds + 1):
            for case in chosen:
                timing = timing_of(case)
                if number:  # the first round writes bytecode and warms the disk
                    timed[case.name].append(timing)
        print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, {arguments.rounds} rounds, seconds")
        print(table(timed, chosen))


if __name__ == "__main__":
    main()
