"""Texts and sessions in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import msgspec

from recital_core.ports import Intake, Page, Received, Retraction, SessionSummary, TextSummary
from recital_core.sessions import Mark, RecitalSession, Segment, SessionId, State, ranges
from recital_core.speakers import Speaker, SpeakerId
from recital_core.testing.rows import Rows, part
from recital_core.texts import RecitalText, TextId


class MemoryTexts:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, text: RecitalText) -> None:
        self._rows.texts[text.id, text.revision] = text

    def get(self, text_id: TextId, revision: int | None = None) -> RecitalText | None:
        revisions = [
            text for (known, at), text in self._rows.texts.items() if known == text_id and revision in (None, at)
        ]
        return max(revisions, key=lambda text: text.revision, default=None)

    def sentence_counts(self, text_id: TextId, revision: int) -> Sequence[int]:
        text = self.get(text_id, revision)
        return [len(paragraph) for paragraph in text.paragraphs] if text else ()

    def page(self, reader: Speaker, cursor: str | None, limit: int) -> Page[TextSummary]:
        newest = [text for (text_id, _), text in self._rows.texts.items() if text == self.get(text_id)]
        readable = [text for text in newest if text.may_be_read_by(reader) and text.retired_at is None]
        return part(readable, cursor, limit, _text_summary)

    def of_owner(self, owner_id: SpeakerId) -> Sequence[TextId]:
        found = {(text.created_at, text.id) for text in self._rows.texts.values() if text.owner_id == owner_id}
        return [text_id for _, text_id in sorted(found)]

    def retire(self, text_id: TextId, now: datetime) -> None:
        for key, text in self._rows.texts.items():
            if text.id == text_id and text.retired_at is None:
                self._rows.texts[key] = msgspec.structs.replace(text, retired_at=now)


class MemorySessions:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, session: RecitalSession) -> bool:
        if session.id in self._rows.sessions:
            return False
        self._rows.sessions[session.id] = session
        return True

    def get(self, session_id: SessionId) -> RecitalSession | None:
        return self._rows.sessions.get(session_id)

    lock = get

    def save(self, session: RecitalSession) -> None:
        self._rows.sessions[session.id] = session

    def touch(self, session_id: SessionId, now: datetime) -> bool:
        session = self.get(session_id)
        if session is None or session.state is not State.ACTIVE:
            return False
        self.save(msgspec.structs.replace(session, last_activity_at=max(session.last_activity_at, now)))
        return True

    def add_segment(self, session_id: SessionId, segment: Segment, now: datetime) -> Segment | None:
        if not self.touch(session_id, now):
            return None
        return self._rows.segments.setdefault((session_id, segment.number), segment)

    def intake(self, session_id: SessionId, number: int) -> Intake | None:
        session = self.get(session_id)
        if session is None:
            return None
        return Intake(
            session=session,
            held=self._rows.segments.get((session_id, number)),
            media_type=next((segment.media_type for segment in self.segments(session_id)), None),
        )

    def segments(self, session_id: SessionId) -> Sequence[Segment]:
        held = [segment for (owner, _), segment in self._rows.segments.items() if owner == session_id]
        return sorted(held, key=lambda segment: segment.number)

    def add_marks(self, session_id: SessionId, marks: Sequence[Mark]) -> None:
        self._rows.marks[session_id] = (*self.marks(session_id), *marks)

    def marks(self, session_id: SessionId) -> Sequence[Mark]:
        return self._rows.marks.get(session_id, ())

    def forget_pieces(self, session_id: SessionId) -> None:
        self._rows.marks.pop(session_id, None)
        for key in [key for key in self._rows.segments if key[0] == session_id]:
            del self._rows.segments[key]

    def received(self, session_id: SessionId) -> Received:
        segments = self.segments(session_id)
        return Received(
            segments=ranges(segment.number for segment in segments),
            marks=len(self.marks(session_id)),
            bytes=sum(segment.bytes for segment in segments),
        )

    def summary(self, session_id: SessionId) -> SessionSummary | None:
        session = self.get(session_id)
        return None if session is None else self._summary(session)

    def page(
        self,
        *,
        speaker_id: SpeakerId | None,
        text_id: TextId | None,
        states: Sequence[State],
        cursor: str | None,
        limit: int,
    ) -> Page[SessionSummary]:
        found = [
            session
            for session in self._rows.sessions.values()
            if session.state in states
            and speaker_id in (None, session.speaker_id)
            and text_id in (None, session.text_id)
        ]
        return part(found, cursor, limit, self._summary, moment="opened_at")

    def active_count(self, speaker_id: SpeakerId) -> int:
        return sum(1 for session in self.of_speaker(speaker_id) if session.state is State.ACTIVE)

    def of_speaker(self, speaker_id: SpeakerId) -> Sequence[RecitalSession]:
        found = [session for session in self._rows.sessions.values() if session.speaker_id == speaker_id]
        return sorted(found, key=lambda session: (session.opened_at, session.id))

    def retractions(self) -> Iterator[Retraction]:
        found = [
            (session.discarded_at, session.id)
            for session in self._rows.sessions.values()
            if session.uploaded_at is not None and session.discarded_at is not None
        ]
        return (Retraction(session_id=session_id, retracted_at=at) for at, session_id in sorted(found))

    def silent_since(self, moment: datetime, limit: int) -> Sequence[SessionId]:
        return self._ids(lambda session: session.state is State.ACTIVE and session.last_activity_at <= moment, limit)

    def unfinished(self, state: State, limit: int) -> Sequence[SessionId]:
        return self._ids(lambda session: session.state is state and session.erased_at is None, limit)

    def _ids(self, wanted: Callable[[RecitalSession], bool], limit: int) -> Sequence[SessionId]:
        found = [session for session in self._rows.sessions.values() if wanted(session)]
        found.sort(key=lambda session: (session.last_activity_at, session.id))
        return [session.id for session in found[:limit]]

    def _summary(self, session: RecitalSession) -> SessionSummary:
        text = self._rows.texts[session.text_id, session.text_revision]
        return SessionSummary(session=session, text_title=text.title, language=text.language)


def _text_summary(text: RecitalText) -> TextSummary:
    return TextSummary(
        id=text.id,
        owner_id=text.owner_id,
        title=text.title,
        language=text.language,
        direction=text.direction,
        revision=text.revision,
        sentences=text.sentence_count,
        words=text.word_count,
        public=text.public,
        created_at=text.created_at,
    )
