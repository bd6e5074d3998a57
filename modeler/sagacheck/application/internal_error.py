"""Tells a user that sagacheck itself broke, without taking the rest of the run down."""

from __future__ import annotations

import traceback as tracebacks

from sagacheck.core.report import Failure


def internal_failure(error: BaseException, file: str, saga: str = "", *, traceback: bool = False) -> Failure:
    """The failure for an exception that no model should be able to cause.

    Args:
        error: what was raised.
        file: the model at hand.
        saga: the saga at hand, if it got that far.
        traceback: whether to tell where it happened.
    """
    doing = f"on saga {saga!r}" if saga else "on this file"
    text = str(error)
    lines = [f"sagacheck itself failed {doing}: {type(error).__name__}{': ' + text if text else ''}"]
    if traceback:
        lines += "".join(tracebacks.format_exception(error)).rstrip("\n").split("\n")
    where = "" if traceback else "; --traceback tells where it happened"
    lines.append(f"  help: this is a bug, not a fault of the model; please report it together with the model{where}")
    return Failure(file, "\n".join(lines), internal=True)
