"""Numbers as people read them: exact with thousands separators, or a mantissa where they would fill the line."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager

LARGEST_WRITTEN_OUT = 10**15

_TIMES = {0: "no further than the first round", 1: "once", 2: "twice"}


def number(value: int) -> str:
    """The number in digits up to 10^15, beyond that with three digits of mantissa, rounded half up.

    Args:
        value: not negative, of any size.
    """
    if value <= LARGEST_WRITTEN_OUT:
        return f"{value:,}"
    exponent = math.floor(math.log10(value))
    if 10**exponent > value:
        exponent -= 1
    elif 10 ** (exponent + 1) <= value:
        exponent += 1
    unit = 10 ** (exponent - 2)
    mantissa = (value + unit // 2) // unit
    if mantissa == 1000:  # noqa: PLR2004 - 9.995 rounds to 10.0
        mantissa, exponent = 100, exponent + 1
    return f"{mantissa // 100}.{mantissa % 100:02d}e{exponent}"


def written_out(*values: int) -> bool:
    """Whether all the numbers appear with all their digits."""
    return all(value <= LARGEST_WRITTEN_OUT for value in values)


def counted(value: int, noun: str, plural: str = "") -> str:
    """The number with its noun in the right form."""
    return f"{number(value)} {noun if value == 1 else plural or noun + 's'}"


def times(value: int) -> str:
    """How often: once, twice, 3 times."""
    return _TIMES.get(value) or f"{value} times"


def exact(value: int) -> str:
    """All digits of a number of any size, with thousands separators."""
    with any_number_of_digits():
        return f"{value:,}"


@contextmanager
def any_number_of_digits() -> Iterator[None]:
    """Lifts Python's limit on the digits of an integer in text, which numbers of scenarios can exceed."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(limit)
