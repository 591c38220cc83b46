"""An audio workshop in memory: whatever the media type says, segments are raw samples, s16le mono."""

from __future__ import annotations

import io
import math
import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from recital_core import errors
from recital_core.ports import BlobStore, LevelFrames, Loudness, Peaks, Rendered, SegmentAudio, Span
from recital_core.published import LIGHT_AUDIO, MAIN_AUDIO, MEDIA_TYPES

SOURCE_AUDIO = "source.audio.flac"
FULL_SCALE = 32_768
PEAKS_A_SECOND = 25


class MemoryWorkshop:
    """Joins and cuts raw samples. Bytes of an odd or no length cannot be read; set `down` and nothing works."""

    def __init__(self) -> None:
        self.down = False

    def check(self) -> str:
        if self.down:
            raise errors.AudioToolFailed("The audio program does not run.")
        return "in memory"

    @contextmanager
    def join(
        self,
        staging: BlobStore,
        media_type: str,  # noqa: ARG002 - the port's; raw samples are of no type
        segments: Sequence[SegmentAudio],
        *,
        sample_rate_hz: int,
    ) -> Iterator[MemoryJoinedAudio]:
        self.check()
        line = array("h", bytes(2 * segments[-1].segment.end_sample))
        problems: list[str] = []
        readable = 0
        for audio in segments:
            segment, samples = audio.segment, _samples(staging, audio.key)
            if samples is None:
                problems.append(f"Segment {segment.number} cannot be read: silence stands in its place.")
                continue
            readable += 1
            if len(samples) != segment.samples:
                problems.append(
                    f"Segment {segment.number} has {len(samples)} samples, not the declared {segment.samples}."
                )
            taken = samples[: segment.samples]
            line[segment.first_sample : segment.first_sample + len(taken)] = taken
        if not readable:
            raise errors.AudioUnreadable("Not one segment can be read.")
        yield MemoryJoinedAudio(line, problems, sample_rate_hz)


class MemoryJoinedAudio:
    def __init__(self, line: array[int], problems: Sequence[str], sample_rate_hz: int) -> None:
        frame = max(1, sample_rate_hz // 100)
        self._line = line
        self._files: dict[str, bytes] = {}
        self.sample_rate_hz = sample_rate_hz
        self.samples = len(line)
        self.problems = problems
        self.levels = LevelFrames(
            sample_rate_hz=sample_rate_hz,
            frame_samples=frame,
            power=[_variance(line[at : at + frame]) for at in range(0, len(line), frame)],
        )
        self.clipped_samples = sum(1 for sample in line if sample in (-FULL_SCALE, FULL_SCALE - 1))
        self.dc_offset = sum(line) / FULL_SCALE / max(1, len(line))
        self.source_channels = 1
        self.source_lossless = True

    def render(self, kept: Sequence[Span]) -> Rendered:
        main = array("h")
        for span in kept:
            main.extend(self._line[span.start : span.end])
        self._files = {
            SOURCE_AUDIO: _bytes(self._line),
            MAIN_AUDIO: _bytes(main),
            LIGHT_AUDIO: _bytes(main),
        }
        power = _power(main)
        peak = max((abs(sample) for sample in main), default=0)
        return Rendered(
            media_types={name: MEDIA_TYPES[name] for name in self._files},
            main_samples=len(main),
            sample_rate_hz=self.sample_rate_hz,
            loudness=Loudness(
                integrated_lufs=10 * math.log10(power) if power else None,
                true_peak_dbtp=20 * math.log10(peak / FULL_SCALE) if peak else None,
            ),
            peaks=_peaks(main, self.sample_rate_hz),
            main_is_lossless=True,
        )

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        yield io.BytesIO(self._files[name])


def _samples(staging: BlobStore, key: str) -> array[int] | None:
    try:
        with staging.open(key) as body:
            data = body.read()
    except errors.BlobNotFound:
        return None
    if not data or len(data) % 2:
        return None
    samples = array("h", data)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _bytes(samples: array[int]) -> bytes:
    little = array("h", samples)
    if sys.byteorder == "big":
        little.byteswap()
    return little.tobytes()


def _peaks(samples: array[int], sample_rate_hz: int) -> Peaks:
    step = max(1, sample_rate_hz // PEAKS_A_SECOND)
    steps = [samples[at : at + step] for at in range(0, len(samples), step)]
    data = [value >> 8 for part in steps for value in (min(part), max(part))]
    return Peaks(sample_rate_hz=sample_rate_hz, samples_per_peak=step, data=data)


def _power(samples: array[int]) -> float:
    return sum(sample * sample for sample in samples) / (FULL_SCALE * FULL_SCALE * max(1, len(samples)))


def _variance(samples: array[int]) -> float:
    mean = sum(samples) / FULL_SCALE / len(samples)
    return max(0.0, _power(samples) - mean * mean)
