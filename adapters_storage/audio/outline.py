"""The outline of audio as a waveform draws it, taken while the samples pass by on their way to ffmpeg."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from adapters_storage.audio.headers import NARROW_BITS, Format
from recital_core.ports import Peaks

PEAKS_A_SECOND = 25
PEAK_BITS = 8


class Outline:
    """Of mono samples of `form`, in constant memory but for the peaks themselves."""

    def __init__(self, form: Format) -> None:
        self._rate = form.sample_rate_hz
        self._step = max(1, form.sample_rate_hz // PEAKS_A_SECOND)
        self._kind = np.dtype("<i2" if form.bits <= NARROW_BITS else "<i4")
        self._rest: npt.NDArray[np.signedinteger[npt.NBitBase]] = np.empty(0, self._kind)
        self._peaks = array("b")

    def of(self, pieces: Iterable[memoryview]) -> Iterator[memoryview]:
        """Gives on what `pieces` give, whole samples each, and takes their outline."""
        for piece in pieces:
            line = np.concatenate((self._rest, np.frombuffer(piece, self._kind)))
            whole = len(line) // self._step * self._step
            self._take(line[:whole].reshape(-1, self._step))
            self._rest = line[whole:]
            yield piece
        if len(self._rest):
            self._take(self._rest.reshape(1, -1))

    @property
    def peaks(self) -> Peaks:
        return Peaks(sample_rate_hz=self._rate, samples_per_peak=self._step, data=self._peaks)

    def _take(self, steps: npt.NDArray[np.signedinteger[npt.NBitBase]]) -> None:
        pairs = np.stack((steps.min(axis=1), steps.max(axis=1)), axis=1)
        self._peaks.frombytes((pairs >> (self._kind.itemsize * 8 - PEAK_BITS)).astype(np.int8).tobytes())
