"""A terminal at which a person sits: what stands there is read, and answers are typed."""

from __future__ import annotations

import os
import pty
import select
import signal
from contextlib import suppress

BREAK = "\x03"
"""Typed alone, it sends the signal that a terminal sends for it."""

PAUSE = 0.2
"""Seconds without a character after which the person looks whether the program has ended."""

PATIENCE = 25
"""After so many pauses the person sends the signal again: between its question and its reading a program misses it."""


def at_a_terminal(
    command: list[str], dialogue: list[tuple[str, str]], environment: dict[str, str] | None = None
) -> tuple[int, str]:
    """Runs a command on a terminal.

    Args:
        command: the program, by its path, and its arguments.
        dialogue: what has to stand at the end of the screen, and what is typed then; one after the other.
        environment: its variables; those of this process if None.

    Returns:
        The exit code, negative for a signal, and all that was shown.
    """
    process, terminal = pty.fork()
    if not process:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # tests may run where it is ignored
        os.execve(command[0], command, environment or dict(os.environ))  # noqa: S606 - a shell is what may be run
    shown, left, ended, status = "", list(dialogue), 0, 0
    breaking, pauses = False, 0
    with suppress(OSError):  # Linux raises it when the other side is closed
        while not ended:
            if select.select([terminal], [], [], PAUSE)[0]:
                heard = os.read(terminal, 4096)
                if not heard:
                    break
                shown += heard.decode().replace("\r\n", "\n")
                if left and shown.endswith(left[0][0]):
                    answer = left.pop(0)[1]
                    if answer == BREAK:
                        breaking = True
                        os.kill(process, signal.SIGINT)
                    else:
                        os.write(terminal, answer.encode())
            else:  # whoever has ended need not have closed the terminal
                ended, status = os.waitpid(process, os.WNOHANG)
                pauses += 1
                if breaking and not ended and pauses % PATIENCE == 0:
                    os.kill(process, signal.SIGINT)
    os.close(terminal)
    status = status if ended else os.waitpid(process, 0)[1]
    assert ([], shown) == (left, shown)
    return os.waitstatus_to_exitcode(status), shown
