"""The contract of AudioWorkshop, over every implementation."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
import numpy as np
import pytest

from adapters_storage.audio.workshop import FfmpegWorkshop
from recital_core import errors
from recital_core.ports import AudioWorkshop, JoinedAudio, SegmentAudio, Span
from recital_core.sessions import Segment
from recital_core.testing.audio import MemoryWorkshop
from recital_core.testing.blobs import MemoryBlobStore
from tests.coding import Samples, decoded, encoded, noise

RATE = 8_000
MAIN = "main.audio.mka"


class Bench(msgspec.Struct, frozen=True):
    """A workshop, and how its segments are made and its lossless files are read."""

    workshop: AudioWorkshop
    media_type: str
    encode: Callable[[Samples], bytes]
    decode: Callable[[bytes], Samples]


@pytest.fixture(params=["memory", "ffmpeg, flac", "ffmpeg, wav"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "memory":
        yield Bench(MemoryWorkshop(), "audio/flac", lambda s: s.tobytes(), lambda b: np.frombuffer(b, np.int16))
        return
    ending = request.param.rpartition(" ")[2]
    workshop = FfmpegWorkshop(folder=tmp_path / "work")
    yield Bench(workshop, f"audio/{ending}", lambda s: encoded(s, f"s.{ending}", rate=RATE), decoded)
    workshop.close()


def joined(
    bench: Bench,
    bodies: Sequence[bytes | None],
    samples: Sequence[int],
    first_samples: Sequence[int] | None = None,
) -> AbstractContextManager[JoinedAudio]:
    """The session whose segments have `bodies`, each declared with so many samples, one after the other."""
    staging, segments = MemoryBlobStore(), []
    starts = first_samples or [sum(samples[:n]) for n in range(len(samples))]
    for n, (body, count, start) in enumerate(zip(bodies, samples, starts, strict=True)):
        if body is not None:
            staging.put(f"s/{n}", io.BytesIO(body), bench.media_type, {})
        segment = Segment(
            number=n,
            digest=hashlib.sha256(body or b"").hexdigest(),
            media_type=bench.media_type,
            first_sample=start,
            samples=count,
            bytes=len(body or b""),
        )
        segments.append(SegmentAudio(segment=segment, key=f"s/{n}"))
    return bench.workshop.join(staging, bench.media_type, segments, sample_rate_hz=RATE)


def main_of(bench: Bench, audio: JoinedAudio, *kept: Span) -> Samples:
    audio.render(kept or [Span(0, audio.samples)])
    with audio.open(MAIN) as file:
        return bench.decode(file.read())


def test_segments_as_declared_join_to_all_their_samples(bench: Bench) -> None:
    parts = [noise(4_000, seed=1), noise(4_000, seed=2), noise(1_234, seed=3)]
    with joined(bench, [bench.encode(part) for part in parts], [4_000, 4_000, 1_234]) as audio:
        assert (audio.samples, audio.sample_rate_hz, list(audio.problems)) == (9_234, RATE, [])
        assert (audio.source_channels, audio.source_lossless) == (1, True)
        assert np.array_equal(main_of(bench, audio), np.concatenate(parts))


def test_main_audio_is_the_kept_samples_and_source_audio_all_of_them(bench: Bench) -> None:
    samples = noise(16_000)
    with joined(bench, [bench.encode(samples)], [16_000]) as audio:
        rendered = audio.render([Span(1, 801), Span(4_003, 15_999)])
        with audio.open(MAIN) as main, audio.open("source.audio.flac") as source:
            assert np.array_equal(bench.decode(main.read()), np.r_[samples[1:801], samples[4_003:15_999]])
            assert np.array_equal(bench.decode(source.read()), samples)
        assert rendered.main_samples == 800 + 11_996
        assert rendered.main_is_lossless
        assert rendered.media_types == {
            "source.audio.flac": "audio/flac",
            MAIN: "audio/matroska",
            "light.audio.mp3": "audio/mpeg",
        }


def test_a_hole_between_segments_is_silence(bench: Bench) -> None:
    first, second = noise(4_000, seed=1), noise(4_000, seed=2)
    bodies = [bench.encode(first), bench.encode(second)]
    with joined(bench, bodies, [4_000, 4_000], [0, 4_500]) as audio:
        assert (audio.samples, list(audio.problems)) == (8_500, [])
        assert np.array_equal(main_of(bench, audio), np.r_[first, np.zeros(500, np.int16), second])


@pytest.mark.parametrize("lost", [b"not audio", b"", None], ids=["not audio", "empty", "missing"])
def test_a_segment_that_cannot_be_read_is_silence_and_is_named(bench: Bench, lost: bytes | None) -> None:
    first, last = noise(4_000, seed=1), noise(4_000, seed=2)
    with joined(bench, [bench.encode(first), lost, bench.encode(last)], [4_000, 3_000, 4_000]) as audio:
        assert [problem.split(":")[0] for problem in audio.problems] == ["Segment 1 cannot be read"]
        assert np.array_equal(main_of(bench, audio), np.r_[first, np.zeros(3_000, np.int16), last])


def test_declared_counts_decide_over_what_a_segment_has(bench: Bench) -> None:
    long, short, last = noise(4_100, seed=1), noise(3_900, seed=2), noise(4_000, seed=3)
    bodies = [bench.encode(part) for part in (long, short, last)]
    with joined(bench, bodies, [4_000, 4_000, 4_000]) as audio:
        assert list(audio.problems) == [
            "Segment 0 has 4100 samples, not the declared 4000.",
            "Segment 1 has 3900 samples, not the declared 4000.",
        ]
        padded = np.r_[long[:4_000], short, np.zeros(100, np.int16), last]
        assert np.array_equal(main_of(bench, audio), padded)


def test_a_session_without_one_readable_segment_is_unreadable(bench: Bench) -> None:
    with pytest.raises(errors.AudioUnreadable), joined(bench, [b"not audio", None], [4_000, 4_000]):
        pytest.fail("There was nothing to join.")


def test_levels_are_the_variance_of_each_hundredth_of_a_second(bench: Bench) -> None:
    swing = np.tile([1, -1], 400)
    samples = np.r_[np.full(800, 9_999), 16_384 * swing, 3_000 + 8_192 * swing[:40]].astype(np.int16)
    with joined(bench, [bench.encode(samples)], [1_640]) as audio:
        assert (audio.levels.sample_rate_hz, audio.levels.frame_samples) == (RATE, 80)
        assert list(audio.levels.power) == pytest.approx([0.0] * 10 + [0.25] * 10 + [0.0625], abs=1e-9)


def test_clipping_and_constant_offset_are_measured(bench: Bench) -> None:
    samples = np.full(8_000, 3_276, np.int16)
    samples[100:103], samples[200] = 32_767, -32_768
    with joined(bench, [bench.encode(samples)], [8_000]) as audio:
        assert audio.clipped_samples == 4
        assert audio.dc_offset == pytest.approx(0.1, abs=1e-3)


def test_peaks_are_the_lowest_and_highest_of_each_25th_of_a_second_of_what_is_kept(bench: Bench) -> None:
    samples = np.zeros(2_000, np.int16)
    samples[[10, 700, 701, 1_990]] = 32_767, -32_768, 512, -256
    with joined(bench, [bench.encode(samples)], [2_000]) as audio:
        peaks = audio.render([Span(0, 320), Span(640, 2_000)]).peaks
        assert (peaks.sample_rate_hz, peaks.samples_per_peak) == (RATE, 320)
        assert list(peaks.data) == [0, 127, -128, 2, 0, 0, 0, 0, 0, 0, -1, 0]


def test_silence_has_no_loudness(bench: Bench) -> None:
    with joined(bench, [bench.encode(np.zeros(8_000, np.int16))], [8_000]) as audio:
        loudness = audio.render([Span(0, 8_000)]).loudness
        assert (loudness.integrated_lufs, loudness.true_peak_dbtp) == (None, None)


def test_sound_has_a_loudness(bench: Bench) -> None:
    with joined(bench, [bench.encode(noise(16_000))], [16_000]) as audio:
        loudness = audio.render([Span(0, 16_000)]).loudness
        assert loudness.integrated_lufs is not None
        assert loudness.true_peak_dbtp is not None
        assert -30 < loudness.integrated_lufs < loudness.true_peak_dbtp < 3


def test_the_program_tells_its_version(bench: Bench) -> None:
    assert bench.workshop.check()
