"""The audio of a session: joined, measured, rendered."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

import msgspec

from recital_core.ports.blobs import BlobStore
from recital_core.sessions import Segment


class SegmentAudio(msgspec.Struct, frozen=True, kw_only=True):
    """A segment and the blob that holds its bytes."""

    segment: Segment
    key: str


class LevelFrames(msgspec.Struct, frozen=True, kw_only=True):
    """How loud the audio is, in steps of `frame_samples` (10 ms), full scale 1.0.

    `power` is each frame's variance: its mean power without what is constant in it, so that neither an offset nor
    rumble below 50 Hz counts as sound.
    """

    sample_rate_hz: int
    frame_samples: int
    power: Sequence[float]


class Loudness(msgspec.Struct, frozen=True, kw_only=True):
    """Measures of the published audio. None where silence has no such value.

    `integrated_lufs` as EBU R 128 / ITU-R BS.1770, `true_peak_dbtp` in dB relative to full scale.
    """

    integrated_lufs: float | None
    true_peak_dbtp: float | None


class Span(msgspec.Struct, frozen=True):
    """Samples `start` to `end`, the last one excluded."""

    start: int
    end: int


class Peaks(msgspec.Struct, frozen=True, kw_only=True):
    """The outline of the published audio: the lowest and the highest of every `samples_per_peak` samples.

    `data` is lowest, highest, lowest, highest, …, each -128 to 127; the last two may stand for fewer samples.
    """

    sample_rate_hz: int
    samples_per_peak: int
    data: Sequence[int]


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """The audio files of a session: name → media type, to be opened until the joined audio is closed.

    `main_samples` is the exact length of main and light audio at `sample_rate_hz`.
    """

    media_types: dict[str, str]
    main_samples: int
    sample_rate_hz: int
    loudness: Loudness
    peaks: Peaks
    main_is_lossless: bool


class JoinedAudio(Protocol):
    """All segments of a session as one line of mono samples, lying ready in a temporary place."""

    @property
    def sample_rate_hz(self) -> int: ...

    @property
    def samples(self) -> int:
        """As long as was declared, whatever was decoded; slices of one stream may end a quarter of a second later."""

    @property
    def problems(self) -> Sequence[str]:
        """What differs from the declared: unreadable segments, wrong counts. Empty when all is as declared."""

    @property
    def levels(self) -> LevelFrames: ...

    @property
    def clipped_samples(self) -> int: ...

    @property
    def dc_offset(self) -> float:
        """Mean of all samples, full scale 1.0."""

    @property
    def source_channels(self) -> int: ...

    @property
    def source_lossless(self) -> bool: ...

    def render(self, kept: Sequence[Span]) -> Rendered:
        """Make source audio (everything) and main and light audio: the `kept` spans joined.

        At least one span, ascending, without overlap, none empty. The same samples give the same bytes.
        Raises AudioToolFailed.
        """

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """One of the rendered files by its name, such as `main.audio.mka`."""


class AudioWorkshop(Protocol):
    def join(
        self,
        staging: BlobStore,
        media_type: str,
        segments: Sequence[SegmentAudio],
        *,
        sample_rate_hz: int,
    ) -> AbstractContextManager[JoinedAudio]:
        """Decode `segments` (ascending, at least one) into one line of samples.

        The client counted samples at `sample_rate_hz`; FLAC and WAV say their own rate, which wins, and coded audio
        is decoded to this one, since Opus knows 48 kHz only.
        A segment that decodes alone counts exactly its declared samples: trimmed or padded with silence, and
        silence alone when it cannot be read; a hole between two segments is silence. What differs is a problem,
        not an error. Raises AudioUnreadable when not one segment can be read, AudioToolFailed.
        """

    def check(self) -> str:
        """The version of the program that does the work. Raises AudioToolFailed."""
