"""Tells storms apart, and finds out that one which several models hold is the same."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from sagacheck.application.loaded import LoadedStorm
from sagacheck.application.module_sagas import one_level

if TYPE_CHECKING:
    from sagacheck.authoring.storm import Storm


def home_of(storm: Storm) -> tuple[str, str, int] | None:
    """Where the module whose import made a storm holds it: file, variable, and where in its list, tuple or dict.

    Models are imported apart from each other, so that a storm which two of them import is two objects: it is the same
    if it is held by the same variable of the module that made it. Where the call of `Storm` is written says nothing, as
    models may share a function that makes storms. To be called while what the model has imported is loaded.

    Args:
        storm: as it is after import.
    """
    name = os.path.basename(storm.made_by)  # noqa: PTH119 - of very many modules
    for module in list(sys.modules.values()):
        known = getattr(module, "__dict__", {})  # asking the module itself may run its __getattr__
        file = known.get("__file__")
        if not isinstance(file, str) or not file.endswith(name) or os.path.realpath(file) != storm.made_by:
            continue
        for variable, value in list(known.items()):
            for position, inner in enumerate(one_level(value)):
                if inner is storm:
                    return storm.made_by, variable, position
    return None


def own_storms(found: list[LoadedStorm]) -> tuple[LoadedStorm, ...]:
    """The storms, each once, of the file that makes it if that is among them.

    Args:
        found: in the order of files, then of the source.
    """
    kept: dict[object, LoadedStorm] = {}
    for one in found:
        key = one.home or id(one.storm)
        first = kept.setdefault(key, one)
        if one.home is not None and os.path.realpath(one.file) == one.home[0] != os.path.realpath(first.file):
            kept[key] = one
    return tuple(kept.values())
