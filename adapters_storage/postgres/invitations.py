"""Invitations in PostgreSQL, by the digest of their secret."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from adapters_storage.postgres import rows
from adapters_storage.postgres.tables import invitations
from recital_core.ports import Page
from recital_core.speakers import Invitation, InvitationId

FIELDS = [invitations.c[name] for name in Invitation.__struct_fields__]


class PostgresInvitations:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, invitation: Invitation, digest: str) -> None:
        self._connection.execute(insert(invitations).values(digest=digest, **rows.columns(invitation)))

    def use(self, digest: str, now: datetime) -> Invitation | None:
        # Tries at one time wait for each other at the row, and each looks at the count that the one before left.
        used = self._connection.execute(
            update(invitations)
            .where(
                invitations.c.digest == digest,
                invitations.c.expires_at > now,
                invitations.c.used < invitations.c.uses,
            )
            .values(used=invitations.c.used + 1)
            .returning(*FIELDS)
        ).first()
        return None if used is None else rows.read(used, Invitation)

    def withdraw(self, invitation_id: InvitationId) -> bool:
        return self._connection.execute(delete(invitations).where(invitations.c.id == invitation_id)).rowcount == 1

    def page(self, cursor: str | None, limit: int) -> Page[Invitation]:
        wanted = select(*FIELDS).order_by(invitations.c.created_at.desc(), invitations.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            wanted = wanted.where(rows.beyond(invitations, "created_at", cursor, descending=True))
        found = self._connection.execute(wanted).all()
        return rows.page(found, limit, "created_at", lambda row: rows.read(row, Invitation))
