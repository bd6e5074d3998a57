"""What a chart means: its walk, the ledgers it can have, its scenarios counted and listed."""
