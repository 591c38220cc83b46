"""The machines of a fleet: web processes, workers, a PostgreSQL and an S3 server, each of which can be disturbed."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from adapters_storage.embedded import EmbeddedPostgres
from adapters_storage.embedded.server import server_pid
from tests.running import HTTP, Server, wait_until
from tests.s3_door import Asked, Fault, StrictDoor, problem, strict_door
from tests.s3_servers import Bucket, an_s3_server, s3_settings

WEBS, WORKERS, CONCURRENCY = 2, 2, 2
UP_WITHIN_S = 120
LOOKED_EVERY_S = 0.1
WORKSHOP = "128m"
LAST_WORDS = 4000
BURST_EVERY_S, BURST_S, FAILING_IN_A_BURST, FAILING_ELSE = 4.0, 1.0, 0.5, 0.02
SECRET_KEY = "the secret key of a fleet, forty characters"
NO_ROOM = Fault(status=507, words=problem("XMinioStorageFull"))


class Machine:
    """One process of ours, started anew as soon as it ends."""

    def __init__(self, server: Server, *arguments: str) -> None:
        self.server = server
        self.name = f"{arguments[0]} on {server.folder.name}"
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self._starts = 0

    @property
    def is_up(self) -> bool:
        """Whether it has come so far that it works."""
        if self._process is None or self._process.poll() is not None:
            return False
        if self._arguments[0] == "worker":
            return self.server.log.count("Working, ") == self._starts
        with contextlib.suppress(httpx.TransportError):
            return HTTP.get(f"{self.server.url}/health/live", timeout=1).is_success
        return False

    def keep_up(self) -> int | None:
        """Start it unless it runs; the code with which it had ended."""
        code = self._process.poll() if self._process else None
        if self._process is None or code is not None:
            self._starts = self.server.log.count("Working, ") + 1
            self._process = self.server.spawn(*self._arguments)
        return code

    def end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(UP_WITHIN_S)


@dataclass
class Fleet:
    """Everything that runs. Of what is done to it `done` keeps count."""

    folder: Path
    postgres: EmbeddedPostgres
    door: StrictDoor
    staging: Bucket
    archive: Bucket
    settings: dict[str, str]
    machines: list[Machine]
    chance: random.Random
    done: Counter[str] = field(default_factory=Counter)
    last_words: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def ports(self) -> list[int]:
        """Of the web processes."""
        return [machine.server.port for machine in self.machines if "serve" in machine.name]

    def workshops(self) -> list[Path]:
        """What lies where workers work on sound."""
        folders = [machine.server.folder / "workshop" for machine in self.machines if "worker" in machine.name]
        return [path for folder in folders if folder.is_dir() for path in folder.iterdir()]

    def keep_up(self) -> None:
        """Start every process that has ended, as a supervisor does."""
        for machine in self.machines:
            code = machine.keep_up()
            if code not in (None, -signal.SIGKILL):
                self.done[f"{machine.name} ended by itself with {code}"] += 1
                self.last_words.append(f"{machine.name}, {code}:\n{machine.server.log[-LAST_WORDS:]}")

    def all_up(self) -> bool:
        self.keep_up()
        return all(machine.is_up for machine in self.machines)

    def kill_one(self) -> None:
        """SIGKILL for any of the processes that work."""
        up = [machine for machine in self.machines if machine.is_up]
        if up:
            machine = self.chance.choice(up)
            machine.end(signal.SIGKILL)
            self.done[f"{machine.name} killed"] += 1

    def restart_postgres(self, *, crash: bool) -> None:
        """Without PostgreSQL for a moment; after a crash it has to recover."""
        if crash and (pid := server_pid(self.folder / "postgresql" / "data")):
            os.kill(pid, signal.SIGQUIT)
        self.postgres.stop()
        self.postgres.start()
        self.done["PostgreSQL crashed" if crash else "PostgreSQL restarted"] += 1

    def fail_s3(self, since: float) -> None:
        """From now on S3 fails in bursts, and a little all the time."""

        def faults(_asked: Asked) -> Fault | None:
            with self._lock:
                in_a_burst = (time.monotonic() - since) % BURST_EVERY_S < BURST_S
                if self.chance.random() >= (FAILING_IN_A_BURST if in_a_burst else FAILING_ELSE):
                    return None
                self.done["S3 failed"] += 1
                return self.chance.choice((Fault(status=500), Fault(status=503), Fault(lost=True), Fault(kept=0.5)))

        self.door.faults = faults

    @contextlib.contextmanager
    def full_disks(self) -> Iterator[None]:
        """No room in S3, nor, where they are disks of their own, on the workers' machines."""
        failing = self.door.faults
        self.door.faults = lambda asked: NO_ROOM if asked.method == "PUT" else failing(asked)
        fillers = [machine.server.folder / "filler" for machine in self.machines if "worker" in machine.name]
        for filler in fillers:
            if os.path.ismount(filler.parent):
                with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
                    while True:
                        file.write(bytes(4096))
        try:
            yield
        finally:
            for filler in fillers:
                filler.unlink(missing_ok=True)
            self.door.faults = failing
            self.done["disks filled"] += 1

    def leave_in_peace(self) -> None:
        """Nothing fails any more, and everything is up."""
        self.door.faults = lambda _asked: None
        wait_until(self.all_up, UP_WITHIN_S, "the whole fleet is up")


@contextlib.contextmanager
def fleet_in(folder: Path, seed: int) -> Iterator[Fleet]:
    """A fleet that is up, until the block ends."""
    with contextlib.ExitStack() as closing:
        postgres = closing.enter_context(EmbeddedPostgres(folder))
        door = closing.enter_context(strict_door(closing.enter_context(an_s3_server())))
        staging, archive = Bucket(door.url, "staging"), Bucket(door.url, "archive")
        for bucket in (staging, archive):
            bucket.make()
        settings = {
            **s3_settings(door.url, staging.name, archive.name),
            "RECITAL_DATABASE_URL": postgres.url,
            "RECITAL_SECRET_KEY": SECRET_KEY,
            "RECITAL_OPEN_SESSIONS": "1000",
            "PYTHONFAULTHANDLER": "1",
        }
        machines = [
            *(Machine(Server(folder / f"web-{n}", **settings), "serve", "--no-jobs") for n in range(WEBS)),
            *(
                Machine(
                    Server(_disk(closing, folder / f"worker-{n}"), **settings), "worker", f"--concurrency={CONCURRENCY}"
                )
                for n in range(WORKERS)
            ),
        ]
        for machine in machines:
            closing.callback(machine.end, signal.SIGKILL)
        yield Fleet(folder, postgres, door, staging, archive, settings, machines, random.Random(seed))


def _disk(closing: contextlib.ExitStack, folder: Path) -> Path:
    """A folder on a small disk of its own, where one may be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={WORKSHOP}", "tmpfs", str(folder)]
    if os.geteuid() == 0 and subprocess.run(mount, check=False, capture_output=True).returncode == 0:
        closing.callback(subprocess.run, ["umount", "--lazy", str(folder)], check=True)
    return folder
