"""Comments in Python models that accept findings: `# sagacheck: ignore[SC201] reason`."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sagacheck.application.refusal import did_you_mean
from sagacheck.core.report import Failure
from sagacheck.core.span import Span

_SPOKEN_TO = re.compile(r"#\s*sagacheck\s*:\s*")
_MAYBE = re.compile(_SPOKEN_TO.pattern.encode())
_FORM = re.compile(r"#\s*sagacheck\s*:\s*ignore\s*\[([^\]]*)\](.*)", re.DOTALL)
_HINT = "write `# sagacheck: ignore[SC201] reason`"


@dataclass(frozen=True, slots=True)
class Comment:
    """A person's word, in a comment, that a finding is known and accepted.

    Args:
        code: the rule's code; a comment with several codes counts once for each.
        reason: why; "" if it does not say.
        span: where the comment stands.
        line: the line of which it speaks: its own, or the next line of code if nothing else stands on its own.
    """

    code: str
    reason: str
    span: Span
    line: int


def comments_in(files: Iterable[str]) -> tuple[tuple[Comment, ...], tuple[Failure, ...]]:
    """The comments in Python files, and those that are not understood.

    Args:
        files: as spans name them.
    """
    comments: list[Comment] = []
    failures: list[Failure] = []
    for file in sorted(set(files)):
        for found in _read(file):
            (comments if isinstance(found, Comment) else failures).append(found)  # type: ignore[arg-type]  # told apart
    return tuple(comments), tuple(failures)


def _read(file: str) -> Iterator[Comment | Failure]:
    try:
        data = Path(file).read_bytes()
    except (OSError, ValueError):
        return  # it was imported, and is gone: whoever loads it says so
    if not _MAYBE.search(data):
        return
    try:
        tokens = list(tokenize.tokenize(io.BytesIO(data).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return  # it was imported, and has changed since
    code_lines = sorted({token.start[0] for token in tokens if token.type not in _NO_CODE})
    for token in tokens:
        if token.type == tokenize.COMMENT:
            line, column = token.start
            starts = [found.start() for found in _SPOKEN_TO.finditer(token.string)]
            alone = not token.line[:column].strip()
            following = next((one for one in code_lines if one > line), line)
            for start, end in pairwise([*starts, len(token.string)]):
                text = token.string[start:end].rstrip()
                span = Span(file, line, column + start + 1, line, column + start + len(text) + 1)
                yield from _said(text, span, following if alone else line)


_NO_CODE = (
    tokenize.ENCODING,
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
)


def _said(text: str, span: Span, line: int) -> Iterator[Comment | Failure]:
    from sagacheck.application.pages import all_pages

    known = {page.code for page in all_pages()}
    form = _FORM.fullmatch(text)
    if form is None:
        yield Failure(span.file, f"`{text[:60]}` is not understood; {_HINT}", span=span)
        return
    codes = [code.strip() for code in form[1].split(",")]
    for code in dict.fromkeys(codes):
        if not code:
            yield Failure(span.file, f"no code is named between the brackets; {_HINT}", span=span)
        elif code not in known:
            hint = did_you_mean(code, known)
            yield Failure(span.file, f"there is no rule {code!r}{'; ' if hint else ''}{hint}", span=span)
        else:
            yield Comment(code, form[2].strip(" \t:-"), span, line)
