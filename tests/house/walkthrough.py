"""Follows a document to the letter: makes the edits that it shows, runs its commands, and collects what comes out.

A document is a row of blocks. In a `console` block, lines that begin with "$ " are typed, the others are what comes out;
all commands of a block run in one bash. A `diff` block names a file in its header, and lines to take out and put in; a
block of another language whose line before says "`FILE`:" is written to that file.

From the root of the repository, this writes what comes out now into the documents that are followed:

    python -m tests.house.walkthrough
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.house.package import PROJECT
from tests.wiring.environment import BASH, variables

FOLLOWED = ("ci.md", "own-machine.md", "profiles.md", "tutorial.md")
"""Documents in docs/ that are followed from their first line to their last, in an empty folder."""

_BLOCK = re.compile(r"(?:^`([^`\n]+)`:\n\n)?^```([a-z]+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_TIME = re.compile(r" ?\(\d+\.\d+ s\)")


@dataclass(frozen=True)
class Block:
    """A block of a document.

    Args:
        language: what follows its fence.
        text: what stands in it.
        file: the file that it is to be written to; "" for none.
    """

    language: str
    text: str
    file: str = ""


def blocks_of(document: str) -> list[Block]:
    """The blocks of a document, in order."""
    return [Block(language, text, file) for file, language, text in _BLOCK.findall(document)]


def follow(document: str, folder: Path) -> tuple[list[str], list[str]]:
    """What a document says comes out of its commands, and what does, block by block, without times.

    Args:
        document: its text.
        folder: where it is followed; edits and commands change it.
    """
    said, heard = [], []
    for block in blocks_of(document):
        if block.language == "console":
            said.append(_TIME.sub("", block.text))
            heard.append(_TIME.sub("", _typed(block.text, folder)))
        elif block.language == "diff":
            _edit(block.text, folder)
        elif block.file:
            (folder / block.file).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.file).write_text(block.text, encoding="utf-8")
    return said, heard


def _typed(text: str, folder: Path) -> str:
    """What a terminal shows when the commands of a block are typed."""
    commands = [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]
    lines = [f'sagacheck() {{ "{sys.executable}" -P -m sagacheck "$@"; }}']
    for command in commands:
        shown = command.replace("'", "'\\''")
        lines += ["status=$?", f"printf '%s\\n' '$ {shown}'", '(exit "$status")', command]
    done = subprocess.run(
        [BASH, "--noprofile", "--norc", "-c", "\n".join(lines)],
        cwd=folder,
        env=variables(Path(sys.executable).parent),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout


def _edit(text: str, folder: Path) -> None:
    """Makes the change that a block shows."""
    header, *lines = text.splitlines()
    file = folder / header.removeprefix("--- ")
    old = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "+")
    new = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "-")
    before = file.read_text(encoding="utf-8")
    assert before.count(old) == 1, f"{header}: what is to be changed is not there once:\n{old}"
    file.write_text(before.replace(old, new), encoding="utf-8")


def _write() -> None:
    for name in FOLLOWED:
        page = PROJECT / "docs" / name
        text = page.read_text(encoding="utf-8")
        with TemporaryDirectory() as folder:
            heard = follow(text, Path(folder))[1]
        between = re.split(r"^```console\n.*?^```$", text, flags=re.DOTALL | re.MULTILINE)
        blocks = [f"```console\n{block}```" for block in heard]
        page.write_text("".join(chain(*zip_longest(between, blocks, fillvalue=""))), encoding="utf-8")


if __name__ == "__main__":
    _write()
