"""Makes `python -m sagacheck` the same as `sagacheck`."""

from __future__ import annotations

from sagacheck.cli.main import main

main()
