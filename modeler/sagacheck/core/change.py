"""What a change did to sagas: which ones it touched, and what it did to their failure points."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SagaChange:
    """What a change did to one saga under one profile.

    Args:
        name, file, profile: which saga, as it is now.
        new: whether nothing is known of it before the change.
        uncovered: failure points that have nowhere to go now, and had before or were not there, in words.
        covered: failure points that have somewhere to go now, and had not before, in words.
    """

    name: str
    file: str
    profile: str
    new: bool = False
    uncovered: tuple[str, ...] = ()
    covered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """How sagas differ from what they were at a commit.

    Args:
        ref: what the user asked to compare with.
        commit: full name of the commit that was compared with, the merge base.
        unchanged: number of sagas of which nothing that is known has changed.
        sagas: those that changed, in the order of the report.
        removed: sagas that are there no longer, as "file: name".
        gone: number of findings that counted then and are not found any more, in sagas that are still there.
        remarks: what could not be compared, and what follows.
    """

    ref: str
    commit: str
    unchanged: int = 0
    sagas: tuple[SagaChange, ...] = ()
    removed: tuple[str, ...] = ()
    gone: int = 0
    remarks: tuple[str, ...] = ()
