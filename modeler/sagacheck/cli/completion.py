"""`sagacheck completion`: prints the script with which a shell completes commands."""

from __future__ import annotations

import click
from click.shell_completion import ShellComplete, get_completion_class

from sagacheck.cli.output import write_stdout


@click.command(name="completion", short_help="Print the script that completes commands in a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that makes SHELL complete commands, options and codes.

    \b
    Examples:
      sagacheck completion bash >> ~/.bashrc
      sagacheck completion zsh  >> ~/.zshrc
      sagacheck completion fish > ~/.config/fish/completions/sagacheck.fish
    """  # noqa: D301 - click wants the character itself
    kind = get_completion_class(shell)
    assert kind is not None
    complete = kind(ctx.find_root().command, {}, "sagacheck", "_SAGACHECK_COMPLETE")
    # the base class only fills in the template; the one for bash would first start a bash to ask for its version
    write_stdout(ShellComplete.source(complete) + "\n")
