"""Adds a hook to the configuration of pre-commit, and leaves every byte that is there."""

from __future__ import annotations


def with_hook(before: str | None, entry: str) -> str | None:
    """The configuration with one more entry at the end of its `repos`.

    Args:
        before: the configuration; None if there is none.
        entry: an item of `repos`, as a block of YAML that is not indented.

    Returns:
        The text; None if it is written in a way that nothing can be put at its end.
    """
    import yaml

    if before is None:
        return f"repos:\n{_indented(entry, 2)}"
    try:
        old = yaml.safe_load(before)
        column = _column(before)
        if column is None:
            return None
        newline = "\r\n" if "\r\n" in before else "\n"
        text = before if before.endswith("\n") else before + newline
        after = text + _indented(entry, column).replace("\n", newline)
        new = yaml.safe_load(after)
    except yaml.YAMLError:
        return None
    old["repos"] += yaml.safe_load(entry)
    return after if new == old else None


def _column(text: str) -> int | None:
    """How far the items of `repos` are indented; None if that is no list of lines."""
    import yaml

    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return None
    for key, value in root.value:
        if key.value == "repos" and isinstance(value, yaml.SequenceNode) and not value.flow_style:
            return int(value.start_mark.column)
    return None


def _indented(entry: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}" for line in entry.splitlines(keepends=True))
