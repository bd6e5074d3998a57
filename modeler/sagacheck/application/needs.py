"""Words for contracts: what a step has, and what is needed of those that declare none."""

from __future__ import annotations

from collections.abc import Mapping

from sagacheck.application.weakest import Needed
from sagacheck.core.contract import Contract, Dedup
from sagacheck.core.finding import Finding, Label, RootCause
from sagacheck.core.span import Span
from sagacheck.rules import needed_contract
from sagacheck.rules.rule import quoted


def in_words(contract: Contract) -> str:
    """A contract in a sentence."""
    words = ["a barrier" if contract.kind == "barrier" else contract.kind]
    if contract.kind == "keyed" and contract.tolerates_empty:
        words.append("tolerates a compensation that finds nothing")
    if contract.keyed and not contract.stores_rejections:
        words.append("does not store rejections")
    dedup = getattr(contract, "dedup", Dedup.TOGETHER)
    if dedup is not Dedup.TOGETHER:
        words.append("stores its record before the effect" if dedup is Dedup.RECORD_FIRST else "stores it afterwards")
    return ", and ".join(words)


def says_contract(contract: Contract | None) -> str:
    """What is to be said at a step that goes wrong under this contract; one that is not declared was the strongest."""
    return "even with a barrier" if contract is None else f"has the contract: {in_words(contract)}"


def provisos(needed: tuple[Needed, ...]) -> tuple[str, ...]:
    """What the verdict depends on, beyond what is declared."""
    return tuple(f"{need.step} is {in_words(need.contract)}" for need in needed)


def needs_notes(needed: tuple[Needed, ...]) -> tuple[str, ...]:
    """What each step needs, and that less is not enough."""
    return tuple(f"`{need.step}` needs {_need(need)}" for need in needed)


def needs_finding(saga: str, spans: Mapping[str, Span | None], needed: tuple[Needed, ...]) -> Finding:
    """The finding that a saga is safe only if participants keep more than was declared.

    Args:
        saga: its name.
        spans: where each step stands.
        needed: what they have to keep; not empty.
    """
    names = [need.step for need in needed]
    return Finding(
        code=needed_contract.CODE,
        name=needed_contract.NAME,
        severity=needed_contract.SEVERITY,
        saga=saga,
        message=f"the saga is safe provided that {quoted(names)} {'keeps' if len(names) == 1 else 'keep'} a contract",
        primary=Label(spans[names[0]], "its contract is not declared"),
        root_cause=RootCause(saga, tuple(sorted(names)), "declare a contract"),
        secondary=tuple(Label(spans[name], "nor is this one's") for name in names[1:]),
        help="build it, and declare it: contract=Barrier(...), Keyed(...), Natural()",
        notes=needs_notes(needed),
        story=needed[0].story,
    )


def _need(need: Needed) -> str:
    return f"to be {in_words(need.contract)}: {_WITH.get(need.weaker.kind, need.weaker.kind)} is not enough"


_WITH = {"no contract": "to promise nothing", "natural": "to be natural", "keyed": "to be keyed"}
