"""What is published of a session: the names, and where they lie in staging and in the archive."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, BinaryIO

from recital_core import errors
from recital_core.manifest import ObjectRecord
from recital_core.ports import Blob, BlobStore
from recital_core.recording import staging_prefix
from recital_core.sessions import SessionId

TRANSCRIPT = "transcript.vtt"
MAIN_AUDIO = "main.audio.mka"
LIGHT_AUDIO = "light.audio.mp3"
PEAKS = "peaks.json"
MANIFEST = "session.json"
RETRACTIONS = "retractions.jsonl"

READ_AT_ONCE = 1024 * 1024

MEDIA_TYPES = {
    TRANSCRIPT: "text/vtt; charset=utf-8",
    MAIN_AUDIO: "audio/matroska",  # RFC 9559
    LIGHT_AUDIO: "audio/mpeg",
    PEAKS: "application/json",
    MANIFEST: "application/json",
    "source.audio.flac": "audio/flac",
    "source.audio.webm": "audio/webm",
    "source.audio.mp4": "audio/mp4",
}


def staged_prefix(session_id: SessionId) -> str:
    """Where finished files wait for their upload."""
    return f"{staging_prefix(session_id)}published/"


def archive_prefix(session_id: SessionId) -> str:
    """The folder of a session in the archive: its id."""
    return f"{session_id}/"


class Shelf:
    """A folder of published files in a blob store, and the record of what was put there."""

    def __init__(self, blobs: BlobStore, prefix: str, metadata: Mapping[str, str]) -> None:
        self._blobs = blobs
        self._prefix = prefix
        self._metadata = metadata
        self.objects: dict[str, ObjectRecord] = {}

    def put(self, name: str, body: BinaryIO) -> None:
        """Put a file there under its published name, with the media type that belongs to it."""
        media_type = MEDIA_TYPES[name]
        original = Digesting(body)
        reader = io.BufferedReader(original, READ_AT_ONCE)
        size = self._blobs.put(self._prefix + name, reader, media_type, self._metadata)
        self.objects[name] = ObjectRecord(media_type=media_type, bytes=size, sha256=original.digest)

    def find(self, name: str) -> Blob | None:
        return self._blobs.find(self._prefix + name)

    def replace(self, name: str, body: bytes, instead_of: Blob | None) -> None:
        """As `put`, unless another than `find` gave stands there by now: that one stays, and `verify` tells of it."""
        media_type = MEDIA_TYPES[name]
        self.objects[name] = ObjectRecord(
            media_type=media_type, bytes=len(body), sha256=hashlib.sha256(body).hexdigest()
        )
        with suppress(errors.BlobChanged):  # it may be the same, when the answer to a first request was lost
            self._blobs.replace(
                self._prefix + name, io.BytesIO(body), media_type, self._metadata, instead_of=instead_of
            )

    def verify(self, name: str) -> None:
        """Read a file back that was put there. Raises BlobStoreUnavailable when it comes back with other bytes."""
        digest = hashlib.sha256()
        with self._blobs.open(self._prefix + name) as body:
            while chunk := body.read(READ_AT_ONCE):
                digest.update(chunk)
        if digest.hexdigest() != self.objects[name].sha256:
            raise errors.BlobStoreUnavailable(f"{name} comes back with other bytes.")


class Digesting(io.RawIOBase):
    """Gives on what `body` gives, and knows the SHA-256 of it."""

    def __init__(self, body: BinaryIO) -> None:
        self._body = body
        self._hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        chunk = self._body.read(len(view))
        view[: len(chunk)] = chunk
        self._hash.update(chunk)
        return len(chunk)

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()
