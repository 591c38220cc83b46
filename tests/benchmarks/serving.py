"""A real server in a process of its own, and what requests cost it."""

from __future__ import annotations

import multiprocessing
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection

import httpx
import psutil

from adapters_http.server import serve
from adapters_storage.assembly import assembled
from adapters_storage.settings import Settings
from recital_core.speakers import Role
from tests.people import admitted

ROUNDS = 8
WARM_UP = 30


class Served:
    """A running server and its `process`; `client` calls it with the token of whoever has the given address."""

    def __init__(self, process: psutil.Process, port: int, token: str, client: httpx.Client) -> None:
        self.process = process
        self.port = port
        self.token = token
        self.client = client

    def cpu_ms(self, request: Callable[[], httpx.Response], times: int = 400) -> tuple[float, float]:
        """CPU of the server (user and system) for one request: of the least disturbed round, and of the median one."""
        for _ in range(WARM_UP):
            request().raise_for_status()
        rounds = [self._round(request, times // ROUNDS) for _ in range(ROUNDS)]
        return min(rounds), statistics.median(rounds)

    def _round(self, request: Callable[[], httpx.Response], times: int) -> float:
        before = self.process.cpu_times()
        for _ in range(times):
            request().raise_for_status()
        after = self.process.cpu_times()
        return (after.user + after.system - before.user - before.system) * 1000 / times


@contextmanager
def served(
    folder: str, database: str, email: str = "dana@example.org", role: Role = Role.SPEAKER, **settings: str
) -> Iterator[Served]:
    given = {"RECITAL_DATA_DIR": folder, "RECITAL_DATABASE_URL": database, **settings}
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_run, args=(given, email, role, theirs))
    server.start()
    try:
        port, token = ours.recv()
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
            yield Served(psutil.Process(server.pid), port, token, client)
    finally:
        server.terminate()
        server.join()


def _run(given: dict[str, str], email: str, role: Role, to_parent: Connection) -> None:
    with assembled(Settings.load(given), serving=True) as recital:
        _, token = recital.accounts.token(admitted(recital, email, role), timedelta(days=1))
        serve(recital, "127.0.0.1", 0, listening=lambda port: to_parent.send((port, token)))
