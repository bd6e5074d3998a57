"""Tests of the front-end for Python."""
