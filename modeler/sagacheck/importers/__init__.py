"""Importers: definitions written for an engine, lowered to charts."""
