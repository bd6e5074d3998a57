"""Tests of what turns data into text, JSON and pictures."""
