"""Runs migrations on the database that the caller names in the configuration's attributes."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from adapters_storage.postgres.tables import metadata

ONE_AT_A_TIME = 0x5EC17A1


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """The job queue's tables are the job queue's own."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


engine = create_engine(context.config.attributes["url"], poolclass=NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, include_name=ours)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
        context.run_migrations()
