"""Loads the sagas of a file that holds Step Functions definitions, with their side files."""

from __future__ import annotations

import errno
import posixpath
from collections.abc import Iterator
from pathlib import Path

from sagacheck.application.discovery import Target
from sagacheck.application.internal_error import internal_failure
from sagacheck.application.loaded import Loaded, LoadedSaga, LoadOptions
from sagacheck.application.refusal import did_you_mean
from sagacheck.core.chart import Chart
from sagacheck.core.report import Failure, PassedOver
from sagacheck.core.span import Span


def load_file(target: Target, options: LoadOptions) -> Iterator[Loaded]:
    """The sagas in a definition, a template or a serverless.yml, and in the files that it names."""
    found = list(_load(target, options, follow=True))
    if target.attribute is None:
        yield from (item for _, item in found)
        if target.named and not found:
            yield PassedOver(target.shown, "holds no state machine", named=True)
        return
    chosen = [item for name, item in found if name == target.attribute]
    if chosen:
        yield from chosen
        return
    failures = [item for _, item in found if isinstance(item, Failure)]
    yield from failures
    names = {name for name, _ in found if name}
    if names or not failures:
        guess = did_you_mean(target.attribute, names)
        message = f"holds no saga {target.attribute!r}{' that can be read' if failures else ''}"
        yield Failure(target.shown, f"{message}; {guess}" if guess else message)


def _load(target: Target, options: LoadOptions, *, follow: bool) -> Iterator[tuple[str, Loaded]]:
    """What a file holds, each with the name by which the file calls it."""
    from sagacheck.importers.states_language import (
        ENDINGS,
        DefinitionError,
        Elsewhere,
        holds_definitions,
        load_definitions,
    )

    try:
        text = Path(target.path).read_bytes().decode("utf-8-sig")
        if not (target.named or target.shown.endswith(ENDINGS) or holds_definitions(text, target.shown)):
            yield "", PassedOver(target.shown, "is not a Step Functions definition, nor a template with one")
            return
        for found in load_definitions(text, target.shown, lambda name: _side_file(target, name)):
            if isinstance(found, Chart):
                yield found.name, _known_codes(found) or LoadedSaga(found, target.shown)
            elif isinstance(found, DefinitionError):
                yield "", _failure(found)
            elif isinstance(found, Elsewhere):
                yield from ((found.name, item) for item in _elsewhere(target, found, options, follow=follow))
    except OSError as error:
        yield "", Failure(target.shown, f"cannot be read: {error.strerror or error}")
    except UnicodeDecodeError as error:
        message = f"is not UTF-8: byte {error.start + 1} does not belong there; save it as UTF-8"
        yield "", Failure(target.shown, message)
    except Exception as error:  # noqa: BLE001 - the importer answers every text with a chart or a DefinitionError
        yield "", internal_failure(error, target.shown, traceback=options.traceback)


def _failure(error: Exception) -> Failure:
    """A definition, or its side file, that cannot be read."""
    from sagacheck.importers.states_language import DefinitionError

    assert isinstance(error, DefinitionError)
    at = f" (at {error.pointer})" if error.pointer else ""
    span = Span(error.file, error.line, error.column, error.line, error.column + 1)
    return Failure(error.file, f"{error.message}{at}", span=span)


def _known_codes(chart: Chart) -> Failure | None:
    """Refuses a suppression of what no rule finds."""
    if not chart.suppressions:
        return None
    from sagacheck.rules.registry import all_rules

    codes = {rule.code for rule in all_rules()}
    for suppression in chart.suppressions:
        if suppression.code not in codes:
            file = suppression.span.file if suppression.span else ""
            hint = did_you_mean(suppression.code, codes)
            return Failure(file, f"there is no rule {suppression.code}; {hint}", span=suppression.span)
    return None


def _side_file(target: Target, name: str) -> str | None:
    """The text of a side file, which lies beside the definition; None if there is none."""
    file = Path(target.path).with_name(name)
    try:
        return file.read_bytes().decode("utf-8-sig") if file.is_file() else None
    except (OSError, UnicodeDecodeError) as error:
        if getattr(error, "errno", None) == errno.ENAMETOOLONG:
            return None
        from sagacheck.importers.states_language import DefinitionError

        shown = posixpath.join(posixpath.dirname(target.shown), name)
        message = f"cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8; save it as UTF-8'}"
        raise DefinitionError(message, file=shown, line=1, column=1) from None


def _elsewhere(target: Target, found: object, options: LoadOptions, *, follow: bool) -> Iterator[Loaded]:
    """A definition in a file that this one names."""
    from sagacheck.importers.states_language import Elsewhere

    assert isinstance(found, Elsewhere)
    if not found.path or not follow:
        yield PassedOver(target.shown, f"`{found.name}` was not checked: {found.reason}", named=True)
        return
    folder = Path(target.path).resolve().parent
    file = (folder / found.path).resolve()
    shown = posixpath.join(posixpath.dirname(target.shown), found.path)
    if found.path.startswith(".."):
        shown = posixpath.normpath(shown)  # else as a search of the folder shows it, so that it is one saga
    if not any(file.is_relative_to(root) for root in (folder, Path.cwd().resolve())):
        where = "leads out of the folder of this file and out of the working directory; nothing is read there"
        yield Failure(target.shown, f"`{found.name}`: {found.path} {where}")
    elif not file.is_file():
        yield Failure(target.shown, f"`{found.name}`: {found.reason}, and there is no such file")
    else:
        yield from (item for _, item in _load(Target(shown, str(file)), options, follow=False))
