"""`sagacheck rules`: lists all rules."""

from __future__ import annotations

import click

from sagacheck.cli import options
from sagacheck.cli.output import outputs_of, page_of, palette, write

FORMATS = ("text", "json")


@click.command(name="rules", short_help="List all rules.")
@options.outputs(*FORMATS)
@options.color
def command(outputs: tuple[str, ...], color: str) -> None:
    """List all rules: code, severity, name and what each one finds.

    \b
    Examples:
      sagacheck rules
      sagacheck rules -o json
    """  # noqa: D301 - click wants the character itself
    from sagacheck.application.pages import all_pages
    from sagacheck.render.json_report import json_text
    from sagacheck.render.terminal import PLAIN, set_in_lines

    for output in outputs_of(outputs, FORMATS):
        if output.form == "json":
            rules = [
                {"code": rule.code, "name": rule.name, "severity": rule.severity.value, "summary": rule.summary}
                for rule in all_pages()
            ]
            write(output, json_text({"format": "sagacheck-rules", "version": 1, "rules": rules}))
            continue
        colours = PLAIN if output.file is not None else palette(color)
        width = max(len(rule.name) for rule in all_pages())
        lines = [
            line
            for rule in all_pages()
            for line in set_in_lines(
                [
                    colours.paint("bold", rule.code),
                    colours.paint(rule.severity.value, f"{rule.severity.value:<7}"),
                    f"{rule.name:<{width}}",
                    rule.summary,
                ],
                page_of(output),
                hanging=7,
            )
        ]
        write(output, "".join(line + "\n" for line in lines))
