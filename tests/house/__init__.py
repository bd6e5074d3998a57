"""Tests of the house rules: layers, light imports, public names, what the package ships."""
