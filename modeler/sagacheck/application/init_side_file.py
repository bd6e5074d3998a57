"""Writes side files with what was inferred, for a person to review; never over what a person wrote."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sagacheck.application.difference import difference
from sagacheck.application.discovery import Target, discover
from sagacheck.application.exclusion import Exclusion
from sagacheck.application.guesses import Guess, Unclear, guesses_of, unclear_in
from sagacheck.application.refusal import RefusedError
from sagacheck.core.chart import Chart
from sagacheck.core.report import Failure

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_ROLES = ("undoes", "reads-only", "informational", "non-compensatable")
"""The keys that say what a Task is: one of them speaks for all."""
_FEW = 10


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a side file is to become.

    Args:
        file: its path as the user knows it.
        path: its absolute path.
        before: its text; None if there is none.
        after: what it is to say.
        added: the entries that are new.
        undecided: what a person has to decide.
        kept: where a person says something else than what is inferred, each as a sentence.
    """

    file: str
    path: str
    before: str | None
    after: str
    added: tuple[Guess, ...]
    undecided: tuple[Unclear, ...]
    kept: tuple[str, ...]

    @property
    def difference(self) -> str:
        """What changes, as a unified diff; "" if nothing does."""
        return difference(self.file, self.before, self.after)


def propose(file: str) -> list[Proposal]:
    """What the side files of the definitions in a file are to become.

    Args:
        file: a definition, a template or a serverless.yml.

    Raises:
        RefusedError: if it is none, or a definition or a side file cannot be read.
    """
    target = _target(file)
    text = _text_of(Path(target.path), target.shown)
    proposals = []
    for side, chart, plain in _charts(target, text):
        path = Path(target.path).with_name(side)
        shown = str(Path(target.shown).with_name(side).as_posix())
        before = _text_of(path, shown) if path.is_file() else None
        proposals.append(_proposal(shown, str(path), before, chart, plain, Path(target.shown).name))
    if not proposals:
        msg = f"{target.shown}: holds no definition of its own; name the file that does"
        raise RefusedError(msg)
    return proposals


def _target(file: str) -> Target:
    if Path(file).is_dir():
        found = [
            item.shown for item in discover((file,), Exclusion()) if isinstance(item, Target) and item.is_definition
        ]
        listed = ", ".join(found[:_FEW]) + (f" and {len(found) - _FEW} more" if len(found) > _FEW else "")
        hint = f"name one of its definitions: {listed}" if found else "there are no definitions in it"
        msg = f"{file}: is a folder; {hint}"
        raise RefusedError(msg)
    for item in discover((file,), Exclusion()):
        if isinstance(item, Failure):
            msg = f"{item.file}: {item.message}"
            raise RefusedError(msg)
        if isinstance(item, Target) and item.is_definition and item.attribute is None:
            return item
    msg = f"{file}: is no Step Functions definition; a Python model says everything itself and needs no side file"
    raise RefusedError(msg)


def _text_of(path: Path, shown: str) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        msg = f"{shown}: cannot be read: {error.strerror or error}"
        raise RefusedError(msg) from None
    except UnicodeDecodeError:
        msg = f"{shown}: is not UTF-8; save it as UTF-8"
        raise RefusedError(msg) from None


def _charts(target: Target, text: str) -> Iterator[tuple[str, Chart, Chart]]:
    """The name of each side file, and the charts of its definition with what it says and without."""
    from sagacheck.importers.states_language import DefinitionError, load_definitions

    asked: list[str] = []

    def beside(name: str) -> str | None:
        asked.append(name)
        path = Path(target.path).with_name(name)
        return _text_of(path, name) if path.is_file() else None

    plain = load_definitions(text, target.shown, lambda _: None)
    for found, without in zip(load_definitions(text, target.shown, beside), plain, strict=True):
        if isinstance(found, DefinitionError):
            raise RefusedError(str(found))
        if isinstance(found, Chart) and isinstance(without, Chart):
            yield asked[-1], found, without


def _proposal(shown: str, path: str, before: str | None, chart: Chart, plain: Chart, definition: str) -> Proposal:
    said: dict[str, dict[str, Any]] = tomllib.loads((before or "").removeprefix("\ufeff")).get("states", {})
    added = tuple(guess for guess in guesses_of(chart) if _is_open(guess, said.get(guess.state, {})))
    undecided = unclear_in(chart)
    after = _merged(before, added) if before is not None else _header(definition) + _written(added)
    after += "".join(_question(one) for one in undecided if _commented(one.state) not in after)
    if before is None:
        after += _contracts(chart)
    elif not _keeps(before, after):
        msg = (
            f"{shown}: its states are written in a way that nothing can be added to; give each a table of its own, "
            f"[states.NAME], or add this by hand:\n{_written(added)}"
        )
        raise RefusedError(msg)
    return Proposal(shown, path, before, after, added, undecided, tuple(_kept(plain, said)))


