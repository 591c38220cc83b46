"""Speakers and their credentials in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters_storage.postgres import rows
from adapters_storage.postgres.frequent import Frequent
from adapters_storage.postgres.tables import audit_entries, credentials, identities, sign_in_links, speakers
from recital_core.ports import Page, SpeakerFilter
from recital_core.speakers import Credential, CredentialId, CredentialKind, Identity, Role, Speaker, SpeakerId

ADMINS = 0xAD317
"""The advisory lock that is held while the number of admins may go down."""

# Every request runs it: built once.
OWNER = Frequent(
    select(speakers)
    .join(credentials, credentials.c.speaker_id == speakers.c.id)
    .where(credentials.c.id == bindparam("of"), credentials.c.expires_at > bindparam("moment"))
)


class PostgresSpeakers:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, speaker: Speaker) -> bool:
        return rows.inserted(self._connection, insert(speakers).values(rows.columns(speaker)), speakers.c.id)

    def get(self, speaker_id: SpeakerId) -> Speaker | None:
        return rows.first(self._connection, select(speakers).where(speakers.c.id == speaker_id), Speaker)

    def some(self, speaker_ids: Collection[SpeakerId]) -> Sequence[Speaker]:
        found = self._connection.execute(select(speakers).where(speakers.c.id.in_(speaker_ids)))
        return [rows.read(row, Speaker) for row in found]

    def lock(self, speaker_id: SpeakerId) -> Speaker | None:
        # Not the stronger lock, for which rows that only point here would wait: two admins who change each other
        # add entries to the log that point at both.
        wanted = select(speakers).where(speakers.c.id == speaker_id).with_for_update(key_share=True)
        return rows.first(self._connection, wanted, Speaker)

    def save(self, speaker: Speaker) -> None:
        self._connection.execute(update(speakers).where(speakers.c.id == speaker.id).values(rows.columns(speaker)))

    def by_email(self, email: str) -> Speaker | None:
        return rows.first(self._connection, select(speakers).where(speakers.c.email == email), Speaker)

    def by_identity(self, issuer: str, subject: str) -> Speaker | None:
        wanted = (
            select(speakers)
            .join(identities, identities.c.speaker_id == speakers.c.id)
            .where(identities.c.issuer == issuer, identities.c.subject == subject)
        )
        return rows.first(self._connection, wanted, Speaker)

    def add_identity(self, speaker_id: SpeakerId, identity: Identity) -> bool:
        added = insert(identities).values(issuer=identity.issuer, subject=identity.subject, speaker_id=speaker_id)
        if rows.inserted(self._connection, added, identities.c.issuer):
            return True
        owner = self.by_identity(identity.issuer, identity.subject)
        return owner is not None and owner.id == speaker_id

    def identities(self, speaker_id: SpeakerId) -> Sequence[Identity]:
        found = self._connection.execute(
            select(identities.c.issuer, identities.c.subject)
            .where(identities.c.speaker_id == speaker_id)
            .order_by(identities.c.issuer)
        )
        return [rows.read(row, Identity) for row in found]

    def another_admin(self, than: SpeakerId) -> bool:
        # One asks at a time, and looks after that: whoever lowers another admin asks too, and waits here.
        # Locking the other admins' rows would end in a deadlock when two of them lower each other.
        self._connection.execute(select(func.pg_advisory_xact_lock(ADMINS)))
        others = select(speakers.c.id).where(speakers.c.role == Role.ADMIN, speakers.c.id != than).limit(1)
        return self._connection.execute(others).first() is not None

    def forget(self, speaker_id: SpeakerId) -> None:
        # The lock waits for whoever adds something of the speaker's; then foreign keys take along or empty all of it.
        self._connection.execute(select(speakers.c.id).where(speakers.c.id == speaker_id).with_for_update())
        self._connection.execute(
            update(audit_entries).where(audit_entries.c.actor_id == speaker_id).values(address=None)
        )
        self._connection.execute(delete(speakers).where(speakers.c.id == speaker_id))

    def count(self, role: Role) -> int:
        wanted = select(func.count()).select_from(speakers).where(speakers.c.role == role)
        return self._connection.execute(wanted).scalar_one()

    def page(self, wanted: SpeakerFilter, cursor: str | None, limit: int) -> Page[Speaker]:
        statement = select(speakers).order_by(speakers.c.created_at, speakers.c.id).limit(limit + 1)
        if wanted.role is not None:
            statement = statement.where(speakers.c.role == wanted.role)
        if wanted.search:
            statement = statement.where(_holds(speakers.c.email, wanted) | _holds(speakers.c.display_name, wanted))
        if cursor is not None:
            statement = statement.where(rows.beyond(speakers, "created_at", cursor, descending=False))
        found = self._connection.execute(statement).all()
        return rows.page(found, limit, "created_at", lambda row: rows.read(row, Speaker))


def _holds(column: Column[Any], wanted: SpeakerFilter) -> ColumnElement[bool]:
    # PostgreSQL takes no NUL in a text; what cannot be in a name stands in for it.
    return column.icontains(wanted.search.replace("\0", "\n"), autoescape=True)


class PostgresCredentials:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, credential: Credential) -> None:
        self._connection.execute(insert(credentials).values(rows.columns(credential)))

    def speaker_of(self, credential_id: CredentialId, now: datetime) -> Speaker | None:
        row = OWNER.first(self._connection, of=credential_id, moment=now)
        return None if row is None else msgspec.convert(row, Speaker)

    def of_speaker(self, speaker_id: SpeakerId, now: datetime) -> Sequence[Credential]:
        found = self._connection.execute(
            select(credentials)
            .where(credentials.c.speaker_id == speaker_id, credentials.c.expires_at > now)
            .order_by(credentials.c.created_at, credentials.c.id)
        )
        return [rows.read(row, Credential) for row in found]

    def revoke(self, credential_id: CredentialId) -> None:
        self._connection.execute(delete(credentials).where(credentials.c.id == credential_id))

    def revoke_all(self, speaker_id: SpeakerId, kind: CredentialKind | None = None) -> None:
        revoked = delete(credentials).where(credentials.c.speaker_id == speaker_id)
        if kind is not None:
            revoked = revoked.where(credentials.c.kind == kind)
        self._connection.execute(revoked)
        self._connection.execute(delete(sign_in_links).where(sign_in_links.c.speaker_id == speaker_id))

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
