"""`sagacheck baseline`: accepts findings for now, and removes what is accepted in vain."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sagacheck.cli import options
from sagacheck.cli.output import Output, check_place, page_of, write, write_stdout
from sagacheck.cli.verifying import Asked, how_to_verify, request_of

if TYPE_CHECKING:
    from sagacheck.application.baseline.entries import Baseline, Entry
    from sagacheck.application.baseline.rewriting import Rewritten
    from sagacheck.application.verify import VerifyOptions
    from sagacheck.core.report import Report


@click.group(name="baseline", short_help="Accept findings for now, with a reason: `verify` counts what is new.")
def command() -> None:
    """Accept findings for now, with a reason and perhaps an end: `verify` then counts only what is new.

    The baseline is a file to be reviewed and committed, sagacheck-baseline.toml beside pyproject.toml unless
    [tool.sagacheck] names another. An entry holds as long as the finding is the same, though lines move; when its day
    is over, or when it matches nothing any more, that is a finding itself.

    \b
    Examples:
      sagacheck baseline write --reason "found when sagacheck came; being worked on"
      sagacheck baseline prune
    """  # noqa: D301 - click wants the character itself


_FILE = click.option(
    "-b", "--baseline", "named", metavar="FILE", help="The baseline.  [default: sagacheck-baseline.toml]"
)


@command.command(name="write", short_help="Add all findings that count now.")
@click.argument("paths", nargs=-1, type=options.PATH)
@click.option(
    "--reason", required=True, metavar="TEXT", help="Why they are accepted. Entries that are there keep theirs."
)
@click.option("--expires", metavar="YYYY-MM-DD", help="The last day on which they are accepted; no end by default.")
@_FILE
@how_to_verify
def write_command(paths: tuple[str, ...], reason: str, expires: str | None, named: str | None, asked: Asked) -> None:
    """Add every finding in the sagas of PATHS that counts now.

    Entries that are there stay as they are, with their comments; those that have expired are accepted anew, with this
    reason and end. PATHS are what `sagacheck verify` takes.

    \b
    Examples:
      sagacheck baseline write --reason "found when sagacheck came; being worked on"
      sagacheck baseline write models/checkout.py --reason "SHOP-12" --expires 2031-03-31
    """  # noqa: D301 - click wants the character itself
    from sagacheck.application.baseline.matching import matched
    from sagacheck.application.baseline.rewriting import Acceptance, with_accepted

    if not reason.strip():
        msg = "--reason: say why these findings are accepted"
        raise click.UsageError(msg)
    request, file = _request(paths, named, asked)
    accepting = Acceptance(reason.strip(), _day(expires, request.day))
    report = _verified(request)

    def accept(baseline: Baseline) -> Rewritten:
        return with_accepted(baseline, matched(report, baseline, request.scope).found, accepting, request.day)

    _rewrite(file, accept, new=True)


@command.command(name="prune", short_help="Remove entries that match nothing any more.")
@click.argument("paths", nargs=-1, type=options.PATH)
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and write nothing.")
@_FILE
@how_to_verify
def prune_command(paths: tuple[str, ...], dry_run: bool, named: str | None, asked: Asked) -> None:
    """Remove entries whose finding is not found any more in the sagas of PATHS.

    What was not looked for stays: entries of other files, of a saga that is inconclusive, of the prover under
    --no-prove. All other entries stay as they are, with their comments.
    """
    from sagacheck.application.baseline.matching import matched
    from sagacheck.application.baseline.rewriting import without_stale

    request, file = _request(paths, named, asked)
    report = _verified(request)

    def prune(baseline: Baseline) -> Rewritten:
        return without_stale(baseline, matched(report, baseline, request.scope).stale)

    _rewrite(file, prune, dry_run=dry_run)


def _request(paths: tuple[str, ...], named: str | None, asked: Asked) -> tuple[VerifyOptions, str]:
    """What to verify, and the baseline, which has to be one before any work is done."""
    from sagacheck.application.baseline.entries import read_baseline
    from sagacheck.application.baseline.place import place_of_baseline
    from sagacheck.application.configuration import read_configuration

    settled = read_configuration()
    file = place_of_baseline(named, settled)
    check_place(file)
    if Path(file).exists():
        read_baseline(Path(file).absolute(), file)
    return request_of(paths, asked, settled), file


def _day(text: str | None, today: date) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        msg = f"--expires: {text!r} is no date; write it like {today.year + 1}-01-31"
        raise click.UsageError(msg) from None
    if day < today:
        msg = f"--expires: {text} is over; name the last day on which the findings are accepted"
        raise click.UsageError(msg)
    return day


def _verified(request: VerifyOptions) -> Report:
    """The report on what was named; if a part of it cannot be loaded, nobody knows what would be accepted."""
    from sagacheck.application.selection import LoadError, NoSagaError
    from sagacheck.application.verify import verify
    from sagacheck.cli.progress import ProgressDisplay

    with ProgressDisplay("loading") as listener:
        report = verify(request, listener)
    if report.failures:
        raise LoadError(report.failures)
    if not report.sagas:
        msg = f"no saga found in {' '.join(request.paths)}; the baseline stays as it is"
        raise NoSagaError(msg)
    return report


def _rewrite(file: str, change: Callable[[Baseline], Rewritten], *, new: bool = False, dry_run: bool = False) -> None:
    """Changes the baseline, one process at a time, and tells what was changed."""
    from sagacheck.application.baseline.entries import Baseline, read_baseline
    from sagacheck.render.terminal import hung

    path = Path(file).absolute()
    with _alone(path):
        there = path.exists()
        baseline = read_baseline(path, file) if there or not new else Baseline(file, path)
        rewritten = change(baseline)
        changed = bool(rewritten.added or rewritten.renewed or rewritten.removed)
        if changed and not dry_run:
            write(Output("toml", file), rewritten.text)
    page = page_of(Output("text"))
    told = (line for text in _told(file, rewritten, dry_run=dry_run) for line in hung(text, page))
    write_stdout("".join(f"{line}\n" for line in told))


def _alone(path: Path) -> AbstractContextManager[object]:
    """Keeps other processes of this machine from changing the same file; the lock lies elsewhere, and leaves no trace."""
    import os
    import tempfile
    from hashlib import sha256

    from filelock import FileLock

    name = sha256(os.fsencode(os.path.realpath(path))).hexdigest()[:32]
    user = os.getuid() if hasattr(os, "getuid") else 0
    return FileLock(Path(tempfile.gettempdir()) / f"sagacheck-{user}-{name}.lock", timeout=60)


def _told(file: str, rewritten: Rewritten, *, dry_run: bool) -> Iterable[str]:
    from sagacheck.render.number import counted
    from sagacheck.render.terminal import harmless

    shown = harmless(file)
    would = "would be " if dry_run else ""
    for what, entries in (("added", rewritten.added), ("renewed", rewritten.renewed), ("removed", rewritten.removed)):
        yield from (f"{would}{what}: {_entry(entry)}" for entry in entries)
    parts = [
        f"{counted(len(entries), 'entry', 'entries')} {would}{what}"
        for what, entries in (
            ("added", rewritten.added),
            ("renewed", rewritten.renewed),
            ("removed", rewritten.removed),
        )
        if entries
    ]
    if not parts:
        yield f"{shown}: nothing to change, {counted(rewritten.kept, 'entry', 'entries')}"
    else:
        yield f"{shown}: {', '.join(parts)}, {rewritten.kept} kept"


def _entry(entry: Entry) -> str:
    from sagacheck.render.terminal import harmless

    return harmless(f"{entry.code} {entry.file} {entry.saga}: {entry.message}")
