"""Names that Promela accepts for what a system calls as it likes.

Whatever stands in a model may be a keyword of Promela, a macro in the C code that SPIN writes (`N`, `max`), or no
word at all. So variables and rules get a prefix, values capitals with an underline inside, and what stays of the name
is letters and digits. The names as they were are for comments.
"""

from __future__ import annotations

import json
import re
import unicodedata

from sagacheck.core.system import System
from sagacheck.render.terminal import harmless

_LONGEST = 30
_LONGEST_VALUE = 18


class Names:
    """The names in Promela of a system's variables, their values, and rules; the same for the same system.

    Args:
        system: the system.
    """

    def __init__(self, system: System) -> None:
        self._taken: set[str] = set()
        self.variables: dict[str, str] = {}
        self.values: dict[tuple[str, str], str] = {}
        self.rules: dict[str, str] = {}
        for variable in system.variables:
            name = self.variables[variable.name] = self._free(f"v_{_word(variable.name)}")
            for value in variable.domain:
                constant = f"{name.removeprefix('v_')}_{_word(value, _LONGEST_VALUE)}".upper()
                self.values[variable.name, value] = self._free(f"V_{constant}" if constant[0].isdigit() else constant)
        for rule in system.rules:
            self.rules[rule.name] = self._free(f"can_{_word(rule.name)}").removeprefix("can_")

    def _free(self, wish: str) -> str:
        name, number = wish, 2
        while name in self._taken:
            name, number = f"{wish}_{number}", number + 1
        self._taken.add(name)
        return name


def in_comment(name: str) -> str:
    """A name in quotes, as it can stand in a comment: on one line, and without what opens or ends one."""
    return re.sub(r"(?<=\*)(?=/)|(?<=/)(?=\*)", " ", harmless(json.dumps(name, ensure_ascii=False)))


def _word(name: str, longest: int = _LONGEST) -> str:
    """Letters, digits and underlines of a name; what is too long loses its middle: names often differ at the end."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    word = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_")
    if len(word) > longest:
        half = longest // 2
        word = f"{word[: half - 1].rstrip('_')}_{word[-half:].lstrip('_')}"
    return word or "unnamed"
