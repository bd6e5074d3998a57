"""The depth of storms: what they rest on, and how far they go."""
