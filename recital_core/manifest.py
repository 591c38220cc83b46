"""`session.json`: the record that is published beside the audio, enough to use a session without this program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from recital_core.captions import Cue
from recital_core.measures import Measures
from recital_core.quality import Assessment
from recital_core.sessions import Capture, RecitalSession, Segment, SessionId, State, lost_sound
from recital_core.texts import Language, RecitalText, TextId, TextSource

SCHEMA_VERSION = 1


class TextRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The text that was read, at the revision that was read."""

    id: TextId
    revision: int
    title: str
    source: TextSource
    licence: str | None


class MeasuredCapture(msgspec.Struct, frozen=True, kw_only=True):
    """What the audio itself turned out to be."""

    media_type: str
    sample_rate_hz: int
    channels: int
    samples: int
    lossless: bool


class CaptureRecord(msgspec.Struct, frozen=True, kw_only=True):
    declared: Capture
    measured: MeasuredCapture


class StateRecord(msgspec.Struct, frozen=True, kw_only=True):
    state: State
    at: datetime


class SegmentRecord(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    sha256: str
    bytes: int
    first_sample: int
    samples: int


class CueRecord(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is the cue's number in the transcript. Times are of the main audio, samples of the source audio."""

    id: int
    paragraph: int
    sentence: int
    words: str
    start_ms: int
    end_ms: int
    start_sample: int
    end_sample: int
    raw_start_sample: int
    raw_end_sample: int
    words_per_minute: float


class ObjectRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A file beside this one."""

    media_type: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The whole record. `gaps` are pairs (first sample, count) that the device lost and that are silence."""

    schema_version: int = SCHEMA_VERSION
    session_id: SessionId
    speaker: str
    """The speaker's pseudonym, a keyed hash."""
    language: Language
    text: TextRecord
    agreement_version: str | None
    capture: CaptureRecord
    states: tuple[StateRecord, ...]
    duration_ms: int
    verdict: str
    reasons: tuple[str, ...]
    measures: Measures
    problems: tuple[str, ...]
    gaps: tuple[tuple[int, int], ...]
    cues: tuple[CueRecord, ...]
    segments: tuple[SegmentRecord, ...]
    objects: dict[str, ObjectRecord]


def manifest(
    *,
    session: RecitalSession,
    text: RecitalText,
    pseudonym: str,
    segments: Sequence[Segment],
    measured: MeasuredCapture,
    cues: Sequence[Cue],
    measures: Measures,
    assessment: Assessment,
    problems: Sequence[str],
    objects: Mapping[str, ObjectRecord],
    aggregated_at: datetime,
) -> Manifest:
    """The record of a session that is being aggregated; `objects` are the other published files by their names."""
    times = (
        (State.ACTIVE, session.opened_at),
        (State.ENDED, session.ended_at),
        (State.AGGREGATED, aggregated_at),
    )
    return Manifest(
        session_id=session.id,
        speaker=pseudonym,
        language=text.language,
        text=TextRecord(
            id=text.id,
            revision=text.revision,
            title=text.title,
            source=text.source,
            licence=text.source.licence,
        ),
        agreement_version=session.agreement_version,
        capture=CaptureRecord(declared=session.capture, measured=measured),
        states=tuple(StateRecord(state=state, at=at) for state, at in times if at),
        duration_ms=measures.duration_ms,
        verdict=assessment.verdict,
        reasons=assessment.reasons,
        measures=measures,
        problems=tuple(problems),
        gaps=lost_sound(session.ending, segments) if session.ending else (),
        cues=tuple(_cue(cue, pace) for cue, pace in zip(cues, measures.cue_words_per_minute, strict=True)),
        segments=tuple(
            SegmentRecord(
                number=segment.number,
                sha256=segment.digest,
                bytes=segment.bytes,
                first_sample=segment.first_sample,
                samples=segment.samples,
            )
            for segment in segments
        ),
        objects=dict(objects),
    )


def in_state(record: Manifest, state: State, at: datetime) -> Manifest:
    """The same record, one state further."""
    return msgspec.structs.replace(record, states=(*record.states, StateRecord(state=state, at=at)))


def _cue(cue: Cue, words_per_minute: float) -> CueRecord:
    return CueRecord(
        id=cue.number,
        paragraph=cue.place.paragraph,
        sentence=cue.place.sentence,
        words=cue.words,
        start_ms=cue.start_ms,
        end_ms=cue.end_ms,
        start_sample=cue.start_sample,
        end_sample=cue.end_sample,
        raw_start_sample=cue.raw_start_sample,
        raw_end_sample=cue.raw_end_sample,
        words_per_minute=words_per_minute,
    )


def encode(record: Manifest) -> bytes:
    """UTF-8 JSON for eyes and programs; the same record gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(record, order="deterministic"), indent=2) + b"\n"


def decode(body: bytes) -> Manifest:
    """What `encode` wrote. Raises msgspec.ValidationError for anything else."""
    return msgspec.json.decode(body, type=Manifest)
