"""`sagacheck explain`: shows the page of a rule."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from sagacheck.cli import options
from sagacheck.cli.output import Output, page_of, palette, write_stdout


def _codes(_ctx: click.Context, _option: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The codes that begin like this, for the shell."""
    from sagacheck.application.pages import all_pages

    return [
        CompletionItem(rule.code, help=rule.summary) for rule in all_pages() if rule.code.startswith(incomplete.upper())
    ]


@click.command(name="explain", short_help="Explain a finding's code: what it means and what to do.")
@click.argument("code", shell_complete=_codes)
@options.color
def command(code: str, color: str) -> None:
    """Explain the finding with this CODE: what it means, why it matters and what to do. A rule's name will do, too.

    \b
    Example:
      sagacheck explain SC201
    """  # noqa: D301 - click wants the character itself
    from sagacheck.application.pages import all_pages
    from sagacheck.application.refusal import refused

    rules = {name: rule for rule in all_pages() for name in (rule.code.casefold(), rule.name.casefold())}
    rule = rules.get(code.strip().casefold())
    if rule is None:
        raise refused(f"there is no rule {code!r}", code, [known for r in all_pages() for known in (r.code, r.name)])
    colours = palette(color)
    write_stdout(_painted(rule.page) if colours.enabled else rule.page.rstrip("\n") + "\n")


def _painted(page: str) -> str:
    """The page as a terminal shows it best."""
    import io

    from rich.console import Console
    from rich.markdown import Markdown

    width = page_of(Output("text")).width
    console = Console(file=io.StringIO(), force_terminal=True, width=width, color_system="standard")
    with console.capture() as captured:
        console.print(Markdown(page))
    return captured.get()
