"""What the check of a sign-in costs the server on a request: CPU of its process (user and system).

    python -m tests.benchmarks.sign_in [requests]

A real server over a real PostgreSQL, one keep-alive connection. The check is what `GET /api/me` costs above
`GET /health/live`, which asks for nobody: token, one query, thread and guard, and showing the account. The figure is
the least disturbed round's of each: on a busy machine the same work costs more CPU.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from adapters_storage.embedded import EmbeddedPostgres
from tests.benchmarks.serving import Served, served

WARM_UP = 100
ROUNDS = 10
LIMIT_MS = 0.5
NOBODY_ASKED = "/health/live"
SIGNED_IN = "/api/me"


def main(requests: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedPostgres(Path(folder)) as database,
        served(folder, database.url) as server,
    ):
        for path in (NOBODY_ASKED, SIGNED_IN):
            cpu_ms(server, path, WARM_UP)
        pairs = [
            tuple(cpu_ms(server, path, requests // ROUNDS) for path in (NOBODY_ASKED, SIGNED_IN)) for _ in range(ROUNDS)
        ]
    without, signed_in = zip(*pairs, strict=True)
    checks = [more - less for less, more in pairs]
    print(f"{requests} requests of each kind over one connection, in {ROUNDS} rounds, alternately")
    print(f"{'server CPU of a sign-in check':<36}{min(signed_in) - min(without):6.2f} ms   (limit {LIMIT_MS} ms)")
    print(f"{'  median round / worst round':<36}{statistics.median(checks):6.2f} / {max(checks):.2f} ms")
    print(f"{'a request without / with it':<36}{min(without):6.2f} / {min(signed_in):.2f} ms")


def cpu_ms(server: Served, path: str, requests: int) -> float:
    """CPU of the server for one request, as the mean of `requests`."""
    before = server.process.cpu_times()
    for _ in range(requests):
        server.client.get(path).raise_for_status()
    after = server.process.cpu_times()
    return (after.user + after.system - before.user - before.system) * 1000 / requests


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
