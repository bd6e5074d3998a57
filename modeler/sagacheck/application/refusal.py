"""The error for a request that makes no sense, and the guess at what was meant."""

from __future__ import annotations

from collections.abc import Iterable


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
    from difflib import get_close_matches

    candidates = sorted(set(known))
    folded = {candidate.casefold(): candidate for candidate in candidates}
    close = [folded[match] for match in get_close_matches(word.casefold(), folded, n=3, cutoff=0.6)]
    if close:
        return f"did you mean {_joined(close)}?"
    return f"known: {', '.join(candidates)}" if 0 < len(candidates) <= _FEW else ""


def refused(what: str, word: str, known: Iterable[str]) -> RefusedError:
    """The refusal of a word that is not known, with the guess at what was meant.

    Args:
        what: the sentence without its end, like "there is no rule 'SC2O1'".
        word: what was written.
        known: what would have been understood.
    """
    guess = did_you_mean(word, known)
    return RefusedError(f"{what}; {guess}" if guess else what)


_FEW = 24


def _joined(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
