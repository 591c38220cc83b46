"""Finalising by worker processes, as an operator starts them: what it costs, how it scales, how long people wait.

    python -m tests.benchmarks.workers [sessions]

In each round so many sessions of five minutes, and one more, are kept at one moment, and `recital worker` processes
over a real PostgreSQL and folders take them up. CPU is user and system time of the workers and of what they ran,
against one bare ffmpeg run a session that makes the same files and measures. ffmpeg by itself works on one session with
several threads, so that one worker uses more than one core; each on a core of its own, two are told from one.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import psutil
import psycopg

from adapters_storage.assembly import Recital, assembled
from adapters_storage.embedded import EmbeddedPostgres
from adapters_storage.settings import Settings
from recital_core.sessions import SessionId
from recital_core.speakers import Speaker
from tests.benchmarks.aggregation import Recorded, bare_cpu_s, five_minutes, recorded, sent
from tests.people import admitted
from tests.reading import reading
from tests.running import RECITAL, Server, wait_until

OTHERS = 20
LOOK_EVERY_S = 0.25
UP_WITHIN_S, DONE_WITHIN_S = 60, 600
ALLOWED_CPU, WANTED_SCALE, LIMIT_WAIT_S = 1.15, 1.8, 60
UPLOADED = "SELECT id FROM sessions WHERE state = 'uploaded' AND id = ANY(%s)"


class Round(NamedTuple):
    waits_s: list[float]
    """From keep to available, the first kept first."""
    cpu_s: float
    most_mb: float
    """Resident memory of a worker and what it runs, at most, seen now and then."""

    @property
    def took_s(self) -> float:
        return max(self.waits_s)


class Workers:
    """An installation in `folder` whose sessions wait until a round begins."""

    def __init__(self, folder: Path, recital: Recital, url: str, whole: Recorded) -> None:
        self._folder = folder
        self._recital = recital
        self._url = url
        self._whole = whole
        self._speaker: Speaker = admitted(recital)

    def round(self, sessions: int, *options: Sequence[str], cores: Sequence[str] | None = None) -> Round:
        """A worker for each of `options`, on the cores that `cores` names for each, if any."""
        ids = [
            sent(self._recital.library, self._recital.recording, self._speaker, self._whole) for _ in range(sessions)
        ]
        with ExitStack() as closing:
            workers = [
                closing.enter_context(self._worker(given, cores[place] if cores else None))
                for place, given in enumerate(options)
            ]
            before = sum(map(cpu_seconds, workers))
            waits_s, most_mb = self._waits(ids, workers)
            cpu_s = sum(map(cpu_seconds, workers)) - before
        return Round(waits_s, cpu_s, most_mb)

    def _waits(self, ids: Sequence[SessionId], workers: Sequence[psutil.Process]) -> tuple[list[float], float]:
        """From keep to available, and the memory of a worker meanwhile."""
        kept, available, seen_mb, looked_at = {}, {}, [0.0], [0.0]
        for session in ids:
            kept[session] = time.monotonic()
            self._recital.recording.end(self._speaker, session, self._whole.ending)
        with psycopg.connect(self._url, autocommit=True) as connection:

            def all_there() -> bool:
                if time.monotonic() > looked_at[-1] + LOOK_EVERY_S:
                    looked_at.append(time.monotonic())
                    waiting = [session for session in ids if session not in available]
                    for (found,) in connection.execute(UPLOADED, (waiting,)).fetchall():
                        available[found] = looked_at[-1]
                    seen_mb.extend(memory_mb(worker) for worker in workers)
                return len(available) == len(ids)

            wait_until(all_there, DONE_WITHIN_S, "all sessions are published")
        return [available[session] - kept[session] for session in ids], max(seen_mb)

    @contextmanager
    def _worker(self, options: Sequence[str], core: str | None) -> Iterator[psutil.Process]:
        server = Server(self._folder, RECITAL_DATABASE_URL=self._url)
        server.program = (RECITAL,) if core is None else ("taskset", "--cpu-list", core, RECITAL)  # type: ignore[misc]
        process: subprocess.Popen[bytes] = server.spawn("worker", *options)
        try:
            wait_until(lambda: "Working, " in server.log, UP_WITHIN_S, "the worker is up")
            yield psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(UP_WITHIN_S)


def cpu_seconds(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:4])


def memory_mb(process: psutil.Process) -> float:
    found = 0
    for each in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            found += each.memory_info().rss
    return found / 2**20


def main(others: int) -> None:
    with tempfile.TemporaryDirectory() as name, EmbeddedPostgres(Path(name) / "database") as database:
        folder = Path(name)
        samples, presses = five_minutes(reading(folder, seed=1))
        bare_s = bare_cpu_s(folder, samples, presses[-1], levels=True)
        given = {"RECITAL_DATA_DIR": str(folder / "data"), "RECITAL_DATABASE_URL": database.url}
        settings = Settings.load({**given, "RECITAL_OPEN_SESSIONS": "1000"})
        with assembled(settings, serving=True) as recital:
            workers = Workers(folder / "data", recital, database.url, recorded(samples, presses))
            workers.round(2, [])
            sessions = others + 1
            print(
                f"{sessions} sessions of five minutes, {os.cpu_count()} cores; bare ffmpeg {bare_s:.2f} s of CPU each"
            )
            print(f"{'':44}{'a session':>11}{'CPU each':>10}{'first':>8}{'median':>8}{'worst':>8}{'memory':>10}")
            alone = told("1 worker", workers.round(sessions, []))
            both = told("2 workers", workers.round(sessions, [], []))
            told("1 worker, --concurrency 2", workers.round(sessions, ["--concurrency", "2"]))
            one = told("1 worker on 1 core", workers.round(sessions, [], cores=["0"]))
            two = told("2 workers on a core each", workers.round(sessions, [], [], cores=["0", "1"]))
    cpu = min(each.cpu_s for each in (alone, both)) / sessions / bare_s
    print(f"{'CPU against bare ffmpeg':<44}{cpu:8.2f}     (allowed {ALLOWED_CPU})")
    print(f"{'2 workers against 1':<44}{alone.took_s / both.took_s:8.2f}")
    print(f"{'  each on a core of its own':<44}{one.took_s / two.took_s:8.2f}     (wanted {WANTED_SCALE})")
    print(f"{'keep to available, 2 workers, worst':<44}{both.took_s:8.1f} s   (limit {LIMIT_WAIT_S} s)")


def told(name: str, found: Round) -> Round:
    count, waits_s = len(found.waits_s), found.waits_s
    print(
        f"{name:<44}{found.took_s / count:9.2f} s{found.cpu_s / count:8.2f} s"
        f"{waits_s[0]:6.1f} s{statistics.median(waits_s):6.1f} s{max(waits_s):6.1f} s{found.most_mb:7.0f} MB",
        flush=True,
    )
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else OTHERS)
