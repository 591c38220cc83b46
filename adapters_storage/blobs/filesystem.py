"""Blobs as files of a folder, each under its own name, so that a person can look at them."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import io
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from recital_core import errors
from recital_core.keys import valid_key, valid_prefix
from recital_core.ports import Blob

INCOMING = ".incoming"
STALE_AFTER_SECONDS = 24 * 60 * 60
FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
COPIED_AT_ONCE = 1024 * 1024
REMEMBERED = 10_000
TRIES_AGAINST_OTHERS = 50
GONE_OR_GOING = (FileNotFoundError, FileExistsError)
"""What making a folder meets while somebody else deletes it: it stood there, and no longer does."""
NOT_A_FILE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class FolderBlobStore:
    """The port BlobStore over `root`, which is made when it is missing; several processes may share it.

    A blob is written to `root/.incoming`, made durable, and renamed to its name. With `described`, its media type
    and metadata stand beside it in a hidden file, `.{name}.json`; without, nothing keeps them. A `read_only` store
    makes nothing there of its own; it must be there.
    """

    def __init__(self, root: Path, *, described: bool = True, read_only: bool = False) -> None:
        self._described = described
        with _unavailable():
            if not read_only:
                root.mkdir(parents=True, exist_ok=True)
            self._root = root.resolve(strict=True)
            self._incoming = self._root / INCOMING
            if not read_only:
                self._incoming.mkdir(exist_ok=True)
        self._durable: set[Path] = set()

    def sweep(self, older_than_seconds: float = STALE_AFTER_SECONDS) -> int:
        """Remove what killed writers left half-written, and give how many; younger files may still be written."""
        removed = 0
        with _unavailable():
            for draft in self._incoming.iterdir():
                with contextlib.suppress(FileNotFoundError):
                    if time.time() - draft.stat().st_mtime > older_than_seconds:
                        draft.unlink()
                        removed += 1
        return removed

    def put(self, key: str, body: BinaryIO, media_type: str, metadata: Mapping[str, str]) -> int:
        path = self._path(key)
        with self._draft() as draft:
            count = _write(draft, body)
            self._name(draft, path, media_type, metadata)
        return count

    def replace(
        self, key: str, body: BinaryIO, media_type: str, metadata: Mapping[str, str], *, instead_of: Blob | None
    ) -> int:
        path = self._path(key)
        with self._draft() as draft:
            count = _write(draft, body)
            with self._replacing():
                if self.find(key) != instead_of:
                    raise errors.BlobChanged(f"{key} is another one by now.")
                self._name(draft, path, media_type, metadata)
        return count

    @contextlib.contextmanager
    def open(self, key: str, first: int = 0, count: int | None = None) -> Iterator[BinaryIO]:
        path = self._path(key)
        with _unavailable():
            try:
                file = path.open("rb", buffering=0)
            except NOT_A_FILE as error:
                raise errors.BlobNotFound(f"There is no blob {key}.") from error
        with file:
            yield io.BufferedReader(_Window(file, first, count))

    def find(self, key: str) -> Blob | None:
        path = self._path(key)
        with _unavailable():
            try:
                found = path.stat()
            except NOT_A_FILE:
                return None
        if not stat.S_ISREG(found.st_mode):
            return None
        return Blob(key=key, bytes=found.st_size, version=f"{found.st_ino}.{found.st_mtime_ns}")

    def list(self, prefix: str) -> Iterator[Blob]:
        folder = self._path(valid_prefix(prefix)[:-1])
        return self._blobs_in(folder, prefix)

    def address(self, key: str, media_type: str, name: str, seconds: int) -> str | None:  # noqa: ARG002 - through us alone
        valid_key(key)
        return None

    def delete_under(self, prefix: str) -> None:
        folder = self._path(valid_prefix(prefix)[:-1])
        self._durable.clear()
        with _unavailable():
            for attempt in range(TRIES_AGAINST_OTHERS):
                if not folder.is_dir():
                    return
                try:
                    shutil.rmtree(folder)
                    _make_durable(folder.parent)
                except OSError as error:  # others write or delete here at the same time
                    if error.errno not in {errno.ENOENT, errno.ENOTEMPTY} or attempt == TRIES_AGAINST_OTHERS - 1:
                        raise

    def check(self) -> None:
        try:
            with self._draft() as draft:
                _write(draft, io.BytesIO(b"whether there is room"))
                draft.unlink()
        except errors.StorageFull as error:
            raise errors.BlobStoreUnavailable(error.detail) from error

    def examine(self) -> None:
        self.check()

    def _path(self, key: str) -> Path:
        """Where `key` stands. Raises BlobStoreUnavailable when a link inside the root leads elsewhere."""
        path = self._root.joinpath(*valid_key(key).split("/"))
        if os.path.realpath(path) != str(path):
            raise errors.BlobStoreUnavailable(f"A link stands in the way of {key}.")
        return path

    @contextlib.contextmanager
    def _draft(self) -> Iterator[Path]:
        """A place to write to before the blob has its name; what is left there when the block raises is removed."""
        draft = self._incoming / secrets.token_hex(16)
        try:
            yield draft
        except BaseException:
            with contextlib.suppress(OSError):  # it goes with the next sweep
                draft.unlink()
            raise

    @contextlib.contextmanager
    def _replacing(self) -> Iterator[None]:
        """Nobody else replaces a blob of this folder while the block runs, in whatever process."""
        with _unavailable():
            lock = os.open(self._incoming, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with _unavailable():
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _name(self, draft: Path, path: Path, media_type: str, metadata: Mapping[str, str]) -> None:
        """Give what was written its description, its name, and a lasting place."""
        with _unavailable():
            for attempt in range(TRIES_AGAINST_OTHERS):
                try:
                    if self._described:
                        self._describe(path, media_type, metadata)
                    draft.rename(path)
                    break
                except GONE_OR_GOING:  # its folder is not there yet, or somebody deletes it at the same time
                    if attempt == TRIES_AGAINST_OTHERS - 1:
                        raise
                    with contextlib.suppress(*GONE_OR_GOING):
                        path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):  # deleted since
                _make_durable(path.parent)
                self._make_place_durable(path.parent)

    def _describe(self, path: Path, media_type: str, metadata: Mapping[str, str]) -> None:
        description = msgspec.json.encode({"media_type": media_type, "metadata": dict(metadata)})
        with self._draft() as draft:
            _write(draft, io.BytesIO(description))
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.rename(path.with_name(f".{path.name}.json"))

    def _make_place_durable(self, folder: Path) -> None:
        """See to it that `folder` itself is kept, whoever made it; once in the life of this store."""
        if folder in self._durable:
            return
        for above in folder.relative_to(self._root).parents if folder != self._root else ():
            _make_durable(self._root / above)
        if len(self._durable) >= REMEMBERED:
            self._durable.clear()
        self._durable.add(folder)

    def _blobs_in(self, folder: Path, prefix: str) -> Iterator[Blob]:
        with _unavailable():
            try:
                with os.scandir(folder) as found:
                    visible = [entry for entry in found if not entry.name.startswith(".")]
            except NOT_A_FILE:
                return
            entries = sorted(
                (entry.name + "/" * entry.is_dir(follow_symlinks=False), entry)
                for entry in visible
                if not entry.is_symlink()
            )
        for name, entry in entries:
            if name.endswith("/"):
                yield from self._blobs_in(Path(entry.path), prefix + name)
                continue
            blob = self.find(prefix + name)
            if blob is not None:
                yield blob


class _Window(io.RawIOBase):
    """The bytes of `file` from `first` on, `count` at most."""

    def __init__(self, file: io.FileIO, first: int, count: int | None) -> None:
        self._file = file
        self._left = count
        file.seek(first)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        with _unavailable():
            got = self._file.readinto(view if self._left is None else view[: self._left])
        if self._left is not None:
            self._left -= got
        return got


def _write(draft: Path, body: BinaryIO) -> int:
    """Copy the rest of `body` into the new file `draft`, durably, and give its size. What `body` raises passes."""
    with _unavailable():
        file = draft.open("xb", buffering=0)
    count = 0
    with file:
        while piece := body.read(COPIED_AT_ONCE):
            with _unavailable():
                rest = memoryview(piece)
                while rest:
                    rest = rest[file.write(rest) :]
            count += len(piece)
        with _unavailable():
            os.fsync(file.fileno())
    return count


def _make_durable(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _unavailable() -> Iterator[None]:
    """What the operating system refuses, in the words of the port."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise errors.StorageFull("There is no room left in the folder of the blobs.") from error
        raise errors.BlobStoreUnavailable(f"The folder of the blobs refuses: {error.strerror}.") from error
