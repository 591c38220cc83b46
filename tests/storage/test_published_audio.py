"""From segments and marks to published files, through the use case, with the real workshop and a spoken reading."""

from __future__ import annotations

import hashlib
import io
import re
import uuid
from collections.abc import Iterator

import numpy as np
import pytest

from adapters_storage.audio.workshop import FfmpegWorkshop
from recital_core.manifest import Manifest, decode
from recital_core.sessions import Capture, Ending, Mark, MarkKind, Segment, SessionId, State
from recital_core.testing.blobs import MemoryBlobStore
from tests.coding import decoded, encoded
from tests.reading import Reading, reading
from tests.world import World

SEGMENT = 240_000
AGAIN = 4
"""This sentence of the reading is taken for a slip; the one after it is its second take."""
FOLLOWED = 2
"""So many sentences follow the last mark."""


class Published:
    """What the archive holds of the session in which `spoken` was read."""

    def __init__(self, spoken: Reading, archive: MemoryBlobStore, session_id: SessionId) -> None:
        self.spoken = spoken
        self._kept = {key.removeprefix(f"{session_id}/"): kept.body for key, kept in archive.kept.items()}
        self.manifest: Manifest = decode(self._kept["session.json"])
        self.transcript = self._kept["transcript.vtt"].decode()

    def samples(self, name: str) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
        return decoded(self._kept[name])


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    base = tmp_path_factory.getbasetemp()
    spoken = reading(base.parent / "recital-readings", seed=1)
    archive, workshop = MemoryBlobStore(), FfmpegWorkshop(folder=base)
    world = World(archive=archive, audio=workshop)
    recording, speaker = world.recording, world.speaker("dana")
    lines = "\n".join(sentence.text for sentence in spoken.sentences)
    text = world.library.add(speaker, lines, "he")
    session, _ = recording.open(
        speaker, SessionId(uuid.UUID(int=5)), text.id, None, Capture(sample_rate_hz=spoken.rate)
    )
    pcm = spoken.pcm()
    for number, first in enumerate(range(0, len(pcm), SEGMENT)):
        body = encoded(pcm[first : first + SEGMENT], "segment.flac")
        segment = Segment(
            number=number,
            digest=hashlib.sha256(body).hexdigest(),
            media_type="audio/flac",
            first_sample=first,
            samples=len(pcm[first : first + SEGMENT]),
            bytes=len(body),
        )
        recording.take_segment(speaker, session.id, segment, io.BytesIO(body))
    presses = [
        Mark(
            n=n,
            paragraph=n,
            sentence=0,
            at_sample=sentence.next,
            kind=MarkKind.AGAIN if n == AGAIN else MarkKind.READ,
        )
        for n, sentence in enumerate(spoken.sentences[:-FOLLOWED])
    ]
    recording.take_marks(speaker, session.id, presses)
    recording.end(speaker, session.id, Ending(segments=number + 1, samples=len(pcm), marks=len(presses), drop_last=1))
    assert world.aggregation.finalize(session.id).state is State.UPLOADED
    yield Published(spoken, archive, session.id)
    workshop.close()


def test_source_audio_is_all_that_was_sent(published: Published) -> None:
    assert np.array_equal(published.samples("source.audio.flac"), published.spoken.pcm())
    assert published.manifest.problems == ()


def test_main_audio_is_the_samples_of_the_cues_and_no_others(published: Published) -> None:
    pcm = published.spoken.pcm()
    cut = np.concatenate([pcm[cue.start_sample : cue.end_sample] for cue in published.manifest.cues])
    assert np.array_equal(published.samples("main.audio.mka"), cut)
    assert len(published.samples("light.audio.mp3")) == len(cut)


def test_every_kept_sentence_is_whole_and_no_other_is_heard(published: Published) -> None:
    spoken = published.spoken.sentences
    kept = [sentence for n, sentence in enumerate(spoken[: -FOLLOWED - 1]) if n != AGAIN]
    assert len(kept) == len(published.manifest.cues)
    for cue, sentence in zip(published.manifest.cues, kept, strict=True):
        inside = [s for s in spoken if s.end > cue.start_sample and s.start < cue.end_sample]
        assert inside == [sentence]
        assert cue.start_sample <= sentence.start
        assert sentence.end <= cue.end_sample
        assert cue.words == sentence.text


def test_the_transcript_ends_with_its_audio_to_the_millisecond(published: Published) -> None:
    stamps = re.findall(r"(\d+):(\d+):(\d+)\.(\d+)", published.transcript)
    times = [((int(h) * 60 + int(m)) * 60 + int(s)) * 1000 + int(ms) for h, m, s, ms in stamps]
    assert times[0] == 0
    assert times[1:-1:2] == times[2::2]
    audio_ms = len(published.samples("main.audio.mka")) * 1000 / published.spoken.rate
    assert 0 <= audio_ms - times[-1] < 1
    assert published.manifest.duration_ms == times[-1]


def test_a_clean_reading_is_good_data(published: Published) -> None:
    assert (published.manifest.verdict, published.manifest.reasons) == ("good", ())
    assert published.manifest.measures.noise_floor_db == pytest.approx(-62, abs=1)
