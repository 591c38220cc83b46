"""Streams of server-sent events (WHATWG HTML, 9.2): who hears of which changes, within bounds, until it is over."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from litestar.concurrency import sync_to_thread

from recital_core import errors
from recital_core.ports import Change, News
from recital_core.sessions import SessionId
from recital_core.speakers import SpeakerId

STREAMS_OF_ONE = 10
"""Of an account, in one process: a browser has six connections to one host."""
STREAMS = 500
"""Of all accounts, in one process: each holds a connection, of which many systems give a process 1024."""
COME_AGAIN_S = 60
MOST_WAITING = 1000
"""Changes that a client has not been told of yet; it comes back and looks at its lists instead."""


class Stream:
    """What one client is to be told next. Of the event loop in which it is made, but for `told`."""

    def __init__(self, speaker_id: SpeakerId, *, everybodys: bool) -> None:
        self.speaker_id = speaker_id
        self._everybodys = everybodys
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[SessionId, None] = {}
        self._something = asyncio.Event()
        self.is_over = False

    def told(self, change: Change | None) -> None:
        """Of a change, in any thread; None ends the stream, so that its client looks at everything again."""
        if change is None:
            self._soon(self.end)
        elif change.session_id is not None and (self._everybodys or change.speaker_id == self.speaker_id):
            self._soon(self._add, change.session_id)
        elif change.session_id is None and change.speaker_id == self.speaker_id:
            self._soon(self._something.set)

    def end(self) -> None:
        self.is_over = True
        self._something.set()

    async def next(self, seconds: float) -> list[SessionId]:
        """The sessions that changed, each once; none when `seconds` passed, or the client may have changed itself."""
        try:
            await asyncio.wait_for(self._something.wait(), seconds)
        except TimeoutError:
            return []
        self._something.clear()
        changed = list(self._waiting)
        self._waiting.clear()
        return changed

    def _add(self, session_id: SessionId) -> None:
        self._waiting[session_id] = None
        self._something.set()
        if len(self._waiting) > MOST_WAITING:
            self.end()

    def _soon(self, call: Callable[..., None], *given: SessionId) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended, and its streams with it
            self._loop.call_soon_threadsafe(call, *given)


class Streams:
    """The open streams of one process. Of its event loop."""

    def __init__(self, news: News) -> None:
        self._news = news
        self._open: set[Stream] = set()
        self._are_over = False

    @asynccontextmanager
    async def opened(self, speaker_id: SpeakerId, *, everybodys: bool) -> AsyncIterator[Stream]:
        """A stream that hears of every change until the block ends.

        Raises TooMany, with when to come again, when the account or the process has too many; DatabaseUnavailable.
        """
        of_one = sum(stream.speaker_id == speaker_id for stream in self._open)
        if of_one >= STREAMS_OF_ONE or len(self._open) >= STREAMS:
            raise errors.TooMany("Too many pages follow sessions.", retry_after=COME_AGAIN_S)
        stream = Stream(speaker_id, everybodys=everybodys)
        hearing = self._news.hearing(stream.told)
        self._open.add(stream)
        try:
            await sync_to_thread(hearing.__enter__)
            if self._are_over:
                stream.end()
            try:
                yield stream
            finally:
                hearing.__exit__(None, None, None)
        finally:
            self._open.discard(stream)

    def end(self) -> None:
        """End every stream, and each that is opened after this as soon as it begins: the process stops."""
        self._are_over = True
        for stream in self._open:
            stream.end()
