"""Variables with small finite domains, encoded in the bits of decision diagrams."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oxidd.bdd import BDDFunction, BDDManager

    Memories = BDDFunction


def assign(memories: Memories, variable: Variable, index: int) -> Memories:
    """The memories with the variable set to the value of this index."""
    return memories.exists(variable.erase) & variable.values[index]


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable with a finite domain.

    Args:
        width: the number of its bits.
        values: for each value of its domain the diagram that says it has it; the first is the initial one.
        erase: the conjunction of its bits, for quantification.
    """

    width: int
    values: tuple[Memories, ...]
    erase: Memories

    def among(self, indices: Iterable[int]) -> Memories:
        """The memories in which it has one of these values."""
        return functools.reduce(operator.or_, [self.values[index] for index in indices])


def make_variable(manager: BDDManager, first_bit: int, size: int) -> Variable:
    """Adds a variable with this many values to a manager that has bits up to `first_bit`."""
    width = max(1, (size - 1).bit_length())
    manager.add_vars(width)
    bits = range(first_bit, first_bit + width)
    values = []
    for value in range(size):
        literals = [manager.var(bit) if value >> place & 1 else manager.not_var(bit) for place, bit in enumerate(bits)]
        values.append(functools.reduce(operator.and_, literals))
    return Variable(width, tuple(values), functools.reduce(operator.and_, [manager.var(bit) for bit in bits]))


@dataclass(frozen=True, slots=True)
class Line:
    """The ledger's line of one step, as variables of its own.

    Args:
        status: its status.
        called: whether it was called.
        tried: whether its compensation was called since.
    """

    status: Variable
    called: Variable
    tried: Variable


class Record:
    """What is remembered of the results of one kind of event: the n-th call of a step, the n-th answer.

    Args:
        results: the results that there can be.
        variables: one for each time that it may happen on a path; value 0 says that it has not, i that it had the
            i-th result.
    """

    def __init__(self, results: tuple[str, ...], variables: tuple[Variable, ...]) -> None:
        self.results = results
        self.variables = variables

    def write(self, memories: Memories, result: str) -> Memories:
        """Notes a result in the first variable that is still free."""
        index = self.results.index(result) + 1
        if len(self.variables) == 1:
            return assign(memories, self.variables[0], index)
        written = None
        for variable in self.variables:
            now = assign(memories & variable.values[0], variable, index)
            written = now if written is None else written | now
            memories &= ~variable.values[0]
        assert written is not None
        return written

    def among(self, results: Iterable[str]) -> Memories | None:
        """The memories in which some time one of these was the result; None if it cannot have been."""
        indices = [self.results.index(result) + 1 for result in results if result in self.results]
        if not indices:
            return None
        found = [variable.among(indices) for variable in self.variables]
        return functools.reduce(operator.or_, found)
