"""Tests of what the application composes: loading, configuration, verdicts."""
