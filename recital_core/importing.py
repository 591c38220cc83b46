"""Taking over what another system collected: its people, its texts, and its recordings, finalised as our own are.

Everything may be repeated: what is here already stays as it is, save that what was disavowed there meanwhile is
discarded here, too. Of each person the log keeps a keyed hash of their id there: it is all that is left of somebody who
was erased here since, and enough for them not to be made anew.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec

from recital_core import errors
from recital_core.audit import OPERATOR, Event
from recital_core.ports import (
    BlobStore,
    Clock,
    CollectedAudio,
    CollectedPerson,
    CollectedReading,
    CollectedSession,
    CollectedText,
    Collection,
    Sealer,
    Store,
    Transaction,
)
from recital_core.recording import discard, segment_key
from recital_core.sessions import LONGEST_SESSION_S, Capture, Ending, RecitalSession, Segment, SessionId, State
from recital_core.speakers import OLDEST_BIRTH_YEAR, YOUNGEST, Sex, Speaker, SpeakerId, email_address, known_as
from recital_core.taken_over import (
    marks_of,
    own_paragraphs,
    own_text_id_of,
    paragraphs_of,
    places_of,
    session_id_of,
    sounding,
    trace_of,
    words_of,
)
from recital_core.texts import (
    MAX_TITLE_CHARACTERS,
    Language,
    Paragraphs,
    RecitalText,
    TextId,
    TextSource,
    language_tag,
    title_of,
)

LOG_PAGE = 1000


class Fate(enum.StrEnum):
    """What became of one thing of the other system's."""

    TAKEN = "taken over"
    HERE = "here already"
    MERGED = "one with an account that is here"
    ERASED = "erased here"
    EMPTY = "nothing to be read aloud"
    DISAVOWED = "disavowed"
    UNPUBLISHED = "never published"
    NO_SPEAKER = "without a speaker"
    NO_AUDIO = "without its audio"
    TOO_LONG = "too long"
    NO_SENTENCE = "without a sentence that lies in its audio"


class Report(msgspec.Struct, kw_only=True):
    """How many of each kind met which fate, and what is worth a look: the key of a session, and why."""

    people: Counter[Fate] = msgspec.field(default_factory=Counter)
    texts: Counter[Fate] = msgspec.field(default_factory=Counter)
    sessions: Counter[Fate] = msgspec.field(default_factory=Counter)
    notes: list[tuple[str, str]] = msgspec.field(default_factory=list)


