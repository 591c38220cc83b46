"""Finalising: from an ended session to a published one, or to none at all.

    ended ──aggregate──▶ aggregated ──upload──▶ uploaded          discarded ──discard──▶ erased

Each step looks at what is there, does what is missing, and changes the state under the session's lock at its end,
so it may be killed at any moment and done again. One caller at a time has a session in hand, by its claim.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime

import msgspec

from recital_core import errors
from recital_core.audit import OPERATOR, Actor, Event
from recital_core.captions import Take, TranscriptHeader, kept_spans, refined, takes, webvtt
from recital_core.contributions import tally
from recital_core.manifest import MeasuredCapture, decode, encode, in_state, manifest
from recital_core.ports import (
    Analytics,
    AudioWorkshop,
    BlobStore,
    Clock,
    JoinedAudio,
    Sealer,
    SegmentAudio,
    Store,
    Transaction,
)
from recital_core.published import MANIFEST, PEAKS, RETRACTIONS, TRANSCRIPT, Shelf, archive_prefix, staged_prefix
from recital_core.quality import assess, measure
from recital_core.recording import discard, segment_key, staging_prefix
from recital_core.sessions import (
    ABANDONED,
    EMPTY,
    Ending,
    Outcome,
    RecitalSession,
    Segment,
    SessionId,
    State,
    lost_sound,
    standing_marks,
)
from recital_core.speakers import SpeakerId
from recital_core.texts import RecitalText
from recital_core.waveform import outline

TAKEN_AT_ONCE = 1000


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """All that aggregation needs of an ended session."""

    session: RecitalSession
    speaker_id: SpeakerId
    ending: Ending
    text: RecitalText
    segments: Sequence[Segment]
    takes: Sequence[Take]


class Aggregation:
    def __init__(
        self,
        *,
        store: Store,
        staging: BlobStore,
        archive: BlobStore,
        audio: AudioWorkshop,
        clock: Clock,
        sealer: Sealer,
        analytics: Analytics,
    ) -> None:
        self._store = store
        self._staging = staging
        self._archive = archive
        self._audio = audio
        self._clock = clock
        self._sealer = sealer
        self._analytics = analytics

    def finalize(self, session_id: SessionId) -> RecitalSession:
        """Take the session as far as it goes, and give it as it is then.

        When a step fails, the session keeps its state, notes the attempt and its problem, and the error goes on to
        the caller: an Invalid is not mended by trying again, anything else may be. Raises SessionBusy while another
        caller has the session in hand, SessionNotFound.
        """
        with self._in_hand(session_id) as found:
            session = found
            if session.state is State.ENDED:
                session = self._aggregate(session)
            if session.state is State.AGGREGATED:
                session = self._upload(session)
            if session.state is State.UPLOADED:
                self._clear_staging(session_id)
            if session.state is State.DISCARDED:
                session = self._erase(session)
            return session

    def aggregate(self, session_id: SessionId) -> RecitalSession:
        """Make transcript, audio and record of an ended session. Raises as `finalize` does, and WrongState."""
        with self._in_hand(session_id, State.ENDED) as session:
            return self._aggregate(session)

    def upload(self, session_id: SessionId) -> RecitalSession:
        """Copy an aggregated session to the archive. Raises as `finalize` does, and WrongState."""
        with self._in_hand(session_id, State.AGGREGATED) as session:
            return self._upload(session)

    def discard(self, session_id: SessionId, by: Actor = OPERATOR) -> RecitalSession:
        """Discard a session in whatever state, and erase it everywhere. Raises as `finalize` does."""
        with self._store.transaction() as tx:
            discard(tx, _there(tx.sessions.lock(session_id)), self._clock.now(), by)
        return self.finalize(session_id)

    def retry(self, session_id: SessionId, by: Actor = OPERATOR) -> RecitalSession:
        """Forget the failed attempts and have a worker try again.

        Raises WrongState for a session that is still being recorded, and for one that is published.
        """
        with self._store.transaction() as tx:
            session = _there(tx.sessions.lock(session_id))
            if session.state in (State.ACTIVE, State.UPLOADED):
                raise errors.WrongState(f"The session is {session.state}: there is nothing to retry.")
            return tried_again(tx, session, self._clock.now(), by)

    def publish_retractions(self) -> None:
        """Publish in the archive which sessions were there once and are no more, for those who have copies.

        One JSON object a line (JSON Lines), `session_id` and `retracted_at`, the oldest first. Raises BlobChanged when
        another caller published them meanwhile, whose list may be older: call again.
        """
        stands = self._archive.find(RETRACTIONS)
        with self._store.transaction() as tx:
            lines = b"".join(msgspec.json.encode(retraction) + b"\n" for retraction in tx.sessions.retractions())
        self._archive.replace(RETRACTIONS, io.BytesIO(lines), "application/jsonl", {}, instead_of=stands)

    def due(self, state: State) -> Sequence[SessionId]:
        """Sessions that wait in `state`, the oldest first; of the discarded those that are not erased yet."""
        with self._store.separately() as tx:
            return tx.sessions.unfinished(state, TAKEN_AT_ONCE)

    @contextmanager
    def _in_hand(self, session_id: SessionId, state: State | None = None) -> Iterator[RecitalSession]:
        with self._store.claim(session_id) as mine:
            if not mine:
                raise errors.SessionBusy("Another worker has this session in hand.")
            with self._store.separately() as tx:
                session = _there(tx.sessions.get(session_id))
            if state not in (None, session.state):
                raise errors.WrongState(f"The session is {session.state}, not {state}.", state=session.state)
            try:
                yield session
            except errors.Interrupted:
                raise
            except Exception as failure:
                self._note(session_id, failure)
                raise

    def _note(self, session_id: SessionId, failure: Exception) -> None:
        problem = failure.detail if isinstance(failure, errors.RecitalError) else type(failure).__name__
        with self._store.transaction() as tx:
            session = _there(tx.sessions.lock(session_id))
            if session.state is not State.UPLOADED:  # what it was published with stays said
                tx.sessions.save(session.failed(problem))

    def _aggregate(self, session: RecitalSession) -> RecitalSession:
        now = self._clock.now()
        held = self._held(session)
        if not held.segments or not held.takes:
            return self._moved(session, State.DISCARDED, discarded_at=now, problem=EMPTY)
        pieces = [SegmentAudio(segment=segment, key=segment_key(session.id, segment)) for segment in held.segments]
        media_type, rate = held.segments[0].media_type, session.capture.sample_rate_hz
        with self._audio.join(self._staging, media_type, pieces, sample_rate_hz=rate) as joined:
            outcome = self._publish(held, joined, now)
            problem = _told(session, joined.problems)
        return self._moved(session, State.AGGREGATED, aggregated_at=now, outcome=outcome, problem=problem)

    def _held(self, session: RecitalSession) -> Held:
        with self._store.transaction() as tx:
            text = tx.texts.get(session.text_id, session.text_revision)
            segments = tx.sessions.segments(session.id)
            marks = tx.sessions.marks(session.id)
        ending, speaker_id = session.ending, session.speaker_id
        if text is None or ending is None or speaker_id is None:
            raise errors.WrongState("A session without its speaker, text or ending cannot be aggregated.")
        return Held(
            session=session,
            speaker_id=speaker_id,
            ending=ending,
            text=text,
            segments=segments[: ending.segments],
            takes=takes(standing_marks(marks[: ending.marks]), ending.drop_last, text.words_at),
        )

    def _publish(self, held: Held, joined: JoinedAudio, now: datetime) -> Outcome:
        """Lay transcript, audio, outline and record ready in staging."""
        session, text = held.session, held.text
        cues = refined(held.takes, joined.levels, joined.samples)
        if not cues:
            raise errors.NothingToPublish("No sound belongs to the sentences that were read and kept.")
        rendered = joined.render(kept_spans(cues))
        shelf = Shelf(self._staging, staged_prefix(session.id), {"session": str(session.id)})
        for name in rendered.media_types:
            with joined.open(name) as body:
                shelf.put(name, body)
        header = TranscriptHeader(
            session_id=session.id,
            text_id=text.id,
            text_revision=text.revision,
            title=text.title,
            language=text.language,
        )
        shelf.put(TRANSCRIPT, io.BytesIO(webvtt(header, cues).encode()))
        shelf.put(PEAKS, io.BytesIO(outline(rendered.peaks)))
        measures = measure(
            joined.levels,
            cues,
            rendered.loudness,
            clipped_samples=joined.clipped_samples,
            dc_offset=joined.dc_offset,
        )
        assessment = assess(
            measures,
            sample_rate_hz=joined.sample_rate_hz,
            problems=len(joined.problems),
            gaps=len(lost_sound(held.ending, held.segments)),
        )
        record = manifest(
            session=session,
            text=text,
            pseudonym=self._sealer.pseudonym(held.speaker_id),
            segments=held.segments,
            measured=MeasuredCapture(
                media_type=held.segments[0].media_type,
                sample_rate_hz=joined.sample_rate_hz,
                channels=joined.source_channels,
                samples=joined.samples,
                lossless=joined.source_lossless,
            ),
            cues=cues,
            measures=measures,
            assessment=assessment,
            problems=joined.problems,
            objects=shelf.objects,
            aggregated_at=now,
        )
        shelf.put(MANIFEST, io.BytesIO(encode(record)))
        return Outcome(
            duration_ms=measures.duration_ms,
            cues=len(cues),
            verdict=assessment.verdict,
            reasons=assessment.reasons,
            measures=measures.of_the_whole,
        )

    def _upload(self, session: RecitalSession) -> RecitalSession:
        """Copy everything and read it back. The record goes last: where it is, the rest is.

        A worker that was given up for dead, and wakes, does not replace the record of the one that went on for it.
        """
        now = self._clock.now()
        staged = staged_prefix(session.id)
        shelf = Shelf(self._archive, archive_prefix(session.id), {"session": str(session.id)})
        stands = shelf.find(MANIFEST)
        with self._staging.open(staged + MANIFEST) as body:
            record = decode(body.read())
        for name in record.objects:
            with self._staging.open(staged + name) as body:
                shelf.put(name, body)
            shelf.verify(name)
        if shelf.objects != record.objects:
            raise errors.BlobStoreUnavailable("Staging gives files back with other bytes than were made.")
        shelf.replace(MANIFEST, encode(in_state(record, State.UPLOADED, now)), stands)
        shelf.verify(MANIFEST)
        uploaded = self._moved(session, State.UPLOADED, uploaded_at=now, problem=_told(session, record.problems))
        if uploaded.state is State.UPLOADED:
            self._analytics.count("session uploaded", record.speaker)
            self._clear_staging(session.id)
        return uploaded

    def _clear_staging(self, session_id: SessionId) -> None:
        """Forget what staging holds of a published session; what stays there is the hourly sweep's to forget."""
        with suppress(errors.Unavailable):
            self._staging.delete_under(staging_prefix(session_id))

    def _erase(self, session: RecitalSession) -> RecitalSession:
        self._staging.delete_under(staging_prefix(session.id))
        self._archive.delete_under(archive_prefix(session.id))
        with self._store.transaction() as tx:
            discarded = _there(tx.sessions.lock(session.id))
            erased = msgspec.structs.replace(discarded.untroubled(), erased_at=self._clock.now())
            tx.sessions.forget_pieces(session.id)
            tx.sessions.save(erased)
            if erased.uploaded_at is not None:
                tx.jobs.publish_retractions()
        return erased

    def _moved(self, session: RecitalSession, state: State, **changes: object) -> RecitalSession:
        """The session in its next state; or as it is, when somebody moved it meanwhile."""
        with self._store.transaction() as tx:
            now = _there(tx.sessions.lock(session.id))
            if now.state is not session.state:
                return now
            moved = now.to(state, attempts=0, **changes)
            tx.sessions.save(moved)
            tx.standings.count(tally([(now, moved)]))
        return moved


def tried_again(tx: Transaction, session: RecitalSession, now: datetime, by: Actor) -> RecitalSession:
    """The session without its failed attempts, waiting for a worker; what a published one is told of stays said."""
    if session.state is not State.UPLOADED:
        session = session.untroubled()
        tx.sessions.save(session)
    tx.jobs.finalize(session.id)
    tx.audit.add(by.did(Event.SESSION_RETRIED, now, to=session.speaker_id, session_id=session.id))
    return session


def _told(session: RecitalSession, problems: Sequence[str]) -> str | None:
    """What is the matter with a published session, in one line."""
    return "; ".join([*([ABANDONED] if session.abandoned else []), *problems]) or None


def _there(session: RecitalSession | None) -> RecitalSession:
    if session is None:
        raise errors.SessionNotFound("There is no session of this id.")
    return session
