"""Writes a page for each code into docs/rules, from what `sagacheck explain` shows.

From the root of the repository:

    python -m tests.house.rule_pages            writes docs/rules
    python -m tests.house.rule_pages --check    writes nothing; exits with 1 if a page there is not current
"""

from __future__ import annotations

import sys
from pathlib import Path

from sagacheck.application.pages import Page, all_pages
from tests.house.package import PROJECT

PAGES = PROJECT / "docs" / "rules"
GROUPS = {
    "SC1": "Structure",
    "SC2": "Compensation",
    "SC3": "Faults: what the proof finds",
    "SC4": "Storms: what handlers do otherwise than is claimed",
    "SC5": "Isolation between sagas",
    "SC6": "Logs that do not fit the model",
    "SC9": "Hygiene",
}


def pages() -> dict[str, str]:
    """The text of every page, by the name of its file."""
    found = all_pages()
    return {"README.md": _index(found), **{f"{page.code}.md": _page(page) for page in found}}


def outdated(folder: Path = PAGES) -> list[str]:
    """The files in a folder that are not current, are missing, or should not be there."""
    wanted = pages()
    there = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*")}
    return sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))


def write(folder: Path = PAGES) -> None:
    """Makes the pages current."""
    folder.mkdir(exist_ok=True)
    wanted = pages()
    for name in outdated(folder):
        if name in wanted:
            (folder / name).write_text(wanted[name], encoding="utf-8")
        else:
            (folder / name).unlink()


def _page(page: Page) -> str:
    """The page, and where its finding is to be seen."""
    text = f"{page.page.rstrip()}\n\n---\n\n{page.severity} at worst"
    models = sorted(folder.name for folder in (PROJECT / "models" / "broken").glob(f"{page.code}-*"))
    shown = "".join(f"; seen in [models/broken/{name}](../../models/broken/{name})" for name in models)
    return f"{text}{shown}. [All codes](README.md)\n"


def _index(found: tuple[Page, ...]) -> str:
    lines = [
        "# Every code that sagacheck can report",
        "",
        "`sagacheck explain CODE` shows the same pages; `sagacheck rules` lists them.",
    ]
    for start, title in GROUPS.items():
        rows = [
            f"| [{page.code}]({page.code}.md) | {page.name} | {page.severity} | {page.summary} |"
            for page in found
            if page.code.startswith(start)
        ]
        if rows:
            lines += ["", f"## {title}", "", "| code | name | severity | what it says |", "|---|---|---|---|", *rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit("\n".join(f"docs/rules/{name} is not current" for name in outdated()) or 0)
    write()
