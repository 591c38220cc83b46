"""Statements that requests run all the time, with little of their cost."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.sql.dml import ReturningInsert


class Frequent:
    """A statement that is compiled once and run by the driver itself, within the connection's transaction if any.

    SQLAlchemy's way to run one costs more CPU than the driver, the network and reading the answer together. What it
    would do for values is left out: they are text, numbers, moments and UUIDs, which the driver writes as they are.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | ReturningInsert[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._names = [str(column.name) for column in statement.exported_columns]
        self._compiled: tuple[str, dict[str, Any]] | None = None

    def first(self, connection: Connection, **values: object) -> dict[str, Any] | None:
        """The first row, by the names of its columns, with `values` for what the statement leaves open."""
        words, given = self._compiled or self._compile(connection.dialect)
        driver: Any = connection.connection.driver_connection
        row = driver.execute(words, {**given, **values}).fetchone()
        return None if row is None else dict(zip(self._names, row, strict=True))

    def _compile(self, dialect: Dialect) -> tuple[str, dict[str, Any]]:
        compiled = self._statement.compile(dialect=dialect)
        given = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        self._compiled = (str(compiled), given)
        return self._compiled
