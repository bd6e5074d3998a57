"""Where sagacheck runs besides a terminal: pre-commit, CI, the completion of shells. Each test runs what they run."""
