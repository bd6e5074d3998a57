"""Handlers of the order saga with one mistake each, and what is common to them."""
