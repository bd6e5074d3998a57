"""What the commands that verify have in common: their options, and the request that comes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sagacheck.cli import options

if TYPE_CHECKING:
    from sagacheck.application.baseline.entries import Baseline
    from sagacheck.application.check import ProvingOptions
    from sagacheck.application.configuration import Configuration
    from sagacheck.application.storm_saga import StormOptions
    from sagacheck.application.verify import VerifyOptions

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command line says of how to verify; None where it says nothing."""

    profiles: tuple[str, ...]
    prove: bool | None
    without: tuple[str, ...]
    budget: float | None
    storm: bool
    forgetful: bool
    strict: bool | None
    unroll: int | None
    timeout: float | None
    traceback: bool


def how_to_verify(command: Decorated) -> Decorated:
    """Adds the options that say how to verify; the command gets them as one `asked`."""

    def gathered(**given: Any) -> Any:  # noqa: ANN401 - as click passes them
        asked = Asked(**{name: given.pop(name) for name in Asked.__dataclass_fields__})
        return command(asked=asked, **given)

    gathered.__doc__ = command.__doc__
    gathered.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    for option in reversed(_OPTIONS):
        option(gathered)
    return gathered  # type: ignore[return-value]


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--profile",
        "profiles",
        multiple=True,
        type=click.Choice(options.PROFILES),
        help="Engine that unwinds declared sagas; each saga's own by default. May be repeated.",
    ),
    click.option(
        "--prove/--no-prove",
        default=None,
        help="Prove sagas over an unreliable network, too: any loss, duplication and delay of messages, any crash; "
        "or only check them over one that works.  [default: prove]",
    ),
    click.option(
        "--without",
        multiple=True,
        type=click.Choice(["loss", "crash", "refusal"]),
        help="A fault that does not occur, as the verdict then says. May be repeated.",
    ),
    click.option(
        "--budget",
        type=options.Seconds(),
        help="Seconds that each proof may take; 300 by default. What is not decided then is inconclusive.",
    ),
    click.option(
        "--storm",
        is_flag=True,
        help="Also let storms loose on the handlers that a Storm(...) wires: claims are then tested or refuted.",
    ),
    click.option(
        "--forgetful",
        is_flag=True,
        help="A coordinator that crashes forgets all, and begins again under the same keys.",
    ),
    click.option(
        "--strict/--no-strict",
        default=None,
        help="Contracts have to be declared: what has to be taken for granted beyond that is an error, no warning.",
    ),
    options.unroll,
    options.timeout,
    options.traceback,
)


def request_of(
    paths: tuple[str, ...], asked: Asked, settled: Configuration, baseline: Baseline | None = None
) -> VerifyOptions:
    """What to verify, and how: what the command line says, else the project's configuration, else the defaults.

    Args:
        paths: what the command line names.
        asked: what it says of how to verify.
        settled: the project's configuration.
        baseline: findings that are accepted.

    Raises:
        click.UsageError: if the command line contradicts itself.
    """
    from sagacheck.application.loaded import LoadOptions
    from sagacheck.application.today import today
    from sagacheck.application.verify import VerifyOptions

    how = True if asked.without or asked.budget is not None or asked.forgetful else None
    if how and asked.prove is False:
        msg = "--without, --budget and --forgetful say how to prove: they contradict --no-prove"
        raise click.UsageError(msg)
    loading = LoadOptions(
        profiles=tuple(dict.fromkeys(asked.profiles)) or settled.profiles,
        timeout=options.first(asked.timeout, settled.timeout, options.DEFAULT_TIMEOUT),
        exclusion=settled.exclusion,
        traceback=asked.traceback,
    )
    return VerifyOptions(
        paths or settled.paths or (".",),
        loading,
        options.first(asked.unroll, settled.unroll, options.DEFAULT_UNROLL),
        _proving(asked, settled) if options.first(asked.prove, how, settled.prove) else None,
        _storming() if asked.storm else None,
        strict=options.first(asked.strict, settled.strict),
        baseline=baseline,
        day=today(),
    )


def _proving(asked: Asked, settled: Configuration) -> ProvingOptions:
    from sagacheck.application.check import ProvingOptions
    from sagacheck.prover.prove import DEFAULT_BUDGET, Budget

    budget = Budget(seconds=options.first(asked.budget, settled.budget, DEFAULT_BUDGET.seconds))
    return ProvingOptions(budget, frozenset(asked.without), durable=not asked.forgetful)


def _storming() -> StormOptions:
    from sagacheck.application.storm_profiles import options_of

    return options_of("gate")
