"""`sagacheck paths`: lists and counts the scenarios of one saga."""

from __future__ import annotations

import click

from sagacheck.cli import options
from sagacheck.cli.output import outputs_of, page_of, palette, write

FORMATS = ("text", "json")


@click.command(name="paths", short_help="List the paths through one saga, shortest first, and count them.")
@click.argument("model", type=options.PATH)
@options.saga
@click.option(
    "--end", type=click.Choice(["committed", "aborted", "manual", "unhandled"]), help="Only paths that end so."
)
@click.option("--failing", multiple=True, metavar="STEP", help="Only paths on which a call of this step is not ok.")
@click.option("--through", multiple=True, metavar="STEP", help="Only paths on which this step is called.")
@click.option(
    "--failed-compensation",
    multiple=True,
    metavar="STEP",
    help="Only paths on which the compensation of this step is not ok.",
)
@click.option("--cancelled", is_flag=True, help="Paths with a cancellation instead of those without.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="How many to list."
)
@click.option("--count", is_flag=True, help="Only count them.")
@options.profile
@options.unroll
@options.timeout
@options.outputs(*FORMATS)
@options.color
@options.traceback
def command(
    model: str,
    saga: str | None,
    end: str | None,
    failing: tuple[str, ...],
    through: tuple[str, ...],
    failed_compensation: tuple[str, ...],
    cancelled: bool,
    limit: int,
    count: bool,
    profile: str | None,
    unroll: int | None,
    timeout: float | None,
    outputs: tuple[str, ...],
    color: str,
    traceback: bool,
) -> None:
    """List the paths through the saga in MODEL, shortest first, with the exact number of all.

    MODEL is a file, module:name or file.py:name. Filters that are given more than once must all hold.

    \b
    Examples:
      sagacheck paths models/checkout.py
      sagacheck paths models/checkout.py --end manual --failing payment.charge
      sagacheck paths models/checkout.py --failed-compensation payment.charge --count
    """  # noqa: D301 - click wants the character itself
    from sagacheck.application.list_paths import list_paths
    from sagacheck.application.selection import one_of_both
    from sagacheck.cli.progress import ProgressDisplay
    from sagacheck.core.outcome import EndKind
    from sagacheck.render.listing import render_listing, render_listing_json
    from sagacheck.render.terminal import PLAIN
    from sagacheck.semantics.listing import Filter

    wanted = outputs_of(outputs, FORMATS)
    settings = options.settings(profile, unroll, timeout, traceback=traceback)
    loaded = one_of_both(model, saga, settings.loading)
    filters = Filter(EndKind(end) if end else None, failing, through, failed_compensation, cancelled)
    with ProgressDisplay("counting" if count else "listing"):
        listing = list_paths(loaded, filters, None if count else limit, settings.unroll)
    for output in wanted:
        if output.form == "json":
            write(output, render_listing_json(listing))
        else:
            write(
                output, render_listing(listing, PLAIN if output.file is not None else palette(color), page_of(output))
            )
