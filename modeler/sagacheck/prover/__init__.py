"""The prover: decides what a system can reach, and shows the shortest way to what it must not reach.

Sets of states are binary decision diagrams over the bits of the variables. There is no relation between old and new
values: a rule restricts a set to its guard, forgets the bits that it writes, and sets them anew.
"""
