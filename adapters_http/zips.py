"""A ZIP archive that is sent while it is made: nothing of it is kept, in memory or on disk."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Iterable, Iterator

from recital_core import errors
from recital_core.personal_data import PersonalFile

CHUNK_BYTES = 256 * 1024
COMPRESSIBLE = (".json", ".vtt")


class Sink(io.RawIOBase):
    """What was written and not taken yet."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        written = bytes(piece)  # type: ignore[call-overload]
        self._pieces.append(written)
        return len(written)

    def taken(self) -> bytes:
        """All of it, once."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def zipped(files: Iterable[PersonalFile]) -> Iterator[bytes]:
    """The archive's bytes, in pieces. A file that was erased meanwhile is left out."""
    sink = Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for file in files:
            with contextlib.ExitStack() as closing:
                try:
                    body = closing.enter_context(file.open())
                except errors.BlobNotFound:
                    continue
                entry = zipfile.ZipInfo(file.name)
                entry.compress_type = zipfile.ZIP_DEFLATED if file.name.endswith(COMPRESSIBLE) else zipfile.ZIP_STORED
                with archive.open(entry, "w", force_zip64=True) as written:
                    while chunk := body.read(CHUNK_BYTES):
                        written.write(chunk)
                        yield sink.taken()
    yield sink.taken()
