"""The SQL that makes the job queue's own tables, types and functions."""

from __future__ import annotations


def sql() -> str:
    """The queue's schema as its library ships it. It contains `%`: run it on the raw driver connection."""
    from procrastinate.schema import SchemaManager

    return SchemaManager.get_schema()
