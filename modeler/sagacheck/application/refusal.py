"""The error for a request that makes no sense, and the guess at what was meant."""

from __future__ import annotations

from collections.abc import Iterable

from sagacheck.render.terminal import harmless


class RefusedError(Exception):
    """What was asked for cannot be done; the message says why and what to write instead."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Half a sentence that names the known words closest to one that is not known, or lists them all if few.

    Args:
        word: what was written.
        known: what would have been understood.

    Returns:
        Text to put behind a semicolon, "" if nothing helps.
    """
    candidates = sorted(set(known))
    close = _closest(word.casefold(), candidates)
    if close:
        return f"did you mean {_joined([harmless(one) for one in close])}?"
    return f"known: {', '.join(map(harmless, candidates))}" if 0 < len(candidates) <= _FEW else ""


def _closest(word: str, candidates: list[str]) -> list[str]:
    """The candidates most like the word, if any is like it at all."""
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(b=word)  # it remembers what it learns about the second sequence
    likeness: dict[str, float] = {}
    for candidate in candidates:
        matcher.set_seq1(candidate.casefold())
        if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE:
            likeness[candidate] = matcher.ratio()
    best = max(likeness.values(), default=0.0)
    if best < _ALIKE:
        return []
    return sorted(candidate for candidate, ratio in likeness.items() if ratio >= best - _NEARLY)[:_MOST]


def refused(what: str, word: str, known: Iterable[str]) -> RefusedError:
    """The refusal of a word that is not known, with the guess at what was meant.

    Args:
        what: the sentence without its end, like "there is no rule 'SC2O1'".
        word: what was written.
        known: what would have been understood.
    """
    guess = did_you_mean(word, known)
    return RefusedError(f"{what}; {guess}" if guess else what)


_ALIKE = 0.6
_NEARLY = 0.02
_MOST = 3
_FEW = 24


def _joined(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
