"""Taking a recording in: open, segments and marks in any order and any number of times, end, disavow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import BinaryIO

import msgspec

from recital_core import errors
from recital_core.audit import OPERATOR, Actor, Event
from recital_core.contributions import tally
from recital_core.ports import (
    Analytics,
    BlobStore,
    Clock,
    Page,
    Received,
    Sealer,
    SessionFilter,
    SessionSummary,
    Store,
    Transaction,
)
from recital_core.sessions import (
    ABANDON_AFTER,
    ABANDONED,
    EMPTY,
    MAX_MARKS,
    Capture,
    Ending,
    Mark,
    RecitalSession,
    Segment,
    SessionId,
    State,
    check_ending,
    check_marks,
    what_is_left,
)
from recital_core.speakers import Role, Speaker
from recital_core.texts import TextId

SWEPT_AT_ONCE = 100
"""Of a session that ended without a sentence that was read and kept: there is nothing to publish."""
OPEN_SESSIONS = 20
OPEN_SESSIONS_PAUSE_S = 60
STAGED_SESSIONS = "sessions/"
EVERY_SESSION = SessionFilter()


class Recording:
    """`agreement_version` is the one of today; `open_sessions` is how many a speaker may have open at once."""

    def __init__(
        self,
        *,
        store: Store,
        staging: BlobStore,
        clock: Clock,
        sealer: Sealer,
        analytics: Analytics,
        agreement_version: str,
        abandon_after: timedelta = ABANDON_AFTER,
        open_sessions: int = OPEN_SESSIONS,
    ) -> None:
        self._store = store
        self._staging = staging
        self._clock = clock
        self._sealer = sealer
        self._analytics = analytics
        self._agreement_version = agreement_version
        self._abandon_after = abandon_after
        self._open_sessions = open_sessions

    def open(
        self, speaker: Speaker, session_id: SessionId, text_id: TextId, revision: int | None, capture: Capture
    ) -> tuple[RecitalSession, bool]:
        """Open a session, or find it again; and whether it is new. `revision` is the text's newest without one.

        Raises TextNotFound, SessionDiffers when the id stands for anything else; for a new one AgreementNeeded,
        OpenSessions.
        """
        now = self._clock.now()
        with self._store.transaction() as tx:
            text = tx.texts.get(text_id, revision)
            if text is None or not text.may_be_read_by(speaker):
                raise errors.TextNotFound("There is no text of this id and revision that you may read.")
            wanted = RecitalSession(
                id=session_id,
                speaker_id=speaker.id,
                text_id=text_id,
                text_revision=text.revision,
                capture=capture,
                agreement_version=speaker.agreement_version,
                opened_at=now,
                last_activity_at=now,
            )
            if tx.sessions.get(session_id) is None:
                self._must_be_welcome(tx, speaker)
                if tx.sessions.add(wanted):
                    self._analytics.count("session opened", self._sealer.pseudonym(speaker.id), language=text.language)
                    return wanted, True
            held = tx.sessions.get(session_id)
            if held is None or not held.opened_alike(wanted):
                raise errors.SessionDiffers("This id was used for another session. Make a new one.")
            tx.sessions.touch(session_id, now)
        return held, False

    def _must_be_welcome(self, tx: Transaction, speaker: Speaker) -> None:
        """The lock keeps a recording from slipping past the erasure of its speaker, and past the limit."""
        if tx.speakers.lock(speaker.id) is None:
            raise errors.NotSignedIn("This account is gone.")
        speaker.must_have_agreed_to(self._agreement_version)
        if tx.sessions.active_count(speaker.id) >= self._open_sessions:
            raise errors.OpenSessions(
                f"{self._open_sessions} recordings are open. Finish or delete one of them first.",
                retry_after=OPEN_SESSIONS_PAUSE_S,
            )

    def take_segment(self, speaker: Speaker, session_id: SessionId, segment: Segment, body: BinaryIO) -> bool:
        """Keep one segment, whose bytes are known to have its digest; and whether it is new.

        Raises SegmentDiffers when the number is held with other bytes, UnsupportedMediaType when the session began
        with another one, SegmentTooLong, SessionClosed, SessionNotFound, StorageFull.
        """
        with self._store.separately() as tx:
            intake = tx.sessions.intake(session_id, segment.number)
            if intake is None or intake.session.speaker_id != speaker.id:
                raise errors.SessionNotFound("There is no session of this id.")
            if intake.held is not None:
                tx.sessions.touch(session_id, self._clock.now())
                return _same(intake.held, segment)
        intake.session.must_take_pieces()
        intake.session.must_fit(segment)
        if intake.media_type not in (None, segment.media_type):
            raise errors.UnsupportedMediaType(f"This session is {intake.media_type}; a session has one type.")
        self._staging.put(segment_key(session_id, segment), body, segment.media_type, {"session": str(session_id)})
        with self._store.separately() as tx:
            held = tx.sessions.add_segment(session_id, segment, self._clock.now())
        if held is None:
            # Whoever cleared staging may have done so before these bytes lay there: once more, then.
            with self._store.transaction() as tx:
                tx.jobs.finalize(session_id)
            raise errors.SessionClosed("The session was closed while the segment arrived.")
        return held is segment or _same(held, segment)

    def take_marks(self, speaker: Speaker, session_id: SessionId, marks: Sequence[Mark]) -> int:
        """Keep marks, and give how many are held now.

        Raises MarksDiffer, MarksOutOfOrder, MarkBeyondText, MarkBeyondAudio, SessionClosed, SessionNotFound.
        """
        with self._store.transaction() as tx:
            session = own(tx.sessions.get(session_id), speaker)
            session.must_reach(marks)
            active = tx.sessions.touch(session_id, self._clock.now())
            held = tx.sessions.marks_around(session_id, marks[0].n if marks else MAX_MARKS)
            fresh = check_marks(held, marks, tx.texts.sentence_counts(session.text_id, session.text_revision))
            if fresh and not active:
                session.must_take_pieces()
                raise errors.SessionClosed("The session was closed while the marks arrived.")
            tx.sessions.add_marks(session_id, fresh)
        return (held[-1].n + 1 if held else 0) + len(fresh)

    def received(self, speaker: Speaker, session_id: SessionId) -> Received:
        """What is held of the session. Raises SessionNotFound."""
        with self._store.separately() as tx:
            own(tx.sessions.get(session_id), speaker)
            tx.sessions.touch(session_id, self._clock.now())
            return tx.sessions.received(session_id)

    def end(self, speaker: Speaker, session_id: SessionId, ending: Ending) -> tuple[RecitalSession, bool]:
        """End the session when all that `ending` counts is held, and whether that was news.

        Raises PiecesMissing or SamplesDiffer, and then nothing has changed; EndDiffers, SessionClosed,
        SessionNotFound.
        """
        with self._store.separately() as tx:
            own(tx.sessions.get(session_id), speaker)
            tx.sessions.touch(session_id, self._clock.now())
        with self._store.transaction() as tx:
            session = own(tx.sessions.lock(session_id), speaker)
            if session.ending == ending and session.state is not State.DISCARDED:
                return session, False
            if session.ending is not None and session.state is not State.DISCARDED:
                raise errors.EndDiffers("The session has ended already, with other counts.", state=session.state)
            session.must_take_pieces()
            check_ending(ending, tx.sessions.segments(session_id), len(tx.sessions.marks(session_id)))
            self._analytics.count("session ended", self._sealer.pseudonym(speaker.id))
            return self._ended(tx, session, ending), True

    def disavow(self, speaker: Speaker, session_id: SessionId, by: Actor = OPERATOR) -> None:
        """Discard the session for ever, whatever is under way; again is fine. Raises SessionNotFound."""
        with self._store.transaction() as tx:
            session = visible(tx.sessions.lock(session_id), speaker)
            discard(tx, session, self._clock.now(), by)

    def get(self, speaker: Speaker, session_id: SessionId) -> SessionSummary:
        """Raises SessionNotFound, also for a session of somebody else's."""
        with self._store.separately() as tx:
            summary = tx.sessions.summary(session_id)
        if summary is None:
            raise errors.SessionNotFound("There is no session of this id.")
        visible(summary.session, speaker)
        return seen_by(speaker, summary)

    def page(
        self,
        speaker: Speaker,
        wanted: SessionFilter = EVERY_SESSION,
        *,
        cursor: str | None = None,
        limit: int = 20,
    ) -> Page[SessionSummary]:
        """Sessions, the newest first: one's own, or, for an admin, of all. Raises Invalid for a wrong cursor."""
        if speaker.role is not Role.ADMIN:
            wanted = msgspec.structs.replace(wanted, speaker_id=speaker.id)
        with self._store.separately() as tx:
            page = tx.sessions.page(wanted, cursor, limit)
        return msgspec.structs.replace(page, items=[seen_by(speaker, summary) for summary in page.items])

    def sweep(self) -> int:
        """Close the sessions that got no call for the abandoning time, and give how many.

        One with segment 0 and a mark is ended with what is left of it, any other is discarded; it says so where sound
        was sent.
        """
        now = self._clock.now()
        with self._store.separately() as tx:
            silent = tx.sessions.silent_since(now - self._abandon_after, SWEPT_AT_ONCE)
        return sum(self._close_abandoned(session_id, now) for session_id in silent)

    def _close_abandoned(self, session_id: SessionId, now: datetime) -> bool:
        with self._store.transaction() as tx:
            session = tx.sessions.lock(session_id)
            if session is None or not session.is_abandoned(now, self._abandon_after):
                return False
            segments = tx.sessions.segments(session_id)
            left = what_is_left(segments, tx.sessions.marks(session_id))
            if left is None:
                discard_all(tx, [session], now, problem=EMPTY if segments else None)
            else:
                self._ended(tx, msgspec.structs.replace(session, abandoned=True, problem=ABANDONED), left)
        return True

    def _ended(self, tx: Transaction, session: RecitalSession, ending: Ending) -> RecitalSession:
        ended = session.to(State.ENDED, ending=ending, ended_at=self._clock.now())
        tx.sessions.save(ended)
        tx.jobs.finalize(session.id)
        return ended


