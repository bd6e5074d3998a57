"""Lowering of choreographies: services that react to events, over brokers that lose, repeat and delay them."""
