"""What another system's records mean in ours: sentences find their places, and ends of readings become marks."""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from uuid import UUID

from recital_core.ports import CollectedReading, CollectedText
from recital_core.prose import normal
from recital_core.sessions import Mark, MarkKind, SessionId
from recital_core.speakers import SpeakerId
from recital_core.texts import Paragraphs, Place, TextId

NAMESPACE = UUID("7b0f8f0a-5d0e-5f6e-9f43-52b5d9d5c0a1")
"""Ids of what had none of ours are made from it (RFC 9562, version 5), the same ones each time."""

LATE_MS = 1000
"""So much later than its audio ends may a reading end: the other system's clock ran ahead of its recorder."""


def trace_of(person_id: UUID) -> SpeakerId:
    """An id whose pseudonym tells that somebody was taken over; nothing is published under that pseudonym."""
    return SpeakerId(uuid.uuid5(NAMESPACE, f"person {person_id}"))


def session_id_of(key: str) -> SessionId:
    return SessionId(uuid.uuid5(NAMESPACE, f"session {key}"))


def own_text_id_of(key: str) -> TextId:
    """The id of a text that is made of a session's own words."""
    return TextId(uuid.uuid5(NAMESPACE, f"text of session {key}"))


def words_of(given: str) -> str:
    """A sentence in the form of ours: normal, on one line."""
    return " ".join(normal(given).split())


def paragraphs_of(text: CollectedText) -> Paragraphs:
    """The text's sentences in the form of ours, without those and the paragraphs in which nothing can be read aloud."""
    paragraphs = (tuple(filter(_readable, map(words_of, paragraph))) for paragraph in text.paragraphs)
    return tuple(paragraph for paragraph in paragraphs if paragraph)


def sounding(readings: Sequence[CollectedReading], audio_ms: float) -> tuple[list[CollectedReading], int]:
    """The readings that lie in the audio, and how many do not.

    One that ends where another ended, or before, was stored twice; it is neither. The last may end LATE_MS late.
    """
    kept: list[CollectedReading] = []
    beyond = 0
    reached = 0.0
    for reading in readings:
        if not math.isfinite(reading.end_ms) or reading.end_ms <= reached or not _readable(words_of(reading.words)):
            continue
        if reached >= audio_ms or reading.end_ms > audio_ms + LATE_MS:
            beyond += 1
            continue
        kept.append(reading)
        reached = reading.end_ms
    return kept, beyond


def places_of(readings: Sequence[CollectedReading], paragraphs: Paragraphs) -> list[Place] | None:
    """Where in a text each reading stands, or goes on after one that is void; None where the text lacks a sentence.

    A sentence that the text has more than once is the next one from where the reading is.
    """
    in_order = [Place(at, n) for at, paragraph in enumerate(paragraphs) for n in range(len(paragraph))]
    standing: dict[str, list[int]] = {}
    for index, place in enumerate(in_order):
        standing.setdefault(paragraphs[place.paragraph][place.sentence], []).append(index)
    found: list[Place] = []
    here = 0
    for reading in readings:
        indices = standing.get(words_of(reading.words), [here] if reading.void else None)
        if indices is None:
            return None
        here = next((index for index in indices if index >= here), indices[0])
        found.append(in_order[here])
    return found


def own_paragraphs(readings: Sequence[CollectedReading]) -> Paragraphs:
    """A text of what was read: one paragraph, each reading a sentence."""
    return (tuple(words_of(reading.words) for reading in readings),)


def marks_of(
    readings: Sequence[CollectedReading], places: Sequence[Place], *, sample_rate_hz: int, samples: int
) -> list[Mark]:
    """The marks that say what `readings` say: what is void is skipped, and nothing ends after the last sample."""
    return [
        Mark(
            n=n,
            paragraph=place.paragraph,
            sentence=place.sentence,
            at_sample=min(round(reading.end_ms * sample_rate_hz / 1000), samples),
            kind=MarkKind.SKIP if reading.void else MarkKind.READ,
        )
        for n, (reading, place) in enumerate(zip(readings, places, strict=True))
    ]


def _readable(words: str) -> bool:
    return any(c.isalnum() for c in words)
