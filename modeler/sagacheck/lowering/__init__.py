"""Turns what front-ends made into systems for the prover."""
