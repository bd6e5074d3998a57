"""`sagacheck export`: writes one saga for another tool."""

from __future__ import annotations

import click

from sagacheck.cli import options
from sagacheck.cli.output import Output, check_place, write


@click.command(name="export", short_help="Write one saga for another tool, to check the verdict again.")
@click.argument("model", type=options.PATH)
@options.saga
@click.option("--to", "form", type=click.Choice(["promela"]), required=True, help="promela: for SPIN.")
@click.option("-o", "--output", "file", type=options.PATH, metavar="FILE", help="Where to write it; stdout by default.")
@options.profile
@options.timeout
@options.traceback
def command(
    model: str,
    saga: str | None,
    form: str,
    file: str | None,
    profile: str | None,
    timeout: float | None,
    traceback: bool,
) -> None:
    """Write the saga in MODEL, with its participants and the network, as a specification for another tool.

    SPIN then comes to the same number of states and the same verdicts as `verify`; the specification says in
    its first lines how to run it. A step whose contract is not declared gets the strongest one.

    \b
    Examples:
      sagacheck export models/checkout.py --to promela -o checkout.pml
    """  # noqa: D301 - click wants the character itself
    from sagacheck.application.export_saga import export_saga
    from sagacheck.application.selection import one_of_both

    if file is not None:
        check_place(file)
    settings = options.settings(profile, None, timeout, traceback=traceback)
    write(Output(form, file), export_saga(one_of_both(model, saga, settings.loading)))
