"""Zip archives of strangers: bounded in members, in what they declare and in what they really hold."""

from __future__ import annotations

import io
import zipfile
import zlib

from recital_core import errors

MAX_MEMBERS = 10_000
MAX_UNPACKED_BYTES = 100 * 2**20
MAX_RATIO, RATIO_COUNTS_FROM_BYTES = 200, 2**20
CHUNK_BYTES = 2**16
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError)


class Archive:
    """The members of a zip by their names. What is read in all, however often, stays under one limit."""

    def __init__(self, body: bytes) -> None:
        """Raises UnreadableFile, and TooLarge for what would unpack to more than anybody's book."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(body))
        except BROKEN as broken:
            raise errors.UnreadableFile(
                "This file is a broken archive: it may have been cut short.", reason="damaged"
            ) from broken
        members = self._zip.infolist()
        if len(members) > MAX_MEMBERS:
            raise _too_large()
        self._members = {member.filename: member for member in members}
        self._left = MAX_UNPACKED_BYTES

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes:
        """Raises UnreadableFile where the member is missing, damaged or locked by a password; TooLarge."""
        member = self._members.get(name)
        if member is None:
            raise errors.UnreadableFile(f"This file has no “{name}” in it, which its kind needs.", reason="damaged")
        if member.flag_bits & 1:
            raise errors.UnreadableFile("This file is locked by a password.", reason="locked")
        packed = max(member.compress_size, 1)
        if member.file_size > self._left or member.file_size > max(packed * MAX_RATIO, RATIO_COUNTS_FROM_BYTES):
            raise _too_large()
        pieces = []
        try:
            with self._zip.open(member) as unpacking:
                while piece := unpacking.read(CHUNK_BYTES):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise _too_large()
                    pieces.append(piece)
        except BROKEN as broken:
            raise errors.UnreadableFile(f"“{name}” in this file is damaged.", reason="damaged") from broken
        return b"".join(pieces)


def _too_large() -> errors.TooLarge:
    return errors.TooLarge("This file unpacks to more than a text holds.", limit=MAX_UNPACKED_BYTES)
