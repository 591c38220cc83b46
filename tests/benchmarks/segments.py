"""What one segment upload costs the server: CPU of its process (user and system) and the time until the answer.

    python -m tests.benchmarks.segments [uploads]

A real server over a real PostgreSQL and a folder, one keep-alive connection, 84 kB a segment (5 s of FLAC). The
figure is the least disturbed round's: on a busy machine the same work costs more CPU.
"""

from __future__ import annotations

import base64
import hashlib
import os
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import NamedTuple

import httpx

from adapters_storage.embedded import EmbeddedPostgres
from tests.benchmarks.serving import Served, served

SEGMENT_BYTES = 84_000
SEGMENT_SAMPLES = 240_000
WARM_UP = 50
ROUNDS = 10
LIMIT_MS = 3.0


def main(uploads: int) -> None:
    each = uploads // ROUNDS
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedPostgres(Path(folder)) as database,
        served(folder, database.url) as server,
    ):
        session = opened(server.client)
        for number in range(WARM_UP):
            upload(server.client, session, number)
        starts = range(WARM_UP, WARM_UP + uploads, each)
        rounds = [measured(server, session, range(first, first + each)) for first in starts]
    print(f"{uploads} uploads of {SEGMENT_BYTES} bytes over one connection, in {ROUNDS} rounds")
    cpu = [measure.user_ms + measure.system_ms for measure in rounds]
    best = rounds[cpu.index(min(cpu))]
    waits = [wait for measure in rounds for wait in measure.waits_ms]
    print(f"{'server CPU an upload':<36}{min(cpu):6.2f} ms   (limit {LIMIT_MS} ms)")
    print(f"{'  of it user / system':<36}{best.user_ms:6.2f} / {best.system_ms:.2f} ms")
    print(f"{'  median round / worst round':<36}{statistics.median(cpu):6.2f} / {max(cpu):.2f} ms")
    print(f"{'answer, median / worst':<36}{statistics.median(waits):6.2f} / {max(waits):.2f} ms")


class Measure(NamedTuple):
    """CPU of the server for one upload, and how long each answer took."""

    user_ms: float
    system_ms: float
    waits_ms: list[float]


def measured(server: Served, session: str, numbers: range) -> Measure:
    before = server.process.cpu_times()
    waits_ms = [upload(server.client, session, number) for number in numbers]
    after = server.process.cpu_times()
    each = 1000 / len(numbers)
    return Measure((after.user - before.user) * each, (after.system - before.system) * each, waits_ms)


def opened(client: httpx.Client) -> str:
    text = client.post("/api/texts", json={"prose": "One. Two. Three.", "language": "en"}).raise_for_status().json()
    session = f"/api/sessions/{uuid.uuid4()}"
    wanted = {"text_id": text["id"], "capture": {"sample_rate_hz": 48000, "codec": "flac"}}
    client.put(session, json=wanted).raise_for_status()
    return session


def upload(client: httpx.Client, session: str, number: int) -> float:
    """Send one segment; gives the milliseconds until its answer."""
    body = os.urandom(SEGMENT_BYTES)
    headers = {
        "Content-Type": "audio/flac",
        "Content-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:",
        "Recital-First-Sample": str(number * SEGMENT_SAMPLES),
        "Recital-Sample-Count": str(SEGMENT_SAMPLES),
    }
    started = time.perf_counter()
    client.put(f"{session}/audio/{number}", content=body, headers=headers).raise_for_status()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
