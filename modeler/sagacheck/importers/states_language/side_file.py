"""Reads a side file: what a person says about a definition that the definition itself cannot say.

It lies beside the definition and is named after it: `refund.asl.json` has `refund.saga.toml`. What it says goes before
everything that is inferred.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from sagacheck.core.contract import Barrier, Contract, Dedup, Keyed, Natural, NoContract, Reply
from sagacheck.core.duration import seconds
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.remark import Suppression
from sagacheck.core.span import Span
from sagacheck.importers.states_language.source import DefinitionError
from sagacheck.importers.states_language.toml_places import places_of


@dataclass(frozen=True, slots=True)
class StateNotes:
    """What is said about one state; None or empty where nothing is.

    Args:
        span: where.
        undoes: the states that it is the compensation of; () if it undoes nothing.
        never_refused: whether, as a compensation, it is repeated until it works.
        reads_only: whether it has no effect.
        informational: why its effect needs no undoing.
        non_compensatable: why its effect cannot be undone.
        contract: what its participant promises.
        retry_horizon: seconds during which it may be sent again.
        end: which kind of end it is.
        instruction: what a person must do at that end.
        suppressions: findings about it that are accepted.
    """

    span: Span | None = None
    undoes: tuple[str, ...] | None = None
    never_refused: bool = False
    reads_only: bool | None = None
    informational: str = ""
    non_compensatable: str = ""
    contract: Contract | None = None
    retry_horizon: float | None = None
    end: EndKind | None = None
    instruction: str = ""
    suppressions: tuple[Suppression, ...] = ()


_NOTHING = StateNotes()


@dataclass(frozen=True, slots=True)
class SideFile:
    """What is said about a definition.

    Args:
        file: path as the user knows it.
        resume_within: seconds within which a person resumes a stuck execution.
        states: by name.
        errors: for names of errors what a call comes to that fails with them: rejected or unknown.
    """

    file: str = ""
    resume_within: float = 0.0
    states: Mapping[str, StateNotes] = field(default_factory=dict)
    errors: Mapping[str, Outcome] = field(default_factory=dict)

    def notes(self, state: str) -> StateNotes:
        """What is said about a state."""
        return self.states.get(state, _NOTHING)

    @property
    def suppressions(self) -> tuple[Suppression, ...]:
        """All findings that are accepted."""
        return tuple(suppression for notes in self.states.values() for suppression in notes.suppressions)


_TOP = ("resume-within", "states", "errors")
_STATE = (
    "undoes",
    "never-refused",
    "reads-only",
    "informational",
    "non-compensatable",
    "contract",
    "retry-horizon",
    "end",
    "instruction",
    "suppress",
)
_CONTRACT = ("kind", "key", "stores-rejections", "tolerates-empty", "lifetime", "dedup", "reply")
_KINDS = ("none", "natural", "keyed", "barrier")
_CODE = re.compile(r"SC\d{3}")
_CONTRADICTIONS = (
    ("undoes", "informational"),
    ("undoes", "non-compensatable"),
    ("undoes", "reads-only"),
    ("informational", "non-compensatable"),
    ("reads-only", "informational"),
    ("reads-only", "non-compensatable"),
)
_TOML_PLACE = re.compile(r"\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)")


def read_side_file(text: str, file: str) -> SideFile:
    """What a side file says.

    Args:
        text: the whole file.
        file: its path as the user knows it.

    Raises:
        DefinitionError: if it is not TOML, or says what cannot be meant; it says where and what to write instead.
    """
    import tomllib

    body = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        document = tomllib.loads(body)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        place = _TOML_PLACE.search(str(error))
        line = int(place["line"]) if place and place["line"] else body.count("\n") + 1
        column = int(place["column"]) if place and place["column"] else 1
        reason = _TOML_PLACE.sub("", str(error)).strip() or type(error).__name__
        message = f"this is not TOML: {reason[:1].lower()}{reason[1:]}"
        raise DefinitionError(message, file=file, line=line, column=column) from None
    return _Reading(file, places_of(body, file)).read(document)


class _Reading:
    """The reading of one side file.

    Args:
        file: its path as the user knows it.
        places: where its keys stand.
    """

    def __init__(self, file: str, places: Mapping[tuple[str, ...], Span]) -> None:
        self.file = file
        self.places = places

    def read(self, document: dict[str, Any]) -> SideFile:
        """What the whole file says."""
        self._known(document, (), _TOP)
        states = self._table(document, "states", ())
        errors = self._table(document, "errors", ())
        return SideFile(
            file=self.file,
            resume_within=self._duration(document, "resume-within", ()) or 0.0,
            states={name: self._state(name, self._table(states, name, ("states",))) for name in states},
            errors={name: self._outcome(name, said) for name, said in errors.items()},
        )

    def _state(self, name: str, said: dict[str, Any]) -> StateNotes:
        path = ("states", name)
        self._known(said, path, _STATE)
        for one, other in _CONTRADICTIONS:
            if one in said and other in said:
                raise self.error(f"`{name}` has both {one} and {other}: only one of them can hold", (*path, other))
        if "instruction" in said and said.get("end") != EndKind.MANUAL:
            raise self.error('an instruction is for a person: say end = "manual" as well', (*path, "instruction"))
        if said.get("never-refused") is True and not said.get("undoes"):
            raise self.error(
                "never-refused is said of compensations: say what it undoes as well", (*path, "never-refused")
            )
        end = self._word(said, "end", path, tuple(kind.value for kind in EndKind if kind is not EndKind.UNHANDLED))
        return StateNotes(
            span=self._place(path),
            undoes=self._names(said, "undoes", path),
            never_refused=self._flag(said, "never-refused", path) or False,
            reads_only=self._flag(said, "reads-only", path),
            informational=self._reason(said, "informational", path),
            non_compensatable=self._reason(said, "non-compensatable", path),
            contract=self._contract(said, path),
            retry_horizon=self._duration(said, "retry-horizon", path),
            end=None if end is None else EndKind(end),
            instruction=self._reason(said, "instruction", path),
            suppressions=self._suppressions(name, said, path),
        )

    def _suppressions(self, name: str, said: dict[str, Any], path: tuple[str, ...]) -> tuple[Suppression, ...]:
        found = self._table(said, "suppress", path)
        place = (*path, "suppress")
        for code in found:
            if not _CODE.fullmatch(code):
                raise self.error(f"`{code}` is no code of a finding: write one like SC207", (*place, code))
        return tuple(
            Suppression(code, name, self._reason(found, code, place), self._place((*place, code))) for code in found
        )

    def _contract(self, said: dict[str, Any], path: tuple[str, ...]) -> Contract | None:
        if "contract" not in said:
            return None
        given = self._table(said, "contract", path)
        place = (*path, "contract")
        self._known(given, place, _CONTRACT)
        kind = self._word(given, "kind", place, _KINDS)
        if kind is None:
            raise self.error(f"the contract has no kind: write one of {', '.join(_KINDS)}", place)
        if kind in ("none", "natural"):
            more = next((key for key in given if key != "kind"), None)
            if more is not None:
                raise self.error(f"{more} has no meaning for the kind {kind}: it knows no keys", (*place, more))
            return NoContract() if kind == "none" else Natural()
        key = self._reason(given, "key", place)
        if not key:
            raise self.error('name the field that identifies the operation: key = "order_id"', place)
        options: dict[str, Any] = {}
        if (stores := self._flag(given, "stores-rejections", place)) is not None:
            options["stores_rejections"] = stores
        if (lifetime := self._duration(given, "lifetime", place)) is not None:
            options["lifetime"] = lifetime
        if (dedup := self._word(given, "dedup", place, tuple(Dedup))) is not None:
            options["dedup"] = Dedup(dedup)
        if (reply := self._word(given, "reply", place, tuple(Reply))) is not None:
            options["reply"] = Reply(reply)
        tolerates = self._flag(given, "tolerates-empty", place)
        if kind == "keyed":
            return Keyed(key, tolerates_empty=bool(tolerates), **options)
        if tolerates is False:
            raise self.error(
                "a barrier tolerates compensations of nothing: that is what it is", (*place, "tolerates-empty")
            )
        return Barrier(key, **options)

    def _outcome(self, name: str, said: object) -> Outcome:
        path = ("errors", name)
        if name.startswith("States."):
            raise self.error(f"`{name}` is the engine's: only errors of your functions can be told apart here", path)
        if not isinstance(said, str) or said not in (Outcome.REJECTED, Outcome.UNKNOWN):
            raise self.error(
                f'`{name}` must be "rejected" (it certainly took no effect) or "unknown" (it may have)', path
            )
        return Outcome(said)

    def _table(self, around: dict[str, Any], key: str, path: tuple[str, ...]) -> dict[str, Any]:
        found = around.get(key, {})
        if not isinstance(found, dict):
            raise self.error(f"`{key}` must be a table", (*path, key))
        return found

    def _flag(self, around: dict[str, Any], key: str, path: tuple[str, ...]) -> bool | None:
        found = around.get(key)
        if found is not None and not isinstance(found, bool):
            raise self.error(f"{key} must be true or false", (*path, key))
        return found

    def _reason(self, around: dict[str, Any], key: str, path: tuple[str, ...]) -> str:
        """A text that says something; "" if the key is not there."""
        found = around.get(key)
        if found is None:
            return ""
        if not isinstance(found, str) or not found.strip():
            raise self.error(f"{key} must be a text that says something", (*path, key))
        return found

    def _word(self, around: dict[str, Any], key: str, path: tuple[str, ...], known: Collection[str]) -> str | None:
        found = around.get(key)
        if found is None:
            return None
        if not isinstance(found, str) or found not in tuple(known):
            hint = _meant(found, known) if isinstance(found, str) else ""
            raise self.error(f"{key} must be one of {', '.join(known)}{hint}", (*path, key))
        return found

    def _names(self, around: dict[str, Any], key: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
        found = around.get(key)
        if found is None:
            return None
        if not isinstance(found, list) or not all(isinstance(name, str) and name for name in found):
            raise self.error(f'{key} must be a list of states: {key} = ["Reserve"]', (*path, key))
        return tuple(dict.fromkeys(found))

    def _duration(self, around: dict[str, Any], key: str, path: tuple[str, ...]) -> float | None:
        found = around.get(key)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, str | int | float):
            raise self.error(f"{key} must be a duration, like '30m' or '2d'", (*path, key))
        try:
            return seconds(found)
        except ValueError as error:
            raise self.error(f"{key}: {error}", (*path, key)) from None

    def _known(self, around: dict[str, Any], path: tuple[str, ...], known: Collection[str]) -> None:
        """Refuses keys that mean nothing."""
        for key in around:
            if key not in known:
                hint = _meant(key, known) or f"; known here: {', '.join(known)}"
                raise self.error(f"there is no key `{key}`{hint}", (*path, key))

    def _place(self, path: tuple[str, ...]) -> Span:
        """Where a key stands, or the innermost table around it that has a place."""
        for depth in range(len(path), 0, -1):
            if path[:depth] in self.places:
                return self.places[path[:depth]]
        return Span(self.file, 1, 1, 1, 2)

    def error(self, message: str, path: tuple[str, ...]) -> DefinitionError:
        """An error that points at a key."""
        span = self._place(path)
        return DefinitionError(message, file=self.file, line=span.line, column=span.column)


def _meant(word: str, known: Collection[str]) -> str:
    names = {name.casefold()[:100]: name for name in [*known][:1000]}
    close = get_close_matches(word.casefold()[:100], names, n=1)
    return f"; did you mean `{names[close[0]]}`?" if close else ""


def check_names(side_file: SideFile, states: Collection[str], tasks: Collection[str], ends: Collection[str]) -> None:
    """Refuses what is said about states that do not exist, or that cannot be what is said of them.

    Args:
        side_file: what is said.
        states: the names of all states of the definition.
        tasks: those of Tasks.
        ends: those at which the execution may end.

    Raises:
        DefinitionError: at the first name that does not fit.
    """

    def refuse(message: str, notes: StateNotes) -> DefinitionError:
        span = notes.span or Span(side_file.file, 1, 1, 1, 2)
        return DefinitionError(message, file=side_file.file, line=span.line, column=span.column)

    for name, notes in side_file.states.items():
        if name not in states:
            raise refuse(f"there is no state `{name}`{_meant(name, states) or _listed(states)}", notes)
        if name not in tasks and replace(notes, span=None, end=None, instruction="", suppressions=()) != _NOTHING:
            raise refuse(f"`{name}` is no Task: of other states only end and suppress can be said", notes)
        if notes.end is not None and name not in ends:
            raise refuse(f"`{name}` ends no execution: say end of a Fail, a Succeed or a state with End", notes)
        for step in notes.undoes or ():
            if step not in tasks:
                raise refuse(f"`{name}` cannot undo `{step}`, which is no Task here{_meant(step, tasks)}", notes)
            if step == name or side_file.notes(step).undoes:
                raise refuse(f"`{name}` cannot undo `{step}`, which is a compensation itself", notes)


def _listed(names: Collection[str]) -> str:
    few = 12
    return f"; there are {', '.join(f'`{name}`' for name in names)}" if len(names) <= few else ""
