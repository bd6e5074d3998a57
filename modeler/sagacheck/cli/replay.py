"""`sagacheck replay`: shows the story of a finding again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sagacheck.cli import options
from sagacheck.cli.output import Output, outputs_of, page_of, palette, write

if TYPE_CHECKING:
    from sagacheck.application.loaded import LoadedChoreography, LoadedSaga
    from sagacheck.application.replay_plan import ReplayedPlan
    from sagacheck.application.replay_story import ReplayedStory
    from sagacheck.core.story import Story

FORMATS = ("text", "json", "mermaid", "svg")
_ENDINGS = {".json": "json", ".mmd": "mermaid", ".mermaid": "mermaid", ".svg": "svg"}


@click.command(name="replay", short_help="Show the story of a finding again, on the model as it is now.")
@click.argument("token")
@click.argument("model", type=options.PATH)
@options.outputs(*FORMATS, hint="; a file's ending may stand for the format")
@options.saga
@click.option("--storm", "storming", is_flag=True, help="Play the story on the saga's handlers, as a plan of faults.")
@click.option("--forgetful", is_flag=True, help="As the story was found with `verify --forgetful`.")
@options.profile
@options.timeout
@options.color
@options.traceback
def command(
    token: str,
    model: str,
    outputs: tuple[str, ...],
    saga: str | None,
    storming: bool,
    forgetful: bool,
    profile: str | None,
    timeout: float | None,
    color: str,
    traceback: bool,
) -> int:
    """Play the story that TOKEN stands for on the saga in MODEL, which may have changed since.

    The token stands behind `replay` in the report of `verify` or of `storm`; a plan of `storm` is played on the handlers
    again. Exits with 1 if the story still goes wrong, and
    with 0 if it cannot happen any more, or no longer harms anybody. That says nothing of other stories. A plan is only
    survived if all its faults strike: exits with 4 if one does not, and nothing is wrong.
    With --storm a story of verify is played on the handlers of the saga, if it has some, as a plan of faults: what was
    refuted of the model, does the code do it, too? Exits with 4 if no plan says the story, or a fault did not strike.
    As mermaid or svg, it is drawn as a sequence diagram: who sent what, and what came late, twice or never.

    \b
    Examples:
      sagacheck replay 7qk2m0 models/checkout.py
      sagacheck replay 7qk2m0 models/checkout.py -o story.svg
      sagacheck replay 7qk2m0 models/checkout.py -o text -o svg=story.svg
      sagacheck replay 7qk2m0 models/checkout.py --storm
      sagacheck replay payment.charge:1:reply-lost models/checkout.py
    """  # noqa: D301 - click wants the character itself
    from sagacheck.application.replay_story import replay_story
    from sagacheck.application.selection import one_of_both
    from sagacheck.core.story import Story
    from sagacheck.storm.token import is_plan

    wanted = outputs_of(tuple(map(_with_format, outputs)), FORMATS)
    settings = options.settings(profile, None, timeout, traceback=traceback)
    if is_plan(token):
        return _plan(token, model, saga, settings, wanted, color)
    loaded = one_of_both(model, saga, settings.loading)
    if storming:
        return _on_handlers(token, model, loaded, settings, wanted, color, durable=not forgetful)
    found = replay_story(loaded, token, durable=not forgetful)
    story = Story(found.lines, len(found.lines) if found.broken else 0, "; ".join(_outcome(found)), token)
    for output in wanted:
        write(output, _rendered(output, loaded.name, story, found, color))
    return int(bool(found.broken))


def _with_format(text: str) -> str:
    """What `-o` says, with the format that a file's ending asks for where it names none."""
    ending = next((form for ending, form in _ENDINGS.items() if text.lower().endswith(ending)), "")
    return f"{ending}={text}" if ending and "=" not in text else text


def _outcome(found: ReplayedStory) -> list[str]:
    """What has come of the story."""
    if found.missing:
        return [f"the next step is not possible any more: {found.missing} of the story's steps are left"]
    return [f"still wrong: {owed.name}" for owed in found.broken] or [
        "nothing is wrong at the end of this story any more"
    ]


