"""The group of all commands, and the exit code of whatever happens.

Commands are imported when they are called, so that `--help` stays quick.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

import click

COMMANDS = {
    "verify": "Check every path and every failure point of sagas.",
    "storm": "Let a storm of duplicates, losses and crashes loose on a saga's handlers.",
    "paths": "List the paths through one saga, shortest first, and count them.",
    "diagram": "Draw one saga: what undoes what, and where each failure leads.",
    "mutate": "Make wrong twins of a sound saga, and see whether they are noticed.",
    "compare": "Compare two designs of one saga: orchestrated and choreographed.",
    "export": "Write one saga for another tool, to check the verdict again.",
    "replay": "Show the story of a finding again, on the model as it is now.",
    "baseline": "Accept findings for now, with a reason: `verify` counts what is new.",
    "init": "Set up a project, or write down what was inferred of a definition.",
    "explain": "Explain a finding's code: what it means and what to do.",
    "rules": "List all rules.",
    "completion": "Print the script that completes commands in a shell.",
}

_CHECKED, _USAGE, _BUG, _INCONCLUSIVE, _NO_SAGA, _INTERRUPTED = 0, 2, 3, 4, 5, 130


class Commands(click.Group):
    """A group that imports a command when it is called, and turns every ending into sagacheck's exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click has it
        """The names of the commands, most needed first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as click has it
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"sagacheck.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name, or an error that guesses which was meant."""
        name = args[0]
        if not ctx.resilient_parsing and not name.startswith("-") and name not in COMMANDS:
            from sagacheck.application.refusal import did_you_mean

            ctx.fail(f"there is no command {name!r}; {did_you_mean(name, COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as click has it
        """Lists the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT002 - as click has it
        **extra: Any,  # noqa: ANN401 - as click has it
    ) -> NoReturn:
        """Runs the command line and exits; click's own exit codes would look like findings."""
        del standalone_mode
        sys.exit(self._status(args, prog_name or "sagacheck", complete_var, extra))

    def _status(
        self, args: Sequence[str] | None, prog_name: str, complete_var: str | None, extra: dict[str, Any]
    ) -> int:
        try:
            status = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
            sys.stdout.flush()
        except (click.Abort, KeyboardInterrupt):
            return _INTERRUPTED
        except click.ClickException as error:
            error.show()
            return _USAGE
        except BrokenPipeError:
            from sagacheck.cli.output import hush

            hush()
            return _CHECKED
        except SystemExit as ending:
            # click ends so when the reader of its own output, like that of --help, has left
            return _CHECKED if ending.code == 1 else int(ending.code or _CHECKED)
        except Exception as error:  # noqa: BLE001 - the last resort: whatever came here is our fault, or says what it is
            return _status_of(error, whole="--traceback" in (sys.argv if args is None else args))
        return int(status or _CHECKED)


def _status_of(error: Exception, *, whole: bool) -> int:
    """Tells what went wrong on stderr, and its exit code."""
    from sagacheck.application.refusal import RefusedError
    from sagacheck.application.selection import LoadError, NoSagaError
    from sagacheck.cli.output import in_log
    from sagacheck.render.terminal import harmless, harmless_lines, message_lines

    status, messages = _BUG, ["\n".join(message_lines(f"internal error: {type(error).__name__}: {error}"))]
    if isinstance(error, RefusedError):
        status, messages = (_NO_SAGA if isinstance(error, NoSagaError) else _USAGE), [harmless(f"error: {error}")]
    elif isinstance(error, LoadError):
        from sagacheck.render.text import failure_text

        status = _BUG if any(failure.internal for failure in error.failures) else _USAGE
        messages = [failure_text(failure).rstrip("\n") for failure in error.failures]
    elif type(error).__name__ == "UndecidedError":
        status, messages = _INCONCLUSIVE, [harmless(f"inconclusive: {error}")]
    else:
        if whole:
            import traceback

            messages.insert(0, "\n".join(message_lines("".join(traceback.format_exception(error)).rstrip("\n"))))
        hint = "" if whole else "; --traceback tells where it happened"
        messages.append(f"  help: this is a bug in sagacheck; please report it together with the model{hint}")
    for line in (line for message in messages for line in harmless_lines(message)):
        click.echo(in_log(line), err=True)
    return status


def _print_version(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"sagacheck {version('sagacheck')}")
        ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 checked, 1 findings, 2 usage or a model that cannot be loaded, 3 a bug in sagacheck, "
    "4 inconclusive, 5 no saga found, 130 interrupted.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def commands() -> None:
    """Check every path and every failure point of a saga before it is merged.

    \b
    Examples:
      sagacheck init                        set up this folder
      sagacheck verify models/              check everything in a folder
      sagacheck explain SC201               read what a finding means
    """  # noqa: D301 - click wants the character itself


def main() -> NoReturn:
    """The console script."""
    closed = [name for name in ("stdout", "stderr") if getattr(sys, name) is None]
    if closed:
        _refuse_closed(closed)
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        commands.main()
    except SystemExit as ending:
        _leave(ending.code)
    except KeyboardInterrupt:
        _leave(_INTERRUPTED)
    raise AssertionError  # commands.main() never returns


def _refuse_closed(streams: Sequence[str]) -> NoReturn:
    """Ends the process where there is nowhere to report to: the next file to be opened would take the stream's place."""
    for stream in filter(None, (sys.stderr, sys.stdout)):
        with suppress(Exception):
            stream.write(f"error: {' and '.join(streams)} is closed; redirect it, to /dev/null if it is not wanted\n")
            stream.flush()
    sys.exit(_USAGE)


def _leave(code: object) -> NoReturn:
    """Ends the process even if a model has left threads running that would never end."""
    import threading

    lingering = any(not thread.daemon and thread is not threading.main_thread() for thread in threading.enumerate())
    with suppress(Exception):
        sys.stdout.flush()
    # All is said; what Python does in the end cannot bear an interruption.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if lingering:
        with suppress(Exception):
            sys.stderr.flush()
        os._exit(code if isinstance(code, int) else _CHECKED)
    sys.exit(code if isinstance(code, int) else _CHECKED)
