"""Imports Step Functions definitions: Amazon States Language in JSON and YAML, on its own or in a template.

`source`, `reading` and `reading_yaml` turn text into values that know where they stand, `containers` finds the
definitions among them, `syntax` turns those into states with what they do to `data`, `inference` guesses what the
language cannot say (what only reads, what undoes what; `linking` pairs names for it) and `side_file` reads what a person
says of it, `lowering` draws the chart.
"""

from __future__ import annotations

import gc
import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager

from sagacheck.core.chart import Chart
from sagacheck.importers.states_language.containers import Elsewhere, Read, Source, definitions_in, read_document
from sagacheck.importers.states_language.embedding import resolved
from sagacheck.importers.states_language.inference import UNWINDING
from sagacheck.importers.states_language.lowering import draw
from sagacheck.importers.states_language.recognition import ENDINGS, YAML, holds_definitions, may_hold_definitions
from sagacheck.importers.states_language.side_file import SideFile, read_side_file
from sagacheck.importers.states_language.source import DefinitionError, Document
from sagacheck.importers.states_language.syntax import read_machine

__all__ = [
    "ENDINGS",
    "UNWINDING",
    "YAML",
    "DefinitionError",
    "Elsewhere",
    "holds_definitions",
    "load_definition",
    "load_definitions",
    "may_hold_definitions",
    "side_file_name",
]


def load_definition(text: str, file: str, name: str | None = None) -> Chart:
    """The chart of a Step Functions definition in a file of its own, without its side file.

    Args:
        text: the whole definition, in JSON or, if the file is named so, in YAML.
        file: its path as the user knows it; findings point at it.
        name: the saga's name; without one, the file's name up to its first dot.

    Raises:
        DefinitionError: if the text is no definition; it says where and what to do.
    """
    document = Document(text.removeprefix("\ufeff"), file)
    with _uncollected():
        value = read_document(document)
        source = Source("", document, resolved(document, value) if file.endswith(YAML) else value, embedded=False)
        return _chart_of(source, name or name_of(file), SideFile())


def load_definitions(text: str, file: str, beside: Read) -> Iterator[Chart | Elsewhere | DefinitionError]:
    """The charts of all definitions in a file, in the order of the source.

    Args:
        text: the whole file: a definition, a template, or a serverless.yml.
        file: its path as the user knows it; findings point at it.
        beside: reads the side files of its definitions, which lie in the same folder.

    Yields:
        A chart; where a definition that the file only names is to be found; or why one cannot be read.
    """
    document = Document(text.removeprefix("\ufeff"), file)
    with _uncollected():
        try:
            for found in definitions_in(document):
                yield _loaded(found, file, beside) if isinstance(found, Source) else found
        except DefinitionError as error:
            yield error


def _loaded(source: Source, file: str, beside: Read) -> Chart | DefinitionError:
    """The chart of a definition, with what its side file says."""
    name = source.name or name_of(file)
    side = side_file_name(file, name if source.embedded else None)
    try:
        text = beside(side)
        folder = posixpath.dirname(file)
        side_file = SideFile() if text is None else read_side_file(text, posixpath.join(folder, side))
        return _chart_of(source, name, side_file)
    except DefinitionError as error:
        return error


def _chart_of(source: Source, name: str, side_file: SideFile) -> Chart:
    return draw(read_machine(source.document, source.value), name, side_file)


def side_file_name(file: str, saga: str | None) -> str:
    """The name of the side file of a definition.

    Args:
        file: the file that holds the definition.
        saga: the saga's name if the definition is embedded in the file; None if the file is the definition.
    """
    inner = "" if saga is None else "." + re.sub(r"[^\w-]", "-", saga)
    return f"{name_of(file)}{inner}.saga.toml"


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
