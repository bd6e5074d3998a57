"""`sagacheck mutate`: makes wrong twins of sound sagas, and says which of them verify notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sagacheck.cli import options
from sagacheck.cli.output import outputs_of, page_of, palette, write

if TYPE_CHECKING:
    from sagacheck.application.loaded import LoadedChoreography, LoadedSaga

_DEFAULT_SECONDS = 60.0


FORMATS = ("text", "json")


@click.command(name="mutate", short_help="Make wrong twins of a sound saga, and see whether they are noticed.")
@click.argument("paths", nargs=-1, required=True, type=options.PATH)
@options.outputs(*FORMATS)
@click.option("--budget", type=options.Seconds(), help="Seconds that each proof may take; 60 by default.")
@click.option("-v", "--verbose", is_flag=True, help="List the twins that were noticed, too, and by what.")
@options.profile
@options.timeout
@options.color
@options.traceback
def command(
    paths: tuple[str, ...],
    outputs: tuple[str, ...],
    budget: float | None,
    verbose: bool,
    profile: str | None,
    timeout: float | None,
    color: str,
    traceback: bool,
) -> int:
    """Ask whether it would be noticed if the sagas that PATHS hold became wrong.

    Each saga gets wrong twins, all of them harmful: a compensation is dropped, two change places, a contract is
    weakened, a failure swallowed, an outcome not handled, an end taken for another, an event lost. A twin is noticed if
    verify finds an error in it that the saga itself does not have (in a definition, a warning). Exits with 1 if one is
    not noticed.

    \b
    Examples:
      sagacheck mutate models/checkout.py
      sagacheck mutate models/ -v
    """  # noqa: D301 - click wants the character itself
    from sagacheck.application.exit_status import ExitStatus
    from sagacheck.application.loading import load
    from sagacheck.application.mutate import mutate
    from sagacheck.application.refusal import RefusedError
    from sagacheck.application.selection import LoadError
    from sagacheck.cli.progress import ProgressDisplay
    from sagacheck.render.score import score_json, score_text
    from sagacheck.render.terminal import PLAIN

    wanted = outputs_of(outputs, FORMATS)
    loading = load(paths, options.settings(profile, None, timeout, traceback=traceback).loading)
    if loading.failures:
        raise LoadError(loading.failures)
    refused = ""
    scores = []
    with ProgressDisplay("loading") as listener:
        sagas: tuple[LoadedSaga | LoadedChoreography, ...] = (*loading.sagas, *loading.choreographies)
        for one in sagas:
            try:
                scores.append(mutate(one, options.first(budget, _DEFAULT_SECONDS), listener))
            except RefusedError as error:
                refused = refused or str(error)
    if not scores:
        if refused:
            raise RefusedError(refused)
        return ExitStatus.NO_SAGA
    for output in wanted:
        if output.form == "json":
            write(output, score_json(scores))
        else:
            colours = PLAIN if output.file is not None else palette(color)
            write(output, score_text(scores, verbose=verbose, palette=colours, page=page_of(output)))
    if refused:
        click.echo(f"error: {refused}", err=True)
        return ExitStatus.USAGE
    if any(one.survived for score in scores for one in score.tried):
        return ExitStatus.FINDINGS
    undecided = any(one.why for score in scores for one in score.tried)
    return ExitStatus.INCONCLUSIVE if undecided else ExitStatus.CHECKED
