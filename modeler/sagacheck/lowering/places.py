"""Where a coordinator stands: one variable for the saga, one for each region of its forks."""

from __future__ import annotations

from sagacheck.core.chart import Chart
from sagacheck.core.outcome import Outcome
from sagacheck.core.system import Among, Every, Guard, Update, Variable

NOWHERE = "-"
DONE = "(done)"
FAILED = "(failed)"
HELD = "(held)"
STOPPED = "(stopped)"
"""The saga is at a node that has no edge for what happened."""
ENDED = (DONE, FAILED, HELD)


def before(node: str) -> str:
    """The place of a coordinator that has come to a node which a failed sibling may keep it from."""
    return f"before {node}"


def leaving(target: str, tears: Outcome) -> str:
    """The place of a coordinator that breaks off branches on its way to a node outside them."""
    return f"({tears}) to {target}"


class Places:
    """The places of a chart's coordinator; they come into being when they are first named.

    Args:
        chart: the chart.
    """

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self._values: dict[str, dict[str, None]] = {"": {chart.start: None}}

    def name(self, region: str) -> str:
        """The name of a region's variable."""
        return f"coordinator in {region}" if region else "coordinator"

    def _note(self, region: str, place: str) -> None:
        self._values.setdefault(region, {NOWHERE: None} if region else {})[place] = None

    def at(self, region: str, *places: str) -> Guard:
        """The coordinator stands at one of these in the region."""
        for place in places:
            self._note(region, place)
        return Among(self.name(region), frozenset(places))

    def to(self, region: str, place: str) -> Update:
        """It goes there."""
        self._note(region, place)
        return Update(self.name(region), place)

    def active(self, region: str) -> Guard:
        """The forks around a region have not been left."""
        guards = [
            self.at(self.chart.fork_of[around].region, self.chart.fork_of[around].id)
            for around in self.chart.enclosing(region)
        ]
        return Every(tuple(guards))

    def variables(self) -> dict[str, Variable]:
        """The variable of each region, with all places that were named."""
        return {region: Variable(self.name(region), tuple(places)) for region, places in self._values.items()}
