"""The model files of this repository: which there are, and what sagacheck finds in them.

`python -m tests.rules.models` writes what is found in each wrong model to `expected/`. Read it before you commit it.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import date
from pathlib import Path

from sagacheck.application.baseline.entries import Baseline, read_baseline
from sagacheck.application.check import ProvingOptions, check_chart
from sagacheck.application.loaded import LoadOptions
from sagacheck.application.loading import load
from sagacheck.application.verify import VerifyOptions, verify
from sagacheck.core.chart import Chart
from sagacheck.core.net import Net
from sagacheck.core.report import Report, SagaReport
from sagacheck.prover.prove import DEFAULT_BUDGET
from sagacheck.render.text import TextOptions, render_text

ROOT = Path(__file__).resolve().parents[2]
BROKEN = "models/broken"
EXPECTED = Path(__file__).with_name("expected")
KINDS = (".py", ".asl.json")
CLASSICS = "models/broken/move-house.asl.json"
"""A definition with many of the bugs that people make, beside the small ones that have one each."""
FULFILMENT = tuple(f"models/broken/fulfilment/{name}.py" for name in ("wiring", "network", "repaired"))
"""A larger choreography: wired wrongly, wired well but unsafe over the network, and repaired."""

DAY = date(2026, 1, 1)
"""On which models are verified: what is accepted until a day may be over then."""


def is_choreographed(model: str) -> bool:
    """Whether a model is a choreography, which has no chart."""
    return "Choreography(" in (ROOT / model).read_text(encoding="utf-8")


def choreographed(name: str) -> list[str]:
    """The choreographies, which have no chart.

    Args:
        name: "wrong", "repaired", or "clean" for those that stand by themselves.
    """
    folder = ROOT / "models"
    found = folder.glob("*.py") if name == "clean" else folder.glob(f"broken/SC*/{name}.py")
    models = sorted(path.relative_to(ROOT).as_posix() for path in found)
    return [model for model in models if is_choreographed(model)]


def clean_models() -> list[str]:
    """Every chart that is meant to be clean, the repaired twins excepted, by its path from the root."""
    paths = (path for kind in ("*.py", "*.asl.yaml") for path in (ROOT / "models").glob(kind))
    models = sorted(path.relative_to(ROOT).as_posix() for path in paths)
    return [model for model in models if not is_choreographed(model)]


def broken_models(name: str) -> list[str]:
    """The wrong charts, or their repaired twins.

    Args:
        name: "wrong" or "repaired".
    """
    paths = (path for kind in KINDS for path in (ROOT / BROKEN).glob(f"*/{name}{kind}"))
    models = sorted(path.relative_to(ROOT).as_posix() for path in paths)
    return [model for model in models if not is_choreographed(model)]


def code_of(model: str) -> str:
    """The code of the finding that a wrong model shows."""
    return Path(model).parent.name.split("-", 1)[0]


def twin_of(model: str) -> str:
    """The repaired model beside a wrong one."""
    return model.replace("/wrong.", "/repaired.")


def chart_of(model: str) -> Chart:
    """The chart of the only saga in a model."""
    with contextlib.chdir(ROOT):
        loading = load((model,))
    assert not loading.failures, loading.failures
    (saga,) = loading.sagas
    return saga.chart


def net_of(model: str) -> Net:
    """The only choreography in a model."""
    with contextlib.chdir(ROOT):
        loading = load((model,))
    assert not loading.failures, loading.failures
    (choreography,) = loading.choreographies
    return choreography.net


def report_on(model: str) -> Report:
    """What `sagacheck verify` finds in a model, called from the root, with the baseline beside it if there is one."""
    with contextlib.chdir(ROOT):
        options = VerifyOptions((model,), LoadOptions(), proving=ProvingOptions(DEFAULT_BUDGET), day=DAY)
        report = verify(replace(options, baseline=baseline_of(model)))
    assert not report.failures, report.failures
    return report


def baseline_of(model: str) -> Baseline | None:
    """The baseline beside a model; None if there is none."""
    file = Path(model).with_suffix(".baseline.toml")
    return read_baseline(file.absolute(), file.as_posix()) if file.exists() else None


def check(chart: Chart, *, prove: bool = False) -> SagaReport:
    """What is found in a chart, by the rules or by the prover as well."""
    proving = ProvingOptions(DEFAULT_BUDGET) if prove else None
    return check_chart(chart, chart.span.file if chart.span else "model.py", proving=proving)


def text_of(model: str) -> str:
    """The findings in a model as people read them, without colour."""
    report = report_on(model)
    with contextlib.chdir(ROOT):
        return render_text(report, TextOptions(quiet=True))


def expected_file(model: str) -> Path:
    """Where the text is kept that is expected for a wrong model."""
    definition = ".asl" if model.endswith(".json") else ""
    return EXPECTED / f"{code_of(model)}{definition}.txt"


if __name__ == "__main__":
    EXPECTED.mkdir(exist_ok=True)
    for wrong in [*broken_models("wrong"), *choreographed("wrong")]:
        expected_file(wrong).write_text(text_of(wrong), encoding="utf-8")
