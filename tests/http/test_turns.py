"""Turns at staging and archive: so many at once, each until its work is done, whoever waits for it."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pytest

from adapters_http import turns
from adapters_http.ranges import chunks_of
from adapters_http.refusals import StorageBusy
from adapters_http.turns import AT_ONCE, Turns
from tests.running import wait_until

WITHIN_S = 10.0


class Hanging(io.BytesIO):
    """A file whose reading waits until it is let go."""

    def __init__(self) -> None:
        super().__init__(b"sound")
        self.let_go = threading.Event()
        self.readers = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.readers += 1
        assert self.let_go.wait(WITHIN_S)
        return super().read(size)


def test_whoever_gets_no_turn_in_time_is_refused_and_whoever_has_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    file = Hanging()

    async def asking() -> None:
        storage = Turns()
        reading = [asyncio.create_task(storage.take(file.read)) for _ in range(AT_ONCE)]
        await asyncio.to_thread(wait_until, lambda: file.readers == AT_ONCE, WITHIN_S)
        monkeypatch.setattr(turns, "PATIENCE_S", 0.01)
        with pytest.raises(StorageBusy):
            await storage.take(file.read)
        file.let_go.set()
        assert sorted(await asyncio.gather(*reading)) == [*[b""] * (AT_ONCE - 1), b"sound"]
        assert await storage.take(file.getvalue) == b"sound"

    asyncio.run(asking())


def test_the_turn_of_a_listener_who_leaves_lasts_until_the_reading_ends_and_the_file_is_closed_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file, closed = Hanging(), threading.Event()
    monkeypatch.setattr(turns, "AT_ONCE", 1)

    @contextmanager
    def source() -> Iterator[BinaryIO]:
        try:
            yield file
        finally:
            closed.set()

    async def listening() -> None:
        storage = Turns()
        answer = storage.stream(chunks_of(source()))
        listener = asyncio.create_task(anext(answer))
        await asyncio.to_thread(wait_until, lambda: file.readers, WITHIN_S)
        listener.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listener
        assert not closed.is_set()
        next_one = asyncio.create_task(storage.take(closed.wait, WITHIN_S))
        await asyncio.sleep(0)
        assert not next_one.done()
        file.let_go.set()
        assert await next_one

    asyncio.run(listening())
