"""What a folder of blobs alone can suffer: links, full disks, killed writers, writers and deleters at one time."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters_storage.blobs.filesystem import FolderBlobStore
from recital_core import errors

ROOM = 256 * 1024


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def blobs(root: Path) -> FolderBlobStore:
    return FolderBlobStore(root)


def visible(root: Path) -> list[str]:
    return sorted(
        str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and not path.name.startswith(".")
    )


def drafts(root: Path) -> list[Path]:
    return list((root / ".incoming").iterdir())


def test_published_files_stand_in_the_folder_under_their_own_names(blobs: FolderBlobStore, root: Path) -> None:
    for name in ("transcript.vtt", "main.audio.mka"):
        blobs.put(f"1f/{name}", io.BytesIO(b"x"), "text/vtt", {"session": "1f"})
    assert visible(root) == ["1f/main.audio.mka", "1f/transcript.vtt"]
    assert drafts(root) == []


def test_media_type_and_metadata_stand_beside_a_blob(blobs: FolderBlobStore, root: Path) -> None:
    blobs.put("1f/transcript.vtt", io.BytesIO(b"x"), "text/vtt; charset=utf-8", {"session": "1f"})
    described = json.loads((root / "1f" / ".transcript.vtt.json").read_text())
    assert described == {"media_type": "text/vtt; charset=utf-8", "metadata": {"session": "1f"}}
    assert [blob.key for blob in blobs.list("1f/")] == ["1f/transcript.vtt"]


def test_nothing_is_left_of_a_session_that_was_deleted(blobs: FolderBlobStore, root: Path) -> None:
    blobs.put("1f/transcript.vtt", io.BytesIO(b"x"), "text/vtt", {})
    blobs.delete_under("1f/")
    assert not (root / "1f").exists()


def test_a_body_that_breaks_leaves_no_draft(blobs: FolderBlobStore, root: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        blobs.put("a", Broken(), "audio/flac", {})
    assert drafts(root) == []


@pytest.mark.parametrize("key", ["out/secret", "out/new", "secret"])
def test_a_link_leads_nobody_out_of_the_root(blobs: FolderBlobStore, root: Path, tmp_path: Path, key: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    (root / "out").symlink_to(outside)
    (root / "secret").symlink_to(outside / "secret")
    with pytest.raises(errors.BlobStoreUnavailable), blobs.open(key):
        pass
    with pytest.raises(errors.BlobStoreUnavailable):
        blobs.put(key, io.BytesIO(b"x"), "audio/flac", {})
    with pytest.raises(errors.BlobStoreUnavailable):
        blobs.delete_under("out/")
    assert {path.name: path.read_text() for path in outside.iterdir()} == {"secret": "secret"}


def test_a_list_does_not_follow_links(blobs: FolderBlobStore, root: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x").write_text("x")
    blobs.put("a/own", io.BytesIO(b"x"), "audio/flac", {})
    (root / "a" / "link").symlink_to(tmp_path / "outside")
    (root / "a" / "file").symlink_to(tmp_path / "outside" / "x")
    assert [blob.key for blob in blobs.list("a/")] == ["a/own"]


def test_the_root_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "archive").symlink_to(tmp_path / "disk")
    blobs = FolderBlobStore(tmp_path / "archive")
    blobs.put("a", io.BytesIO(b"x"), "audio/flac", {})
    assert (tmp_path / "disk" / "a").read_bytes() == b"x"


def test_a_full_disk_is_said_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with little_room(tmp_path / "disk") as room:
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(FILL), str(room.folder), str(ROOM), str(room.limit_bytes)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.split() == ["StorageFull", "kept"], done.stderr
        assert visible(room.folder) == ["small"]
        assert drafts(room.folder) == []


def test_only_old_drafts_are_swept(blobs: FolderBlobStore, root: Path) -> None:
    old, young = (root / ".incoming" / name for name in ("old", "young"))
    for draft in (old, young):
        draft.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert blobs.sweep() == 1
    assert drafts(root) == [young]


def test_a_writer_killed_half_way_leaves_nothing_under_the_name(root: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITE_HALF), str(root)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    with writer, writer.stdout:
        assert writer.stdout.readline() == "half\n"
        writer.kill()
    blobs = FolderBlobStore(root)
    assert blobs.find("a/0") is None
    assert list(blobs.list("a/")) == []
    assert blobs.sweep(older_than_seconds=-1) == 1


def test_writers_survive_a_deletion_of_their_folder(blobs: FolderBlobStore) -> None:
    stop = threading.Event()

    def delete() -> None:
        while not stop.is_set():
            blobs.delete_under("1f/")

    deleter = threading.Thread(target=delete)
    deleter.start()
    try:
        for number in range(40):
            blobs.put(f"1f/segments/{number}", io.BytesIO(b"x"), "audio/flac", {})
    finally:
        stop.set()
        deleter.join()
    blobs.delete_under("1f/")
    assert list(blobs.list("1f/")) == []


def test_a_root_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.BlobStoreUnavailable):
        FolderBlobStore(tmp_path / "file" / "archive")


def test_a_root_that_went_away_is_unavailable(blobs: FolderBlobStore, root: Path) -> None:
    (root / ".incoming").rmdir()
    with pytest.raises(errors.BlobStoreUnavailable):
        blobs.check()
    with pytest.raises(errors.BlobStoreUnavailable):
        blobs.put("a", io.BytesIO(b"x"), "audio/flac", {})


FILL = """
    import io, resource, sys
    from pathlib import Path
    from adapters_storage.blobs.filesystem import FolderBlobStore
    from recital_core import errors

    folder, room, limit = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    blobs = FolderBlobStore(Path(folder))
    blobs.put("small", io.BytesIO(b"kept"), "audio/flac", {})
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        blobs.put("large/one", io.BytesIO(bytes(2 * room)), "audio/flac", {})
    except errors.RecitalError as error:
        print(type(error).__name__)
    with blobs.open("small") as body:
        print(body.read().decode())
"""

WRITE_HALF = """
    import io, sys, time
    from pathlib import Path
    from adapters_storage.blobs.filesystem import FolderBlobStore

    class Slow(io.BytesIO):
        def read(self, size=-1):
            if self.tell():
                print("half", flush=True)
                time.sleep(60)
            return super().read(10)

    FolderBlobStore(Path(sys.argv[1])).put("a/0", Slow(bytes(100)), "audio/flac", {})
"""


class Room:
    """A folder with little room: `limit_bytes` for a file, where the disk itself could not be made small."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes


@contextlib.contextmanager
def little_room(folder: Path) -> Iterator[Room]:
    """A file system of its own where one may be mounted, else a limit on the size of files."""
    folder.mkdir()
    mounted = os.geteuid() == 0 and (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)], capture_output=True, check=False
        ).returncode
        == 0
    )
    try:
        yield Room(folder, 0 if mounted else ROOM)
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)
