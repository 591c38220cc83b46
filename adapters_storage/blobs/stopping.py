"""Blobs for work that ends early when Recital stops."""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from recital_core import errors
from recital_core.ports import Blob, BlobStore

READ_AT_ONCE = 1024 * 1024


class StoppableBlobStore:
    """The port BlobStore over another one, until `stopping` is set.

    From then on every call, and the next piece of a blob that is being read or put, raises Interrupted. So does what
    fails meanwhile: that a stop came between is nobody's failure.
    """

    def __init__(self, blobs: BlobStore, stopping: threading.Event) -> None:
        self._blobs = blobs
        self._stopping = stopping

    def put(self, key: str, body: BinaryIO, media_type: str, metadata: Mapping[str, str]) -> int:
        with self._going_on():
            return self._blobs.put(key, self._pieces_of(body), media_type, metadata)

    def replace(
        self, key: str, body: BinaryIO, media_type: str, metadata: Mapping[str, str], *, instead_of: Blob | None
    ) -> int:
        with self._going_on():
            return self._blobs.replace(key, self._pieces_of(body), media_type, metadata, instead_of=instead_of)

    @contextlib.contextmanager
    def open(self, key: str, first: int = 0, count: int | None = None) -> Iterator[BinaryIO]:
        with self._going_on(), self._blobs.open(key, first, count) as body:
            yield self._pieces_of(body)

    def find(self, key: str) -> Blob | None:
        with self._going_on():
            return self._blobs.find(key)

    def list(self, prefix: str) -> Iterator[Blob]:
        with self._going_on():
            found = self._blobs.list(prefix)
        return self._each_of(found)

    def delete_under(self, prefix: str) -> None:
        with self._going_on():
            self._blobs.delete_under(prefix)

    def address(self, key: str, media_type: str, name: str, seconds: int) -> str | None:
        with self._going_on():
            return self._blobs.address(key, media_type, name, seconds)

    def sweep(self) -> int:
        with self._going_on():
            return self._blobs.sweep()

    def check(self) -> None:
        with self._going_on():
            self._blobs.check()

    def examine(self) -> None:
        with self._going_on():
            self._blobs.examine()

    @contextlib.contextmanager
    def _going_on(self) -> Iterator[None]:
        self._go_on()
        try:
            yield
        except errors.Unavailable:
            self._go_on()
            raise

    def _go_on(self) -> None:
        if self._stopping.is_set():
            raise errors.Interrupted("Files are read and written no further, since Recital stops.")

    def _each_of(self, found: Iterator[Blob]) -> Iterator[Blob]:
        with self._going_on():
            for blob in found:
                yield blob
                self._go_on()

    def _pieces_of(self, body: BinaryIO) -> BinaryIO:
        return io.BufferedReader(_Pieces(body, self._go_on), READ_AT_ONCE)


class _Pieces(io.RawIOBase):
    """Gives on what `body` gives, as long as `go_on` raises nothing."""

    def __init__(self, body: BinaryIO, go_on: Callable[[], None]) -> None:
        self._body = body
        self._go_on = go_on

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        self._go_on()
        view = memoryview(buffer).cast("B")
        piece = self._body.read(len(view))
        view[: len(piece)] = piece
        return len(piece)
