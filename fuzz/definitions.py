"""Feeds mutated definitions to the importer and, of those that are charts, to the rules.

    python fuzz/definitions.py --inputs 100000 --seed 7 [FOLDER ...]

The seeds are the definitions in models/ and in the folders that are named. Every input must give charts or errors with
a place, within the time limit; a traceback or a hang is printed with the input, and the exit code is 1. The same seed
gives the same inputs.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import yaml

from sagacheck.application.check import check_chart
from sagacheck.core.chart import Chart
from sagacheck.importers.states_language import DefinitionError, holds_definitions, load_definitions
from sagacheck.importers.states_language.recognition import may_hold_definitions

ROOT = Path(__file__).resolve().parents[1]
SIDE_FILE = '[states.A]\nundoes = ["B"]\n'
WORDS = [
    "StartAt", "States", "Type", "Task", "Map", "Parallel", "Choice", "Fail", "Pass", "Next", "End", "Catch", "Retry", "Branches",
    "ErrorEquals", "States.ALL", "States.Timeout", "ResultPath", "$.a", "$", "{% $x %}", "${x}", "QueryLanguage", "JSONata",
    "ItemProcessor", "ToleratedFailureCount", "Assign", "Output", "Parameters", "Resource", "arn:aws:states:::sns:publish",
    "Resources", "Fn::Join", "Fn::Sub", "Ref", "stepFunctions", "stateMachines", "definition", "AWS::Serverless::StateMachine",
]  # fmt: skip
SCRAPS = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    '"',
    "'",
    "\\",
    "\n",
    "\t",
    " ",
    "- ",
    "&a ",
    "*a",
    "!Sub ",
    "|",
    ">",
    "#",
    "\0",
    "\ud800",
    "ä",
    "😀",
    "<<: ",
    "---\n",
    "%",
]
CHECKED_SHARE = 0.2
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class TooLongError(Exception):
    """An input took longer than it may."""


def seeds(folders: list[str]) -> list[tuple[str, str]]:
    """Name and text of every definition to begin with."""
    files = [file for folder in [ROOT / "models", *map(Path, folders)] for file in sorted(folder.rglob("*"))]
    return [
        (file.name, file.read_text(encoding="utf-8"))
        for file in files
        if file.suffix in (".json", ".yml", ".yaml") and may_hold_definitions(file.read_bytes(), file.name)
    ]


def embedded(rng: random.Random, name: str, text: str) -> tuple[str, str]:
    """The definition as it is, in the other language, or in a template."""
    try:
        value = yaml.load(text, Loader=LOADER)
    except yaml.YAMLError:
        return name, text
    body = json.dumps(value, indent=rng.choice([None, 1]))
    kind = rng.randrange(6)
    if kind == 1:
        return "x.asl.yaml", yaml.dump(value, Dumper=DUMPER, sort_keys=False)
    if kind == 2:
        return "x.asl.json", body
    resource = {"Type": "AWS::Serverless::StateMachine", "Properties": {"DefinitionString": body}}
    if kind == 3:
        return "t.json", json.dumps({"Resources": {"M": resource}})
    if kind == 4:
        return "t.yaml", yaml.dump({"Resources": {"M": resource}}, Dumper=DUMPER)
    if kind == 5:
        return "serverless.yml", yaml.dump(
            {"stepFunctions": {"stateMachines": {"m": {"definition": value}}}}, Dumper=DUMPER
        )
    return name, text


def values(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a value, as a container and a key."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from values(inner)


def changed(rng: random.Random, text: str, name: str) -> str:
    """The text with something in its structure changed: taken away, doubled, exchanged, or of another type."""
    try:
        value = yaml.load(text, Loader=LOADER)
        places = list(values(value))
    except (yaml.YAMLError, RecursionError):
        return spoiled(rng, text, name)
    for _ in range(rng.randint(1, 3) if places else 0):
        container, key = rng.choice(places)
        other_container, other_key = rng.choice(places)
        try:
            match rng.randrange(6):
                case 0:
                    del container[key]
                case 1:
                    container[key] = other_container[other_key]
                case 2:
                    container[key] = rng.choice(WORDS)
                case 3:
                    container[key] = rng.choice([None, True, 0, -1, 10**30, 1e308, [], {}, "", [[]], {"a": {}}])
                case 4 if isinstance(container, dict):
                    container[rng.choice(WORDS)] = container.pop(key)
                case _:
                    container[key] = {rng.choice(WORDS): container[key]}
        except (KeyError, IndexError, TypeError):
            continue
    try:
        return (
            yaml.dump(value, Dumper=DUMPER, sort_keys=False)
            if name.endswith(("yml", "yaml"))
            else json.dumps(value, indent=1)
        )
    except (RecursionError, ValueError, yaml.YAMLError):
        return text


def spoiled(rng: random.Random, text: str, _name: str) -> str:
    """The text with some of its characters changed."""
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(text) + 1)
        length = rng.choice([0, 1, 1, 2, 10, 100])
        match rng.randrange(4):
            case 0:
                text = text[:place] + text[place + length :]
            case 1:
                text = text[:place] + rng.choice(SCRAPS) * rng.choice([1, 1, 1, 50]) + text[place:]
            case 2:
                text = text[:place] + text[place : place + length] * 2 + text[place + length :]
            case _:
                text = text[:place] + rng.choice(WORDS) + text[place + length :]
    return text[: rng.randrange(len(text) + 1)] if rng.random() < 0.05 else text


def play(rng: random.Random, text: str, name: str) -> str:
    """What comes of one input, in a word."""
    holds_definitions(text, name)
    side = SIDE_FILE if rng.random() < 0.1 else None
    outcome = "nothing"
    for found in load_definitions(text, name, lambda _: side):
        if isinstance(found, Chart):
            outcome = "chart"
            if rng.random() < CHECKED_SHARE and len(found.nodes) < 150:
                outcome = "checked"
                repr(check_chart(found, name)).encode()
        elif isinstance(found, DefinitionError):
            outcome = "error"
            assert found.line >= 1
            assert found.column >= 1
            str(found).encode("utf-8", "backslashreplace")
        else:
            outcome = "elsewhere"
    return outcome


def _over(_number: int, _frame: FrameType | None) -> None:
    raise TooLongError


def main() -> int:
    """Runs; the exit code is 1 if an input gave a traceback or took too long."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", metavar="FOLDER")
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--limit", type=float, default=10.0, help="seconds that one input may take")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    begun = time.perf_counter()
    known = seeds(options.folders)
    print(f"seed {options.seed}, {options.inputs} inputs from {len(known)} definitions")
    signal.signal(signal.SIGALRM, _over)
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    for number in range(options.inputs):
        own = random.Random(rng.getrandbits(64))
        name, text = embedded(own, *own.choice(known))
        mutate: Callable[[random.Random, str, str], str] = own.choice([changed, changed, spoiled])
        text = mutate(own, text, name)
        started = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, options.limit)
        try:
            outcomes[play(own, text, name)] += 1
        except BaseException:  # noqa: BLE001 - whatever comes here is what is looked for
            signal.setitimer(signal.ITIMER_REAL, 0)
            print(f"input {number} ({name}):\n{text!r}\n{traceback.format_exc()}")
            return 1
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        slowest = max(slowest, time.perf_counter() - started)
    told = ", ".join(f"{count} {what}" for what, count in sorted(outcomes.items()))
    print(f"{told}; slowest {slowest:.2f} s, {time.perf_counter() - begun:.0f} s in all; no traceback, no hang")
    return 0


if __name__ == "__main__":
    sys.exit(main())
