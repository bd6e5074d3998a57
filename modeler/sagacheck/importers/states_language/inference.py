"""Guesses what the States Language cannot say: which Task reads, which only informs, which undoes which.

Every guess carries its reason, and what could not be guessed is listed.

- A Task *reads* or *informs* if `effects` says so.
- A Task that no run without a failure comes to is a *compensation* if its name, its function's name or the action of
  its resource says that something is undone (cancel, refund, release, ...). It undoes those forward steps whose names
  share most nouns with its own: `CancelFlightReservation` undoes `ReserveFlight` and `ConfirmFlight`. If none shares a
  noun, vague nouns and what they are nouns of will do (a reservation is what was reserved), and at last the verb's
  opposite, if a single step without a compensation fits it (a refund undoes a charge).
- Any other Task that no run without a failure comes to belongs to the unwinding (it saves a failure, it sets a status):
  nothing needs to undo it. If the run can still succeed after it and it does not sound like mere recording, it is an
  alternative way forward instead, and a step like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from sagacheck.core.step import CompensationSpec, Informational, StepSpec
from sagacheck.importers.states_language.definition import Kind, State
from sagacheck.importers.states_language.effects import (
    function_name,
    service_action,
    why_informational,
    why_read_only,
)
from sagacheck.importers.states_language.layout import Layout
from sagacheck.importers.states_language.words import (
    EMPTY_VERBS,
    LOOKING,
    NOISE,
    NOMINAL,
    OPPOSITES,
    RECORDING,
    UNDOING,
    VAGUE,
    VERBS,
    words_of,
)

MOST_SHARING = 64
"""Steps that may share a noun; one that more of them share tells nothing apart."""

_FEWEST_FUNCTIONS = 3
"""Functions below which a word that all of them have is not taken for a common prefix."""


@dataclass(frozen=True, slots=True)
class Undoing:
    """A Task that is a compensation: the steps whose effects it undoes, and the name of its action."""

    steps: tuple[str, ...]
    action: str


@dataclass(frozen=True)
class Inference:
    """What was guessed.

    Args:
        steps: for the position of each Task that is called as a step its specification.
        undoing: for the position of each Task that is a compensation what it undoes.
        unknown: what could not be guessed, each as a sentence.
    """

    steps: dict[int, StepSpec]
    undoing: dict[int, Undoing]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A Task that sounds like a compensation.

    Args:
        position: its position in the layout.
        state: the Task.
        verb: the verb by which it undoes.
    """

    position: int
    state: State
    verb: str


