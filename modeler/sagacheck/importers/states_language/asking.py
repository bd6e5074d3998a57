"""Draws a Choice: as one question with an answer for each rule or, where it looks at a failure, as what it looks at.

A rule that asks whether a caught error is there, or which one it is, or by which name a failure was noted, has its
answer in what has happened: whoever wrote to that place last decides. Such a question is *tied* to the edges that
write there. A rule that mixes tied questions with others is taken apart, so that each is asked by itself. Questions
that are not tied stay names with answers.

Two things are taken for granted: an execution is not started with such a note in its input, and no Task returns a
result with a field in it into which, elsewhere in the definition, a Catch puts an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from sagacheck.core.chart import Choice, Edge
from sagacheck.core.outcome import Outcome
from sagacheck.core.question import NO, YES, Condition, Test, TrailTest
from sagacheck.core.remark import MissedCase
from sagacheck.core.span import Span
from sagacheck.importers.states_language.catching import is_rejection
from sagacheck.importers.states_language.conditions import Atom, Expression, Joined, Negated, atoms, distinct
from sagacheck.importers.states_language.data import Origin, Text
from sagacheck.importers.states_language.definition import Jump, Kind
from sagacheck.importers.states_language.drawing import Drawing
from sagacheck.importers.states_language.flow import Effect, Flow, Passage, Way, effect_on
from sagacheck.importers.states_language.layout import Place
from sagacheck.importers.states_language.paths import WHOLE, Path, written

_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Tie:
    """The edges that decide a question.

    Args:
        yes: those after which the answer is yes.
        perhaps: those after which it may be either.
        among: all that decide it; after the others, and before the first, the answer is no.
    """

    yes: tuple[Way, ...]
    perhaps: tuple[Way, ...]
    among: tuple[Way, ...]


class _Answer(Enum):
    YES = auto()
    NO = auto()
    PERHAPS = auto()


@dataclass(frozen=True, slots=True)
class _Goal:
    """Where an answer leads."""

    target: str | None
    span: Span | None


class Asking:
    """Draws the Choices of a definition of which everything else is drawn.

    Args:
        drawing: the rest of it.
        start: id of the node at which the definition begins.
    """

    def __init__(self, drawing: Drawing, start: str) -> None:
        self.drawing = drawing
        self.layout = drawing.layout
        self.flow = Flow(drawing.passages)
        self.start = start
        self.missed: list[MissedCase] = []
        self._region_of = {node.id: node.region for nodes in drawing.nodes for node in nodes}
        self._region_of |= {place.state.name: place.region for place in self.layout.places}
        self._expected = self.layout.without_failure()
        self._error_fields = _error_fields(self.flow)

    def draw(self, position: int) -> None:
        """Draws the Choice at a position."""
        place = self.layout.places[position]
        ties = {atom: self._tie(atom, place) for rule in place.state.rules for atom in atoms(rule.expression)}
        if any(ties.values()):
            self._tied(position, place, ties)
            self.missed.extend(self._missed(place, ties))
        else:
            self._untied(position, place)

    def _untied(self, position: int, place: Place) -> None:
        """A question with an answer for each rule, and one for the case that none fits."""
        state = place.state
        default, *answers = distinct(["default", *(rule.asks for rule in state.rules)])
        question = Condition(state.name, (*answers, default), stable=False)
        self.drawing.nodes[position].append(Choice(id=state.name, region=place.region, span=state.span, test=question))
        for answer, rule in zip(answers, state.rules, strict=True):
            self.edge(position, state.name, answer, self._goal(place.region, rule.to))
        self.edge(position, state.name, default, self._otherwise(place))

    def _otherwise(self, place: Place) -> _Goal:
        goes = self.drawing.without_match(place)
        return _Goal(None, None) if goes is None else self._goal(*goes)

    def _goal(self, region: str, jump: Jump) -> _Goal:
        return _Goal(self.drawing.target(region, jump.target), jump.span)

    def edge(self, position: int, source: str, label: str, goal: _Goal) -> None:
        """Draws an edge to where an answer leads, if it leads anywhere."""
        if goal.target is not None:
            self.drawing.edges[position].append(Edge(source, label, goal.target, goal.span))

    def _tied(self, position: int, place: Place, ties: dict[Atom, Tie | None]) -> None:
        """Its rules one after the other, each taken apart as far as something in it is tied."""
        following = self._otherwise(place)
        for index, rule in reversed([*enumerate(place.state.rules)]):
            asking = _Taking(self, position, place, ties, first=index == 0)
            following = asking.ask(rule.expression, self._goal(place.region, rule.to), following, outermost=True)

    def _tie(self, atom: Atom, place: Place) -> Tie | None:
        """What decides a question at a place; None if that is not known."""
        if atom.path is None:
            return None
        reaching = self.flow.reaching(atom.path, self.start).get(place.state.name)
        if reaching is None:
            return None
        joined = self._joined_by(atom.path, reaching)
        if joined is not None:
            return self._tie_in_branch(atom, *joined)
        return self._decided(atom, atom.path, place.region, reaching)

    def _decided(self, atom: Atom, path: Path, region: str, reaching: frozenset[Passage | None]) -> Tie | None:
        """What decides a question about a path in the documents of a region.

        Args:
            atom: the question.
            path: the path that it asks about, in those documents.
            region: the region.
            reaching: what may have written the path last.
        """
        effects = self.flow.effects_on(path)
        deciding = [(passage, effect) for passage, effect in effects.items() if self._is_in(passage, region)]
        ways = [passage.way for passage, _ in deciding if passage.way is not None]
        inside = {passage for passage, _ in deciding}
        if len(ways) < len(deciding) or any(passage is not None and passage not in inside for passage in reaching):
            return None
        answers = {
            passage.way: self._answer(atom, path, effect)
            for passage, effect in deciding
            if passage in reaching and passage.way is not None
        }
        notes = any(passage in reaching and self._notes_failure(passage, effect) for passage, effect in deciding)
        if not notes and not self._is_error_field(path):
            return None
        yes = tuple(way for way, answer in answers.items() if answer is _Answer.YES)
        perhaps = tuple(way for way, answer in answers.items() if answer is _Answer.PERHAPS)
        return Tie(yes, perhaps, tuple(dict.fromkeys(ways)))

    def _is_in(self, passage: Passage, region: str) -> bool:
        """Whether a passage leads to a node of the region."""
        return self._region_of.get(passage.target, region) == region

    def _notes_failure(self, passage: Passage, effect: Effect) -> bool:
        """Whether it writes something about a failure, or writes only after one."""
        if passage.failure:
            return True
        region = self._region_of.get(passage.source, "")
        position = self.layout.positions.get(region, {}).get(passage.source)
        return isinstance(effect.value, Text) and position is not None and not self._expected[position]

    def _answer(self, atom: Atom, path: Path, effect: Effect) -> _Answer:
        if effect.part:
            return _Answer.YES if atom.equals is None else _Answer.PERHAPS
        unseen = effect.write.origin is Origin.RESULT and effect.value is None and not effect.there
        if unseen and self._is_error_field(path):
            return _Answer.NO
        if isinstance(effect.value, Text) and self._is_other_kind(atom, effect.value):
            return _Answer.NO
        holds = atom.holds(effect.value, there=effect.there)
        return _Answer.PERHAPS if holds is None else _Answer.YES if holds else _Answer.NO

    def _is_other_kind(self, atom: Atom, value: Text) -> bool:
        """Whether it asks for an error that stands for something else than the errors which there may be."""
        if atom.equals is None or value.others is None or atom.equals in value.values or _GLOB.search(atom.equals):
            return False
        return is_rejection(atom.equals, self.drawing.side_file.errors) is not (value.others is Outcome.REJECTED)

    def _is_error_field(self, path: Path) -> bool:
        """Whether a Catch somewhere puts an error there, or into what it lies in."""
        return any(path[: len(field)] == field for field in self._error_fields)

    def _joined_by(self, path: Path, reaching: frozenset[Passage | None]) -> tuple[int, int, Path] | None:
        """The Parallel whose results a path looks into, if they are all that can be there.

        Returns:
            Its position, the index of the branch, and the path in what the branch ends with.
        """
        (passage, *others) = reaching or (None,)
        if passage is None or others or passage.way is None:
            return None
        effect = effect_on(path, passage)
        position = next((n for n, way in self.drawing.joined.items() if way == passage.way), None)
        if position is None or effect is None or effect.write.shape is not None:
            return None
        rest = path[len(effect.write.path) :]
        state = self.layout.places[position].state
        index = rest[0].strip("[]") if rest else ""
        if state.kind is not Kind.PARALLEL or not index.isdigit() or int(index) >= len(state.branches):
            return None
        return position, int(index), rest[1:]

    def _tie_in_branch(self, atom: Atom, position: int, index: int, path: Path) -> Tie | None:
        """What decides a question about that with which a branch has ended."""
        region = self.layout.regions[position][index]
        reaching = self.flow.reaching(path, self.start)
        exits = [node for node, inside in self._region_of.items() if inside == region and node not in self.flow.leaving]
        ending = frozenset[Passage | None]().union(*(reaching.get(node, frozenset()) for node in exits))
        return self._decided(atom, path, region, ending)

    def _missed(self, place: Place, ties: dict[Atom, Tie | None]) -> Iterator[MissedCase]:
        """The names that failures are noted by and that no rule mentions, if all that follows is an end."""
        known: dict[Path, list[str]] = {}
        seen: set[tuple[Path, str]] = set()
        for atom, tie in ties.items():
            if tie is not None and atom.path is not None and atom.equals is not None:
                known.setdefault(atom.path, []).append(atom.equals)
        otherwise = self._otherwise(place)
        if otherwise.target is not None and not self._is_vain(otherwise.target):
            return
        for path, names in known.items():
            for passage in self.flow.in_order(self.flow.reaching(path, self.start).get(place.state.name, ())):
                effect = effect_on(path, passage)
                if effect is None or passage.way is None or not isinstance(effect.value, Text):
                    continue
                for name in sorted(effect.value.values):
                    fits = (Atom("", path, pattern).holds(Text(frozenset({name})), there=True) for pattern in names)
                    if (path, name) not in seen and not any(fits):
                        seen.add((path, name))
                        yield MissedCase(
                            choice=place.state.name,
                            data=written(path),
                            name=name,
                            source=passage.way[0],
                            label=passage.way[1],
                            known=tuple(names),
                            span=place.state.span,
                        )

    def _is_vain(self, node: str) -> bool:
        """Whether no Task is called from here on."""
        seen = {node}
        waiting = [node]
        while waiting:
            here = waiting.pop()
            position = self.layout.positions.get(self._region_of.get(here, ""), {}).get(here)
            if position is not None and self.layout.places[position].state.kind in (Kind.TASK, Kind.PARALLEL, Kind.MAP):
                return False
            for passage in self.flow.leaving.get(here, ()):
                if passage.target not in seen:
                    seen.add(passage.target)
                    waiting.append(passage.target)
        return True


class _Taking:
    """Takes one rule apart.

    Args:
        asking: all there is to know.
        position: position of the Choice.
        place: the Choice.
        ties: what decides its questions.
        first: whether it is its first rule, with which the Choice begins.
    """

    def __init__(
        self, asking: Asking, position: int, place: Place, ties: dict[Atom, Tie | None], *, first: bool
    ) -> None:
        self.asking = asking
        self.position = position
        self.place = place
        self.ties = ties
        self.first = first

    def ask(self, expression: Expression, yes: _Goal, no: _Goal, *, outermost: bool) -> _Goal:
        """Draws what an expression asks; says where the asking begins.

        Args:
            expression: what is asked.
            yes: where it leads if the answer is yes.
            no: where it leads otherwise.
            outermost: whether nothing of the rule is asked before.
        """
        if not any(self.ties[atom] for atom in atoms(expression)):
            return self._node(Condition(_text(expression), (YES, NO), stable=False), yes, no, outermost=outermost)
        if isinstance(expression, Negated):
            return self.ask(expression.part, no, yes, outermost=outermost)
        if isinstance(expression, Joined):
            entry = yes if expression.every else no
            for index, part in reversed([*enumerate(expression.parts)]):
                first = outermost and index == 0
                if expression.every:
                    entry = self.ask(part, entry, no, outermost=first)
                else:
                    entry = self.ask(part, yes, entry, outermost=first)
            return entry
        tie = self.ties[expression]
        assert tie is not None
        if tie.perhaps:
            asked = self._node(Condition(expression.text, (YES, NO), stable=False), yes, no, outermost=False)
            no = self._node(TrailTest(tie.perhaps, tie.among), asked, no, outermost=outermost and not tie.yes)
            if not tie.yes:
                return no
        return self._node(TrailTest(tie.yes, tie.among), yes, no, outermost=outermost)

    def _node(self, test: Test, yes: _Goal, no: _Goal, *, outermost: bool) -> _Goal:
        state = self.place.state
        name = state.name if outermost and self.first else self.asking.layout.names.fresh(f"{state.name}?")
        label = (
            state.name
            if isinstance(test, TrailTest)
            else f"{state.name}: {test.name}"
            if isinstance(test, Condition)
            else ""
        )
        node = Choice(
            id=name, label=label if name != state.name else "", region=self.place.region, span=state.span, test=test
        )
        self.asking.drawing.nodes[self.position].insert(0, node)
        self.asking.edge(self.position, name, YES, yes)
        self.asking.edge(self.position, name, NO, no)
        return _Goal(name, state.span)


def _text(expression: Expression) -> str:
    if isinstance(expression, Atom):
        return expression.text
    if isinstance(expression, Negated):
        return f"not {_text(expression.part)}"
    return (" and " if expression.every else " or ").join(map(_text, expression.parts))


def _error_fields(flow: Flow) -> frozenset[Path]:
    """The places in which a Catch puts an error; for one that puts it in place of all, the fields that it has."""
    fields: set[Path] = set()
    for passage in flow.passages:
        for write in passage.writes:
            if write.origin is Origin.ERROR:
                fields.update([("Error",), ("Cause",)] if write.path == WHOLE else [write.path])
    return frozenset(fields)
