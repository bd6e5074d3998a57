"""Frames of source text with labelled spans, the way good compilers show them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sagacheck.core.finding import Label
from sagacheck.core.span import Span
from sagacheck.render.source_lines import CUT, DrawnLine, Sources
from sagacheck.render.terminal import Page, Palette, cells, harmless, wrapped

LINE_WIDTH = 100
"""Cells of a source line that are shown where the page has no limit; a longer line is cut around the span."""

_CONTEXT = 24
_LONGEST_WHOLE = 8
_NARROWEST = 32
_BESIDE = 7


@dataclass(frozen=True, slots=True)
class _Mark:
    """A label on its way to the page, with the colour that it is to have."""

    span: Span
    text: str
    primary: bool
    role: str

    @property
    def multiline(self) -> bool:
        return self.span.end_line > self.span.line

    @property
    def sign(self) -> str:
        return "^" if self.primary else "-"


@dataclass(frozen=True, slots=True)
class Frame:
    """How frames of one finding are drawn.

    Args:
        sources: where the lines come from.
        gutter: width of the line numbers, in digits.
        width: cells to which labels are wrapped.
        palette: colours.
        role: the colour of the primary label's marks.
        line_width: cells of a source line that are shown; a longer line is cut around the span.
    """

    sources: Sources
    gutter: int
    width: int
    palette: Palette
    role: str = "error"
    line_width: int = LINE_WIDTH

    @classmethod
    def on(cls, page: Page, sources: Sources, gutter: int, palette: Palette, role: str) -> Frame:
        """The frame that fits a page."""
        line_width = LINE_WIDTH if page.limit is None else page.limit - gutter - _BESIDE
        return cls(sources, gutter, page.width, palette, role, line_width)

    def draw(self, primary: Label, secondary: Sequence[Label]) -> list[str]:
        """The lines that show the labels: the primary label's file first, other files in blocks of their own."""
        marks: dict[tuple[Span, str], _Mark] = {}
        for label in (primary, *secondary):
            role = self.role if label is primary else "secondary"
            if label.span is not None:
                marks.setdefault((label.span, label.text), _Mark(label.span, label.text, label is primary, role))
        files: dict[str, list[_Mark]] = {}
        for mark in marks.values():
            files.setdefault(mark.span.file, []).append(mark)
        homeless = [label.text for label in (primary, *secondary) if label.span is None and label.text]
        lines = [line for group in files.values() for line in self._block(group)]
        return lines + [line for text in homeless for line in self.remark("here", text)]

    def bar(self, content: str = "") -> str:
        """A line of the frame without a number."""
        return " " * self.gutter + self.palette.paint("gutter", " |") + (f" {content}" if content else "")

    def remark(self, head: str, text: str) -> list[str]:
        """A remark below the frame, like `= help: ...`, wrapped."""
        indent = " " * (self.gutter + 1)
        first, *rest = wrapped(text, self.width - self.gutter - 5 - len(head)) or [""]
        sign = self.palette.paint("gutter", "=")
        hanging = " " * (len(head) + 4)
        return [f"{indent}{sign} {self.palette.paint('bold', head)}: {first}".rstrip()] + [
            f"{indent}{hanging}{line}".rstrip() for line in rest
        ]

    def more(self, head: str, text: str) -> list[str]:
        """Another line of the remark with this head, below it."""
        indent = " " * (self.gutter + len(head) + 5)
        return [f"{indent}{line}".rstrip() for line in wrapped(text, self.width - len(indent))]

    def _block(self, marks: list[_Mark]) -> list[str]:
        """The frame for one file."""
        foremost = next((mark for mark in marks if mark.primary), None) or min(marks, key=lambda mark: mark.span)
        arrow = self.palette.paint("gutter", "-->")
        lines = [f"{' ' * self.gutter}{arrow} {harmless(str(foremost.span))}"]
        seen = [mark for mark in marks if self._line(mark) is not None]
        if seen:
            lines.append(self.bar())
            lines.extend(self._rows(_untangled(self._fitted(seen))))
        for mark in marks:
            if mark not in seen and mark.text:
                lines.extend(self.remark(f"at line {mark.span.line}", mark.text))
        return lines

    def _line(self, mark: _Mark) -> str | None:
        return self.sources.line(mark.span.file, mark.span.line)

    def _fitted(self, marks: Iterable[_Mark]) -> list[_Mark]:
        """The marks with spans that lie within the text, as far as it still is what it was."""
        return [replace(mark, span=self._fit(mark)) for mark in marks]

    def _fit(self, mark: _Mark) -> Span:
        span, text = mark.span, self._line(mark) or ""
        last = self.sources.line(span.file, span.end_line)
        whole = Span(span.file, span.line, len(text) - len(text.lstrip()) + 1, span.line, len(text.rstrip()) + 1)
        if span.end_line > span.line and last is not None and span.end_column > 1:
            return span
        if span.end_line > span.line:
            return Span(span.file, span.line, span.column, span.line, max(whole.end_column, span.column + 1))
        if span.column == span.end_column == 1:
            return whole
        return Span(span.file, span.line, span.column, span.line, max(span.end_column, span.column + 1))

    def _rows(self, marks: list[_Mark]) -> list[str]:
        """The numbered lines with their marks, in line order."""
        spans = [mark for mark in marks if mark.multiline]
        file = marks[0].span.file
        shown = {mark.span.line for mark in marks}
        for mark in spans:
            shown.update(_shown_lines(mark.span))
        rows: list[str] = []
        previous = 0
        for number in sorted(shown):
            around = next((mark for mark in spans if mark.span.line <= number <= mark.span.end_line), None)
            if around is not None and around.span.line <= previous < number - 1:
                dots = f"{'.' * min(self.gutter, len(CUT)):>{self.gutter}} |"
                rows.append(f"{self.palette.paint('gutter', dots)} {self.palette.paint(around.role, '|')}")
            previous = number
            drawn = DrawnLine.of(self.sources.line(file, number) or "")
            here = [mark for mark in marks if mark.span.line == number and not mark.multiline]
            rows.extend(self._numbered(number, drawn, here, around, beside=bool(spans)))
        return rows

    def _side(self, sign: str, mark: _Mark) -> str:
        return self.palette.paint(mark.role, sign) + " "

    def _numbered(
        self, number: int, drawn: DrawnLine, here: list[_Mark], around: _Mark | None, *, beside: bool
    ) -> list[str]:
        """One source line, once or, where its marks lie too far apart, once for each of them, with its marks."""
        begins = around is not None and around.span.line == number
        flush = begins and around is not None and not "".join(drawn.pieces[: around.span.column - 1]).strip()
        side, below = ("  ", "  ") if beside else ("", "")
        if around is not None:
            below = self._side("|", around)
            side = self._side("/", around) if flush else "  " if begins else below
        rows: list[str] = []
        for group in _within_reach(drawn, here, self.line_width):
            left, right = _window(drawn, group, self.line_width)
            rows.append(f"{self._number(number)} {side}{drawn.part(left, right)}".rstrip())
            beneath = "  " if begins and beside and not flush else below
            for mark in group:
                rows.extend(
                    self.bar(beneath + line) for line in self._marked(mark, drawn, left, right, len(side) and 2)
                )
        if around is not None and begins and not flush:
            rows.append(self.bar(" " + self._corner(around, drawn.cell(around.span.column))))
        if around is not None and around.span.end_line == number:
            corner = self._corner(around, max(0, drawn.cell(around.span.end_column) - 1))
            head = self.palette.paint(around.role, "|") + corner
            column = min(max(0, drawn.cell(around.span.end_column) - 1), self.line_width) + 3
            rows.extend(self.bar(line) for line in self._labelled(head, column, 2, around))
        return rows

    def _number(self, number: int) -> str:
        return self.palette.paint("gutter", f"{number:>{self.gutter}} |")

    def _corner(self, mark: _Mark, cell: int) -> str:
        return self.palette.paint(mark.role, "_" * (min(cell, self.line_width) + 1) + mark.sign)

    def _marked(self, mark: _Mark, drawn: DrawnLine, left: int, right: int, offset: int) -> list[str]:
        """The underline of a mark and its text, without the gutter."""
        shift = len(CUT) if left > 0 else 0
        first = drawn.cell(mark.span.column)
        last = max(first + 1, min(drawn.cell(mark.span.end_column), right))
        indent = first - left + shift
        underline = " " * indent + self.palette.paint(mark.role, mark.sign * (last - first))
        return self._labelled(underline, indent + last - first, indent, mark, offset)

    def _labelled(self, head: str, column: int, indent: int, mark: _Mark, offset: int = 0) -> list[str]:
        """The head with the mark's text behind it, or below it where it would not fit.

        Args:
            head: the underline or corner.
            column: cells that the head takes.
            indent: cell at which it begins; the text goes there if it has to go below.
            mark: what is labelled.
            offset: cells to the left of it.
        """
        if not mark.text:
            return [head]
        room = self.width - self.gutter - 3 - offset
        text = harmless(mark.text)
        if column + 1 + cells(text) <= room:
            return [f"{head} {self.palette.paint(mark.role, text)}"]
        if cells(text) <= room:
            indent = min(indent, room - cells(text))
        elif room - indent < _NARROWEST:
            indent = 4
        return [head] + [
            " " * indent + self.palette.paint(mark.role, line) for line in wrapped(mark.text, room - indent)
        ]


