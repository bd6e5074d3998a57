"""Imports what is not installed with sagacheck, and says what to install where it is missing."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


def needed(module: str, what: str, extra: str) -> ModuleType:
    """A module that an extra brings.

    Args:
        module: its name.
        what: what needs it, for the message.
        extra: the extra of sagacheck.

    Raises:
        ModuleNotFoundError: if it is not installed; the message says how to install it.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or module.partition(".")[0] != error.name.partition(".")[0]:
            raise
        message = f"{what} needs {error.name}, which is not installed: pip install 'sagacheck[{extra}]'"
        raise ModuleNotFoundError(message, name=error.name) from error
