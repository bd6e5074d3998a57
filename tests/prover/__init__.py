"""Tests of the prover: what can be reached, what must not be, and how it is shown."""