class Importing:
    """`language` is that of texts which do not say theirs."""

    def __init__(self, *, store: Store, staging: BlobStore, clock: Clock, sealer: Sealer, language: Language) -> None:
        self._store = store
        self._staging = staging
        self._clock = clock
        self._sealer = sealer
        self._language = language
        self._speakers: dict[UUID, SpeakerId] = {}

    def everything(self, collection: Collection, told: Callable[[CollectedSession], object]) -> Report:
        """Take over all of a collection; `told` hears of each session when it is done with.

        Recordings wait for a worker in the end. Raises Unavailable of its family when a part does not answer:
        what was taken over until then stays, and doing it again goes on from there.
        """
        report = Report()
        before = self._taken_before()
        for person in collection.people():
            report.people[self._person(person, before)] += 1
        for text in collection.texts():
            report.texts[self._text(text)] += 1
        for session in collection.sessions():
            fate, note = self._session(collection, session)
            report.sessions[fate] += 1
            if note or fate in (Fate.NO_AUDIO, Fate.NO_SENTENCE, Fate.NO_SPEAKER, Fate.TOO_LONG):
                report.notes.append((session.key, note or fate.value))
            told(session)
        return report

    def _taken_before(self) -> dict[str, SpeakerId | None]:
        """Whose account each person is that was taken over already, by their trace; None for who was erased since."""
        found: dict[str, SpeakerId | None] = {}
        cursor = None
        while True:
            with self._store.separately() as tx:
                part = tx.audit.page(event=Event.TAKEN_OVER, speaker_id=None, cursor=cursor, limit=LOG_PAGE)
            found.update((entry.facts["trace"], entry.subject_id) for entry in part.items)
            cursor = part.next
            if cursor is None:
                return found

    def _person(self, person: CollectedPerson, before: dict[str, SpeakerId | None]) -> Fate:
        """One account for each address; an account that is here keeps what it says of itself.

        The role there counts the first time: afterwards it is as people here decide.
        """
        trace = self._sealer.pseudonym(trace_of(person.id))
        with self._store.transaction() as tx:
            if trace in before:
                account = before[trace]
                speaker = tx.speakers.get(account) if account else None
                fate = _fate(speaker, person)
            elif self._was_erased(tx, person):
                speaker, fate = None, Fate.ERASED
            else:
                speaker, fate = self._account_of(tx, person)
                tx.audit.add(OPERATOR.did(Event.TAKEN_OVER, self._clock.now(), to=speaker.id, trace=trace))
        if speaker is not None:
            self._speakers[person.id] = speaker.id
        return fate

    def _account_of(self, tx: Transaction, person: CollectedPerson) -> tuple[Speaker, Fate]:
        email = _address(person.email)
        known = tx.speakers.by_email(email) if email else None
        here = tx.speakers.lock(known.id if known else SpeakerId(person.id))
        if here is not None and here.id == person.id:  # an import taken before the log told of any
            return here, Fate.HERE
        speaker = here or Speaker(
            id=SpeakerId(person.id),
            email=email,
            display_name=known_as(person.name, email),
            role=person.role,
            created_at=person.created_at,
        )
        if here is None:
            tx.speakers.add(speaker)
        tx.speakers.save(_completed(speaker.approved(person.role), person, self._clock.now()))
        return speaker, Fate.MERGED if here else Fate.TAKEN

    def _was_erased(self, tx: Transaction, person: CollectedPerson) -> bool:
        recorded = (tx.sessions.get(session_id_of(key)) for key in person.sessions)
        return any(session is not None and session.speaker_id is None for session in recorded)

    def _text(self, text: CollectedText) -> Fate:
        paragraphs = paragraphs_of(text)
        if not paragraphs:
            return Fate.EMPTY
        with self._store.transaction() as tx:
            if tx.texts.get(TextId(text.id)) is not None:
                return Fate.HERE
            owner_id = self._speakers.get(text.owner_id) if text.owner_id else None
            if text.owner_id is not None and owner_id is None:
                return Fate.ERASED
            tx.texts.add(
                RecitalText(
                    id=TextId(text.id),
                    owner_id=owner_id,
                    title=_title(text.title, paragraphs),
                    language=language_tag(text.language) if text.language else self._language,
                    revision=1,
                    paragraphs=paragraphs,
                    public=text.public,
                    source=TextSource(kind=text.kind, url=text.url, title=text.title),
                    created_at=text.created_at,
                )
            )
        return Fate.TAKEN

    def _session(self, collection: Collection, session: CollectedSession) -> tuple[Fate, str | None]:
        session_id = session_id_of(session.key)
        with self._store.transaction() as tx:
            held = tx.sessions.lock(session_id)
            if held is not None and session.disavowed:
                discard(tx, held, self._clock.now())
        if session.disavowed or not session.published:
            return (Fate.DISAVOWED if session.disavowed else Fate.UNPUBLISHED), None
        if held is not None:
            return Fate.HERE, None
        speaker_id = self._speakers.get(session.person_id)
        if speaker_id is None:
            return Fate.NO_SPEAKER, None
        try:
            with collection.audio(session.key) as audio:
                return self._recording(session_id, session, speaker_id, audio)
        except (errors.BlobNotFound, errors.AudioUnreadable) as failure:
            return Fate.NO_AUDIO, failure.detail

    def _recording(
        self, session_id: SessionId, session: CollectedSession, speaker_id: SpeakerId, audio: CollectedAudio
    ) -> tuple[Fate, str | None]:
        """The session as one that has just ended: its audio one segment, its readings marks."""
        if audio.samples > LONGEST_SESSION_S * audio.sample_rate_hz:
            return Fate.TOO_LONG, None
        readings, beyond = sounding(session.readings, audio.samples * 1000 / audio.sample_rate_hz)
        if all(reading.void for reading in readings):
            return Fate.NO_SENTENCE, None
        segment = Segment(
            number=0,
            digest=audio.sha256,
            media_type=audio.media_type,
            first_sample=0,
            samples=audio.samples,
            bytes=audio.bytes,
        )
        key = segment_key(session_id, segment)
        self._staging.put(key, audio.body, audio.media_type, {"session": str(session_id)})
        capture = Capture(sample_rate_hz=audio.sample_rate_hz, source="imported")
        with self._store.transaction() as tx:
            text = self._text_of(tx, session, speaker_id, readings)
            places = places_of(readings, text.paragraphs) or []
            marks = marks_of(readings, places, sample_rate_hz=audio.sample_rate_hz, samples=audio.samples)
            ending = Ending(segments=1, samples=audio.samples, marks=len(marks))
            active = RecitalSession(
                id=session_id,
                speaker_id=speaker_id,
                text_id=text.id,
                text_revision=text.revision,
                capture=capture,
                agreement_version=session.agreement_version,
                opened_at=session.opened_at,
                last_activity_at=session.ended_at,
            )
            if not tx.sessions.add(active):
                return Fate.HERE, None
            tx.sessions.add_segment(session_id, segment, session.ended_at)
            tx.sessions.add_marks(session_id, marks)
            tx.sessions.save(active.to(State.ENDED, ending=ending, ended_at=session.ended_at))
            tx.jobs.finalize(session_id)
        return Fate.TAKEN, f"{beyond} sentences lie beyond its audio" if beyond else None

    def _text_of(
        self, tx: Transaction, session: CollectedSession, speaker_id: SpeakerId, readings: list[CollectedReading]
    ) -> RecitalText:
        """The text that was read, as it came from there; one of the session's own words where that lacks a sentence."""
        named = tx.texts.get(TextId(session.text_id), 1) if session.text_id else None
        if named is not None and places_of(readings, named.paragraphs) is not None:
            return named
        own_id = own_text_id_of(session.key)
        own = tx.texts.get(own_id, 1)
        if own is None:
            paragraphs = own_paragraphs(readings)
            own = RecitalText(
                id=own_id,
                owner_id=speaker_id,
                title=named.title if named else title_of(None, paragraphs),
                language=named.language if named else self._language,
                revision=1,
                paragraphs=paragraphs,
                public=False,
                source=named.source if named else TextSource(),
                created_at=session.opened_at,
                retired_at=session.ended_at,  # it is there for this recording; nobody need find it in a list
            )
            tx.texts.add(own)
        return own


def _fate(speaker: Speaker | None, person: CollectedPerson) -> Fate:
    if speaker is None:
        return Fate.ERASED
    return Fate.HERE if speaker.id == person.id else Fate.MERGED


def _address(email: str | None) -> str | None:
    try:
        return email_address(email) if email else None
    except errors.Invalid:
        return None


def _title(title: str | None, paragraphs: Paragraphs) -> str:
    return title_of(words_of(title or "")[:MAX_TITLE_CHARACTERS], paragraphs)


def _completed(speaker: Speaker, person: CollectedPerson, now: datetime) -> Speaker:
    """The speaker with what the other system knew and ours does not."""
    year = person.birth_year
    believable = year is not None and OLDEST_BIRTH_YEAR <= year <= now.year - YOUNGEST
    return msgspec.structs.replace(
        speaker,
        birth_year=speaker.birth_year or (year if believable else None),
        sex=person.sex if speaker.sex is Sex.UNSTATED else speaker.sex,
    )
