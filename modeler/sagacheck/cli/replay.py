"""`sagacheck replay`: shows the story of a finding again."""

from __future__ import annotations

import click

from sagacheck.cli import options
from sagacheck.cli.output import Output, page_of, palette, write


@click.command(name="replay", short_help="Show the story of a finding again, on the model as it is now.")
@click.argument("token")
@click.argument("model", type=options.PATH)
@options.saga
@click.option("--forgetful", is_flag=True, help="As the story was found with `verify --forgetful`.")
@options.profile
@options.timeout
@options.color
@options.traceback
def command(
    token: str,
    model: str,
    saga: str | None,
    forgetful: bool,
    profile: str | None,
    timeout: float | None,
    color: str,
    traceback: bool,
) -> int:
    """Play the story that TOKEN stands for on the saga in MODEL, which may have changed since.

    The token stands behind `replay` in the report of `verify` or of `storm`; a plan of `storm` is played on the handlers
    again. Exits with 1 if the story still goes wrong, and
    with 0 if it cannot happen any more, or no longer harms anybody. That says nothing of other stories.

    \b
    Examples:
      sagacheck replay 7qk2m0 models/checkout.py
      sagacheck replay payment.charge:1:reply-lost models/checkout.py
    """  # noqa: D301 - click wants the character itself
    from sagacheck.application.replay_story import replay_story
    from sagacheck.application.selection import one_saga
    from sagacheck.core.story import Story
    from sagacheck.render.story import story_lines
    from sagacheck.storm.token import is_plan

    settings = options.settings(profile, None, timeout, traceback=traceback)
    if is_plan(token):
        return _plan(token, model, saga, settings, color)
    found = replay_story(one_saga(model, saga, settings.loading), token, durable=not forgetful)
    output = Output("text", None)
    told = story_lines(Story(found.lines, len(found.lines), ""), 2, palette(color), page_of(output))
    if found.missing:
        told.append(f"the next step is not possible any more: {found.missing} of the story's steps are left")
    elif found.broken:
        told += [f"still wrong: {owed.name}" for owed in found.broken]
    else:
        told.append("nothing is wrong at the end of this story any more")
    write(output, "".join(f"{line}\n" for line in told))
    return int(bool(found.broken))


def _plan(token: str, model: str, saga: str | None, settings: options.Settings, color: str) -> int:
    """Plays a plan on the handlers, and shows what happened."""
    from sagacheck.application.replay_plan import replay_plan
    from sagacheck.core.story import Story
    from sagacheck.render.storm_text import plan_lines

    output = Output("text", None)
    found = replay_plan(model, saga, token, settings.loading)
    story = Story(found.lines, len(found.lines), found.why, token)
    lines = plan_lines(story, found.evidence, found.unfired, palette(color), page_of(output))
    if found.simulated:
        lines.append("participants were simulated as their contracts say: no handler was run")
    write(output, "".join(f"{line}\n" for line in lines))
    return int(bool(found.why))
