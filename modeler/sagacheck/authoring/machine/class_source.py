"""Finds out where in the user's source the names of a class body are assigned."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from functools import lru_cache

from sagacheck.core.span import Span


def header_of(span: Span | None) -> Span | None:
    """The first line of a statement: of a class, the line with its name."""
    if span is None or span.line == span.end_line:
        return span
    text = linecache.getline(span.file, span.line)
    return Span(span.file, span.line, span.column, span.line, max(len(text.rstrip()) + 1, span.column))


def assigned_in(span: Span | None) -> dict[str, Span]:
    """Where each name of a class body gets its value; names in nested classes are dotted.

    Args:
        span: the class statement; without one, or without its source, nothing is found.
    """
    tree = None if span is None else _parsed("".join(linecache.getlines(span.file)))
    if span is None or tree is None:
        return {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and span.line in {node.lineno, *(d.lineno for d in node.decorator_list)}:
            return dict(_assignments(node, span.file, ""))
    return {}


@lru_cache(maxsize=4)
def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


def _assignments(body: ast.ClassDef, file: str, prefix: str) -> Iterator[tuple[str, Span]]:
    for statement in body.body:
        if isinstance(statement, ast.ClassDef):
            whole = _span(statement, file)
            yield prefix + statement.name, header_of(whole) or whole
            yield from _assignments(statement, file, f"{prefix}{statement.name}.")
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                yield from _pairs(target, statement.value, file, prefix)
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            yield from _pairs(statement.target, statement.value, file, prefix)


def _pairs(target: ast.expr, value: ast.expr, file: str, prefix: str) -> Iterator[tuple[str, Span]]:
    if isinstance(target, ast.Name):
        yield prefix + target.id, _span(value, file)
    elif isinstance(target, ast.Tuple | ast.List):
        values = value.elts if isinstance(value, ast.Tuple | ast.List) else []
        for index, part in enumerate(target.elts):
            yield from _pairs(part, values[index] if len(values) == len(target.elts) else value, file, prefix)


def _span(node: ast.expr | ast.stmt, file: str) -> Span:
    end_line = node.end_lineno or node.lineno
    end_byte = node.col_offset if node.end_col_offset is None else node.end_col_offset
    first, last = (linecache.getline(file, line) for line in (node.lineno, end_line))
    return Span(file, node.lineno, _character(first, node.col_offset), end_line, _character(last, end_byte))


def _character(text: str, byte: int) -> int:
    """The column of a byte offset in a line, in characters from 1."""
    return len(text.encode()[:byte].decode(errors="replace")) + 1
