"""Audio for the protocol client: samples cut into segments of every media type of the contract, and decoded again.

Written with ffmpeg and numpy; nothing of Recital is imported here. Samples are mono, 16 bits.
"""

from __future__ import annotations

import io
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import numpy.typing as npt

from tests.client.protocol import Segment

SEGMENT_MS = 5_000
EXTENSIONS = {"audio/flac": "flac", "audio/wav": "wav", "audio/ogg;codecs=opus": "ogg"}
CODERS = {
    "audio/flac": ("-c:a", "flac"),
    "audio/wav": ("-c:a", "pcm_s16le"),
    "audio/ogg;codecs=opus": ("-c:a", "libopus", "-b:a", "48k"),
    "audio/webm;codecs=opus": ("-c:a", "libopus", "-b:a", "48k", "-f", "webm"),
    "audio/mp4": ("-c:a", "aac", "-b:a", "96k", "-f", "mp4", "-movflags", "empty_moov+default_base_moof"),
}
FRAGMENTS = ("-frag_duration", "1000000")

Samples = npt.NDArray[np.int16]


def cut(pcm: Samples, rate: int, media_type: str = "audio/flac", segment_ms: int = SEGMENT_MS) -> list[Segment]:
    """`pcm` as segments that each decode alone."""
    step = rate * segment_ms // 1000
    pieces = [pcm[start : start + step] for start in range(0, len(pcm), step)]
    bodies = encoded(pieces, rate, media_type)
    return [
        Segment(number, media_type, number * step, len(piece), body)
        for number, (piece, body) in enumerate(zip(pieces, bodies, strict=True))
    ]


def sliced(pcm: Samples, rate: int, media_type: str, slices: int) -> list[Segment]:
    """`pcm` as one stream whose bytes are cut anywhere; the samples of a slice are the client's estimate."""
    with tempfile.TemporaryDirectory() as name:
        target = Path(name) / "stream"
        fragments = FRAGMENTS if media_type == "audio/mp4" else ()
        _ffmpeg([*_raw(rate), "-i", "pipe:0", *CODERS[media_type], *fragments, str(target)], pcm.tobytes())
        stream = target.read_bytes()
    bytes_at = [len(stream) * place // slices for place in range(slices + 1)]
    samples_at = [len(pcm) * place // slices for place in range(slices + 1)]
    return [
        Segment(
            place,
            media_type,
            samples_at[place],
            samples_at[place + 1] - samples_at[place],
            stream[bytes_at[place] : bytes_at[place + 1]],
        )
        for place in range(slices)
    ]


def encoded(pieces: Sequence[Samples], rate: int, media_type: str) -> list[bytes]:
    """Each of `pieces` as a file of its own, made in one run of ffmpeg."""
    if media_type == "audio/wav":
        return [_wav(piece, rate) for piece in pieces]
    with tempfile.TemporaryDirectory() as name:
        folder, arguments = Path(name), list[str]()
        outputs = [folder / f"{number}.{EXTENSIONS[media_type]}" for number in range(len(pieces))]
        for number, piece in enumerate(pieces):
            (folder / f"{number}.pcm").write_bytes(piece.tobytes())
            arguments += [*_raw(rate), "-i", str(folder / f"{number}.pcm")]
        for number, output in enumerate(outputs):
            arguments += ["-map", f"{number}:a", *CODERS[media_type], str(output)]
        _ffmpeg(arguments)
        return [output.read_bytes() for output in outputs]


def decoded(file: Path, rate: int) -> Samples:
    """The samples of an audio file, mono, at `rate`."""
    raw = _ffmpeg(["-i", str(file), "-map", "0:a:0", "-ac", "1", "-ar", str(rate), "-f", "s16le", "pipe:1"])
    return np.frombuffer(raw, dtype=np.int16)


def _wav(pcm: Samples, rate: int) -> bytes:
    body = io.BytesIO()
    with wave.open(body, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm.tobytes())
    return body.getvalue()


def _raw(rate: int) -> list[str]:
    return ["-f", "s16le", "-ar", str(rate), "-ac", "1"]


def _ffmpeg(arguments: Sequence[str], given: bytes = b"") -> bytes:
    program = imageio_ffmpeg.get_ffmpeg_exe()
    quiet = [program, "-hide_banner", "-loglevel", "error", "-y", *arguments]
    return subprocess.run(quiet, input=given, capture_output=True, check=True).stdout
