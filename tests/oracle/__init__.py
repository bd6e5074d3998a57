"""Independent oracles: slow, literal readings of the semantics that the fast code must agree with."""
