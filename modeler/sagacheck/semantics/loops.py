"""Finds the loops of a chart and the edges that repeat them.

Loops are nested as Steensgaard defines them ("Sequentializing Program Dependence Graphs for Irreducible Programs",
1993): the headers of a strongly connected part are its nodes that are entered from outside; without the edges that
lead back to headers, what is still strongly connected lies one level deeper. The result depends on the graph alone,
not on the order of its nodes, even where loops have several entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Link = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Loops:
    """The loops of a chart.

    Args:
        repeating: for each link (source, label, target) that leads back to a header, the loop that it repeats.
        body: for each loop the ids of its nodes.
    """

    repeating: Mapping[Link, int]
    body: tuple[frozenset[str], ...]


def find_loops(start: str, links: Iterable[Link]) -> Loops:
    """The loops of a graph that begins at `start`; near linear in its size for each level of nesting."""
    repeating: dict[Link, int] = {}
    body: list[frozenset[str]] = []
    waiting: list[tuple[list[Link], frozenset[str]]] = [(sorted(set(links)), frozenset({start}))]
    while waiting:
        inner, entries = waiting.pop()
        for part in _connected_parts(inner):
            own = [link for link in inner if link[0] in part and link[2] in part]
            headers = {target for source, _, target in inner if target in part and source not in part}
            headers |= part & entries
            headers = headers or set(part)
            loop = len(body)
            body.append(frozenset(part))
            back = [link for link in own if link[2] in headers]
            repeating.update((link, loop) for link in back)
            waiting.append(([link for link in own if link[2] not in headers], frozenset()))
    return Loops(repeating, tuple(body))


def _connected_parts(links: list[Link]) -> list[set[str]]:
    """The strongly connected parts that hold a cycle, by Tarjan's algorithm without recursion."""
    following: dict[str, list[str]] = {}
    for source, _, target in links:
        following.setdefault(source, []).append(target)
        following.setdefault(target, [])
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    parts: list[set[str]] = []
    for root, targets in following.items():
        if root in index:
            continue
        work = [(root, iter(targets))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            for target in rest:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(following[target])))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    part: set[str] = set()
                    while node not in part:
                        part.add(stack[-1])
                        on_stack.discard(stack.pop())
                    if len(part) > 1 or node in following[node]:
                        parts.append(part)
    return parts
