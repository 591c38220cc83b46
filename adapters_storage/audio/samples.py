"""Raw samples in a file: measured and mixed to mono in one pass, in constant memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from adapters_storage.audio.headers import NARROW_BITS, Format
from recital_core.ports import LevelFrames

FRAMES_A_SECOND = 100
READ_SECONDS = 20


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """`clipped` counts samples at full scale in any channel, `dc_offset` is the mean of mono, full scale 1.0."""

    levels: LevelFrames
    clipped: int
    dc_offset: float


def measure(source: Path, form: Format, mono: Path) -> Measured:
    """Measure the samples of `source`, and write the mean of its channels to `mono` when it has several.

    The last frame may be shorter than the others.
    """
    rate, kind = form.sample_rate_hz, np.dtype("<i2" if form.bits <= NARROW_BITS else "<i4")
    frame = max(1, rate // FRAMES_A_SECOND)
    full_scale = float(np.iinfo(kind).max + 1)
    top, bottom = _rails(form.bits, kind)
    power, clipped, total, count = array("d"), 0, 0.0, 0
    with mono.open("wb") if form.channels > 1 else nullcontext() as mixed:
        for block in _blocks(source, kind, form.channels, frame * FRAMES_A_SECOND * READ_SECONDS):
            clipped += int(np.count_nonzero((block >= top) | (block <= bottom)))
            line = block[:, 0]
            if mixed is not None:
                line = (block.sum(axis=1, dtype=np.int64) // form.channels).astype(kind)
                mixed.write(line.tobytes())
            scaled = line.astype(np.float32) / np.float32(full_scale)
            total += float(scaled.sum(dtype=np.float64))
            count += len(scaled)
            whole = len(scaled) // frame * frame
            frames = scaled[:whole].reshape(-1, frame)
            mean_square = np.einsum("ij,ij->i", frames, frames, dtype=np.float64) / frame
            mean = frames.mean(axis=1, dtype=np.float64)
            power.frombytes(np.maximum(0, mean_square - mean * mean).tobytes())
            if whole < len(scaled):
                power.append(float(scaled[whole:].var(dtype=np.float64)))
    levels = LevelFrames(sample_rate_hz=rate, frame_samples=frame, power=power)
    return Measured(levels=levels, clipped=clipped, dc_offset=total / max(1, count))


def _rails(bits: int, kind: np.dtype[np.signedinteger[npt.NBitBase]]) -> tuple[int, int]:
    """The highest and lowest sample of a source with `bits`, as it lies in the wider `kind`."""
    shift = max(0, kind.itemsize * 8 - bits)
    top = 1 << min(bits, kind.itemsize * 8) - 1
    return (top - 1) << shift, -top << shift


def _blocks(
    path: Path, kind: np.dtype[np.signedinteger[npt.NBitBase]], channels: int, samples: int
) -> Iterator[npt.NDArray[np.signedinteger[npt.NBitBase]]]:
    """The file's samples, `samples` a block, as arrays of samples by channels."""
    with path.open("rb") as file:
        while data := file.read(samples * channels * kind.itemsize):
            yield np.frombuffer(data, dtype=kind).reshape(-1, channels)
