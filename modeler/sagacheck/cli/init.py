"""`sagacheck init`: sets up a project, or writes the side file of a definition."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sagacheck.cli import options
from sagacheck.cli.output import Output, write, write_stdout

if TYPE_CHECKING:
    from sagacheck.application.setting_up.plan import Piece, Wish
    from sagacheck.application.setting_up.survey import Survey

_CI = ("github", "gitlab", "none")
_MODELS = ("order", "empty", "none")


@click.command(name="init", short_help="Set up a project, or write down what was inferred of a definition.")
@click.argument("path", type=options.PATH, default=".")
@click.option("--ci", type=click.Choice(_CI), help="The CI that is to run sagacheck for each proposed change.")
@click.option("--pre-commit/--no-pre-commit", default=None, help="Run sagacheck before each commit, by pre-commit.")
@click.option("--model", type=click.Choice(_MODELS), help="The first saga: an order, an empty one, or none.")
@click.option("-y", "--yes", is_flag=True, help="Ask nothing: take what seems right for all that no option says.")
@click.option("--dry-run", is_flag=True, help="Show the difference and write nothing.")
def command(path: str, ci: str | None, pre_commit: bool | None, model: str | None, yes: bool, dry_run: bool) -> None:
    """Set up a project in the folder PATH, this one by default; or write the side file of the definition in PATH.

    In a folder, which is made if need be: says in pyproject.toml what to check, writes a first saga, and has CI and
    pre-commit run sagacheck. Asks on a terminal; elsewhere options and what is there decide. What is there is never
    overwritten, and a second run adds what is missing.

    A Step Functions definition does not say which task undoes which, what only reads, or which end calls a person.
    What sagacheck infers is written into NAME.saga.toml beside it, every entry with the reason, and what it cannot
    tell as a question. Correct what is wrong: what stands there goes before what is inferred, and is never changed.
    In a template or a serverless.yml, each definition gets a file of its own.

    \b
    Examples:
      sagacheck init                                  asks, and sets up this folder
      sagacheck init --ci gitlab --pre-commit --yes   asks nothing
      sagacheck init statemachine.asl.json            writes statemachine.saga.toml
      sagacheck init template.yaml --dry-run          shows what it would write
    """  # noqa: D301 - click wants the character itself
    for_project = ci is not None or pre_commit is not None or model is not None
    new_folder = not Path(path).exists() and (for_project or not Path(path).suffix)
    if Path(path).is_dir() or new_folder:
        _set_up(path, ci, pre_commit, model, yes=yes, dry_run=dry_run)
        return
    if for_project:
        msg = "--ci, --pre-commit and --model set up a project: name its folder, not a file"
        raise click.UsageError(msg)
    _write_side_files(path, dry_run=dry_run)


def _write_side_files(path: str, *, dry_run: bool) -> None:
    from sagacheck.application.init_side_file import propose
    from sagacheck.render.number import counted
    from sagacheck.render.terminal import harmless, harmless_lines

    for proposal in propose(path):
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


def _set_up(path: str, ci: str | None, pre_commit: bool | None, model: str | None, *, yes: bool, dry_run: bool) -> None:
    from sagacheck.application.setting_up.plan import plan
    from sagacheck.application.setting_up.survey import survey

    seen = survey(Path(path))
    pieces = plan(seen, _wish(seen, ci, pre_commit, model, ask=not yes and sys.stdin.isatty() and sys.stdout.isatty()))
    for piece in pieces:
        if piece.changes and not dry_run:
            _write_piece(seen.folder, piece)
        write_stdout(_told(piece, dry_run=dry_run))
    if not dry_run:
        write_stdout(_onward(path, seen, pieces))


def _wish(seen: Survey, ci: str | None, pre_commit: bool | None, model: str | None, *, ask: bool) -> Wish:
    """What is wanted: what options say, else what a person answers, else what is likely."""
    from sagacheck.application.setting_up.plan import Wish

    if ask:
        if model is None:
            model = click.prompt("First saga", type=click.Choice(_MODELS), default=seen.likely_model)
        if pre_commit is None:
            pre_commit = click.confirm("Run before each commit, by pre-commit?", default=seen.likely_pre_commit)
        if ci is None:
            ci = click.prompt("CI", type=click.Choice(_CI), default=seen.likely_ci)
    return Wish(
        ci=options.first(ci, seen.likely_ci),
        pre_commit=options.first(pre_commit, seen.likely_pre_commit),
        model=options.first(model, seen.likely_model),
    )


def _write_piece(folder: Path, piece: Piece) -> None:
    from sagacheck.application.refusal import RefusedError

    place = folder / piece.file
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{piece.file}: its folder cannot be made: {error.strerror or error}"
        raise RefusedError(msg) from error
    assert piece.after is not None
    write(Output("text", str(place)), piece.after)


def _told(piece: Piece, *, dry_run: bool) -> str:
    """What became of a file, and what a person has to do."""
    from sagacheck.render.terminal import harmless, harmless_lines

    lines = []
    if dry_run and piece.changes:
        lines = harmless_lines(piece.difference.rstrip("\n"))
    said, *rest = harmless_lines(f"{piece.says}; {piece.to_do.rstrip()}" if piece.to_do else piece.says)
    lines.append(f"{_verb(piece, dry_run=dry_run)}{harmless(piece.file)}: {said}")
    lines += [f"    {line}".rstrip() for line in rest]
    return "".join(f"{line}\n" for line in lines)


def _verb(piece: Piece, *, dry_run: bool) -> str:
    if not piece.changes:
        return ""
    if piece.before is None:
        return "would write " if dry_run else "wrote "
    return "would add to " if dry_run else "added to "


def _onward(path: str, seen: Survey, pieces: tuple[Piece, ...]) -> str:
    import shlex

    from sagacheck.application.setting_up.plan import next_commands

    commands = next_commands(seen, pieces)
    if seen.folder != Path.cwd():
        commands = (f"cd {shlex.quote(path)} && {commands[0]}", commands[1])
    return "".join(("\nnext:\n", *(f"  {line}\n" for line in commands)))
