"""What a test of a storm does: it decides one obligation, or plays all plans, on handlers that were prepared once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING

from sagacheck.application.discovery import shown_path
from sagacheck.application.loaded import LoadedStorm
from sagacheck.application.storm_profiles import PROFILES, options_of
from sagacheck.application.storms import at_home
from sagacheck.authoring.storm import Storm
from sagacheck.core.misuse import written
from sagacheck.core.storming import Standing, StormReport

if TYPE_CHECKING:
    from sagacheck.application.storm_saga import Prepared, StormOptions

PLANS = "plans"
"""The name of the test that plays all plans."""


class StormFailure(Exception):  # noqa: N818 - it is what a test says when it fails
    """An obligation that is violated or was not run, or plans that were not survived; the message is the report."""


class StormSkip(Exception):  # noqa: N818 - likewise for a test that is skipped
    """An obligation that is waived, or that nobody claims; the message is the reason."""


@dataclass(eq=False)
class StormTests:
    """The tests of one storm. What handlers need is prepared when the first of them runs, once in each process.

    Args:
        loaded: the storm.
        options: how hard it is.
    """

    loaded: LoadedStorm
    options: StormOptions
    _open: ExitStack = field(default_factory=ExitStack)
    _ready: Prepared | None = None

    def names(self) -> Iterator[str]:
        """The names of the tests: of each obligation that is claimed, and of the plans. No handler is run."""
        from sagacheck.application.storm_saga import prepared
        from sagacheck.storm.laws.registry import LAWS

        over = self.loaded.storm
        with prepared(Storm(over.saga, simulated=True, profile=over.profile)) as ready:
            for subject in ready.subjects:
                for rule in LAWS:
                    if rule.unclaimed(subject) == "":
                        yield f"{subject.action}-{rule.law}"
        yield PLANS

    def run(self, name: str) -> None:
        """Runs one test.

        Args:
            name: one of the names.

        Raises:
            StormFailure: if it fails.
            StormSkip: if there is nothing to decide.
        """
        from sagacheck.storm.calling import HandlerError

        try:
            with at_home(self.loaded):
                (self._play if name == PLANS else self._decide)(name)
        except HandlerError as error:
            raise StormFailure(f"the storm over {self.loaded.storm.name} cannot go on: {error}") from error

    def close(self) -> None:
        """Gives the world of the handlers back."""
        with at_home(self.loaded):
            self._open.close()
        self._ready = None

    def _prepared(self) -> Prepared:
        from sagacheck.application.storm_saga import CannotStormError, prepared
        from sagacheck.storm.bench import CannotBeginError
        from sagacheck.storm.calling import HandlerError

        if self._ready is None:
            try:
                self._ready = self._open.enter_context(prepared(self.loaded.storm))
            except (CannotStormError, CannotBeginError, HandlerError) as error:
                raise StormFailure(f"the storm over {self.loaded.storm.name} cannot be run: {error}") from error
        return self._ready

    def _decide(self, name: str) -> None:
        from sagacheck.render.storm_summary import blind_in_words
        from sagacheck.storm.matrix import cells

        ready = self._prepared()
        found = [cell for cell in cells(ready.bench, ready.subjects, ready.waived, name) if cell.name == name]
        for cell in found:
            if cell.standing is Standing.VIOLATED:
                self._fail(self._report(cells=(cell,)))
            if cell.standing is Standing.NOT_RUN:
                raise StormFailure(f"{cell.name} was not run: {cell.why}")
            if cell.standing is not Standing.HELD:
                raise StormSkip(f"{cell.standing}: {cell.why}")
            if ready.bench.stage.blind:
                raise StormFailure(f"{cell.name}: {blind_in_words(ready.bench.stage.blind)}")

    def _play(self, _name: str) -> None:
        from dataclasses import replace

        from sagacheck.application.storm_saga import storm_saga
        from sagacheck.render.storm_summary import summary

        options = replace(self.options, matrix=False)
        report = storm_saga(self.loaded.storm, self.loaded.file, options)
        if report.broken:
            self._fail(report)
        if report.errors:
            raise StormFailure("\n".join(report.errors))
        if report.blind:
            raise StormFailure(summary(report))
        if not report.green:
            raise StormFailure(f"not all plans were run: {summary(report)}")

    def _report(self, **found: object) -> StormReport:
        storm = self.loaded.storm
        return StormReport(
            storm.name,
            self.loaded.file,
            self.options.seed,
            simulated=False,
            **found,  # type: ignore[arg-type]
        )

    def _fail(self, report: StormReport) -> None:
        """Fails with what the command would say."""
        from sagacheck.application.storm_findings import findings_of
        from sagacheck.render.finding import finding_lines
        from sagacheck.render.source_lines import Sources
        from sagacheck.render.terminal import PLAIN

        storm, sources = self.loaded.storm, Sources()
        found = findings_of(report, storm, storm.chart())
        texts = ["\n".join(finding_lines(finding, report.file, sources, PLAIN)) for finding in found]
        raise StormFailure("\n\n".join(texts))


def storm_tests(over: Storm, profile: str, seed: int) -> StormTests:
    """The tests of a storm that a test file names.

    Args:
        over: the storm.
        profile: how hard it is.
        seed: of all that is random.

    Raises:
        TypeError: if it is given something else than a `Storm`.
        ValueError: if there is no such profile.
    """
    if not isinstance(over, Storm):
        raise TypeError(
            f"storm({written(over)}): write storm(Storm(place_order, world=...)), or the name of that Storm"
        )
    if profile not in PROFILES:
        raise ValueError(f"storm(..., profile={profile!r}): the profiles are {', '.join(PROFILES)}")
    return StormTests(LoadedStorm(over, shown_path(_home_of(over))), options_of(profile, seed))


def _home_of(over: Storm) -> str:
    """The file from which the command loads a storm; that is not where a helper made it.

    It is a module that holds the storm: the one that made it, if it is one of them, else another one than the test file.
    """
    from sagacheck.authoring.source import caller_span

    made = over.span.file if over.span is not None else ""
    modules = [one for one in list(sys.modules.values()) if isinstance(one, ModuleType)]
    holding = [str(file) for one in modules if (file := vars(one).get("__file__")) and _holds(one, over)]
    if not holding or shown_path(made) in map(shown_path, holding):
        return made
    asking = caller_span()
    test = shown_path(asking.file) if asking is not None else ""
    return next((file for file in holding if shown_path(file) != test), holding[0])


def _holds(module: ModuleType, over: Storm) -> bool:
    return any(value is over for value in list(vars(module).values()))
