"""A blob store in memory, which can fail like a real one."""

from __future__ import annotations

import contextlib
import io
import itertools
import threading
from collections.abc import Iterator, Mapping
from typing import BinaryIO, NamedTuple

from recital_core import errors
from recital_core.keys import valid_key, valid_prefix
from recital_core.ports import Blob


class Kept(NamedTuple):
    body: bytes
    media_type: str
    metadata: Mapping[str, str]
    version: str


class MemoryBlobStore:
    """Keeps blobs in a dictionary. `capacity_bytes` is the room in all; set `down` and nothing answers."""

    def __init__(self, *, capacity_bytes: int | None = None) -> None:
        self.capacity_bytes = capacity_bytes
        self.down = False
        self.kept: dict[str, Kept] = {}
        self._lock = threading.RLock()
        self._versions = itertools.count(1)

    def put(self, key: str, body: BinaryIO, media_type: str, metadata: Mapping[str, str]) -> int:
        valid_key(key)
        whole = body.read()
        self.check()
        with self._lock:
            others = sum(len(kept.body) for other, kept in self.kept.items() if other != key)
            if self.capacity_bytes is not None and others + len(whole) > self.capacity_bytes:
                raise errors.StorageFull("There is no room left for this blob.")
            self.kept[key] = Kept(whole, media_type, dict(metadata), str(next(self._versions)))
        return len(whole)

    def replace(
        self, key: str, body: BinaryIO, media_type: str, metadata: Mapping[str, str], *, instead_of: Blob | None
    ) -> int:
        with self._lock:
            if self.find(key) != instead_of:
                raise errors.BlobChanged(f"{key} is another one by now.")
            return self.put(key, body, media_type, metadata)

    @contextlib.contextmanager
    def open(self, key: str, first: int = 0, count: int | None = None) -> Iterator[BinaryIO]:
        valid_key(key)
        self.check()
        kept = self.kept.get(key)
        if kept is None:
            raise errors.BlobNotFound(f"There is no blob {key}.")
        yield io.BytesIO(kept.body[first : None if count is None else first + count])

    def find(self, key: str) -> Blob | None:
        valid_key(key)
        self.check()
        kept = self.kept.get(key)
        return kept and _blob(key, kept)

    def list(self, prefix: str) -> Iterator[Blob]:
        valid_prefix(prefix)
        self.check()
        with self._lock:
            found = sorted((key, kept) for key, kept in self.kept.items() if key.startswith(prefix))
        return iter([_blob(key, kept) for key, kept in found])

    def delete_under(self, prefix: str) -> None:
        valid_prefix(prefix)
        self.check()
        with self._lock:
            for key in [key for key in self.kept if key.startswith(prefix)]:
                del self.kept[key]

    def address(self, key: str, media_type: str, name: str, seconds: int) -> str | None:  # noqa: ARG002 - through us alone
        valid_key(key)
        return None

    def sweep(self) -> int:
        """Nothing is ever half-written here."""
        return 0

    def check(self) -> None:
        if self.down:
            raise errors.BlobStoreUnavailable("The blob store was told not to answer.")

    def examine(self) -> None:
        self.check()


def _blob(key: str, kept: Kept) -> Blob:
    return Blob(key=key, bytes=len(kept.body), version=kept.version)
