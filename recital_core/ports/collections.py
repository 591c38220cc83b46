"""What another system collected, to be taken over from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import BinaryIO, Protocol
from uuid import UUID

import msgspec

from recital_core.speakers import Role, Sex


class CollectedPerson(msgspec.Struct, frozen=True, kw_only=True):
    """`email` only if it was verified; `sessions` are the keys of all that the person recorded."""

    id: UUID
    email: str | None
    name: str | None
    role: Role
    birth_year: int | None
    sex: Sex
    created_at: datetime
    sessions: tuple[str, ...] = ()


class CollectedText(msgspec.Struct, frozen=True, kw_only=True):
    """`kind` and `url` as a TextSource has them."""

    id: UUID
    owner_id: UUID | None
    title: str | None
    language: str | None
    paragraphs: tuple[tuple[str, ...], ...]
    public: bool
    kind: str
    url: str | None
    created_at: datetime


class CollectedReading(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence as it was read: it began where the one before ended. `void`: it is not to be kept."""

    words: str
    end_ms: float
    void: bool = False


class CollectedSession(msgspec.Struct, frozen=True, kw_only=True):
    """`readings` in the order of their ends. `published`: its audio lies in the other system's archive."""

    key: str
    person_id: UUID
    text_id: UUID | None
    readings: tuple[CollectedReading, ...]
    published: bool
    disavowed: bool
    agreement_version: str | None
    opened_at: datetime
    ended_at: datetime


class CollectedAudio(msgspec.Struct, frozen=True, kw_only=True):
    """One whole recording: a media type of sessions, and how many samples it holds when it is decoded."""

    media_type: str
    sample_rate_hz: int
    samples: int
    bytes: int
    sha256: str
    body: BinaryIO


class Collection(Protocol):
    """Another system's people, texts and recordings; reading it changes nothing there."""

    def people(self) -> Iterator[CollectedPerson]:
        """The oldest first."""

    def texts(self) -> Iterator[CollectedText]:
        """The oldest first."""

    def sessions(self) -> Iterator[CollectedSession]:
        """The oldest first, whatever became of them."""

    def session_count(self) -> int: ...

    def audio(self, key: str) -> AbstractContextManager[CollectedAudio]:
        """All that was recorded of a session. Raises BlobNotFound, AudioUnreadable."""
