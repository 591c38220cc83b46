"""Short readings with their truth, as takes that the client sends."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from tests.client import Client, Mark, Segment, Take, cut
from tests.reading import HEBREW, Reading, reading

PRESS_JITTER_MS = 200
"""People press a little early or late; the pauses of a reading are longer than twice this."""
SHORT = HEBREW[:3]


def short_reading(folder: Path, seed: int = 1) -> Reading:
    """Three sentences, about 13 seconds."""
    return reading(folder, seed=seed, sentences=SHORT)


def take_of(
    spoken: Reading,
    *,
    media_type: str = "audio/flac",
    segment_ms: int = 5_000,
    segments: Sequence[Segment] | None = None,
    seed: int = 1,
) -> Take:
    """The reading as it was recorded, with a press in each pause after a sentence."""
    pcm = spoken.pcm()
    if segments is None:
        segments = cut(pcm, spoken.rate, media_type, segment_ms)
    return Take(pcm, spoken.rate, segments, presses(spoken, seed))


def presses(spoken: Reading, seed: int = 1) -> list[Mark]:
    """One mark for each sentence, somewhere near the middle of the pause after it."""
    chance, most = random.Random(seed), spoken.rate * PRESS_JITTER_MS // 1000
    return [
        Mark(n, n, 0, min(sentence.next + chance.randint(-most, most), spoken.samples))
        for n, sentence in enumerate(spoken.sentences)
    ]


def add_text(client: Client, spoken: Reading) -> str:
    """The id of a new text whose paragraphs are the sentences of the reading."""
    text = client.add_text("\n".join(sentence.text for sentence in spoken.sentences), "he")
    assert text["paragraphs"] == [[sentence.text] for sentence in spoken.sentences]
    return str(text["id"])
