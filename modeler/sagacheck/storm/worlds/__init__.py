"""Worlds: what handlers work on, put back to its beginning for every trial."""
