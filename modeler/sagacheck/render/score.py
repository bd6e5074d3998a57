"""How many wrong twins of sagas were noticed, as text for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sagacheck.core.mutation import Score, Tried
from sagacheck.render.json_report import json_text
from sagacheck.render.terminal import PLAIN, UNLIMITED, Page, Palette, harmless, hung, padded

FORMAT = "sagacheck-mutation"
VERSION = 1


def score_text(
    scores: Sequence[Score], *, verbose: bool = False, palette: Palette = PLAIN, page: Page = UNLIMITED
) -> str:
    """The scores as text, ending in a line break.

    Args:
        scores: saga by saga.
        verbose: whether to list the twins that were noticed, too.
        palette: colours.
        page: how wide.
    """
    return "\n".join(line for score in scores for line in _lines(score, palette, page, verbose=verbose)) + "\n"


def _lines(score: Score, palette: Palette, page: Page, *, verbose: bool) -> Iterator[str]:
    number = len(score.tried)
    role = "good" if score.caught == number else "error"
    name = palette.paint("bold", harmless(score.saga))
    yield f"{harmless(score.file)}  {name}  " + palette.paint(role, f"{score.caught} of {number} wrong twins noticed")
    kinds = list(dict.fromkeys(str(one.mutant.mutation) for one in score.tried))
    width = max((len(kind) for kind in kinds), default=0)
    for kind in kinds:
        of_kind = [one for one in score.tried if str(one.mutant.mutation) == kind]
        noticed = sum(bool(one.codes) for one in of_kind)
        yield f"  {padded(kind, width)}  {noticed:>3} of {len(of_kind)}"
        for one in of_kind:
            if not one.codes or verbose:
                yield from _twin(one, palette, page)


def _twin(one: Tried, palette: Palette, page: Page) -> Iterator[str]:
    missed = f"not decided: {one.why}" if one.why else "NOT NOTICED"
    said = ", ".join(one.codes) or missed
    span = one.mutant.span
    place = f" ({harmless(span.file)}:{span.line})" if span else ""
    lines = hung(f"    {one.mutant.what}{place}: {said}", page)
    yield from (lines if one.codes else (palette.paint("error", line) for line in lines))


def score_json(scores: Sequence[Score]) -> str:
    """The scores as JSON in ASCII, ending in a line break.

    Args:
        scores: saga by saga.
    """
    return json_text({"format": FORMAT, "version": VERSION, "sagas": [_document(score) for score in scores]})


def _document(score: Score) -> dict[str, object]:
    return {
        "name": score.saga,
        "file": score.file,
        "caught": score.caught,
        "twins": [
            {
                "mutation": str(one.mutant.mutation),
                "what": one.mutant.what,
                "file": one.mutant.span.file if one.mutant.span else None,
                "line": one.mutant.span.line if one.mutant.span else None,
                "codes": list(one.codes),
                "why": one.why,
            }
            for one in score.tried
        ],
    }