def _keeps(before: str, after: str) -> bool:
    """Whether all that was said is still said."""
    try:
        return _within(tomllib.loads(before), tomllib.loads(after))
    except tomllib.TOMLDecodeError:
        return False


def _within(old: object, new: object) -> bool:
    if isinstance(old, dict) and isinstance(new, dict):
        return all(key in new and _within(value, new[key]) for key, value in old.items())
    return old == new


def _is_open(guess: Guess, said: dict[str, Any]) -> bool:
    """Whether a person has said nothing that a guess would add to."""
    return guess.key not in said and not (guess.key in _ROLES and any(role in said for role in _ROLES))


def _kept(plain: Chart, said: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Where a person says something else than what would be inferred."""
    for guess in guesses_of(plain):
        own = said.get(guess.state, {})
        value = list(guess.value) if isinstance(guess.value, tuple) else guess.value
        keys = [key for key in (_ROLES if guess.key in _ROLES else (guess.key,)) if key in own]
        for key in keys:
            reasoned = guess.key == "informational"  # any reason will do
            if key != guess.key or (own[key] != value and not reasoned):
                yield (
                    f"`{guess.state}`: it says {key} = {_toml(own[key])}, which stays; "
                    f"inferred would be {guess.key} = {_toml(guess.value)}, since {guess.reason}"
                )


def _header(definition: str) -> str:
    return (
        f"# What {definition} does not say. `sagacheck init` wrote down what it inferred: correct what is wrong.\n"
        "# What stands here goes before what is inferred.\n"
    )


def _written(guesses: tuple[Guess, ...]) -> str:
    """New tables, one for each state."""
    tables: dict[str, list[Guess]] = {}
    for guess in guesses:
        tables.setdefault(guess.state, []).append(guess)
    return "".join(
        f"\n[states.{_key(state)}]\n"
        + "".join(f"# inferred: {_line(one.reason)}\n{one.key} = {_toml(one.value)}\n" for one in entries)
        for state, entries in tables.items()
    )


def _merged(before: str, added: tuple[Guess, ...]) -> str:
    """The text with new entries; all that was there stays as it was."""
    import tomlkit

    document = tomlkit.parse(before)
    old = tomllib.loads(before).get("states", {})
    for guess in added:
        if guess.state in old:
            _insert(document, guess)
    text = tomlkit.dumps(document)
    fresh = _written(tuple(guess for guess in added if guess.state not in old))
    if text and not text.endswith("\n") and fresh:
        text += "\n"
    return text + fresh


def _insert(document: TOMLDocument, guess: Guess) -> None:
    """Adds an entry to a table that is there."""
    import tomlkit

    table: Any = document["states"]
    table = table[guess.state]
    if not isinstance(table, tomlkit.items.InlineTable):
        table.add(tomlkit.comment(f"inferred: {_line(guess.reason)}"))
    table.add(guess.key, list(guess.value) if isinstance(guess.value, tuple) else guess.value)


def _question(one: Unclear) -> str:
    """A suggestion that a person has to complete."""
    return (
        f"\n# `{_line(one.state)}` {_line(one.why)}. Say it here:\n"
        f"{_commented(one.state)}\n"
        '# undoes = ["..."]    # the states that it undoes, or [] if it undoes nothing\n'
    )


def _commented(state: str) -> str:
    return f"# [states.{_key(state)}]"


def _contracts(chart: Chart) -> str:
    """How to say what the functions promise, if they promise anything."""
    owing = next((step.name for step in chart.steps if step.owes and step.name not in chart.copies), None)
    if owing is None:
        return ""
    return (
        "\n# What a function promises when it is called twice is not in the definition either. For each of them, say so:\n"
        f"# [states.{_key(owing)}]\n"
        '# contract = { kind = "keyed", key = "order_id" }\n'
    )


def _key(name: str) -> str:
    import tomlkit

    return tomlkit.key(name).as_string()


def _toml(value: object) -> str:
    import tomlkit

    return tomlkit.item(list(value) if isinstance(value, tuple) else value).as_string()


def _line(text: str) -> str:
    """Text that stays on one line of a comment."""
    return "".join(character if character.isprintable() else " " for character in text)
