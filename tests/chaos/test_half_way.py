"""Bodies that stop half-way, disks that are full, and a second server: nothing half-done stays."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.published import Published, files_under
from tests.chaos.readings import add_text, take_of
from tests.client import Client, Outbox, Segment, Take, Unreachable, new_id
from tests.reading import Reading
from tests.running import LOOPBACK, Server, running, wait_until

ANSWERED_WITHIN_S = 10
UPLOADED_WITHIN_S = 60
SMALL_DISK = "8m"
FILE_BYTES = 64 * 1024
NO_PATIENCE_S = 0.05


def test_a_body_that_stops_half_way_leaves_nothing(
    server: Server, token: str, outbox: Outbox, text_id: str, take: Take
) -> None:
    session_id, segment = new_id(), take.segments[0]
    outbox.client.open(session_id, text_id, take.capture)
    for sent_bytes in (0, 1, len(segment.body) // 2, len(segment.body) - 1):
        with socket.create_connection((LOOPBACK, server.port), ANSWERED_WITHIN_S) as connection:
            connection.sendall(head(session_id, segment, token, len(segment.body)) + segment.body[:sent_bytes])
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1000):
                pass
    assert outbox.client.received(session_id) == {"segments": [], "marks": 0, "bytes": 0}
    assert files_under(server.staging / ".incoming") == []
    assert files_under(server.staging / "sessions" / session_id) == []
    assert outbox.client.put_segment(session_id, segment) == 201


def test_a_body_shorter_than_its_digest_says_is_refused_and_leaves_nothing(
    server: Server, token: str, outbox: Outbox, text_id: str, take: Take
) -> None:
    session_id, segment = new_id(), take.segments[0]
    outbox.client.open(session_id, text_id, take.capture)
    half = segment.body[: len(segment.body) // 2]
    with socket.create_connection((LOOPBACK, server.port), ANSWERED_WITHIN_S) as connection:
        connection.sendall(head(session_id, segment, token, len(half)) + half)
        assert connection.recv(100).startswith(b"HTTP/1.1 422 ")
    assert outbox.client.received(session_id)["segments"] == []
    assert files_under(server.staging / "sessions" / session_id) == []


def test_a_second_server_on_the_same_data_folder_says_so_in_one_line(server: Server) -> None:
    second = server.try_command("serve", "--port", "0")
    assert second.returncode == 7
    assert second.stdout == ""
    assert len(second.stderr.splitlines()) == 1
    assert str(server.folder) in second.stderr
    assert f"process {server.pid}" in second.stderr


@pytest.fixture
def crowded(tmp_path: Path, disk: Path) -> Iterator[Server]:
    """A server whose staging lies on `disk`."""
    with running(tmp_path / "data", RECITAL_STAGING_DIR=str(disk / "staging")) as server:
        yield server


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A tiny disk of its own where tests may mount one, else a folder of the large one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, check=False, capture_output=True).returncode == 0
    yield folder
    if mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_answers_503_leaves_nothing_half_written_and_goes_on_when_there_is_room(
    crowded: Server, disk: Path, spoken: Reading
) -> None:
    token = crowded.token()
    with Client(crowded.url, token) as client, Client(crowded.url, token, patience_s=NO_PATIENCE_S) as hasty:
        text_id, session_id, take = add_text(client, spoken), new_id(), take_of(spoken)
        client.open(session_id, text_id, take.capture)
        client.put_segment(session_id, take.segments[0])
        before = files_under(disk / "staging")
        with full(crowded, disk):
            for segment in take.segments[1:]:
                with pytest.raises(Unreachable, match=r"503 .*/problems/storage-full"):
                    hasty.put_segment(session_id, segment)
            assert client.received(session_id)["segments"] == [[0, 0]]
            assert files_under(disk / "staging") == before
        Outbox(client).send(session_id, text_id, take)
        client.wait_for(session_id, "uploaded", UPLOADED_WITHIN_S)
        Published(crowded.archive / session_id).assert_holds(take)


def test_a_full_archive_is_told_of_and_the_session_is_published_once_there_is_room(
    tmp_path: Path, disk: Path, spoken: Reading
) -> None:
    with (
        running(tmp_path / "data", RECITAL_ARCHIVE_DIR=str(disk / "archive")) as server,
        Client(server.url, server.token()) as client,
    ):
        session_id, take = new_id(), take_of(spoken)
        text_id = add_text(client, spoken)
        with full(server, disk):
            Outbox(client).send(session_id, text_id, take)
            wait_until(lambda: client.session(session_id)["problem"], UPLOADED_WITHIN_S, "the problem is told")
            assert client.session(session_id)["state"] != "uploaded"
            assert not (server.archive / session_id / "session.json").exists()
        server.command("sessions", "retry", session_id)
        assert client.wait_for(session_id, "uploaded", UPLOADED_WITHIN_S)["problem"] is None
        Published(server.archive / session_id).assert_holds(take)


@contextlib.contextmanager
def full(server: Server, disk: Path) -> Iterator[None]:
    """No room for another segment, by a filler on a small disk, else by the largest file that the server may write."""
    if os.path.ismount(disk):
        filler = disk / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        yield
        filler.unlink()
    else:
        soft, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (FILE_BYTES, resource.RLIM_INFINITY))
        yield
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (soft, hard))


def head(session_id: str, segment: Segment, token: str, body_bytes: int) -> bytes:
    """The head of a request that sends `segment` and promises `body_bytes`."""
    headers = {
        **segment.headers,
        "Host": LOOPBACK,
        "Authorization": f"Bearer {token}",
        "Content-Length": str(body_bytes),
    }
    lines = [f"PUT /api/sessions/{session_id}/audio/{segment.number} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()
