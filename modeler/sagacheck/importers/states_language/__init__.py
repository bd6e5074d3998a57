"""Imports Step Functions definitions: Amazon States Language, as plain JSON.

`source` and `reading` turn text into values that know where they stand, `syntax` turns those into states,
`inference` guesses what the language cannot say (what only reads, what undoes what; `linking` pairs names for it),
`lowering` draws the chart.
"""

from __future__ import annotations

import gc
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager

from sagacheck.core.chart import Chart
from sagacheck.importers.states_language.lowering import draw
from sagacheck.importers.states_language.reading import read_value
from sagacheck.importers.states_language.recognition import looks_like_definition
from sagacheck.importers.states_language.source import DefinitionError, Document
from sagacheck.importers.states_language.syntax import read_machine

__all__ = ["DefinitionError", "load_definition", "looks_like_definition"]


def load_definition(text: str, file: str, name: str | None = None) -> Chart:
    """The chart of a Step Functions definition.

    Args:
        text: the whole definition, in JSON.
        file: its path as the user knows it; findings point at it.
        name: the saga's name; without one, the file's name up to its first dot.

    Raises:
        DefinitionError: if the text is no definition; it says where and what to do.
    """
    document = Document(text.removeprefix("\ufeff"), file)
    with _uncollected():
        machine = read_machine(document, read_value(document))
        return draw(machine, name or name_of(file))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Holds the garbage collector: a large definition is millions of values without a cycle, and half of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def name_of(file: str) -> str:
    """A name for the definition in this file: the file's own, without its endings."""
    base = posixpath.basename(file.replace("\\", "/"))
    return base.lstrip(".").split(".", 1)[0] or base or "definition"