@dataclass
class _Links:
    """What is known so far of who undoes whom."""

    undone_by: dict[str, _Candidate] = field(default_factory=dict)
    undoes: dict[int, list[str]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def add(self, candidate: _Candidate, step: str, reason: str) -> None:
        """Links a candidate to a step; the first link of a step gives it its compensation."""
        self.undoes.setdefault(candidate.position, []).append(step)
        self.undone_by.setdefault(step, candidate)
        self.reasons.setdefault(step, reason)


def infer(layout: Layout) -> Inference:
    """Guesses roles and links for every Task of the layout."""
    expected = layout.without_failure()
    may_succeed = layout.may_succeed()
    steps: dict[int, StepSpec] = {}
    candidates: list[_Candidate] = []
    owing: list[State] = []
    for position, place in enumerate(layout.places):
        state = place.state
        if state.kind is not Kind.TASK:
            continue
        spec = _spec(state)
        if spec.effect and spec.undo is None:
            verb = None if expected[position] else undoing_verb(state)
            if verb is not None:
                candidates.append(_Candidate(position, state, verb))
                continue
            if not expected[position] and (not may_succeed[position] or _records(state)):
                spec = replace(spec, undo=_after_failure())
            else:
                owing.append(state)
        steps[position] = spec
    links = _link(candidates, owing)
    unknown: list[str] = []
    undoing: dict[int, Undoing] = {}
    actions: dict[tuple[str, str], str] = {}
    for candidate in candidates:
        state = candidate.state
        if candidate.position in links.undoes:
            action = actions.setdefault((state.resource, state.function or state.name), state.name)
            undoing[candidate.position] = Undoing(tuple(links.undoes[candidate.position]), action)
        else:
            unknown.append(f"`{state.name}` looks like a compensation; which step it undoes is unknown")
            steps[candidate.position] = replace(_spec(state), undo=_after_failure())
    for position, spec in steps.items():
        by = links.undone_by.get(spec.name)
        if by is not None and spec.owes:
            undo = CompensationSpec(undoing[by.position].action, by.state.policy, inferred=links.reasons[spec.name])
            steps[position] = replace(spec, undo=undo)
    return Inference(dict(sorted(steps.items())), undoing, tuple(unknown))


def undoing_verb(state: State) -> str | None:
    """The verb by which a Task undoes something; None if its names say nothing of the kind."""
    for name in (state.name, function_name(state), service_action(state)):
        for word in words_of(name):
            if word in LOOKING:
                break
            if word in UNDOING:
                return UNDOING[word]
    return None


def _spec(state: State) -> StepSpec:
    """A Task as a step, with what its resource and names give away."""
    reads = why_read_only(state)
    informs = None if reads else why_informational(state)
    return StepSpec(
        name=state.name,
        action=state.name,
        effect=reads is None,
        undo=None if informs is None else Informational("a notification needs no undoing", inferred=informs),
        policy=state.policy,
        timeout=state.timeout,
        span=state.span,
        inferred_read_only=reads,
    )


def _after_failure() -> Informational:
    return Informational("it belongs to the unwinding", inferred="it is reached only after a failure")


def _records(state: State) -> bool:
    """Whether a Task sounds like noting what happened."""
    return any(word in RECORDING for name in (state.name, function_name(state)) for word in words_of(name))


def _link(candidates: list[_Candidate], owing: list[State]) -> _Links:
    """Links candidates to the steps that they undo."""
    links = _Links()
    shared = _shared_by_functions([*owing, *(candidate.state for candidate in candidates)])
    nouns = _Index(owing, shared, _nouns)
    rest = [candidate for candidate in candidates if not _link_by(candidate, nouns, links)]
    loose = _Index([state for state in owing if state.name not in links.undone_by], shared, _loose_words)
    rest = [candidate for candidate in rest if not _link_by(candidate, loose, links)]
    left = _Index([state for state in owing if state.name not in links.undone_by], shared, _loose_words)
    for candidate in rest:
        opposites = OPPOSITES.get(candidate.verb, ())
        fitting = sorted({step for word in opposites for step in left.having(word)} - links.undone_by.keys())
        if len(fitting) == 1:
            reason = (
                f"`{candidate.state.name}` is reached only after a failure, and to {candidate.verb} is its opposite"
            )
            links.add(candidate, fitting[0], reason)
    return links


def _link_by(candidate: _Candidate, index: _Index, links: _Links) -> bool:
    """Links a candidate to all steps with which it shares most words; says whether there are any."""
    own = sorted(index.words(candidate.state))
    found = Counter(step for word in own for step in index.having(word))
    most = max(found.values(), default=0)
    best = sorted((step for step, number in found.items() if number == most), key=index.order.__getitem__)
    for step in best:
        common = " and ".join(word for word in own if step in index.having(word))
        links.add(
            candidate,
            step,
            f"`{candidate.state.name}` is reached only after a failure, its name says {candidate.verb}, "
            f"and both names say {common}",
        )
    return bool(best)


class _Index:
    """Steps by the words in their names.

    Args:
        owing: the steps.
        shared: words of functions that tell nothing apart.
        choose: picks the words that count.
    """

    def __init__(
        self, owing: list[State], shared: frozenset[str], choose: Callable[[Iterable[str]], frozenset[str]]
    ) -> None:
        self.shared = shared
        self.choose = choose
        self.order = {state.name: position for position, state in reversed([*enumerate(owing)])}
        self.by_word: dict[str, dict[str, None]] = {}
        for state in owing:
            for word in sorted(self.words(state)):
                self.by_word.setdefault(word, {})[state.name] = None

    def words(self, state: State) -> frozenset[str]:
        """The words that count in the names of a Task and its function."""
        function = [word for word in words_of(function_name(state)) if word not in self.shared]
        return self.choose([*words_of(state.name), *function])

    def having(self, word: str) -> Iterable[str]:
        """The steps that have this word; none if it is too common to tell anything apart."""
        steps = self.by_word.get(word, {})
        return steps if len(steps) <= MOST_SHARING else ()


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
