"""Where a PostgreSQL server for tests is, if there is one."""

from __future__ import annotations

import os

import pytest

DSN = os.environ.get("SAGACHECK_TEST_POSTGRESQL", "")
needed = pytest.mark.skipif(not DSN, reason="SAGACHECK_TEST_POSTGRESQL names no PostgreSQL server")
