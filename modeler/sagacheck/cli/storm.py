"""`sagacheck storm`: lets storms loose on handlers and reports what they keep."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sagacheck.cli import options
from sagacheck.cli.output import Output, check_place, outputs_of, page_of, palette, write

if TYPE_CHECKING:
    from sagacheck.core.storm_results import StormResults

PROFILES = ("quick", "gate", "nightly")


@click.command(name="storm", short_help="Let a storm of duplicates, losses and crashes loose on a saga's handlers.")
@click.argument("paths", nargs=-1, type=options.PATH)
@options.outputs(*options.REPORTS)
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default="gate",
    show_default=True,
    help="quick: plans of one fault; gate: of two; nightly: of two with cancellation as a crash, too, then longer ones and several sagas side by side.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of all that is random.")
@click.option("--budget", type=options.Seconds(), help="Seconds after which no further plan of a saga is begun.")
@options.saga
@click.option(
    "-k",
    "only",
    metavar="TEXT",
    default="",
    help="Only obligations whose name contains TEXT, like charge-duplicate; no plans.",
)
@click.option("--workers", type=click.IntRange(min=1), default=1, help="Processes that play plans; 1 by default.")
@click.option("--dask", metavar="ADDRESS", default="", help="A Dask scheduler whose workers play plans instead.")
@click.option(
    "--corpus",
    type=click.Path(path_type=str),
    metavar="FOLDER",
    help="Keep plans that break a saga there, and play them first the next time.",
)
@click.option(
    "--write-test",
    type=options.PATH,
    metavar="FILE",
    help="Write the first plan that breaks a saga as a pytest file that runs by itself.",
)
@options.timeout
@click.option("-v", "--verbose", is_flag=True, help="Also list what was passed over.")
@click.option("-q", "--quiet", is_flag=True, help="Only what is wrong, and a line for each saga.")
@options.color
@options.traceback
def command(
    paths: tuple[str, ...],
    outputs: tuple[str, ...],
    profile: str,
    seed: int,
    budget: float | None,
    saga: str | None,
    only: str,
    workers: int,
    dask: str,
    corpus: str | None,
    write_test: str | None,
    timeout: float | None,
    verbose: bool,
    quiet: bool,
    color: str,
    traceback: bool,
) -> int:
    """Try whether the handlers of sagas keep what their contracts claim, and whether whole sagas survive faults.

    PATHS are Python models, directories, module:name or file:name; without any as for verify. A module-level Storm(...)
    says how handlers are run; a saga without one is stormed over participants that are simulated as its contracts say.
    Handlers are executed many times: give them a world of their own, never one that matters.

    Exits with 1 if an obligation is violated or a plan not survived, and with 4 if something that is claimed was not run,
    or the budget ended before all plans were, and nothing was found.

    \b
    Examples:
      sagacheck storm models/order.py
      sagacheck storm models/order.py --profile quick -k charge-crash
      sagacheck storm models/ --profile nightly --seed 7 -o text -o json=storm.json
    """  # noqa: D301 - click wants the character itself
    from sagacheck.application.configuration import read_configuration
    from sagacheck.application.exit_status import storm_status
    from sagacheck.application.gate import gate
    from sagacheck.application.overwriting import check_outputs
    from sagacheck.application.storm_profiles import options_of
    from sagacheck.application.storm_report import report_of
    from sagacheck.application.storms import StormRequest, storms
    from sagacheck.cli.progress import ProgressDisplay
    from sagacheck.cli.reports import write_report
    from sagacheck.render.terminal import harmless

    started = time.perf_counter()
    wanted = outputs_of(outputs, options.REPORTS)
    loading = options.settings(None, None, timeout, traceback=traceback).loading
    settled = read_configuration()
    places = paths or settled.paths or (".",)
    check_outputs([output.file for output in wanted if output.file], places, settled.exclusion)
    if write_test is not None:
        check_place(write_test)
    hard = replace(
        options_of(profile, seed, budget, only),
        workers=workers,
        dask=dask,
        corpus=None if corpus is None else Path(corpus),
    )
    request = StormRequest(places, loading, hard, saga)
    with ProgressDisplay("loading") as display:

        def storming(name: str, what: str, done: int, known: int) -> None:
            of = f" of {known:,}" if known > done else ""
            display.tell(f"{harmless(name)}: {done:,}{of} {what}")

        results = storms(request, display, storming)
    elapsed = time.perf_counter() - started
    status = storm_status(results)
    for output in wanted:
        if output.form == "json":
            from sagacheck.render.storm_json import render_storms_json

            write(output, render_storms_json(results))
        elif output.form == "text":
            write(output, _text(results, output, verbose=verbose, quiet=quiet, color=color, elapsed=elapsed))
        else:
            write_report(output, report_of(results), gate("storm", status))
    if write_test is not None:
        _write_test(results, write_test)
    return status


def _write_test(results: StormResults, file: str) -> None:
    """Writes the first plan that breaks a saga as a test; without any nothing is written, and it is said why."""
    from shlex import quote

    from sagacheck.application.storm_source import StormSource
    from sagacheck.application.written_test import written_test
    from sagacheck.core.storming import Standing
    from sagacheck.render.terminal import harmless

    for one in results.storms:
        if one.report.broken:
            path = str(Path(one.report.file).absolute())
            source = StormSource(path, one.report.saga, one.report.simulated, one.nth)
            write(Output("python", file), written_test(source, one.report.broken[0].token, Path(file)))
            return
    violated = [
        (one, cell) for one in results.storms for cell in one.report.cells if cell.standing is Standing.VIOLATED
    ]
    if not violated:
        click.echo(f"no plan breaks a saga: {file} was not written", err=True)
        return
    first, cell = violated[0]
    again = f"sagacheck storm {quote(harmless(first.report.file))} -k {quote(harmless(cell.name))}"
    told = f"no plan breaks a saga, but obligations are violated: {file} was not written, as tests are written of plans"
    click.echo(f"{told}; `{again}` shows the first one again", err=True)


def _text(results: StormResults, output: Output, *, verbose: bool, quiet: bool, color: str, elapsed: float) -> str:
    from sagacheck.render.storm_text import render_storms
    from sagacheck.render.terminal import PLAIN
    from sagacheck.render.text import TextOptions

    colours = PLAIN if output.file is not None else palette(color)
    shown = TextOptions(verbose=verbose, quiet=quiet, palette=colours, elapsed=elapsed, page=page_of(output))
    return render_storms(results, shown)
