"""What a run looked at, so that what is not found is told from what was not looked for."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sagacheck.application.exclusion import Exclusion
from sagacheck.core.finding import Severity
from sagacheck.core.report import Report, SagaReport, Verdict, worst

_NEEDS_SOUNDNESS = "SC307"
"""Found only where no error is: the weakest contracts that suffice."""


class Accepted(Protocol):
    """A finding that somebody accepted, in so far as it says where to look for it."""

    @property
    def code(self) -> str:
        """Its code."""

    @property
    def file(self) -> str:
        """The file of its saga, relative to a folder."""

    @property
    def saga(self) -> str:
        """The saga's name."""

    @property
    def profiles(self) -> tuple[str, ...]:
        """The engine profiles that show it; none if any may."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run looked at.

    Args:
        paths: what was named.
        exclusion: what directories did not contribute.
        every_fault: whether proofs played through all faults.
    """

    paths: tuple[str, ...]
    exclusion: Exclusion = field(default_factory=Exclusion)
    every_fault: bool = True

    @property
    def whole(self) -> bool:
        """Whether every file was looked at as a whole: no saga of a file, and no module, was named."""
        return all(_exists(path) for path in self.paths)

    def covers(self, file: str) -> bool:
        """Whether a file was named, or lies in a directory that was.

        Args:
            file: absolute, or relative to the working directory.
        """
        path = _absolute(file)
        for named in (_absolute(path) for path in self.paths if _exists(path)):
            if path == named:
                return True
            if path.is_relative_to(named):
                between = [path, *path.parents]
                return not any(self.exclusion.covers(str(one)) for one in between[: between.index(named)])
        return False

    def looked_for(self, code: str, saga: SagaReport) -> bool:
        """Whether a finding of this code would have been found in a saga.

        Args:
            code: code of a rule.
            saga: what is known of the saga.
        """
        if saga.verdict is Verdict.INCONCLUSIVE or saga.why:
            return False
        if code.startswith("SC4"):
            return saga.storm is not None
        if code == _NEEDS_SOUNDNESS and worst((*saga.findings, *(one.finding for one in saga.suppressed))) is (
            Severity.ERROR
        ):
            return False
        return not code.startswith("SC3") or (saga.states is not None and self.every_fault)

    def would_have_found(self, accepted: Accepted, report: Report, folder: Path) -> bool:
        """Whether the run would have found again what was accepted, if it were still there.

        Args:
            accepted: what was accepted.
            report: what the run found out.
            folder: to which its file is relative.
        """
        path = Path(os.path.normpath(folder / accepted.file))
        if any(failure.internal or _same(failure.file, path) for failure in report.failures):
            return False
        there = [saga for saga in report.sagas if saga.name == accepted.saga and _same(saga.file, path)]
        if there:
            shown = {saga.profile for saga in there}
            wanted = set(accepted.profiles) or shown
            return wanted <= shown and all(
                self.looked_for(accepted.code, saga) for saga in there if saga.profile in wanted
            )
        return not _exists(str(path)) or (self.whole and self.covers(str(path)))


def _same(file: str, path: Path) -> bool:
    try:
        return _absolute(file) == path
    except ValueError:
        return False


def _absolute(path: str) -> Path:
    return Path(os.path.normpath(Path(path).absolute()))


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False
