"""`sagacheck diagram`: draws one saga."""

from __future__ import annotations

import sys

import click

from sagacheck.cli import options
from sagacheck.cli.output import Output, check_place, write

_FORMATS = ("svg", "png", "pdf", "dot", "mermaid")
_ENDINGS = {"svg": "svg", "png": "png", "pdf": "pdf", "dot": "dot", "gv": "dot", "mmd": "mermaid", "mermaid": "mermaid"}
_BINARY = ("png", "pdf")


@click.command(name="diagram", short_help="Draw one saga: what undoes what, and where each failure leads.")
@click.argument("model", type=options.PATH)
@options.saga
@click.option("--format", "form", type=click.Choice(_FORMATS), help="By default as FILE's ending says, else dot.")
@click.option("-o", "--output", "file", type=options.PATH, metavar="FILE", help="Where to write it; stdout by default.")
@click.option("--finding", metavar="CODE", help="Highlight the path that shows this finding.")
@options.profile
@options.unroll
@options.timeout
@options.traceback
def command(
    model: str,
    saga: str | None,
    form: str | None,
    file: str | None,
    finding: str | None,
    profile: str | None,
    unroll: int | None,
    timeout: float | None,
    traceback: bool,
) -> None:
    """Draw the saga in MODEL: the way forward, what undoes what, and where each failure leads.

    MODEL is a file, module:name or file.py:name. No other program is needed.

    \b
    Examples:
      sagacheck diagram models/checkout.py -o checkout.svg
      sagacheck diagram models/checkout.py --finding SC201 -o finding.png
      sagacheck diagram models/checkout.py --format mermaid
    """  # noqa: D301 - click wants the character itself
    from sagacheck.application.draw_saga import draw_saga
    from sagacheck.application.selection import one_of_both
    from sagacheck.cli.progress import ProgressDisplay

    form = form or _by_ending(file)
    if file is not None:
        check_place(file)
    elif form in _BINARY and sys.stdout.isatty():
        msg = f"a terminal cannot show {form}; write it to a file: -o saga.{form}"
        raise click.UsageError(msg)
    settings = options.settings(profile, unroll, timeout, traceback=traceback)
    loaded = one_of_both(model, saga, settings.loading)
    with ProgressDisplay("drawing"):
        picture = draw_saga(loaded, form, finding.upper() if finding else None, settings.unroll)
    write(Output(form, file), picture if form in _BINARY else picture.decode())


def _by_ending(file: str | None) -> str:
    """The format that a file's ending asks for."""
    if file is None:
        return "dot"
    ending = file.rpartition(".")[2].lower()
    if ending not in _ENDINGS:
        msg = f"-o {file}: this ending names no format; add --format {'|'.join(_FORMATS)}"
        raise click.UsageError(msg)
    return _ENDINGS[ending]
