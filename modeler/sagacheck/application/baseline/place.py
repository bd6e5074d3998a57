"""Where the baseline of a project is."""

from __future__ import annotations

import os
from pathlib import Path

from sagacheck.application.baseline.entries import DEFAULT_FILE, Baseline, read_baseline
from sagacheck.application.configuration import Configuration
from sagacheck.application.discovery import shown_path


def place_of_baseline(named: str | None, settled: Configuration) -> str:
    """The file, as the user knows it: the one that is named or configured, else the one beside pyproject.toml.

    Args:
        named: what the command line names; None if nothing.
        settled: the project's configuration.
    """
    if named is not None or settled.baseline is not None:
        return named or settled.baseline or ""
    folder = settled.exclusion.root
    return shown_path(os.path.relpath(Path(folder) / DEFAULT_FILE)) if folder else DEFAULT_FILE


def find_baseline(named: str | None, settled: Configuration) -> Baseline:
    """The baseline that holds; one without entries if there is none.

    Args:
        named: what the command line names; None if nothing.
        settled: the project's configuration.

    Raises:
        RefusedError: if it cannot be read, or one that is named or configured is not there.
    """
    shown = place_of_baseline(named, settled)
    path = Path(shown).absolute()
    wanted = named is not None or settled.baseline is not None
    return read_baseline(path, shown) if wanted or path.exists() else Baseline(shown, path)
