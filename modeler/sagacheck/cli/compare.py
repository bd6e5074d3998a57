"""`sagacheck compare`: sets two designs of one saga side by side."""

from __future__ import annotations

import click

from sagacheck.cli import options
from sagacheck.cli.output import Output, outputs_of, page_of, palette, write
from sagacheck.core.comparison import Comparison, Sameness

FORMATS = ("text", "json", "markdown", "html")


@click.command(name="compare", short_help="Compare two designs of one saga: orchestrated and choreographed.")
@click.argument("first", type=options.PATH, metavar="ORCHESTRATED")
@click.argument("second", type=options.PATH, metavar="CHOREOGRAPHED")
@options.outputs(*FORMATS)
@click.option("--budget", type=options.Seconds(), help="Seconds for whether both come to the same; 60 by default.")
@options.profile
@options.timeout
@options.color
@options.traceback
def command(
    first: str,
    second: str,
    outputs: tuple[str, ...],
    budget: float | None,
    profile: str | None,
    timeout: float | None,
    color: str,
    traceback: bool,
) -> int:
    """Compare two designs of one saga, usually ORCHESTRATED by a coordinator and CHOREOGRAPHED by events.

    Says whether both come to the same ends with the same effects, whatever their participants answer, and if not, by
    which shortest run they are told apart. Then measures both: who decides, how large machines are, who knows of a
    failure, what has to run for a test, how long the chain of messages is, which logs tell a run. Steps correspond by
    their names. Exits with 1 if they come to different ends without any fault.

    \b
    Examples:
      sagacheck compare models/order.py models/order_choreographed.py
      sagacheck compare shop.py:order shop.py:order_events -o markdown=decision.md
      sagacheck compare shop.py:order shop.py:order_events -o html=decision.html
    """  # noqa: D301 - click wants the character itself
    from sagacheck.application.compare import DEFAULT_SECONDS, compare
    from sagacheck.application.exit_status import ExitStatus
    from sagacheck.application.selection import one_of_both

    wanted = outputs_of(outputs, FORMATS)
    settings = options.settings(profile, None, timeout, traceback=traceback)
    one, other = (one_of_both(model, None, settings.loading) for model in (first, second))
    comparison = compare(one, other, options.first(budget, DEFAULT_SECONDS))
    for output in wanted:
        if output.form == "html":
            from sagacheck.application.html_report import html_comparison
            from sagacheck.prover.prove import DEFAULT_BUDGET

            write(output, html_comparison(comparison, (one, other), settings.unroll, DEFAULT_BUDGET))
        else:
            write(output, _rendered(comparison, output, color))
    if comparison.sameness is Sameness.UNDECIDED:
        return ExitStatus.INCONCLUSIVE
    return ExitStatus.FINDINGS if comparison.sameness is Sameness.DIFFERENT else ExitStatus.CHECKED


def _rendered(comparison: Comparison, output: Output, color: str) -> str:
    if output.form == "json":
        from sagacheck.render.comparison_json import comparison_json

        return comparison_json(comparison)
    if output.form == "markdown":
        from sagacheck.render.comparison_markdown import comparison_markdown

        return comparison_markdown(comparison)
    from sagacheck.render.comparison_text import comparison_text
    from sagacheck.render.terminal import PLAIN

    return comparison_text(comparison, PLAIN if output.file is not None else palette(color), page_of(output))
