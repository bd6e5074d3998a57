"""What sagacheck does for a user, composed from front-ends, rules and analysis: load, check, list, draw."""
