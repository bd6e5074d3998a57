"""The baseline: a file of findings that a team has accepted for now, each with a reason and perhaps an end."""
