"""Bytes under keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

import msgspec


class Blob(msgspec.Struct, frozen=True, kw_only=True):
    """Something that stands under `key`; wherever other bytes stand there, `version` is another."""

    key: str
    bytes: int
    version: str


class BlobStore(Protocol):
    """Bytes under keys such as `sessions/1f…/transcript.vtt`.

    A key is parts joined by "/", as `keys.valid_key` says; anything else raises Invalid before something is touched.
    """

    def put(self, key: str, body: BinaryIO, media_type: str, metadata: Mapping[str, str]) -> int:
        """Keep the rest of `body` under `key` and give its size in bytes.

        Whole or not at all, and kept through a power cut once this returns; what stood there is replaced.
        Raises StorageFull, after which nothing stands there that did not before.
        """

    def replace(
        self, key: str, body: BinaryIO, media_type: str, metadata: Mapping[str, str], *, instead_of: Blob | None
    ) -> int:
        """As `put`, while there stands what `find` gave, a blob of this version or None for nothing.

        Raises BlobChanged otherwise, after which what stands there is as it was. An S3 server that knows no
        conditions puts in any case.
        """

    def open(self, key: str, first: int = 0, count: int | None = None) -> AbstractContextManager[BinaryIO]:
        """The blob's bytes from `first` on, `count` at most, to be read in order. Raises BlobNotFound."""

    def find(self, key: str) -> Blob | None: ...

    def list(self, prefix: str) -> Iterator[Blob]:
        """The blobs whose key starts with `prefix`, which ends in "/"; those of one folder in the order of keys."""

    def delete_under(self, prefix: str) -> None:
        """Forget every blob whose key starts with `prefix`, which ends in "/".

        Nothing there is fine: a crash may have deleted half. When it raises, some may remain; call again.
        """

    def address(self, key: str, media_type: str, name: str, seconds: int) -> str | None:
        """Where anybody may fetch the blob for so long without us, as `media_type` and with the file name `name`.

        None where it is to be had through us alone. That it is there is not asked.
        """

    def sweep(self) -> int:
        """Remove what killed writers left half-written a day ago or earlier, and give how many blobs it was of."""

    def check(self) -> None:
        """Raises BlobStoreUnavailable when blobs could not be kept now."""

    def examine(self) -> None:
        """As `check`, of all that is ever asked of the store: it takes longer, and is for an operator's eyes."""
