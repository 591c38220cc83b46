"""Texts and sessions in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from recital_core import errors
from recital_core.ports import (
    Intake,
    Neighbours,
    Page,
    Received,
    Retraction,
    SessionFilter,
    SessionSummary,
    TextFilter,
    TextSummary,
)
from recital_core.sessions import AUDIBLE, Mark, MarkKind, RecitalSession, Segment, SessionId, State, ranges
from recital_core.speakers import Speaker, SpeakerId
from recital_core.testing.rows import Rows, part
from recital_core.texts import Place, RecitalText, TextId, TextScope, TextSort

ORDER = {
    TextSort.NEWEST: ("created_at", True),
    TextSort.TITLE: ("title", False),
    TextSort.SHORTEST: ("words", False),
    TextSort.VOICES: ("voices", False),
}


class Voiced(TextSummary, frozen=True, kw_only=True):
    """A text with what it may be ordered by."""

    voices: int


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

    def add_revision(self, text: RecitalText) -> None:
        if (text.id, text.revision) in self._rows.texts:
            raise errors.Conflict("This revision is there already.")
        self.add(text)

    def save(self, text: RecitalText) -> None:
        for key, kept in list(self._rows.texts.items()):
            if kept.id == text.id:
                self._rows.texts[key] = msgspec.structs.replace(
                    kept,
                    title=text.title,
                    public=text.public,
                    long_sentence_words=text.long_sentence_words,
                    retired_at=text.retired_at,
                )

    def lock(self, text_id: TextId) -> RecitalText | None:
        return self.get(text_id)

    def twin(self, reader: Speaker, digest: str) -> TextSummary | None:
        twins = [text for text in self._readable(reader) if text.digest == digest]
        oldest = min(twins, key=lambda text: (text.created_at, text.id), default=None)
        return None if oldest is None else _text_summary(oldest)

    def page(
        self, reader: Speaker, wanted: TextFilter, sort: TextSort, cursor: str | None, limit: int
    ) -> Page[TextSummary]:
        by, descending = ORDER[sort]
        found = [_text_summary(text) for text in self._readable(reader)]
        matching = [text for text in found if _matches(text, wanted, reader)]
        if sort is not TextSort.VOICES:
            return part(matching, cursor, limit, lambda text: text, by=by, descending=descending)
        voices = self.voices([text.id for text in matching])
        ordered = {text.id: text for text in matching}
        voiced = [Voiced(**msgspec.structs.asdict(text), voices=voices[text.id]) for text in matching]
        return part(voiced, cursor, limit, lambda text: ordered[text.id], by=by, descending=descending)

    def summary(self, text_id: TextId) -> TextSummary | None:
        text = self.get(text_id)
        return None if text is None else _text_summary(text)

    def place(self, speaker_id: SpeakerId, text_id: TextId) -> Place | None:
        kept = self._rows.places.get((speaker_id, text_id))
        return kept and kept[0]

    def places(self, speaker_id: SpeakerId) -> Mapping[TextId, Place]:
        return {text_id: place for (reader, text_id), (place, _) in self._rows.places.items() if reader == speaker_id}

    def save_place(self, speaker_id: SpeakerId, text_id: TextId, place: Place, now: datetime) -> None:
        self._rows.places[speaker_id, text_id] = (place, now)

    def begun(self, reader: Speaker, limit: int) -> Sequence[TextSummary]:
        mine = {text_id: at for (speaker_id, text_id), (_, at) in self._rows.places.items() if speaker_id == reader.id}
        found = [text for text in self._readable(reader) if text.id in mine]
        found.sort(key=lambda text: (mine[text.id], text.id), reverse=True)
        return [_text_summary(text) for text in found[:limit]]

    def read_by(self, speaker_id: SpeakerId, text_id: TextId) -> Sequence[Place]:
        return sorted(
            {
                mark.place
                for session in self._of_text(text_id)
                if session.speaker_id == speaker_id
                for mark in self._kept_marks(session)
            }
        )

    def read_counts(self, speaker_id: SpeakerId, text_ids: Collection[TextId]) -> Mapping[TextId, int]:
        return {text_id: len(self.read_by(speaker_id, text_id)) for text_id in text_ids}

    def voices(self, text_ids: Collection[TextId]) -> Mapping[TextId, int]:
        speakers = {text_id: {session.speaker_id for session in self._of_text(text_id)} for text_id in text_ids}
        return {text_id: len(of_it - {None}) for text_id, of_it in speakers.items()}

    def _readable(self, reader: Speaker) -> list[RecitalText]:
        newest = [text for (text_id, _), text in self._rows.texts.items() if text == self.get(text_id)]
        return [text for text in newest if text.may_be_read_by(reader) and text.retired_at is None]

    def _kept_marks(self, session: RecitalSession) -> Sequence[Mark]:
        read = [mark for mark in self._rows.marks.get(session.id, ()) if mark.kind is MarkKind.READ]
        return read[: len(read) - session.ending.drop_last] if session.ending else read

    def _of_text(self, text_id: TextId) -> list[RecitalSession]:
        return [
            session
            for session in self._rows.sessions.values()
            if session.text_id == text_id and session.state is not State.DISCARDED
        ]

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

    def marks_around(self, session_id: SessionId, n: int) -> Sequence[Mark]:
        held = self.marks(session_id)
        anchors = [mark.n for mark in held[:n] if mark.kind in (MarkKind.READ, MarkKind.SKIP)]
        return held[max(anchors, default=0) :]

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

    def page(self, wanted: SessionFilter, cursor: str | None, limit: int) -> Page[SessionSummary]:
        found = [session for session in self._rows.sessions.values() if self._matches(session, wanted)]
        return part(found, cursor, limit, self._summary, by="opened_at")

    def neighbours(self, session: RecitalSession) -> Neighbours:
        heard = sorted(
            (other.opened_at, other.id)
            for other in self._rows.sessions.values()
            if other.speaker_id == session.speaker_id and other.state in AUDIBLE
        )
        here = (session.opened_at, session.id)
        return Neighbours(
            newer=next((other[1] for other in heard if other > here), None),
            older=next((other[1] for other in reversed(heard) if other < here), None),
        )

    def count(self, state: State) -> int:
        return sum(1 for session in self._rows.sessions.values() if session.state is state)

    def _matches(self, session: RecitalSession, wanted: SessionFilter) -> bool:
        verdict = session.outcome.verdict if session.outcome else None
        return (
            (session.state in wanted.states if wanted.states else session.state is not State.DISCARDED)
            and wanted.speaker_id in (None, session.speaker_id)
            and wanted.text_id in (None, session.text_id)
            and wanted.verdict in (None, verdict)
            and (session.is_in_trouble or not wanted.trouble)
            and wanted.language in (None, self._rows.texts[session.text_id, session.text_revision].language)
            and (wanted.since is None or session.opened_at >= wanted.since)
            and (wanted.until is None or session.opened_at < wanted.until)
        )

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

    def erased_since(self, moment: datetime) -> Sequence[SessionId]:
        return self._ids(lambda session: session.erased_at is not None and session.erased_at >= moment)

    def unfinished(self, state: State, limit: int) -> Sequence[SessionId]:
        return self._ids(lambda session: session.state is state and session.erased_at is None, limit)

    def _ids(self, wanted: Callable[[RecitalSession], bool], limit: int | None = None) -> Sequence[SessionId]:
        found = [session for session in self._rows.sessions.values() if wanted(session)]
        found.sort(key=lambda session: (session.last_activity_at, session.id))
        return [session.id for session in found[:limit]]

    def _summary(self, session: RecitalSession) -> SessionSummary:
        text = self._rows.texts[session.text_id, session.text_revision]
        speaker = self._rows.speakers.get(session.speaker_id) if session.speaker_id else None
        return SessionSummary(
            session=session,
            text_title=text.title,
            language=text.language,
            speaker_name=speaker.display_name if speaker else None,
        )


def _matches(text: TextSummary, wanted: TextFilter, reader: Speaker) -> bool:
    in_scope = {
        TextScope.ALL: True,
        TextScope.MINE: text.owner_id == reader.id,
        TextScope.PUBLIC: text.public,
    }
    return (
        in_scope[wanted.scope]
        and wanted.search.casefold() in text.title.casefold()
        and wanted.language in (None, text.language)
        and wanted.kind in (None, text.kind)
        and (wanted.max_words is None or text.words <= wanted.max_words)
    )


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
        kind=text.source.kind,
        created_at=text.created_at,
    )
