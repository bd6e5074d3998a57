"""The pytest plugin: collects storms from test files, and with `--sagacheck` from model files.

pytest imports it on every run of everybody who has sagacheck installed: what is needed only for storms is imported when
there is one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sagacheck.testing.stormed import StormTests

_STORMED = "sagacheck.testing.stormed"
_OPENED: list[StormTests] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the options."""
    group = parser.getgroup("sagacheck", "storms over sagas")
    group.addoption(
        "--sagacheck", action="store_true", help="Also collect every Storm(...) of the model files among the arguments."
    )
    group.addoption(
        "--sagacheck-profile",
        choices=("quick", "gate", "nightly"),
        default="gate",
        help="How hard the storms of model files are: plans of one fault, of two (the default), or longer ones, too.",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """With `--sagacheck`, takes model files; test files say themselves what they storm."""
    if not parent.config.getoption("sagacheck") or file_path.suffix != ".py":
        return None
    if any(file_path.match(pattern) for pattern in parent.config.getini("python_files")):
        return None
    if not _is_named(file_path, parent.config) and b"sagacheck" not in file_path.read_bytes():
        return None
    return ModelFile.from_parent(parent, path=file_path)


def _is_named(file: Path, config: pytest.Config) -> bool:
    """Whether a file itself, and no folder that it is in, stands among the arguments."""
    here = config.invocation_params.dir
    named = (argument.partition("::")[0] for argument in config.args)
    return any(Path(os.path.abspath(here / one)) == file for one in named)  # noqa: PTH100 - links stay as pytest has them


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> pytest.Collector | None:
    """Takes what `storm(...)` of `sagacheck.testing` made."""
    stormed = sys.modules.get(_STORMED)
    if stormed is None or not isinstance(obj, stormed.StormTests):
        return None
    return StormCollector.from_parent(collector, name=name, tests=obj)


def pytest_sessionfinish() -> None:
    """Gives back the worlds that handlers worked on."""
    while _OPENED:
        _OPENED.pop().close()


class ModelFile(pytest.File):
    """A model file with storms in it."""

    def collect(self) -> Iterator[pytest.Collector]:
        """One collector for each storm."""
        from sagacheck.application.discovery import shown_path
        from sagacheck.application.loaded import LoadOptions
        from sagacheck.application.loading import load
        from sagacheck.application.storm_profiles import options_of
        from sagacheck.testing.stormed import StormTests

        found = load((shown_path(str(self.path)),), LoadOptions())
        if found.failures:
            raise self.CollectError("\n".join(f"{one.file}: {one.message}" for one in found.failures))
        options = options_of(self.config.getoption("sagacheck_profile"))
        for loaded in found.storms:
            tests = StormTests(loaded, options)
            yield StormCollector.from_parent(self, name=loaded.storm.name, tests=tests)


class StormCollector(pytest.Collector):
    """The tests of one storm."""

    def __init__(self, *, tests: StormTests, **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]
        self.tests = tests

    def collect(self) -> Iterator[pytest.Item]:
        """One test for each obligation, and one for all plans."""
        for name in self.tests.names():
            yield StormItem.from_parent(self, name=name, tests=self.tests)


class StormItem(pytest.Item):
    """One obligation, or all plans."""

    def __init__(self, *, tests: StormTests, **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]
        self.tests = tests

    def runtest(self) -> None:
        """Decides it."""
        from sagacheck.testing.stormed import StormSkip

        if self.tests not in _OPENED:
            _OPENED.append(self.tests)
        try:
            self.tests.run(self.name)
        except StormSkip as reason:
            pytest.skip(str(reason))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """What `sagacheck storm` would say; a traceback only for what is not its own."""
        from sagacheck.testing.stormed import StormFailure

        if isinstance(excinfo.value, StormFailure):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo, style))  # type: ignore[arg-type]

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it stands."""
        return self.path, None, f"{self.parent.name if self.parent else ''}: {self.name}"
