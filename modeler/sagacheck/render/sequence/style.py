"""Colours of a sequence diagram, on white paper and on dark; shapes and dashes tell the same to who sees no colours."""

from __future__ import annotations

import re

from sagacheck.render.diagram.palette import AMBER, BLUE, FONT, FRAME, FRAME_FILL, INK, PAPER, QUIET, RED, VERMILION

_ROLES = {
    "paper": (PAPER, "#15191d"),
    "band": (FRAME_FILL, "#1f252b"),
    "alarm": ("#fde7e9", "#43181e"),
    "frame": (FRAME, "#4a545e"),
    "ink": (INK, "#e6e9ec"),
    "quiet": (QUIET, "#a7b0b9"),
    "blue": (BLUE, "#7db8f0"),
    "head": ("#e6f0fa", "#1d3247"),
    "late": (VERMILION, "#ff9a52"),
    "note": ("#fdeccd", "#41331a"),
    "amber": (AMBER, "#e3b45c"),
    "red": (RED, "#ff8289"),
}
"""For every role its colour on white and on dark paper."""


def style_sheet(scope: str) -> str:
    """The style sheet of a picture; without variables, which many programs that draw SVG do not know.

    Args:
        scope: the selector of the picture, so that several pictures on a page leave each other alone.
    """
    rules = _RULES.strip().splitlines()
    light = [f"{scope} {_coloured(rule, 0)}" for rule in rules]
    dark = [f"{scope} {_coloured(rule, 1)}" for rule in map(_colours_only, rules) if "$" in rule]
    return "\n".join([*light, "@media (prefers-color-scheme:dark){", *dark, "}"])


def themed_style_sheet(scope: str) -> str:
    """The style sheet for pictures in a page that chooses its theme by `color-scheme`.

    Args:
        scope: the selector of the pictures.
    """
    rules = _RULES.strip().splitlines()
    themed = (re.sub(r"\$(\w+)", lambda found: _either(found[1]), rule) for rule in rules)
    return "\n".join(f"{scope} {rule}" for rule in themed)


def _either(role: str) -> str:
    return f"light-dark({','.join(_ROLES[role])})"


def _coloured(rule: str, paper: int) -> str:
    return re.sub(r"\$(\w+)", lambda found: _ROLES[found[1]][paper], rule)


def _colours_only(rule: str) -> str:
    selector, _, content = rule.rstrip("}").partition("{")
    return f"{selector}{{{';'.join(one for one in content.split(';') if '$' in one)}}}"


_RULES = f"""
text{{font-family:{FONT};fill:$ink}}
.paper{{fill:$paper}}
.band{{fill:$band}}
.band.wrong{{fill:$alarm}}
.edge{{fill:$red}}
.lifeline{{stroke:$frame;stroke-width:1.2;stroke-dasharray:4 4}}
.head rect{{fill:$head;stroke:$blue;stroke-width:1.2}}
.bar{{fill:$paper;stroke:$blue;stroke-width:1.2}}
.wrong .bar{{stroke:$red;fill:$alarm}}
.badge{{fill:$quiet}}
.wrong .badge{{fill:$red}}
.number{{fill:$paper}}
.change rect{{fill:$note;stroke:$amber;stroke-width:1}}
.belief rect{{fill:$paper;stroke:$quiet;stroke-width:1}}
.note.wrong rect{{fill:$paper;stroke:$red;stroke-width:2}}
.note.wrong text{{fill:$red}}
.fault rect{{fill:$red}}
.fault text{{fill:$paper}}
.consequence rect{{fill:$alarm;stroke:$red;stroke-width:2}}
.consequence text{{fill:$red}}
.outcome rect{{fill:$band;stroke:$frame;stroke-width:1.2}}
.legend text{{fill:$quiet}}
.cross{{stroke:$red;stroke-width:3.4;stroke-linecap:round;fill:none}}
.dot{{fill:$red}}
.way{{fill:none;stroke:$blue;stroke-width:1.7}}
.tip{{fill:$blue;stroke:none}}
.halo{{fill:$paper;opacity:.92}}
.message text{{fill:$blue}}
.special .way{{stroke:$late;stroke-width:2.4}}
.special .tip{{fill:$late}}
.special text{{fill:$late}}
.lost .way{{stroke:$red;stroke-width:2.4}}
.lost text{{fill:$red}}
.open .way{{stroke:$quiet;stroke-width:1.2;stroke-dasharray:3 3}}
.open .tip{{fill:$paper;stroke:$quiet;stroke-width:1.2}}
.open text{{fill:$quiet}}
.focus{{fill:none}}
"""
