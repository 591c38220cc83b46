"""Speakers and their credentials in PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters_storage.postgres import rows
from adapters_storage.postgres.tables import credentials, sign_in_links, speakers
from recital_core.ports import Page
from recital_core.speakers import Credential, CredentialId, Speaker, SpeakerId

# Every request runs it: built once.
OWNER = (
    select(speakers)
    .join(credentials, credentials.c.speaker_id == speakers.c.id)
    .where(credentials.c.id == bindparam("of"), credentials.c.expires_at > bindparam("moment"))
)


class PostgresSpeakers:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, speaker: Speaker) -> bool:
        return rows.inserted(self._connection, insert(speakers).values(rows.columns(speaker)), speakers.c.id)

    def save(self, speaker: Speaker) -> None:
        self._connection.execute(update(speakers).where(speakers.c.id == speaker.id).values(rows.columns(speaker)))

    def by_email(self, email: str) -> Speaker | None:
        return rows.first(self._connection, select(speakers).where(speakers.c.email == email), Speaker)

    def page(self, cursor: str | None, limit: int) -> Page[Speaker]:
        wanted = select(speakers).order_by(speakers.c.created_at, speakers.c.id).limit(limit + 1)
        if cursor is not None:
            wanted = wanted.where(rows.beyond(speakers, "created_at", cursor, newest_first=False))
        found = self._connection.execute(wanted).all()
        return rows.page(found, limit, "created_at", lambda row: rows.read(row, Speaker))


class PostgresCredentials:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, credential: Credential) -> None:
        self._connection.execute(insert(credentials).values(rows.columns(credential)))

    def speaker_of(self, credential_id: CredentialId, now: datetime) -> Speaker | None:
        return rows.first(self._connection, OWNER, Speaker, of=credential_id, moment=now)

    def revoke(self, credential_id: CredentialId) -> None:
        self._connection.execute(delete(credentials).where(credentials.c.id == credential_id))

    def add_link(self, digest: str, speaker_id: SpeakerId, expires_at: datetime) -> None:
        self._connection.execute(
            insert(sign_in_links).values(digest=digest, speaker_id=speaker_id, expires_at=expires_at)
        )

    def use_link(self, digest: str, now: datetime) -> SpeakerId | None:
        used = self._connection.execute(
            delete(sign_in_links)
            .where(sign_in_links.c.digest == digest, sign_in_links.c.expires_at > now)
            .returning(sign_in_links.c.speaker_id)
        ).scalar()
        return used and SpeakerId(used)

    def forget_expired(self, now: datetime) -> int:
        return sum(
            self._connection.execute(delete(table).where(table.c.expires_at <= now)).rowcount
            for table in (credentials, sign_in_links)
        )
