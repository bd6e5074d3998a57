"""What a branch changed: sagas as they are, set against what they were where it left another one."""
