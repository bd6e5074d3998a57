"""Draws one saga, with the path of a finding if that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sagacheck.application.check import check_chart
from sagacheck.application.loaded import LoadedChoreography, LoadedSaga
from sagacheck.application.refusal import RefusedError, did_you_mean
from sagacheck.core.net import Net
from sagacheck.core.outcome import EndKind
from sagacheck.core.scenario import Scenario

if TYPE_CHECKING:
    from sagacheck.core.chart import Chart
    from sagacheck.render.diagram import Choreographed


def draw_saga(loaded: LoadedSaga | LoadedChoreography, form: str, finding: str | None, unroll: int) -> bytes:
    """The picture of a saga.

    Args:
        loaded: the saga.
        form: svg, png, pdf, dot or mermaid.
        finding: code of the finding whose path is highlighted; None for a plain picture.
        unroll: how often loops are repeated in search of the finding.

    Raises:
        RefusedError: if the saga has no such finding, or Graphviz cannot draw it.
    """
    from sagacheck.render.diagram import DiagramError, draw, to_dot, to_mermaid

    drawn: Chart | Choreographed
    scenario = None
    if isinstance(loaded, LoadedChoreography):
        if finding is not None:
            msg = f"{loaded.net.name} is a choreography, whose picture shows no paths; leave out --finding"
            raise RefusedError(msg)
        drawn = choreographed(loaded.net)
    else:
        drawn = loaded.chart
        scenario = None if finding is None else _path_of(loaded, finding, unroll)
    if form == "dot":
        return to_dot(drawn, scenario).encode()
    if form == "mermaid":
        return to_mermaid(drawn, scenario).encode()
    try:
        return draw(drawn, form, scenario)
    except DiagramError as error:
        raise RefusedError(str(error)) from error


def choreographed(net: Net) -> Choreographed:
    """A choreography to be drawn, with what is wrong with its wiring.

    Args:
        net: the choreography.
    """
    from sagacheck.lowering.choreographed.wiring import Circle, Unannounced, Unheard, Unpublished, wiring
    from sagacheck.render.diagram import Choreographed

    alarms: dict[str, str] = {}
    missing = []
    for flaw in wiring(net):
        if isinstance(flaw, Unheard):
            alarms[flaw.event] = "nobody hears it"
        elif isinstance(flaw, Unpublished):
            alarms[flaw.event] = "nobody publishes it"
        elif isinstance(flaw, Circle):
            alarms |= dict.fromkeys(flaw.events, "goes round for ever")
        elif isinstance(flaw, Unannounced):
            missing.append(EndKind(flaw.end.removesuffix("_when")))
    return Choreographed(net, alarms, tuple(missing))


def _path_of(loaded: LoadedSaga, code: str, unroll: int) -> Scenario:
    """The path of the first finding of this code."""
    name = loaded.chart.name
    findings = check_chart(loaded.chart, loaded.file, unroll).findings
    codes = [finding.code for finding in findings]
    if code not in codes:
        guess = did_you_mean(code, codes)
        msg = (
            f"{name} has no finding {code}; {guess}"
            if codes
            else f"{name} has no findings, so there is no path to show"
        )
        raise RefusedError(msg)
    for finding in findings:
        if finding.code == code and finding.scenario is not None:
            return finding.scenario
    msg = f"no path shows {code} in {name}: it is about the definition itself"
    raise RefusedError(msg)
