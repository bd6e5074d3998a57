"""Links Tasks that sound like compensations to the steps that they undo, by the words in their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from sagacheck.importers.states_language.data import Origin
from sagacheck.importers.states_language.definition import State
from sagacheck.importers.states_language.effects import callee, function_name, service_action
from sagacheck.importers.states_language.paths import WHOLE
from sagacheck.importers.states_language.words import (
    EMPTY_VERBS,
    LOOKING,
    NOISE,
    NOMINAL,
    OPPOSITES,
    UNDOING,
    VAGUE,
    VERBS,
    words_of,
)

MOST_SHARING = 64
"""Steps that may share a noun; one that more of them share tells nothing apart."""

_PLAINLY_UNDOING = frozenset({"compensate", "revert", "rollback", "undo"})
"""Verbs that a comment uses of nothing else; others may speak of what the state does not do."""

_FEWEST_FUNCTIONS = 3
"""Functions below which a word that all of them have is not taken for a common prefix."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A Task that sounds like a compensation.

    Args:
        position: its position in the layout.
        state: the Task.
        verb: the verb by which it undoes.
        reached: when runs come to it, as the rest of a sentence about it.
    """

    position: int
    state: State
    verb: str
    reached: str

    @property
    def says(self) -> str:
        """Where the verb stands."""
        return f"its {'name' if _named_verb(self.state) else 'comment'} says {self.verb}"


@dataclass
class Links:
    """What is known so far of who undoes whom: steps by name, Tasks that undo by position."""

    undone_by: dict[str, Candidate] = field(default_factory=dict)
    undoes: dict[int, list[str]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def add(self, candidate: Candidate, step: str, reason: str) -> None:
        """Links a candidate to a step; the first link of a step gives it its compensation."""
        self.undoes.setdefault(candidate.position, []).append(step)
        self.undone_by.setdefault(step, candidate)
        self.reasons.setdefault(step, reason)

    def actions(self, backward: list[tuple[int, State]], forward: AbstractSet[str]) -> dict[int, str]:
        """The name of the action of each Task that undoes; Tasks that call the same are one action.

        They are one if there is a step that all of those undo that were linked by name. Then each undoes what any of
        them does, and so does one that was not linked, unless what they call goes forward elsewhere: a function that
        does both is told by its input what to do.

        Args:
            backward: the Tasks that the forward way does not come to, with their positions, in the order of the layout.
            forward: what Tasks on the forward way call.
        """
        actions = {position: state.name for position, state in backward if position in self.undoes}
        groups: dict[str, list[tuple[int, State]]] = {}
        for position, state in backward:
            groups.setdefault(callee(state), []).append((position, state))
        groups.pop("", None)
        for called, group in groups.items():
            known = [self.undoes[position] for position, _ in group if position in self.undoes]
            if not known or not frozenset.intersection(*map(frozenset, known)):
                continue
            steps = list(dict.fromkeys(step for undone in known for step in undone))
            action = next(state.name for position, state in group if position in self.undoes)
            for position, state in group:
                if position not in self.undoes and called in forward:
                    continue
                if position not in self.undoes:
                    for step in steps:
                        self.reasons[step] += f"; `{state.name}` calls the same as `{action}`"
                self.undoes[position] = list(steps)
                actions[position] = action
        return actions


def undoing_verb(state: State) -> str | None:
    """The verb by which a Task undoes something; None if neither its names nor its comment say anything of the kind."""
    commented = (UNDOING[word] for word in words_of(state.comment) if UNDOING.get(word) in _PLAINLY_UNDOING)
    return _named_verb(state) or next(commented, None)


def _named_verb(state: State) -> str | None:
    for name in (state.name, function_name(state), service_action(state)):
        for word in words_of(name):
            if word in LOOKING:
                break
            if word in UNDOING:
                return UNDOING[word]
    return None


def link(candidates: list[Candidate], owing: list[State]) -> Links:
    """Links candidates to the steps that they undo."""
    links = Links()
    if not candidates:
        return links
    shared = _shared_by_functions([*owing, *(candidate.state for candidate in candidates)])
    doing = {state.name: (undoing_verb(state), callee(state)) for state in reversed(owing)}
    nouns = _Index(owing, shared, _nouns, doing)
    rest = [candidate for candidate in candidates if not _link_by(candidate, nouns, links)]
    rest = [candidate for candidate in rest if not _link_by_data(candidate, owing, links)]
    loose = _Index([state for state in owing if state.name not in links.undone_by], shared, _loose_words, doing)
    rest = [candidate for candidate in rest if not _link_by(candidate, loose, links)]
    left = _Index([state for state in owing if state.name not in links.undone_by], shared, _loose_words, doing)
    for candidate in rest:
        opposites = OPPOSITES.get(candidate.verb, ())
        fitting = sorted({step for word in opposites for step in left.having(word, candidate)} - links.undone_by.keys())
        if len(fitting) == 1:
            reason = f"`{candidate.state.name}` {candidate.reached}, and to {candidate.verb} is its opposite"
            links.add(candidate, fitting[0], reason)
    return links


def _link_by(candidate: Candidate, index: _Index, links: Links) -> bool:
    """Links a candidate to all steps with which it shares most words; says whether there are any."""
    common: dict[str, list[str]] = {}
    for word in sorted(index.words(candidate.state)):
        for step in index.having(word, candidate):
            common.setdefault(step, []).append(word)
    most = max(map(len, common.values()), default=0)
    best = sorted((step for step, words in common.items() if len(words) == most), key=index.order.__getitem__)
    for step in best:
        links.add(
            candidate,
            step,
            f"`{candidate.state.name}` {candidate.reached}, {candidate.says}, "
            f"and both names say {' and '.join(common[step])}",
        )
    return bool(best)


def _link_by_data(candidate: Candidate, owing: list[State], links: Links) -> bool:
    """Links a candidate to the steps whose results it reads by name; says whether there are any."""
    found = [state.name for state in owing if reads_result(candidate.state, state)]
    for step in found:
        reason = f"`{candidate.state.name}` {candidate.reached}, and it reads the result of `{step}`"
        links.add(candidate, step, reason)
    return bool(found)


def reads_result(reader: State, writer: State) -> bool:
    """Whether a Task reads what another one has left at a place of its own."""
    places = [write.path for write in writer.writes if write.origin is Origin.RESULT and write.path != WHOLE]
    return any(read.path[: len(place)] == place for place in places for read in reader.reads)


class _Index:
    """Steps by the words in their names.

    Args:
        owing: the steps.
        shared: words of functions that tell nothing apart.
        choose: picks the words that count.
        doing: for each step the verb by which it undoes, and what it calls.
    """

    def __init__(
        self,
        owing: list[State],
        shared: frozenset[str],
        choose: Callable[[Iterable[str]], frozenset[str]],
        doing: dict[str, tuple[str | None, str]],
    ) -> None:
        self.shared = shared
        self.choose = choose
        self.doing = doing
        self.order = {state.name: position for position, state in reversed([*enumerate(owing)])}
        self.by_word: dict[str, dict[str, None]] = {}
        for state in owing:
            for word in sorted(self.words(state)):
                self.by_word.setdefault(word, {})[state.name] = None

    def words(self, state: State) -> frozenset[str]:
        """The words that count in the names of a Task and its function."""
        function = [word for word in words_of(function_name(state)) if word not in self.shared]
        return self.choose([*words_of(state.name), *function])

    def having(self, word: str, candidate: Candidate) -> Iterator[str]:
        """The steps with this word that the candidate may undo; none if it is too common to tell anything apart.

        A step that undoes in the same way, or that undoes and calls the same, is never undone.
        """
        steps = self.by_word.get(word, {})
        if len(steps) > MOST_SHARING:
            return
        called = callee(candidate.state)
        for step in steps:
            verb, calls = self.doing[step]
            if verb is None or (verb != candidate.verb and (not called or called != calls)):
                yield step


def _nouns(words: Iterable[str]) -> frozenset[str]:
    """The words that say what a step acts on."""
    return frozenset(
        word for word in words if word not in UNDOING and word not in VERBS and word not in NOISE and word not in VAGUE
    )


def _loose_words(words: Iterable[str]) -> frozenset[str]:
    """Vague nouns and verbs as well; what a noun is derived from stands for both."""
    plain = (VERBS.get(word, word) for word in words if word not in UNDOING)
    return frozenset(
        word for word in (NOMINAL.get(word, word) for word in plain) if word not in EMPTY_VERBS and word not in NOISE
    )


def _shared_by_functions(tasks: list[State]) -> frozenset[str]:
    """Words that the names of all functions have, such as the name of an application put before each of them."""
    names = {function_name(state) for state in tasks} - {""}
    if len(names) < _FEWEST_FUNCTIONS:
        return frozenset()
    return frozenset.intersection(*(frozenset(words_of(name)) for name in names))
