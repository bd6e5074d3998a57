"""Compares two designs of one saga: whether they come to the same, and by what people choose between them.

A **side** is a design as a system, with what its rules mean in words that both designs share. `orchestrated` and
`choreographed` make sides; `equivalence` asks whether both come to the same ends; `calm` walks through the runs without
faults, which `measures` measures; `advice` draws conclusions.
"""
