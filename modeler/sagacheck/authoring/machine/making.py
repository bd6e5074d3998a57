"""Makes a python-statemachine class from a chart, so that a declared saga can be run, drawn and persisted.

Nodes become states; a fork becomes a parallel state whose regions are compound states. Where a failed region, or a
cancellation, holds its siblings, every transition that would start another call has one before it that ends the
region instead.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import new_class
from typing import Any

from statemachine import State

from sagacheck.authoring.machine.compiled import CompiledSaga
from sagacheck.authoring.machine.names import Names, class_name
from sagacheck.authoring.machine.run import (
    Guard,
    Wiring,
    answered,
    begun,
    held_back,
    left,
    region_failed,
    rests_in,
    through,
)
from sagacheck.authoring.machine.states import Aborted, Call, Committed, Compensate, Failed, Manual
from sagacheck.core import chart as charts
from sagacheck.core.chart import CANCELLED, DONE, FAILED, AnyNode, Chart, Choice, End, Exit, Fork, Join
from sagacheck.core.outcome import EndKind
from sagacheck.core.question import Condition

_INSTRUCTION = "see to what is outstanding"


def machine_of_chart(chart: Chart) -> type[CompiledSaga]:
    """A python-statemachine class that walks a chart; `chart_of_machine` gives the chart back.

    Args:
        chart: a chart without loose ends: every edge leads to a node, and no id occurs twice.

    Raises:
        ValueError: if the chart has a loose end.
    """
    _check(chart)
    return _Making(chart).machine()


class _Making:
    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.name = class_name(chart.name)
        names = Names([*dir(CompiledSaga), *_RESERVED])
        self.ids = {node.id: names.new(node.id) for node in chart.nodes if not isinstance(node, Join)}
        self.regions = {region: names.new(f"region {region}") for region in chart.fork_of}
        held = [region for region in chart.fork_of if self._holding(region)]
        self.held = {region: State("held", final=True) for region in held}
        self.held_ids = {region: names.new(f"held {region}") for region in held}
        self.events = {
            (edge.source, str(edge.label)): names.new(f"{self.ids[edge.source]}_{edge.label}")
            for edge in chart.edges
            if isinstance(chart.node[edge.source], charts.Call | charts.Compensate | charts.Wait)
        }
        self.entries = {chart.start, *(region.entry for fork in chart.fork_of.values() for region in fork.regions)}
        self.states = {node.id: self._state(node) for node in chart.nodes if not isinstance(node, Join | Fork)}

    def machine(self) -> type[CompiledSaga]:
        """The class."""
        states = self._states_in("")
        for node in self.chart.nodes:
            self._leave(node)
        namespace: dict[str, Any] = {
            **states,
            "__doc__": f"The saga {self.chart.name} under the profile {self.chart.profile}.",
            "__module__": _caller(),
            "__chart__": self.chart,
            "saga_name": self.chart.name,
            "wiring": Wiring(self.chart, self.ids, self.events),
        }
        made: type[CompiledSaga] = _made(self.name, CompiledSaga, namespace)
        return made

    def _holding(self, region: str) -> bool:
        return any(self.chart.fork_of[around].holds for around in self.chart.enclosing(region))

    def _state(self, node: AnyNode) -> State:
        begins = node.id in self.entries
        if isinstance(node, charts.Call):
            return Call(self.chart.step[node.step], name=node.text, initial=begins, exit=left(node))
        if isinstance(node, charts.Compensate):
            steps = (self.chart.step[step] for step in node.steps)
            return Compensate(*steps, name=node.text, initial=begins, exit=left(node))
        if isinstance(node, End):
            if node.kind is EndKind.MANUAL:
                return Manual(node.instruction or _INSTRUCTION, name=node.text, initial=begins)
            ending = Committed if node.kind is EndKind.COMMITTED else Aborted
            return ending(name=node.text, initial=begins)
        if isinstance(node, Exit):
            if node.failed:
                return Failed(name=node.text, initial=begins)
            return State(node.text, initial=begins, final=True)
        return State(node.text, initial=begins, exit=left(node))

    def _states_in(self, region: str) -> dict[str, State]:
        """The states of a region by id, forks with all that lies in them."""
        states: dict[str, State] = {}
        for node in self.chart.nodes:
            if node.region == region and not isinstance(node, Join):
                if isinstance(node, Fork):
                    self.states[node.id] = self._parallel(node)
                states[self.ids[node.id]] = self.states[node.id]
        if region in self.held:
            states[self.held_ids[region]] = self.held[region]
        return states

    def _parallel(self, fork: Fork) -> State:
        regions: dict[str, State] = {}
        for region in fork.regions:
            name = self.regions[region.id]
            regions[name] = _made(name, State.Compound, self._states_in(region.id), name=region.id)
        begins = fork.id in self.entries
        made: State = _made(self.ids[fork.id], State.Parallel, regions, name=fork.text, initial=begins)
        return made

    def _leave(self, node: AnyNode) -> None:
        """Draws the transitions that leave a node."""
        if isinstance(node, Fork):
            self._join(node)
            return
        for label, edge in self.chart.successors[node.id].items():
            if isinstance(node, Choice):
                self._connect(node, edge.target, None, [answered(node, label)])
            elif not isinstance(node, Join):
                self._connect(node, edge.target, self.events[node.id, label], [])

    def _join(self, fork: Fork) -> None:
        """Draws how a fork goes on when all its regions have ended; the first way that is open is taken."""
        event = f"done.state.{self.ids[fork.id]}"
        edges = self.chart.successors.get(fork.join, {})
        if FAILED in edges:
            self._connect(fork, edges[FAILED].target, event, [region_failed(fork)])
        held = [self.held[region.id] for region in fork.regions if region.id in self.held]
        if fork.region in self.held:
            self._draw(fork, self.held[fork.region], event, [rests_in(held)])
        elif held and CANCELLED in edges:
            self._connect(fork, edges[CANCELLED].target, event, [rests_in(held)])
        if DONE in edges:
            self._connect(fork, edges[DONE].target, event, [])

    def _connect(self, source: AnyNode, target: str, event: str | None, guards: list[Guard]) -> None:
        """Draws a transition; before it, where its region may be held, one that ends the region."""
        node = self.chart.node[target]
        # What is asked before a call is asked in the instant in which it starts: nothing comes between.
        at_once = isinstance(source, Choice) and isinstance(source.test, Condition)
        starts = isinstance(node, charts.Call | Fork) or (isinstance(node, Choice) and isinstance(node.test, Condition))
        if starts and not at_once and node.region in self.held:
            self._draw(source, self.held[node.region], event, [*guards, held_back(node.region)])
        self._draw(source, self.states[target], event, guards)

    def _draw(self, source: AnyNode, target: State, event: str | None, guards: list[Guard]) -> None:
        self.states[source.id].to(target, event=event, cond=guards or None, before=begun, after=through)


_RESERVED = (
    *("model", "history_values", "state_field", "run"),
    *("prepare_event", "before_transition", "on_transition", "after_transition"),
    *("state", "on_enter_state", "on_exit_state", "on_invoke_state"),
)
"""What instances carry, and what python-statemachine calls by name."""


def _made(name: str, base: type, namespace: Mapping[str, Any], /, **options: object) -> Any:  # noqa: ANN401
    """What a class statement makes: for the library's nested states, a state."""
    return new_class(name, (base,), options, lambda body: body.update(namespace))


def _check(chart: Chart) -> None:
    seen: set[str] = set()
    for node in chart.nodes:
        if node.id in seen:
            msg = f"{chart.name} cannot run: two of its nodes are named {node.id!r}"
            raise ValueError(msg)
        seen.add(node.id)
    for source, label, target in [("the start", "", chart.start), *chart.links()]:
        if target not in seen:
            msg = f"{chart.name} cannot run: {source!r} {label} leads to {target!r}, which is not there"
            raise ValueError(msg)
    for node in chart.nodes:
        if isinstance(node, End) and node.region:
            msg = f"{chart.name} cannot run: the end {node.id!r} lies inside a region"
            raise ValueError(msg)


def _caller() -> str:
    """The module that asked for the class, where pickle looks for it if it has the class's name there."""
    frame = sys._getframe(1)  # noqa: SLF001 - as collections.namedtuple does
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).startswith("sagacheck."):
        frame = frame.f_back
    return str(frame.f_globals.get("__name__", "__main__"))