def _untangled(marks: list[_Mark]) -> list[_Mark]:
    """The marks, sorted, with spans of several lines cut down to their first where they overlap an earlier one."""
    kept: list[_Mark] = []
    for mark in sorted(marks, key=lambda mark: (not mark.primary, mark.span)):
        span = mark.span
        rivals = (other.span for other in kept if other.multiline)
        if mark.multiline and any(rival.line <= span.end_line and span.line <= rival.end_line for rival in rivals):
            span = Span(span.file, span.line, span.column, span.line, 2**31)
        kept.append(replace(mark, span=span))
    return sorted(kept, key=lambda mark: (mark.span.line, mark.span.column, not mark.primary))


def _shown_lines(span: Span) -> list[int]:
    lines = range(span.line, span.end_line + 1)
    return list(lines) if len(lines) <= _LONGEST_WHOLE else [*lines[:3], *lines[-2:]]


def _within_reach(drawn: DrawnLine, marks: list[_Mark], width: int) -> list[list[_Mark]]:
    """The marks of one line in groups of which each fits on the page."""
    groups: list[list[_Mark]] = [[]]
    for mark in marks:
        first = groups[-1][0] if groups[-1] else mark
        reach = drawn.cell(mark.span.end_column) - drawn.cell(first.span.column)
        if groups[-1] and drawn.width > width and reach > width - 2 * len(CUT):
            groups.append([])
        groups[-1].append(mark)
    return groups


def _window(drawn: DrawnLine, marks: list[_Mark], width: int) -> tuple[int, int]:
    """The cells of a line to show, end excluded: all of a short line, else a window around the marks."""
    if drawn.width <= width:
        return 0, drawn.width
    room = width - 2 * len(CUT)
    if not marks:
        return 0, room
    first = min(drawn.cell(mark.span.column) for mark in marks)
    last = max(drawn.cell(mark.span.end_column) for mark in marks)
    context = max(8, min(_CONTEXT, (room - (last - first)) // 2))
    left = drawn.starts[bisect_left(drawn.starts, max(0, min(first - context, drawn.width - room)))]
    return left, min(drawn.width, left + room)
