"""Blobs that are read and written while Recital is told to stop."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable

import pytest

from adapters_storage.blobs.stopping import READ_AT_ONCE, StoppableBlobStore
from recital_core import errors
from recital_core.ports import BlobStore
from recital_core.testing.blobs import MemoryBlobStore

LONG = bytes(3 * READ_AT_ONCE)
CALLS: dict[str, Callable[[BlobStore], object]] = {
    "put": lambda blobs: blobs.put("sessions/a", io.BytesIO(b"x"), "audio/flac", {}),
    "replace": lambda blobs: blobs.replace("sessions/a", io.BytesIO(b"x"), "audio/flac", {}, instead_of=None),
    "open": lambda blobs: blobs.open("sessions/long").__enter__(),
    "find": lambda blobs: blobs.find("sessions/long"),
    "list": lambda blobs: list(blobs.list("sessions/")),
    "delete_under": lambda blobs: blobs.delete_under("sessions/"),
    "address": lambda blobs: blobs.address("sessions/long", "audio/flac", "long", 60),
    "sweep": lambda blobs: blobs.sweep(),
    "check": lambda blobs: blobs.check(),
    "examine": lambda blobs: blobs.examine(),
}


class Stopping:
    def __init__(self) -> None:
        self.inner = MemoryBlobStore()
        self.asked = threading.Event()
        self.blobs = StoppableBlobStore(self.inner, self.asked)
        self.inner.put("sessions/long", io.BytesIO(LONG), "audio/flac", {})


@pytest.fixture
def stopping() -> Stopping:
    return Stopping()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_nothing_is_begun_any_more(stopping: Stopping, call: Callable[[BlobStore], object]) -> None:
    stopping.asked.set()
    with pytest.raises(errors.Interrupted):
        call(stopping.blobs)
    assert list(stopping.inner.kept) == ["sessions/long"]


def test_a_blob_is_read_no_further(stopping: Stopping) -> None:
    with pytest.raises(errors.Interrupted), stopping.blobs.open("sessions/long") as body:
        body.read(1)
        stopping.asked.set()
        body.read()


def test_a_blob_is_put_no_further_and_nothing_of_it_is_kept(stopping: Stopping) -> None:
    class Body(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            stopping.asked.set()
            return super().read(size)

    with pytest.raises(errors.Interrupted):
        stopping.blobs.put("sessions/other", Body(LONG), "audio/flac", {})
    assert list(stopping.inner.kept) == ["sessions/long"]


def test_a_listing_ends(stopping: Stopping) -> None:
    stopping.inner.put("sessions/more", io.BytesIO(b"x"), "audio/flac", {})
    found = stopping.blobs.list("sessions/")
    next(found)
    stopping.asked.set()
    with pytest.raises(errors.Interrupted):
        next(found)


def test_what_fails_meanwhile_is_nobody_s_failure(stopping: Stopping, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_key: str) -> None:
        stopping.asked.set()
        raise errors.BlobStoreUnavailable("S3 does not answer.")

    monkeypatch.setattr(stopping.inner, "find", refuse)
    with pytest.raises(errors.Interrupted):
        stopping.blobs.find("sessions/long")


def test_what_fails_else_fails(stopping: Stopping) -> None:
    stopping.inner.down = True
    with pytest.raises(errors.BlobStoreUnavailable):
        stopping.blobs.find("sessions/long")
