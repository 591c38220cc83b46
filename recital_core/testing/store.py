"""The store in memory: a transaction works on a copy, which takes the original's place at a clean end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from recital_core import errors
from recital_core.ports import Intake, Page, Received, SessionSummary, TextSummary
from recital_core.sessions import Mark, RecitalSession, Segment, SessionId, State, ranges
from recital_core.speakers import Credential, CredentialId, Speaker, SpeakerId
from recital_core.texts import RecitalText, TextId

Item = TypeVar("Item")
Row = TypeVar("Row")


class Rows:
    """Everything that is kept. Rows are frozen values, so a copy of the mappings is a copy of all."""

    def __init__(self) -> None:
        self.speakers: dict[SpeakerId, Speaker] = {}
        self.credentials: dict[CredentialId, Credential] = {}
        self.links: dict[str, tuple[SpeakerId, datetime]] = {}
        self.texts: dict[tuple[TextId, int], RecitalText] = {}
        self.sessions: dict[SessionId, RecitalSession] = {}
        self.segments: dict[tuple[SessionId, int], Segment] = {}
        self.marks: dict[SessionId, tuple[Mark, ...]] = {}
        self.jobs: tuple[SessionId, ...] = ()

    def copy(self) -> Rows:
        copy = Rows()
        for name, kept in vars(self).items():
            setattr(copy, name, kept.copy() if isinstance(kept, dict) else kept)
        return copy


class MemoryTransaction:
    def __init__(self, rows: Rows) -> None:
        self.speakers = MemorySpeakers(rows)
        self.credentials = MemoryCredentials(rows)
        self.texts = MemoryTexts(rows)
        self.sessions = MemorySessions(rows)
        self.jobs = MemoryJobs(rows)


class MemoryStore:
    """One transaction at a time; `unavailable` makes every further one fail as a lost database does."""

    def __init__(self) -> None:
        self.unavailable = False
        self._rows = Rows()
        self._claimed: set[SessionId] = set()
        self._lock = threading.RLock()
        self._open = False

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        with self._lock:
            self._must_be_closed()
            self._open = True
            try:
                rows = self._rows.copy()
                yield MemoryTransaction(rows)
                self._rows = rows
            finally:
                self._open = False

    @contextmanager
    def separately(self) -> Iterator[MemoryTransaction]:
        with self._lock:
            self._must_be_closed()
            yield MemoryTransaction(self._rows)

    @contextmanager
    def claim(self, session_id: SessionId) -> Iterator[bool]:
        self.check()
        with self._lock:
            mine = session_id not in self._claimed
            self._claimed.add(session_id)
        try:
            yield mine
        finally:
            if mine:
                self._claimed.discard(session_id)

    def _must_be_closed(self) -> None:
        self.check()
        if self._open:
            raise RuntimeError("a transaction does not nest")

    def check(self) -> None:
        if self.unavailable:
            raise errors.DatabaseUnavailable("The store was told to be unavailable.")

    def take_jobs(self) -> list[SessionId]:
        """The sessions that wait to be finalised, in order, and none of them after that."""
        with self._lock:
            waiting, self._rows.jobs = list(self._rows.jobs), ()
        return waiting


class MemorySpeakers:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, speaker: Speaker) -> bool:
        if self.by_email(speaker.email):
            return False
        self._rows.speakers[speaker.id] = speaker
        return True

    def save(self, speaker: Speaker) -> None:
        self._rows.speakers[speaker.id] = speaker

    def by_email(self, email: str) -> Speaker | None:
        return next((speaker for speaker in self._rows.speakers.values() if speaker.email == email), None)

    def page(self, cursor: str | None, limit: int) -> Page[Speaker]:
        found = sorted(self._rows.speakers.values(), key=lambda speaker: (speaker.created_at, speaker.id))
        return part(found, cursor, limit, lambda speaker: speaker)


class MemoryCredentials:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, credential: Credential) -> None:
        self._rows.credentials[credential.id] = credential

    def speaker_of(self, credential_id: CredentialId, now: datetime) -> Speaker | None:
        credential = self._rows.credentials.get(credential_id)
        if credential is None or credential.expires_at <= now:
            return None
        return self._rows.speakers.get(credential.speaker_id)

    def revoke(self, credential_id: CredentialId) -> None:
        self._rows.credentials.pop(credential_id, None)

    def add_link(self, digest: str, speaker_id: SpeakerId, expires_at: datetime) -> None:
        self._rows.links[digest] = (speaker_id, expires_at)

    def use_link(self, digest: str, now: datetime) -> SpeakerId | None:
        speaker_id, expires_at = self._rows.links.get(digest, (None, now))
        if expires_at <= now:
            return None
        del self._rows.links[digest]
        return speaker_id

    def forget_expired(self, now: datetime) -> int:
        credentials = [known.id for known in self._rows.credentials.values() if known.expires_at <= now]
        links = [digest for digest, (_, expires_at) in self._rows.links.items() if expires_at <= now]
        for credential_id in credentials:
            del self._rows.credentials[credential_id]
        for digest in links:
            del self._rows.links[digest]
        return len(credentials) + len(links)


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
        readable.sort(key=lambda text: (text.created_at, text.id), reverse=True)
        return part(readable, cursor, limit, _text_summary)


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
        found.sort(key=lambda session: (session.opened_at, session.id), reverse=True)
        return part(found, cursor, limit, self._summary)

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


class MemoryJobs:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def finalize(self, session_id: SessionId) -> None:
        if session_id not in self._rows.jobs:
            self._rows.jobs = (*self._rows.jobs, session_id)


def part(found: Sequence[Row], cursor: str | None, limit: int, shown: Callable[[Row], Item]) -> Page[Item]:
    """The rows after the one that `cursor` names by its id. Raises Invalid for a cursor that names none."""
    names = [str(_id(row)) for row in found]
    if cursor is not None and cursor not in names:
        raise errors.Invalid("This cursor is not one of ours.")
    first = 0 if cursor is None else names.index(cursor) + 1
    more = len(found) > first + limit
    return Page(
        items=[shown(row) for row in found[first : first + limit]], next=names[first + limit - 1] if more else None
    )


def _id(row: Any) -> Any:
    return row.id


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
