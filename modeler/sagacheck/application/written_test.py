"""Writes a plan that a saga does not survive as a pytest file that runs by itself."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sagacheck.application.storm_source import StormSource

_TEMPLATE = '''"""A plan that a storm found. It passes once the saga survives the plan: see `sagacheck replay`."""

from pathlib import Path

from sagacheck.testing import assert_survives

MODEL = Path(__file__).parent / {model}
SAGA = {saga}
PLAN = {plan}


def test_{name}_survives_the_plan() -> None:
    assert_survives(str(MODEL), SAGA, PLAN{options})
'''


def written_test(source: StormSource, token: str, target: Path, *, durable: bool = True) -> str:
    """The text of a pytest file that plays a plan.

    Args:
        source: where the storm stands.
        token: the plan.
        target: where the file is going to stand; it finds the model from there.
        durable: whether the coordinator keeps a log.
    """
    try:
        model = os.path.relpath(Path(source.path).resolve(), target.resolve().parent)
    except ValueError:  # on another drive
        model = str(Path(source.path).resolve())
    options = ("" if durable else ", durable=False") + (", simulated=True" if source.simulated else "")
    options += f", nth={source.nth}" if source.nth else ""
    name = re.sub(r"[^a-z0-9]+", "_", source.saga.lower()).strip("_") or "saga"
    return _TEMPLATE.format(
        model=ascii(model.replace(os.sep, "/")),
        saga=ascii(source.saga),
        plan=ascii(token),
        name=name,
        options=options,
    )
