"""A PostgreSQL server of our own in the data folder, for a Recital that lives on one machine.

One process owns the server: it holds a lock file, starts the server and stops it at the end. Other processes on the
same data folder join as guests.

    DATA/postgresql/owner.lock   locked by the owner; while the server is ready it names the owner and the socket folder
    DATA/postgresql/guests.lock  locked, shared, by every process that joined
    DATA/postgresql/…            the server's own, see `server.py`
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from adapters_storage.embedded.server import Server, programs, url_of, wait_until
from adapters_storage.embedded.user import ServerUser
from recital_core import errors

HANDOVER_S = 600.0  # another owner may be starting, and recovering from a crash of the machine
GUESTS_S = 60.0  # a short command that owns the server waits this long for its guests


class EmbeddedPostgres:
    """The server of one data folder, owned or joined by this process.

    `durable=False` trades safety against a power cut for speed, and is for tests only.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._folder = folder.absolute()
        self._home = self._folder / "postgresql"
        self._durable = durable
        self._lock: IO[str] | None = None
        self._guest: IO[str] | None = None
        self._server: Server | None = None
        self._guests_s = 0.0
        self.url = ""

    @classmethod
    def join_or_start(cls, folder: Path, *, durable: bool = True) -> Self:
        """Use the server that runs on `folder`, or start one that lives as long as this process and its guests.

        Raises DatabaseUnavailable where neither succeeds.
        """
        postgres = cls(folder, durable=durable)
        with unavailable_errors():
            postgres._open_home()
            if not wait_until(lambda: postgres._locked() or postgres._joined(), HANDOVER_S):
                raise errors.DatabaseUnavailable(f"the server of {folder} neither becomes ready nor ends")
            if postgres._lock is not None:
                postgres._guests_s = GUESTS_S
                postgres._serve(postgres._lock)
        return postgres

    def start(self, patience_s: float = 5.0) -> str:
        """Own the data folder, start its server, and return the URL of the database, for libpq and SQLAlchemy.

        A first start creates the database. Waits `patience_s` for another owner to end, then raises
        DataFolderInUse. Raises DatabaseUnavailable where PostgreSQL is missing or does not come up.
        """
        with unavailable_errors():
            self._open_home()
            if not wait_until(self._locked, patience_s) or self._lock is None:
                raise errors.DataFolderInUse(f"{self._folder} is used by {owner_of(self._folder)} already")
            self._serve(self._lock)
        return self.url

    def stop(self) -> None:
        """End the server where this process owns it, and leave it where it joined. May be called twice."""
        if self._server is not None and self._lock is not None:
            with (self._home / "guests.lock").open("a") as guests:
                wait_until(lambda: locked(guests, fcntl.LOCK_EX), self._guests_s)
                self._lock.truncate(0)
                self._server.stop()
        for file in (self._guest, self._lock):
            if file is not None:
                file.close()
        self._server = self._guest = self._lock = None
        self.url = ""

    def __enter__(self) -> Self:
        if not self.url:
            self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _open_home(self) -> None:
        self._home.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _locked(self) -> bool:
        lock = (self._home / "owner.lock").open("a+")
        if not locked(lock, fcntl.LOCK_EX):
            lock.close()
            return False
        self._lock = lock
        return True

    def _joined(self) -> bool:
        guest = (self._home / "guests.lock").open("a")
        if locked(guest, fcntl.LOCK_SH):
            with contextlib.suppress(errors.DatabaseUnavailable):
                self.url = address(self._folder)
                self._guest = guest
                return True
        guest.close()
        return False

    def _serve(self, lock: IO[str]) -> None:
        lock.seek(0)
        earlier = lock.read().splitlines()
        lock.truncate(0)
        try:
            user = ServerUser.choose(self._home, programs())
            self._server = Server(self._home, user, durable=self._durable)
            socket = self._server.start(socket_before=Path(earlier[1]) if earlier else None)
        except BaseException:
            self.stop()
            raise
        lock.write(f"{os.getpid()}\n{socket}\n")
        lock.flush()
        self.url = url_of(socket)


def address(folder: Path) -> str:
    """The URL of the server that runs on a data folder; raises DatabaseUnavailable where none is ready."""
    words = owner_words(folder)
    if not words:
        raise errors.DatabaseUnavailable(f"no PostgreSQL server is ready in {folder}")
    return url_of(Path(words[1]))


def owner_of(folder: Path) -> str:
    words = owner_words(folder)
    return f"process {words[0]}" if words else "another process"


def owner_words(folder: Path) -> list[str]:
    """The owner's process number and the socket folder; nothing while no server is ready."""
    lock = folder.absolute() / "postgresql" / "owner.lock"
    return lock.read_text().splitlines() if lock.exists() else []


def locked(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def unavailable_errors() -> Iterator[None]:
    try:
        yield
    except (OSError, subprocess.SubprocessError) as error:
        raise errors.DatabaseUnavailable(f"the embedded PostgreSQL cannot run: {error}") from error
