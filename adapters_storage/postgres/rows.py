"""Between rows and the domain's values."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, FromClause, Row, Select, TextClause, tuple_
from sqlalchemy.dialects.postgresql import Insert

from recital_core import errors
from recital_core.ports import Page

Value = TypeVar("Value")
AnyRow: TypeAlias = Row[*tuple[Any, ...]]


def read(row: AnyRow, kind: type[Value]) -> Value:
    """The row as a value of the domain; its columns are the value's fields."""
    return msgspec.convert(row._mapping, kind)  # noqa: SLF001 - public in SQLAlchemy in spite of its name


def first(
    connection: Connection, statement: Select[*tuple[Any, ...]] | TextClause, kind: type[Value], **values: object
) -> Value | None:
    """The first row that `statement` finds with `values` for what it leaves open, as a value of the domain."""
    row = connection.execute(statement, values).first()
    return None if row is None else read(row, kind)


def inserted(connection: Connection, statement: Insert, key: Column[Any]) -> bool:
    """Run the insert; False, and nothing changed, when a row stands in its way. `key` is any column of the table."""
    return connection.execute(statement.on_conflict_do_nothing().returning(key)).first() is not None


def columns(value: msgspec.Struct) -> dict[str, Any]:
    """The value's fields as columns; structs inside become JSON."""
    return {
        name: msgspec.to_builtins(field) if isinstance(field, msgspec.Struct) else field
        for name, field in msgspec.structs.asdict(value).items()
    }


def page(found: Sequence[AnyRow], limit: int, by: str, read_one: Callable[[AnyRow], Value]) -> Page[Value]:
    """The first `limit` of `found` rows, and an opaque cursor by (the column `by`, id) when there are more."""
    shown = found[:limit]
    last = shown[-1]._mapping if len(found) > limit else None  # noqa: SLF001 - as above
    after = last and base64.urlsafe_b64encode(msgspec.json.encode((by, last[by], last["id"]))).decode()
    return Page(items=[read_one(row) for row in shown], next=after.rstrip("=") if after else None)


def beyond(table: FromClause, by: str, cursor: str, *, descending: bool) -> ColumnElement[bool]:
    """The rows after the cursor's. Raises Invalid for a cursor that is not of this list."""
    kind = table.c[by].type.python_type
    try:
        given = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        _, value, row_id = msgspec.json.decode(given, type=tuple[Literal[by], kind, UUID])  # type: ignore[valid-type]
    except (ValueError, msgspec.MsgspecError) as wrong:
        raise errors.Invalid("This cursor is not one of this list.", cursor=cursor[:100]) from wrong
    here = tuple_(table.c[by], table.c.id)
    return here < (value, row_id) if descending else here > (value, row_id)
