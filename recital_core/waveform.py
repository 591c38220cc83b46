"""`peaks.json`: the outline of a session's audio, for players that draw a waveform without reading the audio.

The format is version 2 of BBC audiowaveform's JSON data, which the usual players of the web take:
https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from recital_core.ports import Peaks


class Waveform(msgspec.Struct, frozen=True, kw_only=True):
    """`length` counts pairs of lowest and highest in `data`."""

    version: int = 2
    channels: int = 1
    sample_rate: int
    samples_per_pixel: int
    bits: int = 8
    length: int
    data: Sequence[int]


def outline(peaks: Peaks) -> bytes:
    """The file of these peaks: compact JSON; the same peaks give the same bytes."""
    return msgspec.json.encode(
        Waveform(
            sample_rate=peaks.sample_rate_hz,
            samples_per_pixel=peaks.samples_per_peak,
            length=len(peaks.data) // 2,
            data=tuple(peaks.data),
        )
    )
