"""How hypothesis looks for examples, the same for all tests.

Every run tries the same examples, so that a failure in one place is a failure in all. `HYPOTHESIS_PROFILE=explore`
tries new ones, and more of them; a failure it finds belongs into a test of its own.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Machines that run tests are slow and shared: how long an example takes says nothing.
_PATIENT = settings(
    deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

settings.register_profile("same", _PATIENT, derandomize=True, database=None)
settings.register_profile("explore", _PATIENT, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
