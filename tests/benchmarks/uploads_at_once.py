"""Many speakers sending at once: what one web process takes in, how long they wait, and what it costs.

    python -m tests.benchmarks.uploads_at_once [at once] [uploads each]

A real server over a real PostgreSQL and a folder; each speaker has a connection and a session of their own, and sends
one segment of 84 kB (5 s of FLAC) after another. The load is made by another process on the same machine, by plain
sockets, so that it costs little.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil

from adapters_storage.embedded import EmbeddedPostgres
from adapters_storage.embedded.server import server_pid
from tests.benchmarks.segments import SEGMENT_BYTES, SEGMENT_SAMPLES, opened
from tests.benchmarks.serving import served

AT_ONCE, EACH = 64, 40
WANTED_PER_S, LIMIT_CPU_MS, LIMIT_P99_MS, LIMIT_MB = 250, 3.0, 400, 200
CREATED = b"HTTP/1.1 201 "


def main(at_once: int, each: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedPostgres(Path(folder)) as database,
        served(folder, database.url, RECITAL_OPEN_SESSIONS="1000") as server,
    ):
        process, postgres = server.process, psutil.Process(database_pid(Path(folder)))
        sessions = [opened(server.client) for _ in range(at_once)]
        idle_mb = process.memory_info().rss / 2**20
        asyncio.run(all_send(server.port, server.token, sessions, range(2)))
        before, database_before, started = cpu_s(process), cpu_of_all_s(postgres), time.perf_counter()
        waits, refused, most_mb = asyncio.run(
            all_send(server.port, server.token, sessions, range(2, 2 + each), process)
        )
        took_s, ours_s = time.perf_counter() - started, cpu_s(process) - before
        database_s = cpu_of_all_s(postgres) - database_before
    uploads = at_once * each
    p50, p99 = (statistics.quantiles(waits, n=100)[place] for place in (49, 98))
    print(
        f"{uploads} uploads of {SEGMENT_BYTES} bytes, {at_once} at once, one web process; load {os.getloadavg()[0]:.1f}"
    )
    print(f"{'uploads a second':<36}{uploads / took_s:8.0f}   (wanted {WANTED_PER_S})")
    print(f"{'server CPU an upload':<36}{ours_s * 1000 / uploads:8.2f} ms   (limit {LIMIT_CPU_MS} ms)")
    print(f"{'PostgreSQL, CPU an upload':<36}{database_s * 1000 / uploads:8.2f} ms")
    print(f"{'answer, median':<36}{p50:8.0f} ms")
    print(f"{'answer, 99 of 100 within':<36}{p99:8.0f} ms   (limit {LIMIT_P99_MS} ms)")
    print(f"{'answer, worst':<36}{max(waits):8.0f} ms")
    print(f"{'not taken':<36}{refused:8}")
    print(f"{'memory, before / at most':<36}{idle_mb:8.0f} / {most_mb:.0f} MB   (limit {LIMIT_MB} MB)")


def database_pid(folder: Path) -> int:
    pid = server_pid(folder / "postgresql" / "data")
    assert pid is not None
    return pid


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def cpu_of_all_s(process: psutil.Process) -> float:
    """Of a process, its children, and those that it had."""
    gone = process.cpu_times()
    return gone.children_user + gone.children_system + sum(map(cpu_s, (process, *process.children())))


async def all_send(
    port: int, token: str, sessions: list[str], numbers: range, process: psutil.Process | None = None
) -> tuple[list[float], int, float]:
    """What each answer took in milliseconds, how many were no success, and the most memory that was seen."""
    body = os.urandom(SEGMENT_BYTES)
    sending = [asyncio.create_task(send(port, token, session, numbers, body)) for session in sessions]
    most = 0.0
    while any(not each.done() for each in sending):
        await asyncio.wait(sending, timeout=0.25)
        most = max(most, process.memory_info().rss / 2**20) if process else most
    found = [each.result() for each in sending]
    return [wait for waits, _ in found for wait in waits], sum(refused for _, refused in found), most


async def send(port: int, token: str, session: str, numbers: range, body: bytes) -> tuple[list[float], int]:
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    waits, refused = [], 0
    for number in numbers:
        head = (
            f"PUT {session}/audio/{number} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: audio/flac\r\nContent-Length: {len(body)}\r\nContent-Digest: sha-256=:{digest}:\r\n"
            f"Recital-First-Sample: {number * SEGMENT_SAMPLES}\r\nRecital-Sample-Count: {SEGMENT_SAMPLES}\r\n\r\n"
        )
        started = time.perf_counter()
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in answer.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        await reader.readexactly(length)
        waits.append((time.perf_counter() - started) * 1000)
        refused += not answer.startswith(CREATED)
    writer.close()
    return waits, refused


if __name__ == "__main__":
    main(*(int(given) for given in sys.argv[1:3]) if len(sys.argv) > 2 else (AT_ONCE, EACH))
