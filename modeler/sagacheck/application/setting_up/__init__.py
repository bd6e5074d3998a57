"""Sets up a project: what to check, a first saga, a run in CI and one before each commit; never over what is there."""
