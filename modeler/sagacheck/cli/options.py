"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from sagacheck.application.loaded import LoadOptions

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

PROFILES = ("strict", "temporal", "dtm")
DEFAULT_TIMEOUT = 10.0
LONGEST_TIMEOUT = 1e6
DEFAULT_UNROLL = 2

PATH = click.Path(path_type=str)


class Seconds(click.ParamType):  # type: ignore[type-arg,unused-ignore] # generic since click 8.4
    """A finite number of seconds, not negative."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 - as click has it
        """The number that was written."""
        try:
            seconds = float(value)
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds <= LONGEST_TIMEOUT:
            self.fail(f"{value!r} is no number of seconds from 0 to {LONGEST_TIMEOUT:,.0f}", param, ctx)
        return seconds


def color(command: Decorated) -> Decorated:
    """Adds `--color`."""
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Colours; auto honours NO_COLOR and FORCE_COLOR, then asks whether stdout is a terminal.",
    )(command)


FORMATS = {
    "text": "for people",
    "concise": "a line per finding",
    "json": "for programs",
    "sarif": "for code hosts",
    "junit": "for test pages",
    "github": "annotations and step summary",
    "gitlab": "code quality",
    "markdown": "for comments",
    "html": "a page",
    "mermaid": "a diagram",
    "svg": "a picture",
}
"""What a report can be written as, with a word on what for."""

REPORTS = ("text", "concise", "json", "sarif", "junit", "github", "gitlab", "markdown", "html")
"""What verify and storm write."""


def outputs(*forms: str, hint: str = "") -> Callable[[Decorated], Decorated]:
    """Adds `-o FORMAT[=FILE]`, which may be repeated: `output.outputs_of` reads it.

    Args:
        forms: the formats that the command knows; the first is written if none is asked for.
        hint: what else is to be said.
    """
    first, *rest = (f"{form} ({FORMATS[form]}{', the default' if form == forms[0] else ''})" for form in forms)
    known = f"{', '.join([first, *rest[:-1]])} or {rest[-1]}"
    return click.option(
        "-o",
        "--output",
        "outputs",
        multiple=True,
        metavar="FORMAT[=FILE]",
        help=f"Write {known}, to stdout or to a file{hint}. May be repeated.",
    )


def timeout(command: Decorated) -> Decorated:
    """Adds `--timeout`."""
    return click.option(
        "--timeout",
        type=Seconds(),
        help=f"Stop a model that takes longer to import; {DEFAULT_TIMEOUT:g} by default, 0 for no limit.",
    )(command)


def unroll(command: Decorated) -> Decorated:
    """Adds `--unroll`."""
    return click.option(
        "--unroll",
        type=click.IntRange(min=1),
        metavar="N",
        help=f"How often a loop's body is repeated for counting; {DEFAULT_UNROLL} by default.",
    )(command)


def traceback(command: Decorated) -> Decorated:
    """Adds `--traceback`."""
    return click.option("--traceback", is_flag=True, help="Show whole tracebacks, of models and of bugs in sagacheck.")(
        command
    )


def saga(command: Decorated) -> Decorated:
    """Adds `--saga`."""
    return click.option("--saga", metavar="NAME", help="Which saga, if the model holds several.")(command)


def profile(command: Decorated) -> Decorated:
    """Adds a single `--profile`."""
    return click.option("--profile", type=click.Choice(PROFILES), help="Engine that unwinds a declared saga.")(command)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command about one saga goes by: its options, else the project's configuration, else the defaults."""

    loading: LoadOptions
    unroll: int


def settings(profile: str | None, unroll: int | None, timeout: float | None, *, traceback: bool) -> Settings:
    """The settings of a command about one saga."""
    from sagacheck.application.configuration import read_configuration
    from sagacheck.application.loaded import LoadOptions

    settled = read_configuration()
    loading = LoadOptions(
        profiles=(profile,) if profile else settled.profiles[:1],
        timeout=first(timeout, settled.timeout, DEFAULT_TIMEOUT),
        exclusion=settled.exclusion,
        traceback=traceback,
    )
    return Settings(loading, first(unroll, settled.unroll, DEFAULT_UNROLL))


def first(*values: Any) -> Any:  # noqa: ANN401 - as the values are
    """The first value that is not None."""
    return next(value for value in values if value is not None)
