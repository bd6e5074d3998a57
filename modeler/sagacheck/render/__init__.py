"""Turns reports, scenarios and charts into text, JSON and pictures, one format per file."""
