"""What waits for staging or archive does so in threads of its own: one that hangs keeps no other request waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

from adapters_http.refusals import StorageBusy

AT_ONCE = 16
PATIENCE_S = 5.0

Given = ParamSpec("Given")
Found = TypeVar("Found")


class Turns:
    """Whose turn it is at staging and archive, AT_ONCE at one time, in the order of asking. Of one event loop."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="storage")

    async def take(self, work: Callable[Given, Found], *given: Given.args, **more: Given.kwargs) -> Found:
        """What `work` gives. Raises StorageBusy when its turn has not come within PATIENCE_S."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._free.acquire()
        except TimeoutError as late:
            raise StorageBusy("Staging or archive does not keep up. Send this again in a moment.") from late
        return await self._taken(partial(work, *given, **more))

    async def stream(self, pieces: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
        """The pieces, a turn for each, however late it comes: an answer that has begun can be refused no more."""
        while True:
            await self._free.acquire()
            piece = await self._taken(partial(next, pieces, None))
            if piece is None:
                return
            yield piece

    async def _taken(self, work: Callable[[], Found]) -> Found:
        """The turn is over when the work is, even if nobody waits for it any more."""
        done = asyncio.get_running_loop().run_in_executor(self._threads, copy_context().run, work)
        done.add_done_callback(self._over)
        return await asyncio.shield(done)

    def _over(self, done: asyncio.Future[Found]) -> None:
        self._free.release()
        done.exception()  # whoever asked may have gone
