"""Lowers a choreography to a system: its services, its network, its faults, and what is asked of it.

Every rule that tells of a transaction has a `Handled` in its `tells`. What the properties are about is kept beside
the system, by name, so that nobody has to take names apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sagacheck.core.net import Net
from sagacheck.core.outcome import EndKind
from sagacheck.core.system import Guard, System
from sagacheck.lowering.choreographed.books import Book, books_of
from sagacheck.lowering.choreographed.extent import network_of, variables_of
from sagacheck.lowering.choreographed.obligations import Asking, Obligation
from sagacheck.lowering.choreographed.queues import Network
from sagacheck.lowering.choreographed.transactions import Transactions


@dataclass(frozen=True)
class LoweredChoreography:
    """A choreography as a system, with what is needed to tell of it.

    Args:
        net: what was lowered.
        system: the guarded commands.
        obligations: what each property of the system is about, by its name.
        announced: when each kind of end has been announced.
        settled: when nothing is unacknowledged, unpublished or armed.
        books: the real state of every step whose past matters, by name.
        network: the queues.
    """

    net: Net
    system: System
    obligations: Mapping[str, Obligation]
    announced: Mapping[EndKind, Guard]
    settled: Guard
    books: Mapping[str, Book]
    network: Network


def lowered(net: Net) -> LoweredChoreography:
    """A choreography as a system, with what its properties are about.

    A contract that was not declared counts as none.

    Args:
        net: the choreography.
    """
    books = books_of(net)
    network = network_of(net, books)
    rules = (*Transactions(net, books, network).rules(), *network.rules())
    asking = Asking(net, books, network, rules)
    asked = tuple(asking.asked())
    system = System(net.name, variables_of(net, books, network), rules, tuple(prop for _, prop in asked))
    obligations = MappingProxyType({prop.name: obligation for obligation, prop in asked})
    return LoweredChoreography(net, system, obligations, asking.announced, asking.settled, books, network)


def lower_choreography(net: Net) -> System:
    """A choreography as a system.

    Args:
        net: the choreography.
    """
    return lowered(net).system
