"""The worlds on which handlers act."""
