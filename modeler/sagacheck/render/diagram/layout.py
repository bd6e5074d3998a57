"""Lays out DOT from standard input with the Graphviz that pygraphviz bundles: `python layout.py svg < saga.dot`.

It runs as a program of its own, because a layout can neither be interrupted nor, where Graphviz meets a defect of
its own, be survived by the process that does it. It therefore imports nothing of sagacheck.
"""

from __future__ import annotations

import sys

NOT_INSTALLED = 3
_PIXELS_PER_INCH = "144"


def main() -> int:
    """Writes the picture to standard output; says how it went as an exit code."""
    try:
        import pygraphviz
    except ImportError as error:
        sys.stderr.write(f"{error}\n")
        return NOT_INSTALLED
    graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
    if sys.argv[1] == "png":
        graph.graph_attr["dpi"] = _PIXELS_PER_INCH
    sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog="dot"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
