"""`sagacheck init`: writes the side file of a definition with what was inferred."""

from __future__ import annotations

import click

from sagacheck.cli import options
from sagacheck.cli.output import Output, write, write_stdout


@click.command(name="init", short_help="Write down beside a definition what was inferred, for you to review.")
@click.argument("file", type=options.PATH)
@click.option("--dry-run", is_flag=True, help="Show the difference and write nothing.")
def command(file: str, dry_run: bool) -> None:
    """Write the side file of the Step Functions definition in FILE.

    A definition does not say which task undoes which, what only reads, or which end calls a person. What sagacheck
    infers is written into NAME.saga.toml beside it, every entry with the reason, and what it cannot tell as a question.
    Correct what is wrong: what stands there goes before what is inferred. What you wrote is never changed; run it again
    when the definition has changed, and it adds what is new.

    FILE may also be a template or a serverless.yml: each definition in it gets a file of its own.

    \b
    Examples:
      sagacheck init statemachine.asl.json            writes statemachine.saga.toml
      sagacheck init template.yaml --dry-run          shows what it would write
    """  # noqa: D301 - click wants the character itself
    from sagacheck.application.init_side_file import propose
    from sagacheck.render.number import counted
    from sagacheck.render.terminal import harmless, harmless_lines

    for proposal in propose(file):
        lines = [harmless(line) for line in proposal.kept]
        if proposal.before == proposal.after:
            lines.append(f"{harmless(proposal.file)}: nothing to add")
        else:
            lines = [*harmless_lines(proposal.difference.rstrip("\n")), "", *lines]
            verb = "would write" if dry_run else "wrote"
            review = f"{counted(len(proposal.added), 'entry', 'entries')} to review"
            decide = f", {counted(len(proposal.undecided), 'task')} to decide on" if proposal.undecided else ""
            lines.append(f"{verb} {harmless(proposal.file)}: {review}{decide}")
            if not dry_run:
                write(Output("text", proposal.path), proposal.after)
        write_stdout("".join(f"{line}\n" for line in lines))
