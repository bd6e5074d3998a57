"""`sagacheck verify`: checks sagas and reports what it found."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from sagacheck.cli import options
from sagacheck.cli.output import Output, outputs_of, page_of, palette, write
from sagacheck.cli.verifying import Asked, how_to_verify, request_of

if TYPE_CHECKING:
    from sagacheck.application.verify import Verified
    from sagacheck.core.report import Report


@click.command(name="verify", short_help="Check every path and every failure point of sagas.")
@click.argument("paths", nargs=-1, type=options.PATH)
@options.outputs(*options.REPORTS)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note"]),
    help="The least severity with which a finding fails the run.  [default: error]",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings; other failures still count.")
@click.option(
    "--baseline",
    "named",
    metavar="FILE",
    help="Findings that are accepted and do not count.  [default: sagacheck-baseline.toml, if it is there]",
)
@click.option("--no-baseline", is_flag=True, help="Every finding counts, whatever is accepted.")
@click.option(
    "--since",
    metavar="REF",
    help="Only what this branch changed since it left REF: changed sagas, new findings, failure points that lost or "
    "got cover. Asks git; what is not committed counts.",
)
@click.option(
    "--watch",
    "watching",
    is_flag=True,
    help="Verify again whenever a file is saved, until Ctrl-C; the exit code is that of the last run. "
    "Needs sagacheck[watch].",
)
@click.option(
    "-v", "--verbose", is_flag=True, help="Also list claims, assumptions, what was inferred and what was passed over."
)
@click.option("-q", "--quiet", is_flag=True, help="Only findings and failures.")
@options.color
@how_to_verify
def command(
    paths: tuple[str, ...],
    outputs: tuple[str, ...],
    fail_on: str | None,
    exit_zero: bool,
    named: str | None,
    no_baseline: bool,
    since: str | None,
    watching: bool,
    verbose: bool,
    quiet: bool,
    color: str,
    asked: Asked,
) -> int:
    """Check every path and every failure point of the sagas that PATHS hold.

    PATHS are Python models, Step Functions definitions in JSON or YAML, templates and serverless.yml that hold some,
    directories, module:name or file:name. Without any, [tool.sagacheck] in pyproject.toml says what to check, else
    everything in this folder is. Models are imported, so they are run: verify only what you trust. Definitions and
    templates are only read.

    \b
    Examples:
      sagacheck verify models/
      sagacheck verify models/checkout.py:place_order --profile temporal
      sagacheck verify models/ --no-prove
      sagacheck verify template.yaml:OrderMachine
      sagacheck verify models/ -o text -o sarif=report.sarif --fail-on warning
    """  # noqa: D301 - click wants the character itself
    from sagacheck.application.baseline.place import find_baseline, place_of_baseline
    from sagacheck.application.configuration import read_configuration
    from sagacheck.application.exit_status import exit_status
    from sagacheck.application.gate import gate
    from sagacheck.application.overwriting import check_outputs
    from sagacheck.application.verify import verified
    from sagacheck.cli.progress import ProgressDisplay
    from sagacheck.cli.reports import write_report
    from sagacheck.core.finding import Severity

    if verbose and quiet:
        msg = "-v and -q contradict each other"
        raise click.UsageError(msg)
    if named is not None and no_baseline:
        msg = "--baseline and --no-baseline contradict each other"
        raise click.UsageError(msg)
    started = time.perf_counter()
    wanted = outputs_of(outputs, options.REPORTS)
    settled = read_configuration()
    files = [output.file for output in wanted if output.file]
    check_outputs(files, paths or settled.paths or (".",), settled.exclusion, place_of_baseline(named, settled))
    if watching:
        from sagacheck.cli.watch import watch, without_watch

        places = (*(paths or settled.paths), settled.exclusion.root or ".")
        return watch(places, without_watch(sys.argv[1:]), files)
    request = request_of(paths, asked, settled, None if no_baseline else find_baseline(named, settled))
    if since is not None:
        from sagacheck.application.since.history import branch_point

        request = replace(request, since=branch_point(since))
    with ProgressDisplay("loading") as listener:
        found = verified(request, listener)
    report = found.report
    elapsed = time.perf_counter() - started
    least = Severity(fail_on) if fail_on else settled.fail_on or Severity.ERROR
    status = exit_status(report, least, exit_zero=exit_zero)
    for output in wanted:
        if output.form in ("text", "json"):
            write(output, _rendered(report, output, verbose=verbose, quiet=quiet, color=color, elapsed=elapsed))
        elif output.form == "html":
            write(output, _page(found, request.unroll))
        else:
            write_report(output, report, gate("verify", status, least))
    return status


def _page(found: Verified, unroll: int) -> str:
    from sagacheck.application.html_report import html_report
    from sagacheck.cli.progress import ProgressDisplay

    with ProgressDisplay("drawing"):
        return html_report(found, unroll)


def _rendered(report: Report, output: Output, *, verbose: bool, quiet: bool, color: str, elapsed: float) -> str:
    if output.form == "json":
        from sagacheck.render.json_report import render_json

        return render_json(report)
    from sagacheck.render.terminal import PLAIN
    from sagacheck.render.text import TextOptions, render_text

    colours = PLAIN if output.file is not None else palette(color)
    options = TextOptions(verbose=verbose, quiet=quiet, palette=colours, elapsed=elapsed, page=page_of(output))
    return render_text(report, options)
