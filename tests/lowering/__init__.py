"""Tests of lowering: what sagas become over an unreliable network."""
