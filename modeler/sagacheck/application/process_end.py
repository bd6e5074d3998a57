"""Keeps a model from ending the whole process: `os._exit` would leave no report, and an exit code of its choice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

end_process = os._exit
"""Ends the process at once, also while models may not."""


class ProcessEnd(BaseException):
    """The code wanted to end the process; not an `Exception`, so that the code does not catch it by accident."""


@contextmanager
def process_kept() -> Iterator[None]:
    """Has `os._exit` raise instead of ending this process; in processes that the code forks, it still ends them.

    Raises:
        ProcessEnd: in the code that calls it.
    """
    owner, saved = os.getpid(), os._exit

    def refuse(status: int) -> NoReturn:
        if os.getpid() != owner:
            end_process(status)
        raise ProcessEnd(status)

    os._exit = refuse
    try:
        yield
    finally:
        os._exit = saved
