"""The page of one thing that a storm can find."""

from __future__ import annotations

from dataclasses import dataclass

from sagacheck.core.finding import Severity
from sagacheck.core.storming import Law


@dataclass(frozen=True, slots=True)
class StormPage:
    """What is to be said of a broken law, or of a plan that a saga does not survive.

    Args:
        code: never reused.
        name: what is found, as a slug.
        law: the law that is broken; None for plans.
        summary: one sentence.
        does: how it is looked for.
        harm: why it is bad.
        example: code that shows it.
        instead: what to do.
        help: the same, in half a sentence.
    """

    code: str
    name: str
    law: Law | None
    summary: str
    does: str
    harm: str
    example: str
    instead: str
    help: str

    @property
    def severity(self) -> Severity:
        """Broken laws are errors."""
        return Severity.ERROR

    @property
    def page(self) -> str:
        """What `explain` shows, as Markdown."""
        return (
            f"# {self.code} {self.name}\n\n{self.summary}\n\n## What it does\n\n{self.does.strip()}\n\n"
            f"## Why is this bad?\n\n{self.harm.strip()}\n\n## Example\n\n```python\n{self.example.strip()}\n```\n\n"
            f"## What to do instead\n\n{self.instead.strip()}\n"
        )
