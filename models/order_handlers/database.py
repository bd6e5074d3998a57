"""The shop's tables, and how its services talk to them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SCHEMA = """
CREATE TABLE stock (item VARCHAR(40) PRIMARY KEY, quantity INTEGER NOT NULL);
CREATE TABLE accounts (customer VARCHAR(40) PRIMARY KEY, balance INTEGER NOT NULL);
CREATE TABLE payments (order_id VARCHAR(40) PRIMARY KEY, customer VARCHAR(40) NOT NULL, amount INTEGER NOT NULL);
CREATE TABLE parcels (order_id VARCHAR(40) NOT NULL, address VARCHAR(200) NOT NULL);
CREATE TABLE mails (order_id VARCHAR(40) NOT NULL, text VARCHAR(200) NOT NULL);
CREATE TABLE requests (
    action VARCHAR(80) NOT NULL,
    id VARCHAR(80) NOT NULL,
    request VARCHAR(4000) NOT NULL,
    answer VARCHAR(4000),
    PRIMARY KEY (action, id)
);
INSERT INTO stock VALUES ('tea', 10);
INSERT INTO accounts VALUES ('ann', 100);
"""
"""Of a `request` the table says what came, and of its `answer` what was said, which is all that a copy needs."""


def execute(database: Any, statement: str, **values: object) -> Any:
    """Executes a statement with values for its `:names`, in the transaction that is open.

    Args:
        database: a connection of sqlite3 or SQLAlchemy.
        statement: SQL that SQLite and PostgreSQL both know.
        values: by name.
    """
    if isinstance(database, sqlite3.Connection):
        return database.execute(statement, values)
    from sqlalchemy import text

    return database.execute(text(statement), values)


@contextmanager
def transaction(database: Any) -> Iterator[None]:
    """All that is done meanwhile is committed as one, or none of it."""
    try:
        yield
    except BaseException:
        database.rollback()
        raise
    database.commit()


def stock_and_money(database: Any) -> dict[str, list[tuple[object, ...]]]:
    """What a customer and an accountant would count: no table that is only there to recognise copies."""
    statements = {
        "stock": "SELECT item, quantity FROM stock ORDER BY item",
        "accounts": "SELECT customer, balance FROM accounts ORDER BY customer",
        "parcels": "SELECT order_id, address FROM parcels ORDER BY order_id",
    }
    return {name: [tuple(row) for row in execute(database, statement)] for name, statement in statements.items()}
