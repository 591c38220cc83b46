"""Signatures under agreements in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from adapters_storage.postgres import rows
from adapters_storage.postgres.tables import signatures
from recital_core.agreements import Signature
from recital_core.speakers import SpeakerId


class PostgresSignatures:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, signature: Signature) -> bool:
        added = insert(signatures).values(rows.columns(signature))
        return rows.inserted(self._connection, added, signatures.c.version)

    def of_speaker(self, speaker_id: SpeakerId) -> Sequence[Signature]:
        found = self._connection.execute(
            select(signatures)
            .where(signatures.c.speaker_id == speaker_id)
            .order_by(signatures.c.signed_at, signatures.c.version)
        )
        return [rows.read(row, Signature) for row in found]
