"""Tests of what a chart means: its scenarios, counted and listed."""
