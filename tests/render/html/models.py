"""Models for the tests of the page: one with hostile names, and two with more paths than anybody lists."""

from __future__ import annotations

from pathlib import Path

WRONG = "models/broken/SC201-missing-compensation/wrong.py"
STORY = "models/broken/SC301-happens-twice/wrong.py"
MODELS = ("models/order.py", "models/travel.py", "models/order_choreographed.py", WRONG, STORY)

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "quotes \"double\" 'single' `back`",
    "&lt;b&gt; &amp; ]]> --> ${alert(3)}",
    "\N{CRAB} \N{ARABIC LETTER MEEM}\N{ARABIC LETTER REH} \N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
    "nul \0 bell \a escape \x1b[31m line\nbreak",
    "javascript:alert(4)",
)


def hostile_model(folder: Path) -> Path:
    """A model with findings, all of whose names are hostile."""
    lines = ["from sagacheck import Condition, Keyed, NonCompensatable, Saga, Step, when", ""]
    for number, name in enumerate(HOSTILE):
        undo = ", compensation=NonCompensatable({0!r})" if number == len(HOSTILE) - 1 else ", compensation={1!r}"
        more = "" if number % 2 else undo.format(name, f"undo {name}")
        lines.append(f"s{number} = Step({name!r}{more}, contract=Keyed({name!r}))")
    flow = " >> ".join(f"s{number}" for number in range(1, len(HOSTILE)))
    lines.append(f"saga = Saga({HOSTILE[0] + HOSTILE[1]!r}, when(Condition({HOSTILE[1]!r}), s0) >> {flow})")
    path = folder / "hostile & <b>.py"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def vast_model(folder: Path) -> Path:
    """A model with more than 10^20 paths: steps in a row, of which each compensation may fail."""
    path = folder / "vast.py"
    path.write_text(
        "from sagacheck import Barrier, Saga, Step\n"
        "steps = [\n"
        "    Step(f'service{n}.do', compensation=f'service{n}.undo', contract=Barrier('order_id'))\n"
        "    for n in range(68)\n"
        "]\n"
        "flow = steps[0]\n"
        "for step in steps[1:]:\n"
        "    flow = flow >> step\n"
        "vast = Saga('vast', flow)\n",
        encoding="utf-8",
    )
    return path


def wide_model(folder: Path) -> Path:
    """A model with thirty branches, whose picture is much larger than a window and has little but lines around it."""
    path = folder / "wide.py"
    path.write_text(
        "from sagacheck import Barrier, Saga, Step, parallel\n"
        "steps = [\n"
        "    Step(f'service{n}.do', compensation=f'service{n}.undo', contract=Barrier('order_id'))\n"
        "    for n in range(30)\n"
        "]\n"
        "wide = Saga('wide', parallel(*steps))\n",
        encoding="utf-8",
    )
    return path
