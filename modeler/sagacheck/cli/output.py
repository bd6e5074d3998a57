"""Where reports go: stdout, or files that appear only when they are complete."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click

from sagacheck.application.refusal import RefusedError, did_you_mean
from sagacheck.render.terminal import Page, Palette


@dataclass(frozen=True, slots=True)
class Output:
    """A report to be written.

    Args:
        form: its format.
        file: where to; None for stdout.
    """

    form: str
    file: str | None = None


def outputs_of(texts: tuple[str, ...], forms: tuple[str, ...]) -> tuple[Output, ...]:
    """The outputs that `-o FORMAT[=FILE]` names; without any, the first format on stdout.

    Raises:
        click.UsageError: if a format is not known, or two outputs would mix.
    """
    outputs = []
    for text in texts or forms[:1]:
        form, given, file = text.partition("=")
        if form not in forms:
            msg = f"-o {text}: there is no format {form!r}; {did_you_mean(form, forms)}"
            raise click.UsageError(msg)
        if given and not file:
            msg = f"-o {text}: name the file behind the ="
            raise click.UsageError(msg)
        outputs.append(Output(form, _page_in(file) if form == "html" else file or None))
    places = [output.file and os.path.abspath(output.file) for output in outputs]  # noqa: PTH100 - links stay as they are
    for position, place in enumerate(places):
        if place in places[:position]:
            where = "stdout" if place is None else outputs[position].file
            msg = f"two reports would go to {where}; give each its own: -o FORMAT=FILE"
            raise click.UsageError(msg)
    for output in outputs:
        if output.file is not None:
            check_place(output.file, in_new_folder=output.form == "html")
    return tuple(outputs)


def _page_in(file: str) -> str | None:
    """The file of a page: of a folder, its index."""
    if not file:
        return None
    return str(Path(file) / "index.html") if file.endswith(("/", os.sep)) or Path(file).is_dir() else file


def check_place(file: str, *, in_new_folder: bool = False) -> None:
    """Refuses a place that cannot be written to before any work is done.

    Args:
        file: where to write.
        in_new_folder: whether the folder of an index is made if it is not there.
    """
    folder = Path(file).absolute().parent
    if in_new_folder and Path(file).name == "index.html" and not folder.exists():
        folder = folder.parent
    if not folder.is_dir():
        msg = f"{file}: there is no folder {folder.as_posix()} to write to"
        raise RefusedError(msg)
    if Path(file).is_dir():
        msg = f"{file}: is a folder; name a file in it"
        raise RefusedError(msg)


def write(output: Output, data: str | bytes) -> None:
    """Writes a complete report.

    Raises:
        RefusedError: if that is not possible.
    """
    if output.file is None:
        write_stdout(data, output.form)
        return
    content = data.encode("utf-8", "backslashreplace") if isinstance(data, str) else data
    try:
        _write_file(Path(output.file), content)
    except OSError as error:
        msg = f"{output.file}: cannot be written: {error.strerror or error}"
        raise RefusedError(msg) from error


def in_log(text: str, form: str = "text") -> str:
    """The text as it may be printed: in a job of GitHub Actions, nothing in it that its runner would obey.

    Args:
        text: what is to be printed.
        form: its format.
    """
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return text
    from sagacheck.render.log_commands import unheeded

    return unheeded(text, form)


def write_stdout(data: str | bytes, form: str = "text") -> None:
    """Writes to stdout; a reader that has left is no error, so that the exit code still tells the verdict."""
    try:
        if isinstance(data, str):
            sys.stdout.write(in_log(data, form))
        else:
            sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except BrokenPipeError:
        hush()
    except OSError as error:
        hush()
        msg = f"stdout cannot be written: {error.strerror or error}"
        raise RefusedError(msg) from error


def hush() -> None:
    """Lets nobody be bothered by a reader of stdout that has left: what is still to be written goes nowhere."""
    with suppress(Exception):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)


def _write_file(file: Path, content: bytes) -> None:
    """Puts the content in place in one step; into what is no regular file, such as a pipe, it is simply written."""
    import tempfile

    real = Path(os.path.realpath(file))
    if real.name == "index.html":
        real.parent.mkdir(exist_ok=True)
    if real.exists() and not real.is_file():
        real.write_bytes(content)
        return
    descriptor, name = tempfile.mkstemp(prefix=f".{real.name}.", dir=real.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        Path(name).chmod(_mode(real))
        Path(name).replace(real)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _mode(file: Path) -> int:
    """The permissions of the file, or those that a new one gets."""
    if file.exists():
        return file.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def page_of(output: Output) -> Page:
    """How wide a report is laid out: as the terminal is that shows it."""
    import shutil

    shown = output.file is None and sys.stdout.isatty()
    return Page(shutil.get_terminal_size().columns if shown else None)


def palette(choice: str) -> Palette:
    """The colours for stdout (https://no-color.org, https://force-color.org).

    Args:
        choice: auto, always or never.
    """
    if choice != "auto":
        return Palette(choice == "always")
    if os.environ.get("NO_COLOR"):
        return Palette(enabled=False)
    if os.environ.get("FORCE_COLOR"):
        return Palette(enabled=True)
    return Palette(sys.stdout.isatty() and os.environ.get("TERM") != "dumb")
