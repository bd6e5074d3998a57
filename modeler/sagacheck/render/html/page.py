"""Puts the page together: markup from templates that escape, one style sheet, one script, and a policy that allows no more."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sagacheck.core.comparison import Comparison
from sagacheck.core.report import Report
from sagacheck.render.html.document import document_of
from sagacheck.render.html.exhibit import Exhibit
from sagacheck.render.html.style import style_sheet
from sagacheck.render.number import any_number_of_digits

_HERE = Path(__file__).parent
_SCRIPTS = (
    "elements",
    "numbers",
    "diagram",
    "telling",
    "listing",
    "picture",
    "explorer",
    "stepper",
    "views",
    "keys",
    "start",
)
"""The files of the script, in the order in which they build on each other."""


def page_of(report: Report, exhibits: tuple[Exhibit, ...], comparison: Comparison | None = None) -> str:
    """The page as text, ending in a line break.

    Args:
        report: what to tell.
        exhibits: what there is to see of its sagas.
        comparison: of two of its sagas; None without one.
    """
    document = document_of(report, exhibits, comparison)
    style, early, script = style_sheet(), _text("script/early.js"), _script()
    policy = (
        f"default-src 'none'; script-src {_digest(early)} {_digest(script)}; style-src {_digest(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    page = _environment().get_template("page.html")
    with any_number_of_digits():
        return page.render(document, policy=policy, style=_own(style), early=_own(early), script=_own(script)) + "\n"


def _own(text: str) -> Markup:
    """What stands in files of our own, as it is."""
    return Markup(text)  # noqa: S704 - no word of a model is in it


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("sagacheck.render.html", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["data"] = embedded
    environment.filters["breakable"] = breakable
    return environment


def breakable(name: str) -> Markup:
    """A name that may be broken behind its dots."""
    return Markup(".<wbr>").join(name.split("."))


def embedded(value: Any) -> Markup:  # noqa: ANN401 - any data
    """Data as JSON for a script element, which nothing in it can end."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - no sign is left that could end the element


@cache
def _script() -> str:
    """The script: its files one after another, in a scope of their own."""
    parts = "\n".join(_text(f"script/{name}.js") for name in _SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """How the policy names what is written in the page itself."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
