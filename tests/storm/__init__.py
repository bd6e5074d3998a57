"""Storms over handlers, real and simulated."""
