"""A session's objects in the archive of the system that Recital follows: which is the recording, and how long."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

from adapters_storage.audio.ffmpeg import Ffmpeg
from adapters_storage.audio.joining import sample_count
from recital_core import errors
from recital_core.ports import BlobStore, CollectedAudio

RATE_HZ = 48_000
"""Opus knows no other; what has another is counted as if it were decoded to this one."""
COPIED_AT_ONCE = 1024 * 1024
PREFERRED = ("source.audio.", "main.audio.")
"""What the browser sent, else what was made of it."""
SIGNATURES = (
    (0, b"\x1aE\xdf\xa3", "audio/webm;codecs=opus"),  # EBML (RFC 8794): WebM and Matroska
    (4, b"ftyp", "audio/mp4"),
    (0, b"OggS", "audio/ogg;codecs=opus"),
)


@contextlib.contextmanager
def whole_recording(archive: BlobStore, key: str, ffmpeg: Ffmpeg, folder: Path) -> Iterator[CollectedAudio]:
    """All that was recorded of a session, copied into `folder`. Raises BlobNotFound, AudioUnreadable."""
    file = folder / "recording"
    digest, size = hashlib.sha256(), 0
    with archive.open(_recording_of(archive, key)) as body, file.open("wb") as copy:
        while piece := body.read(COPIED_AT_ONCE):
            digest.update(piece)
            size += copy.write(piece)
    media_type = _media_type(file)
    samples = sample_count(ffmpeg, file, media_type, RATE_HZ)
    with file.open("rb") as body:
        yield CollectedAudio(
            media_type=media_type,
            sample_rate_hz=RATE_HZ,
            samples=samples,
            bytes=size,
            sha256=digest.hexdigest(),
            body=body,
        )


def _recording_of(archive: BlobStore, key: str) -> str:
    found = [blob.key for blob in archive.list(f"{key}/")]
    for start in PREFERRED:
        for name in found:
            if name.startswith(f"{key}/{start}"):
                return name
    raise errors.BlobNotFound(f"The archive has no audio of {key}.")


def _media_type(file: Path) -> str:
    """By its first bytes: the other system named what it did not know `.bin`. Raises AudioUnreadable."""
    with file.open("rb") as body:
        head = body.read(16)
    for offset, signature, media_type in SIGNATURES:
        if head[offset:].startswith(signature):
            return media_type
    raise errors.AudioUnreadable("It is neither WebM, Matroska, MP4 nor Ogg.")
