"""Lowering: turns sagas, with their participants and the network between them, into systems that can be proved."""
