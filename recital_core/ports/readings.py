"""Rows of texts and of the sessions that read them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from recital_core.measures import Verdict
from recital_core.ports.pages import Page
from recital_core.sessions import Mark, RecitalSession, Segment, SessionId, State
from recital_core.speakers import Speaker, SpeakerId
from recital_core.texts import Language, Place, RecitalText, TextId, TextScope, TextSort


class TextSummary(msgspec.Struct, frozen=True, kw_only=True):
    id: TextId
    owner_id: SpeakerId | None
    title: str
    language: Language
    direction: str
    revision: int
    sentences: int
    words: int
    public: bool
    kind: str
    created_at: datetime


class TextFilter(msgspec.Struct, frozen=True, kw_only=True):
    """`search` is part of a title, in any case; `kind` a source's; `max_words` of the whole text."""

    scope: TextScope = TextScope.ALL
    search: str = ""
    language: Language | None = None
    kind: str | None = None
    max_words: int | None = None


class Texts(Protocol):
    def add(self, text: RecitalText) -> None: ...

    def add_revision(self, text: RecitalText) -> None:
        """Keep the next revision of a text; earlier ones stay as they were. Raises Conflict when it is there."""

    def save(self, text: RecitalText) -> None:
        """Keep title, sharing, limit of long sentences and retirement of a text; not its words."""

    def lock(self, text_id: TextId) -> RecitalText | None:
        """The newest revision of a text, which nobody else changes until this transaction ends."""

    def twin(self, reader: Speaker, digest: str) -> TextSummary | None:
        """The oldest text with the same words that `reader` may read and that is not retired."""

    def get(self, text_id: TextId, revision: int | None = None) -> RecitalText | None:
        """The text at `revision`, the newest without one."""

    def sentence_counts(self, text_id: TextId, revision: int) -> Sequence[int]:
        """How many sentences each paragraph has, without reading the words."""

    def page(
        self, reader: Speaker, wanted: TextFilter, sort: TextSort, cursor: str | None, limit: int
    ) -> Page[TextSummary]:
        """What `reader` may read and is not retired. Raises Invalid for a cursor that is not of this list.

        By `TextSort.VOICES` those of one number of voices come by their id.
        """

    def summary(self, text_id: TextId) -> TextSummary | None: ...

    def place(self, speaker_id: SpeakerId, text_id: TextId) -> Place | None:
        """Where the speaker will go on."""

    def places(self, speaker_id: SpeakerId) -> Mapping[TextId, Place]:
        """Where the speaker will go on, of every text that they have begun."""

    def save_place(self, speaker_id: SpeakerId, text_id: TextId, place: Place, now: datetime) -> None: ...

    def begun(self, reader: Speaker, limit: int) -> Sequence[TextSummary]:
        """The texts that `reader` has a place in and may read, and that are not retired, by the latest place first."""

    def read_by(self, speaker_id: SpeakerId, text_id: TextId) -> Sequence[Place]:
        """The sentences that the speaker read to their end in a session that was not discarded, in their order.

        Those that the end of a session left out are not read.
        """

    def read_counts(self, speaker_id: SpeakerId, text_ids: Collection[TextId]) -> Mapping[TextId, int]:
        """How many sentences of each text the speaker has read; texts of which none may be left out."""

    def voices(self, text_ids: Collection[TextId]) -> Mapping[TextId, int]:
        """How many speakers have sessions of each text that were not discarded; texts without may be left out."""

    def of_owner(self, owner_id: SpeakerId) -> Sequence[TextId]:
        """Every text of the owner, retired ones too, the oldest first."""

    def retire(self, text_id: TextId, now: datetime) -> None:
        """Take the text out of all lists; a text that is retired stays so."""


class SessionSummary(msgspec.Struct, frozen=True, kw_only=True):
    session: RecitalSession
    text_title: str
    language: Language
    speaker_name: str | None


class SessionFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Without `states` all but the discarded. `since` (included) and `until` (excluded) are of the opening.

    `trouble` asks for sessions in trouble only.
    """

    speaker_id: SpeakerId | None = None
    text_id: TextId | None = None
    states: tuple[State, ...] = ()
    verdict: Verdict | None = None
    trouble: bool = False
    language: Language | None = None
    since: datetime | None = None
    until: datetime | None = None


class Neighbours(msgspec.Struct, frozen=True, kw_only=True):
    """Which recordings come after one and before it; None where there is no other."""

    newer: SessionId | None
    older: SessionId | None


class Intake(msgspec.Struct, frozen=True, kw_only=True):
    """A session, what is held of it under one number, and the media type of its segments once there is one."""

    session: RecitalSession
    held: Segment | None
    media_type: str | None


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What is held of a session: inclusive ranges of segment numbers, the count of marks, bytes of audio."""

    segments: list[tuple[int, int]]
    marks: int
    bytes: int


class Retraction(msgspec.Struct, frozen=True, kw_only=True):
    """That a session which was published is no more."""

    session_id: SessionId
    retracted_at: datetime


class Sessions(Protocol):
    def add(self, session: RecitalSession) -> bool:
        """False, and nothing changed, when the id is taken."""

    def get(self, session_id: SessionId) -> RecitalSession | None: ...

    def lock(self, session_id: SessionId) -> RecitalSession | None:
        """The session, which nobody else changes or adds to until this transaction ends."""

    def save(self, session: RecitalSession) -> None: ...

    def touch(self, session_id: SessionId, now: datetime) -> bool:
        """Note activity and hold the session as `lock` does; False when it is not active any more."""

    def add_segment(self, session_id: SessionId, segment: Segment, now: datetime) -> Segment | None:
        """Touch the session and keep the segment; give what is held under its number, this one or one from before.

        None, and nothing kept, when the session is not active any more.
        """

    def intake(self, session_id: SessionId, number: int) -> Intake | None:
        """What decides on a segment that arrives under `number`; None without such a session."""

    def segments(self, session_id: SessionId) -> Sequence[Segment]:
        """In ascending order."""

    def add_marks(self, session_id: SessionId, marks: Sequence[Mark]) -> None: ...

    def marks(self, session_id: SessionId) -> Sequence[Mark]:
        """In ascending order."""

    def marks_around(self, session_id: SessionId, n: int) -> Sequence[Mark]:
        """All from the last `read` or `skip` before mark `n` on, or from the first on; in ascending order."""

    def forget_pieces(self, session_id: SessionId) -> None:
        """Forget every segment and mark of the session."""

    def received(self, session_id: SessionId) -> Received: ...

    def summary(self, session_id: SessionId) -> SessionSummary | None: ...

    def page(self, wanted: SessionFilter, cursor: str | None, limit: int) -> Page[SessionSummary]:
        """By opening, the newest first. Raises Invalid for a cursor that is not of this list."""

    def neighbours(self, session: RecitalSession) -> Neighbours:
        """In the order of the list, the next ones of the same speaker of which there is something to hear."""

    def count(self, state: State) -> int:
        """How many sessions are in `state`, one that they soon leave; of the others the standings tell."""

    def active_count(self, speaker_id: SpeakerId) -> int:
        """How many sessions the speaker has open."""

    def of_speaker(self, speaker_id: SpeakerId) -> Sequence[RecitalSession]:
        """Every session of the speaker, the oldest first."""

    def retractions(self) -> Iterator[Retraction]:
        """Of every session that was uploaded once and is discarded now, the oldest first."""

    def silent_since(self, moment: datetime, limit: int) -> Sequence[SessionId]:
        """Active sessions without activity since `moment`, the oldest first."""

    def erased_since(self, moment: datetime) -> Sequence[SessionId]:
        """Every discarded session that was erased at `moment` or later."""

    def unfinished(self, state: State, limit: int) -> Sequence[SessionId]:
        """Sessions in `state`, the oldest first; for DISCARDED those that are not erased yet."""
