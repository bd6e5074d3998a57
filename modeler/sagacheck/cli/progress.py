"""Shows on a terminal how far long work is."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sagacheck.core.report import Progress
from sagacheck.render.terminal import harmless

if TYPE_CHECKING:
    from rich.live import Live
    from rich.spinner import Spinner

_PATIENCE = 0.5


class ProgressDisplay:
    """A line on stderr that appears if the work takes longer than half a second, and leaves nothing behind.

    To be used as a context manager, and called with every `Progress`. Nothing is shown where stderr is no terminal.
    """

    def __init__(self, what: str) -> None:
        self.text = what
        self.live: Live | None = None
        self.spinner: Spinner | None = None
        self.lock = threading.Lock()
        self.over = False
        self.timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        """Starts to be impatient."""
        if sys.stderr is not None and sys.stderr.isatty():
            self.timer = threading.Timer(_PATIENCE, self._show)
            self.timer.daemon = True
            self.timer.start()
        return self

    def __call__(self, progress: Progress) -> None:
        """Notes how far the work is."""
        self.tell(f"{progress.done} of {progress.total}  {harmless(progress.saga)}")

    def tell(self, text: str) -> None:
        """Shows this from now on.

        Args:
            text: harmless.
        """
        self.text = text
        with self.lock:
            if self.spinner is not None:
                from rich.text import Text

                self.spinner.update(text=Text(self.text))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Takes the line away."""
        if self.timer is not None:
            self.timer.cancel()
        with self.lock:
            self.over = True
            if self.live is not None:
                self.live.stop()

    def _show(self) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner
        from rich.text import Text

        with self.lock:
            if self.over:
                return
            self.spinner = Spinner("dots", text=Text(self.text))
            # while a model is imported, stdout stands for stderr: whoever took hold of it now would restore the wrong one
            self.live = Live(
                self.spinner,
                console=Console(stderr=True, markup=False, highlight=False),
                refresh_per_second=10,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self.live.start()
