"""The front-end for Python: sagas declared as values, and python-statemachine classes brought along."""
