"""sagacheck: checks sagas before they are merged."""
