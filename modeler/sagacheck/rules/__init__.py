"""The rules: one file each, whose docstring is its page. They ask questions of an analysis and return findings."""
