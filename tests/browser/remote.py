"""A browser spoken to in its own language over a web socket: Chromium's DevTools, or WebDriver BiDi of Firefox.

Playwright, which the other tests use, drives no Firefox that people have, and watches Chromium so closely that it
changes what is measured.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

ANSWERS_WITHIN_S = 60


class Remote:
    """Calls, one after the other, and the `events` that came meanwhile."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, *, session: str | None = None, **params: Any) -> dict[str, Any]:
        """The result of one call; `session` is Chromium's name for one page. Raises RuntimeError when it is refused."""
        call_id = next(self._ids)
        to = {} if session is None else {"sessionId": session}
        self._socket.send(json.dumps({"id": call_id, "method": method, "params": params, **to}))
        while True:
            told = json.loads(self._socket.recv(timeout=ANSWERS_WITHIN_S))
            if told.get("id") != call_id:
                self.events.append(told)
            elif "error" in told:
                raise RuntimeError(f"{method}: {told}")
            else:
                result: dict[str, Any] = told["result"]
                return result


@contextmanager
def remote(address: str) -> Iterator[Remote]:
    with connect(address, max_size=None, compression=None) as socket:
        yield Remote(socket)
