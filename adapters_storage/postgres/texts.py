"""Texts in PostgreSQL: one row a text, one row a revision with the words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Subquery,
    distinct,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql

from adapters_storage.postgres import rows
from adapters_storage.postgres.tables import marks, places, sessions, text_revisions, texts
from recital_core.ports import Page, TextFilter, TextSummary
from recital_core.sessions import MarkKind, State
from recital_core.speakers import Role, Speaker, SpeakerId
from recital_core.texts import Place, RecitalText, TextId, TextScope, TextSort, direction

ORDER = {
    TextSort.NEWEST: ("created_at", True),
    TextSort.TITLE: ("title", False),
    TextSort.SHORTEST: ("words", False),
    TextSort.VOICES: ("voices", False),
}
"""By which column, and whether from its greatest value on."""
VOICES = (
    select(func.count(distinct(sessions.c.speaker_id)))
    .where(sessions.c.text_id == texts.c.id, sessions.c.state != State.DISCARDED)
    .scalar_subquery()
)

LONGEST_PART = 3
"""`title_parts` are all runs of one to three characters in a title, so the last run of what is searched is among them.

One is asked for, not all: PostgreSQL takes them for independent, and a word that many titles have for a rare one. For
the same reason the title itself is asked of candidates alone: both would be taken for far fewer than there are.
"""
LISTED = [column for column in texts.columns if column is not texts.c.title_parts]


class PostgresTexts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, text: RecitalText) -> None:
        self._connection.execute(insert(texts).values(_listed(text)))
        self._connection.execute(insert(text_revisions).values(_words(text)))

    def add_revision(self, text: RecitalText) -> None:
        self._connection.execute(insert(text_revisions).values(_words(text)))
        self._connection.execute(update(texts).where(texts.c.id == text.id).values(_listed(text)))

    def save(self, text: RecitalText) -> None:
        kept = {
            "title": text.title,
            "public": text.public,
            "long_sentence_words": text.long_sentence_words,
            "retired_at": text.retired_at,
        }
        self._connection.execute(update(texts).where(texts.c.id == text.id).values(kept))

    def get(self, text_id: TextId, revision: int | None = None) -> RecitalText | None:
        at = texts.c.revision if revision is None else revision
        wanted = (
            select(
                *(texts.c[name] for name in RecitalText.__struct_fields__ if name not in {"revision", "paragraphs"}),
                text_revisions.c.revision,
                text_revisions.c.paragraphs,
            )
            .join(text_revisions, text_revisions.c.text_id == texts.c.id)
            .where(texts.c.id == text_id, text_revisions.c.revision == at)
        )
        return rows.first(self._connection, wanted, RecitalText)

    def lock(self, text_id: TextId) -> RecitalText | None:
        self._connection.execute(select(texts.c.id).where(texts.c.id == text_id).with_for_update(key_share=True))
        return self.get(text_id)

    def twin(self, reader: Speaker, digest: str) -> TextSummary | None:
        wanted = _readable(reader).where(texts.c.digest == digest).order_by(texts.c.created_at, texts.c.id)
        found = self._connection.execute(wanted.limit(1)).first()
        return None if found is None else _summary(found)

    def sentence_counts(self, text_id: TextId, revision: int) -> Sequence[int]:
        counts = self._connection.execute(
            select(text_revisions.c.sentence_counts).where(
                text_revisions.c.text_id == text_id, text_revisions.c.revision == revision
            )
        ).scalar()
        return counts or ()

    def page(
        self, reader: Speaker, wanted: TextFilter, sort: TextSort, cursor: str | None, limit: int
    ) -> Page[TextSummary]:
        by, descending = ORDER[sort]
        matching = _readable(reader).where(*_matching(reader, wanted))
        if sort is TextSort.VOICES:
            matching = matching.add_columns(VOICES.label("voices"))
        listed = matching.subquery()
        order = [column.desc() if descending else column for column in (listed.c[by], listed.c.id)]
        found = select(listed).order_by(*order).limit(limit + 1)
        if cursor is not None:
            found = found.where(rows.beyond(listed, by, cursor, descending=descending))
        return rows.page(self._connection.execute(found).all(), limit, by, _summary)

    def summary(self, text_id: TextId) -> TextSummary | None:
        found = self._connection.execute(select(*LISTED).where(texts.c.id == text_id)).first()
        return None if found is None else _summary(found)

    def of_owner(self, owner_id: SpeakerId) -> Sequence[TextId]:
        found = self._connection.execute(
            select(texts.c.id).where(texts.c.owner_id == owner_id).order_by(texts.c.created_at, texts.c.id)
        )
        return [TextId(text_id) for text_id in found.scalars()]

    def retire(self, text_id: TextId, now: datetime) -> None:
        self._connection.execute(
            update(texts).where(texts.c.id == text_id, texts.c.retired_at.is_(None)).values(retired_at=now)
        )

    def place(self, speaker_id: SpeakerId, text_id: TextId) -> Place | None:
        wanted = select(places.c.paragraph, places.c.sentence)
        mine = wanted.where(places.c.speaker_id == speaker_id, places.c.text_id == text_id)
        return rows.first(self._connection, mine, Place)

    def places(self, speaker_id: SpeakerId) -> Mapping[TextId, Place]:
        wanted = select(places.c.text_id, places.c.paragraph, places.c.sentence)
        found = self._connection.execute(wanted.where(places.c.speaker_id == speaker_id).order_by(places.c.text_id))
        return {TextId(row.text_id): Place(row.paragraph, row.sentence) for row in found}

    def save_place(self, speaker_id: SpeakerId, text_id: TextId, place: Place, now: datetime) -> None:
        at = {"paragraph": place.paragraph, "sentence": place.sentence, "saved_at": now}
        self._connection.execute(
            postgresql.insert(places)
            .values(speaker_id=speaker_id, text_id=text_id, **at)
            .on_conflict_do_update(index_elements=[places.c.speaker_id, places.c.text_id], set_=at)
        )

    def begun(self, reader: Speaker, limit: int) -> Sequence[TextSummary]:
        found = self._connection.execute(
            _readable(reader)
            .join(places, places.c.text_id == texts.c.id)
            .where(places.c.speaker_id == reader.id)
            .order_by(places.c.saved_at.desc(), places.c.text_id.desc())
            .limit(limit)
        )
        return [_summary(row) for row in found]

    def read_by(self, speaker_id: SpeakerId, text_id: TextId) -> Sequence[Place]:
        read = _read(speaker_id, [text_id])
        wanted = select(read.c.paragraph, read.c.sentence).order_by(read.c.paragraph, read.c.sentence)
        return [rows.read(row, Place) for row in self._connection.execute(wanted)]

    def read_counts(self, speaker_id: SpeakerId, text_ids: Collection[TextId]) -> Mapping[TextId, int]:
        read = _read(speaker_id, text_ids)
        found = self._connection.execute(select(read.c.text_id, func.count()).group_by(read.c.text_id))
        return {TextId(text_id): count for text_id, count in found}

    def voices(self, text_ids: Collection[TextId]) -> Mapping[TextId, int]:
        found = self._connection.execute(
            select(sessions.c.text_id, func.count(distinct(sessions.c.speaker_id)))
            .where(sessions.c.text_id.in_(text_ids), sessions.c.state != State.DISCARDED)
            .group_by(sessions.c.text_id)
        )
        return {TextId(text_id): voices for text_id, voices in found}


def _listed(text: RecitalText) -> dict[str, Any]:
    fields = rows.columns(text)
    del fields["paragraphs"]
    return {**fields, "sentences": text.sentence_count, "words": text.word_count, "digest": text.digest}


def _words(text: RecitalText) -> dict[str, Any]:
    return {
        "text_id": text.id,
        "revision": text.revision,
        "paragraphs": text.paragraphs,
        "sentence_counts": [len(paragraph) for paragraph in text.paragraphs],
    }


def _readable(reader: Speaker) -> Any:
    wanted = select(*LISTED).where(texts.c.retired_at.is_(None))
    return wanted if reader.role is Role.ADMIN else wanted.where(or_(texts.c.owner_id == reader.id, texts.c.public))


def _matching(reader: Speaker, wanted: TextFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.scope is TextScope.MINE:
        found.append(texts.c.owner_id == reader.id)
    if wanted.scope is TextScope.PUBLIC:
        found.append(texts.c.public)
    if wanted.search:
        part = wanted.search[-LONGEST_PART:]
        candidate = texts.c.title_parts.contains(func.parts_of(part, len(part)))
        found += [candidate, or_(texts.c.title.icontains(wanted.search, autoescape=True), ~candidate)]
    if wanted.language is not None:
        found.append(texts.c.language == wanted.language)
    if wanted.kind is not None:
        found.append(texts.c.source["kind"].astext == wanted.kind)
    if wanted.max_words is not None:
        found.append(texts.c.words <= wanted.max_words)
    return found


def _read(speaker_id: SpeakerId, text_ids: Collection[TextId]) -> Subquery:
    """Each sentence of the texts that the speaker has read, once, without what the end of a session left out."""
    from_last = func.row_number().over(partition_by=marks.c.session_id, order_by=marks.c.n.desc())
    left_out = func.coalesce(sessions.c.ending["drop_last"].astext.cast(Integer), 0)
    every = (
        select(
            sessions.c.text_id,
            marks.c.paragraph,
            marks.c.sentence,
            from_last.label("from_last"),
            left_out.label("left_out"),
        )
        .join(sessions, sessions.c.id == marks.c.session_id)
        .where(
            sessions.c.speaker_id == speaker_id,
            sessions.c.text_id.in_(text_ids),
            sessions.c.state != State.DISCARDED,
            marks.c.kind == MarkKind.READ,
        )
        .subquery()
    )
    kept = select(every.c.text_id, every.c.paragraph, every.c.sentence).where(every.c.from_last > every.c.left_out)
    return kept.distinct().subquery()


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
        kind=row.source["kind"],
        created_at=row.created_at,
    )
