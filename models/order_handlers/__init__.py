"""What the services of the order saga do, over one database.

Nothing here knows of sagas or storms: `once` is the part to copy, the rest is a shop. It runs on SQLite as it stands,
and on PostgreSQL with a connection of SQLAlchemy.
"""