def discard(tx: Transaction, session: RecitalSession, now: datetime, by: Actor | None = None) -> None:
    """Discard the session and have a worker erase it; nothing is done to one that is discarded."""
    discard_all(tx, [session], now, by)


def discard_all(
    tx: Transaction,
    sessions: Iterable[RecitalSession],
    now: datetime,
    by: Actor | None = None,
    problem: str | None = None,
) -> None:
    """As `discard`, each of these; however many they are, they are counted once, at the end."""
    living = [session for session in sessions if session.state is not State.DISCARDED]
    changes = [(session, session.discarded(now, problem)) for session in living]
    for session, discarded in changes:
        tx.sessions.save(discarded)
        tx.jobs.finalize(session.id)
        if by is not None:
            tx.audit.add(by.did(Event.SESSION_DISCARDED, now, to=session.speaker_id, session_id=session.id))
    tx.standings.count(tally(changes))


def own(session: RecitalSession | None, speaker: Speaker) -> RecitalSession:
    """The session, when it is the speaker's own to record. Raises SessionNotFound."""
    if session is None or session.speaker_id != speaker.id:
        raise errors.SessionNotFound("There is no session of this id.")
    return session


def visible(session: RecitalSession | None, speaker: Speaker) -> RecitalSession:
    """The session, when it is the speaker's to see: their own, or anybody's for an admin. Raises SessionNotFound."""
    if session is None or not speaker.may_see(session.speaker_id):
        raise errors.SessionNotFound("There is no session of this id.")
    return session


def seen_by(speaker: Speaker, summary: SessionSummary) -> SessionSummary:
    """The session as this speaker sees it: who recorded it is told to admins alone."""
    return summary if speaker.role is Role.ADMIN else msgspec.structs.replace(summary, speaker_name=None)


def staging_prefix(session_id: SessionId) -> str:
    """Where everything of a session waits in staging."""
    return f"{STAGED_SESSIONS}{session_id}/"


def segment_key(session_id: SessionId, segment: Segment) -> str:
    """A segment's place in staging; the digest is in it, so that other bytes never replace these."""
    return f"{staging_prefix(session_id)}segments/{segment.number:06d}.{segment.digest[:32]}"


def _same(held: Segment, segment: Segment) -> bool:
    """False, since nothing is new. Raises SegmentDiffers unless both are the same bytes in the same place."""
    if held != segment:
        raise errors.SegmentDiffers(
            f"Segment {segment.number} is already held with other bytes.", held_digest=held.digest
        )
    return False