def _drawn(output: Output, saga: str, story: Story) -> str:
    """The story as a sequence diagram, or as data."""
    if output.form == "svg":
        from sagacheck.render.sequence import sequence_svg

        return sequence_svg(story, f"{saga}: the story {story.token}")
    if output.form == "mermaid":
        from sagacheck.render.sequence import sequence_mermaid

        return sequence_mermaid(story, f"{saga}: the story {story.token}")
    from sagacheck.render.json_report import json_text, story_document

    return json_text({"format": "sagacheck-story", "version": 1, "saga": saga, "story": story_document(story)})


def _rendered(output: Output, saga: str, story: Story, found: ReplayedStory, color: str) -> str:
    if output.form in ("svg", "mermaid"):
        return _drawn(output, saga, story)
    if output.form == "json":
        from sagacheck.render.json_report import json_text, story_document

        return json_text(
            {
                "format": "sagacheck-story",
                "version": 1,
                "saga": saga,
                "missing": found.missing,
                "broken": [owed.name for owed in found.broken],
                "story": story_document(story),
            }
        )
    from sagacheck.render.story import story_lines
    from sagacheck.render.terminal import PLAIN

    colours = PLAIN if output.file is not None else palette(color)
    told = [*story_lines(story, 2, colours, page_of(output)), *_outcome(found)]
    return "".join(f"{line}\n" for line in told)


def _plan(
    token: str, model: str, saga: str | None, settings: options.Settings, wanted: tuple[Output, ...], color: str
) -> int:
    """Plays a plan on the handlers, and shows what happened."""
    from sagacheck.application.replay_plan import replay_plan

    found = replay_plan(model, saga, token, settings.loading)
    return _shown(found, token, saga or model, wanted, color)


def _on_handlers(
    token: str,
    model: str,
    loaded: LoadedSaga | LoadedChoreography,
    settings: options.Settings,
    wanted: tuple[Output, ...],
    color: str,
    *,
    durable: bool,
) -> int:
    """Plays a story on the handlers; what no plan says is not run, which is never green."""
    from sagacheck.application.exit_status import ExitStatus
    from sagacheck.application.storm_story import storm_story
    from sagacheck.application.story_attempts import CannotSayError

    try:
        found = storm_story(loaded, model, token, settings.loading, durable=durable)
    except CannotSayError as error:
        click.echo(f"not run: no plan of faults says this story: {error}", err=True)
        return ExitStatus.INCONCLUSIVE
    return _shown(found, token, loaded.name, wanted, color, by_story=True)


def _status(found: tuple[ReplayedPlan, ...]) -> int:
    """The exit code for a plan that was played: what did not strike, or only a probe could judge, is never green."""
    from sagacheck.application.exit_status import ExitStatus

    if any(one.why for one in found):
        return ExitStatus.FINDINGS
    open_ends = any(one.unfired or one.unsure or one.refused for one in found)
    return ExitStatus.INCONCLUSIVE if open_ends else ExitStatus.CHECKED


def _shown(
    found: tuple[ReplayedPlan, ...],
    token: str,
    name: str,
    wanted: tuple[Output, ...],
    color: str,
    *,
    by_story: bool = False,
) -> int:
    """Shows how a plan went; what shows one run shows the first that goes wrong."""
    from sagacheck.core.story import Story

    first = next((one for one in found if one.why), next(one for one in found if not one.refused))
    story = Story(first.lines, len(first.lines) if first.why else 0, first.why, token)
    for output in wanted:
        if output.form == "text":
            lines = [line for one in found for line in _plan_text(one, token, output, color, by_story=by_story)]
            write(output, "".join(f"{line}\n" for line in lines))
        else:
            write(output, _drawn(output, name, story))
    return _status(found)


def _plan_text(one: ReplayedPlan, token: str, output: Output, color: str, *, by_story: bool) -> list[str]:
    """How a plan went in one storm."""
    from sagacheck.core.story import Story
    from sagacheck.render.storm_text import plan_lines
    from sagacheck.render.terminal import PLAIN, harmless, hung

    page = page_of(output)
    lines = [f"storm {harmless(one.storm)}:"] if one.storm else []
    if one.refused:
        return [*lines, *hung(f"not played: {one.refused}", page)]
    story = Story(one.lines, len(one.lines) if one.why else 0, one.why, token)
    lines += [f"plan: {one.token}"] if by_story else []
    lines += plan_lines(story, one.evidence, one.unfired, PLAIN if output.file is not None else palette(color), page)
    if one.simulated:
        lines.append("participants were simulated as their contracts say: no handler was run")
    return lines
