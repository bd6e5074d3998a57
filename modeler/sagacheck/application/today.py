"""The date on which a run takes place: the only way in for the clock into what is found."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime

from sagacheck.application.refusal import RefusedError


def today() -> date:
    """The date in UTC; that of SOURCE_DATE_EPOCH where it is set (https://reproducible-builds.org).

    Raises:
        RefusedError: if SOURCE_DATE_EPOCH is no number of seconds.
    """
    said = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not said:
        return datetime.now(UTC).date()
    try:
        return datetime.fromtimestamp(int(said), UTC).date()
    except (ValueError, OverflowError, OSError):
        msg = f"SOURCE_DATE_EPOCH must be a number of seconds since 1970-01-01, not {said[:40]!r}"
        raise RefusedError(msg) from None
