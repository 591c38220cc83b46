"""The audit log in PostgreSQL."""

from __future__ import annotations

from sqlalchemy import Connection, insert, or_, select

from adapters_storage.postgres import rows
from adapters_storage.postgres.tables import audit_entries
from recital_core.audit import Entry, Event
from recital_core.ports import Page
from recital_core.speakers import SpeakerId


class PostgresAuditLog:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, entry: Entry) -> None:
        self._connection.execute(insert(audit_entries).values(rows.columns(entry)))

    def page(self, *, event: Event | None, speaker_id: SpeakerId | None, cursor: str | None, limit: int) -> Page[Entry]:
        entries = audit_entries.c
        wanted = select(audit_entries).order_by(entries.at.desc(), entries.id.desc()).limit(limit + 1)
        if event is not None:
            wanted = wanted.where(entries.event == event)
        if speaker_id is not None:
            wanted = wanted.where(or_(entries.actor_id == speaker_id, entries.subject_id == speaker_id))
        if cursor is not None:
            wanted = wanted.where(rows.beyond(audit_entries, "at", cursor, descending=True))
        return rows.page(self._connection.execute(wanted).all(), limit, "at", lambda row: rows.read(row, Entry))
