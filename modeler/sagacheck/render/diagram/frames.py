"""Frames around what runs in parallel: a fork with its join, and in it each of the branches."""

from __future__ import annotations

from dataclasses import dataclass

from sagacheck.core.chart import Chart, Exit, Fork, Join
from sagacheck.render.diagram.picture import Cluster
from sagacheck.render.diagram.wording import LINE_WIDTH, identifier, shortened


@dataclass(frozen=True, slots=True)
class Frames:
    """The clusters of a picture, and what lies in them.

    Args:
        clusters: outer ones before inner ones.
        of_region: for each region with something in it, the cluster of its nodes.
        of_bar: for forks and joins, the cluster that they open and close.
        branches: for forks and joins, the ids of the regions between them.
    """

    clusters: tuple[Cluster, ...]
    of_region: dict[str, str]
    of_bar: dict[str, str]
    branches: dict[str, tuple[str, ...]]

    def around(self, node: str, region: str) -> str:
        """The cluster that a node lies in; "" outside."""
        return self.of_bar.get(node) or self.of_region.get(region, "")


def frames_of(chart: Chart, taken: set[str]) -> Frames:
    """The frames of a chart's forks, from outside in.

    Args:
        chart: any chart, however it is wired.
        taken: ids that are no longer free; those of the clusters are added.
    """
    frames = Frames((), {}, {}, {})
    clusters: list[Cluster] = []
    lived_in = {node.region for node in chart.nodes if not isinstance(node, Exit)}
    forks = [node for node in chart.node.values() if isinstance(node, Fork)]
    waiting = [fork for fork in forks if fork.region not in chart.fork_of]
    while waiting:
        fork = waiting.pop(0)
        outer = identifier("parallel", fork.id, taken)
        title = shortened(fork.label, LINE_WIDTH) or ("in parallel" if len(fork.regions) > 1 else "a branch of its own")
        clusters.append(Cluster(id=outer, title=title, parent=frames.of_region.get(fork.region, "")))
        for bar in (fork.id, fork.join):
            if isinstance(chart.node.get(bar), Fork | Join) and bar not in frames.of_bar:
                frames.of_bar[bar] = outer
                frames.branches[bar] = tuple(region.id for region in fork.regions)
        for region in fork.regions:
            if region.id in lived_in and region.id not in frames.of_region:
                frames.of_region[region.id] = identifier("branch", region.id, taken)
                clusters.append(Cluster(id=frames.of_region[region.id], parent=outer))
                waiting += [inner for inner in forks if inner.region == region.id and inner.id not in frames.of_bar]
    return Frames(tuple(clusters), frames.of_region, frames.of_bar, frames.branches)
