"""What is told of a recording's quality: a verdict, and the figures it rests on."""

from __future__ import annotations

import enum

import msgspec


class Verdict(enum.StrEnum):
    GOOD = "good"
    USABLE = "usable"
    DOUBTFUL = "doubtful"


class SessionMeasures(msgspec.Struct, frozen=True, kw_only=True):
    """Of the published audio; only `clipped_samples` and `dc_offset` are of everything that was recorded.

    dB are relative to full scale power (1.0). None stands where there was nothing to measure.
    """

    speech_ratio: float
    integrated_lufs: float | None
    true_peak_dbtp: float | None
    clipped_samples: int
    noise_floor_db: float | None
    signal_to_noise_db: float | None
    dc_offset: float
    longest_silence_ms: int
    too_clean: bool
    words_per_minute: float | None
    pace_outliers: tuple[int, ...]
    """The numbers of the cues whose pace does not fit their words."""


class Measures(SessionMeasures, frozen=True, kw_only=True):
    """All of it, with the pace of every cue."""

    duration_ms: int
    cue_words_per_minute: tuple[float, ...]

    @property
    def of_the_whole(self) -> SessionMeasures:
        """Without what is said of each cue, which long recordings have thousands of."""
        return SessionMeasures(**{name: getattr(self, name) for name in SessionMeasures.__struct_fields__})
