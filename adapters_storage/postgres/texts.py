"""Texts in PostgreSQL: one row a text, one row a revision with the words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, or_, select, update

from adapters_storage.postgres import rows
from adapters_storage.postgres.tables import text_revisions, texts
from recital_core.ports import Page, TextSummary
from recital_core.speakers import Role, Speaker, SpeakerId
from recital_core.texts import RecitalText, TextId, direction

IN_THE_REVISION = ("title", "paragraphs")


class PostgresTexts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, text: RecitalText) -> None:
        fields = rows.columns(text)
        words = {name: fields.pop(name) for name in IN_THE_REVISION}
        self._connection.execute(insert(texts).values(fields))
        self._connection.execute(
            insert(text_revisions).values(
                text_id=text.id,
                revision=text.revision,
                sentence_counts=[len(paragraph) for paragraph in text.paragraphs],
                sentences=text.sentence_count,
                words=text.word_count,
                **words,
            )
        )

    def get(self, text_id: TextId, revision: int | None = None) -> RecitalText | None:
        at = texts.c.revision if revision is None else revision
        wanted = (
            select(
                *(column for column in texts.c if column.name != "revision"),
                text_revisions.c.revision,
                *(text_revisions.c[name] for name in IN_THE_REVISION),
            )
            .join(text_revisions, text_revisions.c.text_id == texts.c.id)
            .where(texts.c.id == text_id, text_revisions.c.revision == at)
        )
        return rows.first(self._connection, wanted, RecitalText)

    def sentence_counts(self, text_id: TextId, revision: int) -> Sequence[int]:
        counts = self._connection.execute(
            select(text_revisions.c.sentence_counts).where(
                text_revisions.c.text_id == text_id, text_revisions.c.revision == revision
            )
        ).scalar()
        return counts or ()

    def page(self, reader: Speaker, cursor: str | None, limit: int) -> Page[TextSummary]:
        wanted = (
            select(texts, text_revisions.c.title, text_revisions.c.words, text_revisions.c.sentences)
            .join(
                text_revisions,
                (text_revisions.c.text_id == texts.c.id) & (text_revisions.c.revision == texts.c.revision),
            )
            .where(texts.c.retired_at.is_(None))
            .order_by(texts.c.created_at.desc(), texts.c.id.desc())
            .limit(limit + 1)
        )
        if reader.role is not Role.ADMIN:
            wanted = wanted.where(or_(texts.c.owner_id == reader.id, texts.c.public))
        if cursor is not None:
            wanted = wanted.where(rows.beyond(texts, "created_at", cursor, newest_first=True))
        return rows.page(self._connection.execute(wanted).all(), limit, "created_at", _summary)

    def of_owner(self, owner_id: SpeakerId) -> Sequence[TextId]:
        found = self._connection.execute(
            select(texts.c.id).where(texts.c.owner_id == owner_id).order_by(texts.c.created_at, texts.c.id)
        )
        return [TextId(text_id) for text_id in found.scalars()]

    def retire(self, text_id: TextId, now: datetime) -> None:
        self._connection.execute(
            update(texts).where(texts.c.id == text_id, texts.c.retired_at.is_(None)).values(retired_at=now)
        )


def _summary(row: rows.AnyRow) -> TextSummary:
    return TextSummary(
        id=row.id,
        owner_id=row.owner_id,
        title=row.title,
        language=row.language,
        direction=direction(row.language),
        revision=row.revision,
        sentences=row.sentences,
        words=row.words,
        public=row.public,
        created_at=row.created_at,
    )
