"""Names that python-statemachine and its users can write, made from names that people read."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

_NO_LETTER = re.compile(r"\W+")


def slug(name: str) -> str:
    """An identifier that reads like the name: "payment.charge" becomes payment_charge."""
    word = _NO_LETTER.sub("_", name).strip("_") or "unnamed"
    if not word.isidentifier():
        word = f"n_{word}"
    if not word.isidentifier():
        word = "".join(letter if f"a{letter}".isidentifier() else "_" for letter in word)
    return f"{word}_" if keyword.iskeyword(word) else word


def class_name(name: str) -> str:
    """The name of a class in the usual form: "place-order" becomes PlaceOrder."""
    return "".join(word[:1].upper() + word[1:] for word in slug(name).split("_") if word)


def kebab(name: str) -> str:
    """The name of a saga in the usual form: PlaceOrder becomes "place-order"."""
    words = re.sub(r"(?<=[^\W_])(?=[A-Z][a-z])|(?<=[a-z0-9])(?=[A-Z])|_+", "-", name)
    return words.strip("-").lower() or name


class Names:
    """Hands out identifiers, none of them twice.

    Args:
        taken: identifiers that mean something already.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = set(taken)

    def new(self, name: str) -> str:
        """An identifier that reads like the name, with a number if it is taken."""
        word, number = slug(name), 1
        found = word
        while found in self.taken:
            number += 1
            found = f"{word}_{number}"
        self.taken.add(found)
        return found
