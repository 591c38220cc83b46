"""session.json, the record beside the published audio."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

from recital_core.captions import Cue
from recital_core.manifest import Manifest, MeasuredCapture, ObjectRecord, decode, encode, manifest
from recital_core.ports import LevelFrames, Loudness
from recital_core.quality import assess, measure
from recital_core.sessions import Capture, Ending, RecitalSession, Segment, SessionId, State
from recital_core.speakers import SpeakerId
from recital_core.texts import Language, Place, RecitalText, TextId, TextSource

SPEAKER = SpeakerId(uuid.UUID(int=3))
DAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SEGMENT = Segment(number=0, digest="ab" * 32, media_type="audio/flac", first_sample=0, samples=96_000, bytes=7_000)
CUE = Cue(
    number=1,
    place=Place(0, 0),
    words="שלום לכל מי שקורא.",
    raw_start_sample=0,
    raw_end_sample=90_000,
    start_sample=0,
    end_sample=91_200,
    start_ms=0,
    end_ms=1_900,
)


def record() -> Manifest:
    session = RecitalSession(
        id=SessionId(uuid.UUID(int=1)),
        speaker_id=SPEAKER,
        text_id=TextId(uuid.UUID(int=2)),
        text_revision=4,
        capture=Capture(sample_rate_hz=48_000, echo_cancellation=False),
        state=State.ENDED,
        agreement_version="2",
        opened_at=DAY,
        last_activity_at=DAY,
        ended_at=DAY.replace(minute=5),
        ending=Ending(segments=1, samples=96_000, marks=1, gaps=((100, 480),)),
    )
    text = RecitalText(
        id=session.text_id,
        owner_id=SPEAKER,
        title="ברכות",
        language=Language("he"),
        revision=4,
        paragraphs=((CUE.words,),),
        public=True,
        source=TextSource(kind="article", url="https://he.wikipedia.org/wiki/x", licence="CC BY-SA 4.0"),
        created_at=DAY,
    )
    levels = LevelFrames(sample_rate_hz=48_000, frame_samples=480, power=[1e-6] * 40 + [1e-2] * 160)
    loudness = Loudness(integrated_lufs=-21.5, true_peak_dbtp=-3.0)
    measures = measure(levels, [CUE], loudness, clipped_samples=0, dc_offset=0.0)
    return manifest(
        session=session,
        text=text,
        pseudonym="s-1f2e",
        segments=[SEGMENT],
        measured=MeasuredCapture(
            media_type="audio/flac", sample_rate_hz=48_000, channels=1, samples=96_000, lossless=True
        ),
        cues=[CUE],
        measures=measures,
        assessment=assess(measures, sample_rate_hz=48_000, problems=1, gaps=1),
        problems=["Segment 0 is damaged."],
        objects={"transcript.vtt": ObjectRecord(media_type="text/vtt", bytes=10, sha256="cd" * 32)},
        aggregated_at=DAY.replace(minute=6),
    )


def test_the_record_says_all_that_is_published_of_a_session() -> None:
    said = json.loads(encode(record()))
    assert said["schema_version"] == 1
    assert said["session_id"] == "00000000-0000-0000-0000-000000000001"
    assert (said["speaker"], said["language"], said["agreement_version"]) == ("s-1f2e", "he", "2")
    assert said["text"] == {
        "id": "00000000-0000-0000-0000-000000000002",
        "revision": 4,
        "title": "ברכות",
        "source": {
            "kind": "article",
            "url": "https://he.wikipedia.org/wiki/x",
            "revision": None,
            "retrieved_at": None,
            "licence": "CC BY-SA 4.0",
            "title": None,
        },
        "licence": "CC BY-SA 4.0",
    }
    assert said["capture"]["declared"]["echo_cancellation"] is False
    assert said["capture"]["measured"]["samples"] == 96_000
    assert said["states"] == [
        {"state": "active", "at": "2026-11-22T09:00:00Z"},
        {"state": "ended", "at": "2026-11-22T09:05:00Z"},
        {"state": "aggregated", "at": "2026-11-22T09:06:00Z"},
    ]
    assert said["segments"] == [
        {"number": 0, "sha256": "ab" * 32, "bytes": 7_000, "first_sample": 0, "samples": 96_000}
    ]
    assert said["cues"] == [
        {
            "id": 1,
            "paragraph": 0,
            "sentence": 0,
            "words": "שלום לכל מי שקורא.",
            "start_ms": 0,
            "end_ms": 1_900,
            "start_sample": 0,
            "end_sample": 91_200,
            "raw_start_sample": 0,
            "raw_end_sample": 90_000,
            "words_per_minute": 126.3,
        }
    ]
    assert (said["verdict"], said["reasons"]) == ("doubtful", ["damaged", "gaps"])
    assert said["duration_ms"] == said["measures"]["duration_ms"] == 1_900
    assert said["objects"] == {"transcript.vtt": {"media_type": "text/vtt", "bytes": 10, "sha256": "cd" * 32}}
    assert (said["problems"], said["gaps"]) == (["Segment 0 is damaged."], [[100, 480]])


def test_the_speaker_is_named_by_the_pseudonym_alone() -> None:
    assert str(SPEAKER) not in encode(record()).decode()


def test_the_record_reads_back_and_its_bytes_are_stable_and_readable() -> None:
    body = encode(record())
    assert decode(body) == record()
    assert encode(decode(body)) == body
    assert "שלום לכל מי שקורא.".encode() in body
    assert body.startswith(b'{\n  "schema_version": 1,\n')
    assert body.endswith(b"}\n")
