"""Finds what is wrong with the data that compensations get: what is overwritten, and what was never there.

Whether a way to such a compensation is feasible, the rules decide; here every way that is drawn counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sagacheck.core.remark import LostData
from sagacheck.importers.states_language.data import Missing, Origin, Read
from sagacheck.importers.states_language.flow import Flow, Passage, effect_on
from sagacheck.importers.states_language.paths import WHOLE, Path, written

_ALL_OF_IT = "it gets all that the state before it hands on"


def lost_data(
    flow: Flow, start: str, undoing: Mapping[str, tuple[str, ...]], reads: Mapping[str, tuple[Read, ...]]
) -> tuple[LostData, ...]:
    """What compensations do not get.

    Args:
        flow: the passages of the definition.
        start: id of the node at which it begins.
        undoing: for the id of each compensation the ids of the nodes that it undoes.
        reads: for the id of each Task what it reads.
    """
    found: dict[tuple[str, str, str, str], LostData] = {}
    for reader, steps in undoing.items():
        for flaw in (
            *_overwritten(flow, start, reader, steps, reads[reader]),
            *_absent(flow, start, reader, reads),
            *_only_the_error(flow, start, reader, steps, reads[reader]),
        ):
            known = found.setdefault((flaw.reader, flaw.source, flaw.label, flaw.data), flaw)
            if flaw.certain and not known.certain:
                found[flaw.reader, flaw.source, flaw.label, flaw.data] = flaw
    return tuple(_each_place_once(found.values()))


def _each_place_once(flaws: Iterable[LostData]) -> Iterator[LostData]:
    """Where one place costs a compensation several things, the one that is certain, or the first, tells it."""
    best: dict[tuple[str, str, str], LostData] = {}
    for flaw in flaws:
        key = (flaw.reader, flaw.source, flaw.label)
        if key not in best or (flaw.certain and not best[key].certain):
            best[key] = flaw
    yield from best.values()


def _overwritten(
    flow: Flow, start: str, reader: str, steps: tuple[str, ...], reads: tuple[Read, ...]
) -> Iterator[LostData]:
    """Results of the steps that it undoes, in whose place something else was put with all that stood around them.

    A result that is replaced by another one at the same place is a chain of results, which is meant so.
    """
    for step in steps:
        for passage, write in flow.results_of(step):
            wanted = [read for read in reads if _overlap(read.path, write.path)]
            if write.path == WHOLE or not wanted:
                continue
            replacing = [
                (other, effect)
                for other, effect in flow.effects_on(write.path).items()
                if not effect.part and len(effect.write.path) < len(write.path) and other.way is not None
            ]
            reaching = flow.reaching(write.path, start) if replacing else {}
            for other, effect in replacing:
                assert other.way is not None
                if passage not in reaching.get(other.source, ()) or not _still_gone(flow, write.path, other, reader):
                    continue
                certain = any(read.needed and _is_absent(read, other) for read in wanted)
                needed = _ALL_OF_IT if all(read.path == WHOLE for read in wanted) else f"it reads `{wanted[0].text}`"
                yield LostData(
                    reader=reader,
                    data=written(write.path),
                    writer=step,
                    source=other.way[0],
                    label=other.way[1],
                    span=effect.write.span,
                    certain=certain,
                    needed=needed,
                )


def _still_gone(flow: Flow, path: Path, since: Passage, reader: str) -> bool:
    """Whether a way leads on to the reader on which nothing is put back at this very path."""

    def puts_back(passage: Passage) -> bool:
        return any(write.path[: len(path)] == path for write in passage.writes)

    return flow.leads(since.target, reader, puts_back)


def _is_absent(read: Read, passage: Passage) -> bool:
    effect = effect_on(read.path, passage)
    return effect is not None and isinstance(effect.value, Missing)


def _overlap(one: Path, other: Path) -> bool:
    """Whether one of two paths lies within the other."""
    variables = [bool(path) and path[0].startswith("$") for path in (one, other)]
    shorter = min(len(one), len(other))
    return variables[0] is variables[1] and one[:shorter] == other[:shorter]


def _absent(flow: Flow, start: str, reader: str, reads: Mapping[str, tuple[Read, ...]]) -> Iterator[LostData]:
    """What it names and what is certainly not there: replaced by something without it, or not written yet."""
    for read in reads[reader]:
        if not read.path:
            continue
        definitions = flow.reaching(read.path, start).get(reader, frozenset())
        if None in definitions:
            yield from _not_yet(flow, start, reader, read, reads)
        for definition in flow.in_order(definitions):
            if definition.way is not None and _is_absent(read, definition):
                effect = effect_on(read.path, definition)
                assert effect is not None
                yield LostData(
                    reader=reader,
                    data=read.text,
                    writer="",
                    source=definition.way[0],
                    label=definition.way[1],
                    span=effect.write.span,
                    certain=read.needed,
                    needed=f"it reads `{read.text}`",
                )


def _not_yet(
    flow: Flow, start: str, reader: str, read: Read, reads: Mapping[str, tuple[Read, ...]]
) -> Iterator[LostData]:
    """What a state writes, but not before it has worked: the way of a failure comes by without it."""
    writers = [p.source for p in flow.passages if _defines_exactly(read.path, p)]
    if not writers or _is_input(flow, start, read.path, reads, reader):
        return

    def writes_it(passage: Passage) -> bool:
        return effect_on(read.path, passage) is not None

    reaching = flow.reaching(read.path, start)
    failures = [
        passage
        for passage in flow.passages
        if passage.way is not None
        and passage.failure
        and None in reaching.get(passage.source, ())
        and not writes_it(passage)
        and flow.leads(passage.target, reader, writes_it)
    ]
    own = [passage for passage in failures if passage.source in writers]
    for struck in own or failures[:1]:
        assert struck.way is not None
        yield LostData(
            reader=reader,
            data=read.text,
            writer="",
            source=struck.way[0],
            label=struck.way[1],
            span=read.span,
            certain=read.needed,
            needed=f"it reads `{read.text}`",
        )


def _defines_exactly(path: Path, passage: Passage) -> bool:
    """Whether a passage writes this path or one around it, other than the whole document."""
    return any(write.path != WHOLE and path[: len(write.path)] == write.path for write in passage.writes)


def _is_input(flow: Flow, start: str, path: Path, reads: Mapping[str, tuple[Read, ...]], reader: str) -> bool:
    """Whether another Task reads it where nothing has written it yet: then the execution is started with it."""
    if path[0].startswith("$"):
        return False
    reaching = flow.reaching(path, start)
    return any(
        read.path[: len(path)] == path and reaching.get(node) == frozenset({None})
        for node, found in reads.items()
        if node != reader
        for read in found
        if read.path
    )


def _only_the_error(
    flow: Flow, start: str, reader: str, steps: tuple[str, ...], reads: tuple[Read, ...]
) -> Iterator[LostData]:
    """It gets all that is handed on, and that is only what a Catch says about the error."""
    if not any(read.path == WHOLE for read in reads):
        return
    reaching = flow.reaching(WHOLE, start)
    for definition in flow.in_order(reaching.get(reader, ())):
        effect = effect_on(WHOLE, definition)
        if effect is None or effect.part or definition.way is None:
            continue
        if effect.write.origin is Origin.ERROR:
            before = reaching.get(definition.source, frozenset())
            writers = [step for step in steps if any(passage in before for passage, _ in flow.results_of(step))]
            yield LostData(
                reader=reader,
                data="$",
                writer=writers[0] if writers else "",
                source=definition.way[0],
                label=definition.way[1],
                span=effect.write.span,
                certain=False,
                needed=_ALL_OF_IT,
            )
