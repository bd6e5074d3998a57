"""`sagacheck verify`: checks sagas and reports what it found."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from sagacheck.cli import options
from sagacheck.cli.output import Output, outputs_of, page_of, palette, write

if TYPE_CHECKING:
    from sagacheck.application.check import ProvingOptions
    from sagacheck.application.configuration import Configuration
    from sagacheck.application.storm_saga import StormOptions
    from sagacheck.core.report import Report


@click.command(name="verify", short_help="Check every path and every failure point of sagas.")
@click.argument("paths", nargs=-1, type=options.PATH)
@options.outputs(*options.REPORTS)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    type=click.Choice(options.PROFILES),
    help="Engine that unwinds declared sagas; each saga's own by default. May be repeated.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note"]),
    help="The least severity with which a finding fails the run.  [default: error]",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings; other failures still count.")
@click.option(
    "--prove/--no-prove",
    default=None,
    help="Prove sagas over an unreliable network, too: any loss, duplication and delay of messages, any crash; "
    "or only check them over one that works.  [default: prove]",
)
@click.option(
    "--without",
    multiple=True,
    type=click.Choice(["loss", "crash", "refusal"]),
    help="A fault that does not occur, as the verdict then says. May be repeated.",
)
@click.option(
    "--budget",
    type=options.Seconds(),
    help="Seconds that each proof may take; 300 by default. What is not decided then is inconclusive.",
)
@click.option(
    "--storm",
    is_flag=True,
    help="Also let storms loose on the handlers that a Storm(...) wires: claims are then tested or refuted.",
)
@click.option(
    "--forgetful",
    is_flag=True,
    help="A coordinator that crashes forgets all, and begins again under the same keys.",
)
@options.unroll
@options.timeout
@click.option(
    "-v", "--verbose", is_flag=True, help="Also list claims, assumptions, what was inferred and what was passed over."
)
@click.option("-q", "--quiet", is_flag=True, help="Only findings and failures.")
@options.color
@options.traceback
def command(
    paths: tuple[str, ...],
    outputs: tuple[str, ...],
    profiles: tuple[str, ...],
    fail_on: str | None,
    exit_zero: bool,
    prove: bool | None,
    without: tuple[str, ...],
    budget: float | None,
    storm: bool,
    forgetful: bool,
    unroll: int | None,
    timeout: float | None,
    verbose: bool,
    quiet: bool,
    color: str,
    traceback: bool,
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
    from sagacheck.application.configuration import read_configuration
    from sagacheck.application.exit_status import exit_status
    from sagacheck.application.gate import gate
    from sagacheck.application.loaded import LoadOptions
    from sagacheck.application.verify import VerifyOptions, verify
    from sagacheck.cli.progress import ProgressDisplay
    from sagacheck.cli.reports import write_report
    from sagacheck.core.finding import Severity

    if verbose and quiet:
        msg = "-v and -q contradict each other"
        raise click.UsageError(msg)
    asked = True if without or budget is not None or forgetful else None
    if asked and prove is False:
        msg = "--without, --budget and --forgetful say how to prove: they contradict --no-prove"
        raise click.UsageError(msg)
    started = time.perf_counter()
    wanted = outputs_of(outputs, options.REPORTS)
    settled = read_configuration()
    loading = LoadOptions(
        profiles=tuple(dict.fromkeys(profiles)) or settled.profiles,
        timeout=options.first(timeout, settled.timeout, options.DEFAULT_TIMEOUT),
        exclusion=settled.exclusion,
        traceback=traceback,
    )
    request = VerifyOptions(
        paths or settled.paths or (".",),
        loading,
        options.first(unroll, settled.unroll, options.DEFAULT_UNROLL),
        _proving(without, budget, settled, forgetful=forgetful) if options.first(prove, asked, settled.prove) else None,
        _storming() if storm else None,
    )
    with ProgressDisplay("loading") as listener:
        report = verify(request, listener)
    elapsed = time.perf_counter() - started
    least = Severity(fail_on) if fail_on else settled.fail_on or Severity.ERROR
    status = exit_status(report, least, exit_zero=exit_zero)
    for output in wanted:
        if output.form in ("text", "json"):
            write(output, _rendered(report, output, verbose=verbose, quiet=quiet, color=color, elapsed=elapsed))
        else:
            write_report(output, report, gate("verify", status, least))
    return status


def _proving(
    without: tuple[str, ...], seconds: float | None, settled: Configuration, *, forgetful: bool
) -> ProvingOptions:
    from sagacheck.application.check import ProvingOptions
    from sagacheck.prover.prove import DEFAULT_BUDGET, Budget

    budget = Budget(seconds=options.first(seconds, settled.budget, DEFAULT_BUDGET.seconds))
    return ProvingOptions(budget, frozenset(without), durable=not forgetful)


def _storming() -> StormOptions:
    from sagacheck.application.storm_profiles import options_of

    return options_of("gate")


def _rendered(report: Report, output: Output, *, verbose: bool, quiet: bool, color: str, elapsed: float) -> str:
    if output.form == "json":
        from sagacheck.render.json_report import render_json

        return render_json(report)
    from sagacheck.render.terminal import PLAIN
    from sagacheck.render.text import TextOptions, render_text

    colours = PLAIN if output.file is not None else palette(color)
    options = TextOptions(verbose=verbose, quiet=quiet, palette=colours, elapsed=elapsed, page=page_of(output))
    return render_text(report, options)
