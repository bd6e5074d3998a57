"""What a person is told who uses a word of this package in a way that it does not have."""

from __future__ import annotations

import difflib
import functools
import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

_LONGEST = 80
_ADDRESS = re.compile(r" (?:object )?at 0x[0-9a-fA-F]+")

Word = TypeVar("Word", bound=Callable[..., Any])


def written(value: object) -> str:
    """A value as a message shows it: short, and the same in every run."""
    if isinstance(value, functools.partial):
        return f"partial({written(value.func)})"
    if isinstance(value, set | frozenset):
        return _shortened("{" + ", ".join(sorted(map(written, value))) + "}")
    name = getattr(value, "__qualname__", None)
    if isinstance(name, str):
        name = name.rpartition("<locals>.")[2]
        return "a lambda" if "<lambda>" in name else name
    return _shortened(_ADDRESS.sub("", repr(value)))


def closest(name: str, names: Iterable[str], likeness: float = 0.75) -> str | None:
    """The name that was probably meant, if there is one.

    Args:
        name: what was written.
        names: what could have been.
        likeness: how much both must have in common, from 0 to 1.
    """
    return next(iter(difflib.get_close_matches(name, sorted(names), n=1, cutoff=likeness)), None)


def check_truth(value: object, what: str) -> None:
    """Refuses what is neither True nor False: "no" would count as true.

    Raises:
        TypeError: for anything else.
    """
    if not isinstance(value, bool):
        msg = f"{what}={written(value)}: write True or False"
        raise TypeError(msg)


def taught(example: str) -> Callable[[Word], Word]:
    """Answers a call that does not fit the signature with a TypeError that says what to write.

    Args:
        example: a call that fits.
    """

    def decorate(word: Word) -> Word:
        if isinstance(word, type):
            setattr(word, "__init__", _checked(vars(word)["__init__"], word.__name__, example))  # noqa: B010 - mypy lets nobody assign it
            return word
        return _checked(word, word.__name__, example)

    return decorate


def _checked(function: Word, name: str, example: str) -> Word:
    @functools.wraps(function)
    def called(*args: object, **options: object) -> object:
        try:
            return function(*args, **options)
        except TypeError as error:
            # An error from within the function has its frame behind this one.
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                raise
            reason = _reason(function, args, options) or str(error)
        msg = f"{name}: {reason}; write {example}"
        raise TypeError(msg)

    return called  # type: ignore[return-value]  # it takes and gives what the function does


def _reason(function: Callable[..., object], args: tuple[object, ...], options: dict[str, object]) -> str | None:
    """Why a call does not fit."""
    signature = inspect.signature(function)
    known = [name for name in signature.parameters if name != "self"]
    for option in options:
        if option not in known:
            meant = closest(option, known)
            return f"there is no {option}=" + (f", did you mean {meant}=?" if meant else "")
    try:
        signature.bind(*args, **options)
    except TypeError as error:
        return str(error)
    return None


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
