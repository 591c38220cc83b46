"""Word of what changes, by LISTEN and NOTIFY: one connection of this process hears for all who want to know.

A pooler that lends connections by the transaction (PgBouncer's `transaction` mode) lets nobody listen.
"""

from __future__ import annotations

import logging
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import psycopg

from recital_core import errors
from recital_core.ports import Change

CHANNEL = "recital"
LOOK_S = 0.5
"""How soon a listener sees that it is to stop."""
ASK_S = 30.0
"""A connection that has been silent for so long is asked: a network that forgot it says nothing."""
RECONNECT_S = 1.0
PATIENCE_S = 5.0

Told = Callable[[Change | None], None]

log = logging.getLogger(__name__)


class PostgresNews:
    """Connects when somebody first wants to hear, and again whenever the connection is lost, until it is closed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._hearers: list[Told] = []
        self._thread: threading.Thread | None = None
        self._listening = threading.Event()
        self._closing = threading.Event()

    @contextmanager
    def hearing(self, told: Told) -> Iterator[None]:
        with self._lock:
            self._hearers.append(told)
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen, name="news", daemon=True)
                self._thread.start()
        try:
            if not self._listening.wait(PATIENCE_S):
                raise errors.DatabaseUnavailable("PostgreSQL does not tell of changes now; try again in a moment.")
            yield
        finally:
            with self._lock:
                self._hearers.remove(told)

    def close(self) -> None:
        """Hear nothing any more."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def _listen(self) -> None:
        missed = False
        while not self._closing.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True) as connection:
                    connection.add_notify_handler(self._heard)
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._listening.set()
                    if missed:
                        self._tell(None)
                    self._hear(connection)
            except psycopg.OperationalError as lost:
                log.warning("changes are not heard of, connecting again: %s", str(lost).strip())
            self._listening.clear()
            missed = True
            self._closing.wait(RECONNECT_S)

    def _hear(self, connection: psycopg.Connection) -> None:
        """What came along is told while PostgreSQL answers whatever it is asked."""
        something = select.poll()
        something.register(connection.fileno(), select.POLLIN)
        asked = time.monotonic()
        while not self._closing.is_set():
            if something.poll(LOOK_S * 1000) or time.monotonic() - asked > ASK_S:
                connection.execute("SELECT 1")
                asked = time.monotonic()

    def _heard(self, notification: psycopg.Notify) -> None:
        self._tell(msgspec.json.decode(notification.payload, type=Change))

    def _tell(self, change: Change | None) -> None:
        with self._lock:
            hearers = list(self._hearers)
        for told in hearers:
            told(change)
