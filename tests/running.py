"""A real `recital serve` for end-to-end tests: a process of its own, on a free port and a data folder of its own.

    with running(tmp_path / "data") as server:          # started and ready; ended at the block's end
        server.url                                      # http://127.0.0.1:PORT, the same after every restart
        server.token()                                  # a bearer token of the local admin
        server.sign_in_link()                           # a fresh single-use link, for a browser
        server.command("sessions", "list", "--json")    # `recital …` on the same data folder, beside the server
        server.kill(); server.start()                   # SIGKILL, and up again on what is left
        server.kill(and_all_it_started=True)            # the database with it, as when a container ends
        server.stop()                                   # SIGTERM; returns the exit code
        server.log                                      # everything it has printed, through all its lives
        server.programs                                 # names of the programs that it runs now, such as ffmpeg

    with running(folder, "--no-jobs", RECITAL_WORKERS="3") as server: …    # any option, any setting by its variable
    server = Server(folder); server.start() …                   # without a block; then `server.end()`

`wait_until(condition, seconds)` is the only place in which tests wait.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar, TypeVar

import httpx

LOOPBACK = "127.0.0.1"
ADMIN = "admin@localhost"
RECITAL = str(Path(sys.executable).with_name("recital"))
STARTS_WITHIN_S = 60.0
STOPS_WITHIN_S = 30.0
COMMAND_WITHIN_S = 60.0
POLL_S = 0.01
HTTP = httpx.Client(timeout=10)
"""For whoever asks again and again: a client of one's own for each question costs 16 ms of processor."""

Found = TypeVar("Found")


def wait_until(condition: Callable[[], Found], seconds: float, what: str = "") -> Found:
    """What `condition` gives as soon as that counts as true. Raises TimeoutError after `seconds`."""
    late = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > late:
            raise TimeoutError(f"not within {seconds:g} s: {what or getattr(condition, '__name__', condition)}")
        time.sleep(POLL_S)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def children_of(pid: int) -> dict[int, str]:
    """The processes that a process has started and that run now, with their programs' names; from Linux's /proc."""
    found = {}
    for process in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, _, facts = process.read_text("utf-8", "replace").partition("(")[2].rpartition(") ")
            state, parent = facts.split()[:2]
            if int(parent) == pid and state != "Z":
                found[int(process.parent.name)] = name
    return found


def descendants_of(pid: int) -> list[int]:
    """A process's children, their children, and so on."""
    return [found for child in children_of(pid) for found in (child, *descendants_of(child))]


def command_line(pid: int) -> str:
    """What every user of the machine can read of a process: its program and arguments. Empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


class Server:
    """One installation of Recital in the data folder `folder`, whose server can be started again and again.

    `settings` are variables of the environment. Variables of ours that the surroundings have set do not reach it.
    """

    program: ClassVar[Sequence[str]] = (RECITAL,)

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        ours = {"RECITAL_DATA_DIR": str(folder), "RECITAL_HOST": LOOPBACK, "RECITAL_PORT": str(self.port)}
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("RECITAL_")}
        self._environment = {**surroundings, **ours, **settings}
        self._process: subprocess.Popen[bytes] | None = None
        self._tokens: dict[str, str] = {}
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder.with_name(f"{folder.name}.log")
        self._log.write_bytes(b"")

    @property
    def archive(self) -> Path:
        return Path(self._environment.get("RECITAL_ARCHIVE_DIR", self.folder / "archive"))

    @property
    def staging(self) -> Path:
        return Path(self._environment.get("RECITAL_STAGING_DIR", self.folder / "staging"))

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    @property
    def pid(self) -> int:
        """Of the running server. Raises AssertionError when there is none."""
        assert self._process is not None, "the server does not run"
        return self._process.pid

    @property
    def programs(self) -> list[str]:
        """Names of the programs that the running server has started and that run now."""
        return list(children_of(self.pid).values())

    def start(self, *options: str) -> None:
        """Start the server and wait until it is ready. Raises AssertionError, with its words, when it ends instead."""
        self._process = self.spawn("serve", *options)
        wait_until(self._is_ready, STARTS_WITHIN_S, "the server is ready")

    def spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        """`recital` with `arguments` on the same data folder, in the background; to be ended by the caller."""
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [*self.program, *arguments],
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self) -> int:
        """Ask the server to end, as an operator does, and give its exit code."""
        return self._ended_by(signal.SIGTERM)

    def kill(self, *, and_all_it_started: bool = False) -> None:
        """End the server at once, without a word; what it has started is left to itself, or dies with it.

        The latter is what happens to a container: the database, too, is killed in mid-work.
        """
        others = descendants_of(self.pid) if and_all_it_started else []
        self._ended_by(signal.SIGKILL)
        for pid in others:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def end(self) -> None:
        """Stop the server if it runs, and see to it that nothing of it is left."""
        if self._process is None:
            return
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def command(self, *arguments: str, code: int = 0) -> str:
        """What `recital` prints for `arguments` on the same data folder. Raises AssertionError unless it ends so."""
        done = self.try_command(*arguments)
        assert done.returncode == code, f"recital {' '.join(arguments)} ended with {done.returncode}: {done.stderr}"
        return done.stdout

    def try_command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`recital` with `arguments` on the same data folder, however it ends."""
        return subprocess.run(
            [RECITAL, *arguments],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_WITHIN_S,
            check=False,
        )

    def dump(self) -> str:
        """Every row of every table of the embedded database, as SQL."""
        program = [sys.executable, "-m", "adapters_storage.embedded", "pg_dump", "--data-only", "--inserts"]
        return subprocess.run(
            program,
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_WITHIN_S,
            check=True,
        ).stdout

    def token(self, email: str = ADMIN) -> str:
        """The bearer token of whoever has this address, and has agreed to be recorded; always the same one."""
        return self._tokens.get(email) or self.new_token(email)

    def new_token(self, email: str) -> str:
        """Another one from now on, as for an account that was erased and made again."""
        token = self.command("speakers", "token", email).split()[-1]
        headers = {"Authorization": f"Bearer {token}"}
        version = HTTP.get(f"{self.url}/api/config").raise_for_status().json()["agreement_version"]
        signing = {"version": version, "language": "en"}
        HTTP.post(f"{self.url}/api/me/agreement", json=signing, headers=headers).raise_for_status()
        self._tokens[email] = token
        return token

    def sign_in_link(self, email: str = ADMIN) -> str:
        """A fresh single-use link that signs a browser in, of somebody who has agreed to be recorded."""
        self.token(email)
        return self.command("speakers", "login-link", email).split()[-1]

    def _is_ready(self) -> bool:
        assert self._process is not None
        code = self._process.poll()
        assert code is None, f"the server ended with {code}:\n{self.log[-4000:]}"
        with contextlib.suppress(httpx.TransportError):
            return HTTP.get(f"{self.url}/health/ready").status_code == httpx.codes.OK
        return False

    def _ended_by(self, how: signal.Signals) -> int:
        assert self._process is not None, "the server does not run"
        self._process.send_signal(how)
        code = self._process.wait(STOPS_WITHIN_S)
        self._process = None
        return code


@contextlib.contextmanager
def running(folder: Path, *options: str, **settings: str) -> Iterator[Server]:
    """A server on `folder`, ready to be used until the block ends."""
    server = Server(folder, **settings)
    try:
        server.start(*options)
        yield server
    finally:
        server.end()
