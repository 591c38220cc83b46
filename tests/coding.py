"""Samples to audio files and back, by a bare ffmpeg that shares no code with ours."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]
FFMPEG = shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()


def encoded(samples: npt.NDArray[np.generic], name: str, *options: str, rate: int = 48_000) -> bytes:
    """`samples` (int16 or int32; one channel, or a column for each) as a file with the ending of `name`."""
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    kind = "s16le" if samples.dtype == np.int16 else "s32le"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / name
        source = ["-f", kind, "-ar", str(rate), "-ac", str(channels), "-i", "-"]
        subprocess.run([FFMPEG, "-v", "error", *source, *options, str(out)], input=samples.tobytes(), check=True)
        return out.read_bytes()


def decoded(body: bytes, kind: str = "s16le") -> Samples:
    """The samples of an audio file, channels side by side."""
    with tempfile.TemporaryDirectory() as folder:
        file, raw = Path(folder) / "in", Path(folder) / "raw"
        file.write_bytes(body)
        subprocess.run([FFMPEG, "-v", "error", "-i", str(file), "-f", kind, str(raw)], check=True)
        return np.fromfile(raw, np.int16 if kind == "s16le" else np.int32)


def noise(count: int, *, seed: int = 1, loud: int = 8_000) -> Samples:
    return np.random.default_rng(seed).integers(-loud, loud, count, dtype=np.int16)
