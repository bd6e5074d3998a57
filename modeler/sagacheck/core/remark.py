"""What a front-end saw in the source that the control graph cannot say, for rules to judge."""

from __future__ import annotations

from dataclasses import dataclass

from sagacheck.core.span import Span


@dataclass(frozen=True, slots=True)
class StrayField:
    """A field that its format does not know where it stands, so that an engine ignores or refuses it.

    Args:
        owner: the state in which it stands; "" for the definition itself.
        name: the field.
        span: where it stands.
        why: what is wrong with it, as the end of a sentence about it: "has no meaning in a Pass".
        meant: the field that was probably meant, or "".
    """

    owner: str
    name: str
    span: Span
    why: str
    meant: str = ""


@dataclass(frozen=True, slots=True)
class UnclearRole:
    """A call of which an importer cannot tell what it is for.

    Args:
        node: id of its node.
        why: what is known and what is not, as the end of a sentence about it: "is reached only after a failure; ...".
        span: where it stands.
    """

    node: str
    why: str
    span: Span | None


@dataclass(frozen=True, slots=True)
class LostData:
    """Data that a compensation reads and that are not there, or no longer the right ones, on some way to it.

    Args:
        reader: id of the node of the compensation.
        data: what it reads, as it is written: "$.BookHotelResult".
        writer: id of the node whose result the data are; "" where nothing ever wrote them.
        source: id of the node that leaves something else in their place.
        label: label of the edge by which it is left then.
        span: where that is said.
        certain: whether reading them fails for certain, so that the compensation is not even called.
        needed: how one sees that the compensation needs them.
    """

    reader: str
    data: str
    writer: str
    source: str
    label: str
    span: Span | None
    certain: bool
    needed: str


@dataclass(frozen=True, slots=True)
class MissedCase:
    """A question that goes by a name has no answer for a name that it may be asked about.

    Args:
        choice: id of the node at which the question begins.
        data: what holds the name: "$.failedState".
        name: the name that no rule mentions.
        source: id of the node that leaves this name there.
        label: label of the edge by which it is left then.
        known: the names that the rules mention.
        span: where the question stands.
    """

    choice: str
    data: str
    name: str
    source: str
    label: str
    known: tuple[str, ...]
    span: Span | None


Remark = StrayField | UnclearRole | LostData | MissedCase


@dataclass(frozen=True, slots=True)
class Suppression:
    """A person's word that a finding about a state is known and accepted.

    Args:
        code: the rule's code.
        state: the state; only findings about it are suppressed.
        reason: why, in words for the reader of a report.
        span: where it is said.
    """

    code: str
    state: str
    reason: str
    span: Span | None = None
