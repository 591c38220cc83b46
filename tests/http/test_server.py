"""The server process: what it holds, and how it ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from adapters_http.server import serve
from adapters_storage.assembly import Recital, assembled
from adapters_storage.certificate import local_certificate
from recital_core import errors
from recital_core.speakers import Role
from tests.http.conftest import Address, settings_for
from tests.people import admitted

CLOSED = "and closed what was open"


class Running(NamedTuple):
    process: BaseProcess
    pid: int
    said: Connection
    port: int
    token: str


def serving(database: str, folder: str, said: Connection, more: dict[str, str]) -> None:
    with assembled(settings_for(database, Path(folder), **more), serving=True) as recital:
        _, token = recital.accounts.token(admitted(recital, role=Role.ADMIN), timedelta(days=1))
        serve(recital, "127.0.0.1", 0, listening=lambda port: said.send((port, token)))
        said.send(CLOSED)


@contextmanager
def server(database: str, folder: Path, **more: str) -> Iterator[Running]:
    said, saying = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=serving, args=(database, str(folder), saying, more))
    process.start()
    saying.close()
    try:
        port, token = said.recv()
        assert process.pid is not None
        yield Running(process, process.pid, said, port, token)
    finally:
        process.kill()
        process.join()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_and_lets_its_caller_clean_up(database: str, tmp_path: Path, number: int) -> None:
    with server(database, tmp_path) as running:
        assert httpx.get(f"http://127.0.0.1:{running.port}/health/live").json() == {"live": True}
        os.kill(running.pid, number)
        assert running.said.recv() == CLOSED
        running.process.join(10)
        assert running.process.exitcode == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", running.port))


def test_a_signal_before_the_first_request_ends_the_server_too(database: str, tmp_path: Path) -> None:
    with server(database, tmp_path) as running:
        os.kill(running.pid, signal.SIGTERM)
        assert running.said.recv() == CLOSED


def test_a_request_under_way_is_finished_before_the_end(database: str, tmp_path: Path) -> None:
    body = b'{"prose": "Hello.", "language": "en"}'
    with server(database, tmp_path) as running, socket.create_connection(("127.0.0.1", running.port)) as slow:
        head = (
            "POST /api/texts HTTP/1.1",
            "host: 127.0.0.1",
            "content-type: application/json",
            f"content-length: {len(body)}",
            "expect: 100-continue",
            f"authorization: Bearer {running.token}",
        )
        slow.sendall("\r\n".join((*head, "", "")).encode())
        assert slow.recv(100).startswith(b"HTTP/1.1 100 ")
        os.kill(running.pid, signal.SIGTERM)
        slow.sendall(body)
        assert slow.recv(100).startswith(b"HTTP/1.1 201 ")
        assert running.said.recv() == CLOSED


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /",
        b"GET /api/config HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ",
        b"POST /api/auth/link HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: ",
    ],
    ids=["a path", "a header", "a trailer"],
)
def test_a_head_without_an_end_is_not_listened_to_for_ever(database: str, tmp_path: Path, begun: bytes) -> None:
    endless, taken = b"x" * 64 * 1024, 0
    with server(database, tmp_path) as running, socket.create_connection(("127.0.0.1", running.port)) as talker:
        talker.settimeout(10)
        talker.sendall(begun)
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            while taken < 2**27:
                talker.sendall(endless)
                taken += len(endless)


def test_a_body_may_be_longer_than_any_head(database: str, tmp_path: Path) -> None:
    with server(database, tmp_path) as running:
        answer = httpx.post(
            f"http://127.0.0.1:{running.port}/api/texts",
            json={"prose": "The sun rose.\n" * 20_000, "language": "en"},
            headers={"authorization": f"Bearer {running.token}"},
        )
        assert answer.status_code == 201


def test_an_address_that_is_taken_is_said_in_one_line(recital: Recital) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(errors.SettingWrong) as refused:
            serve(recital, "127.0.0.1", taken.getsockname()[1])
        assert "RECITAL_PORT" in refused.value.detail
        assert "\n" not in refused.value.detail


def test_an_address_that_is_not_ours_is_said_in_one_line(recital: Recital) -> None:
    with pytest.raises(errors.SettingWrong) as refused:
        serve(recital, "192.0.2.1", 0)
    assert "RECITAL_HOST" in refused.value.detail


@pytest.mark.parametrize(
    ("proxies", "address"),
    [
        ("", "127.0.0.1"),
        ("192.0.2.0/24, ::1", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9"),
        ("127.0.0.0/8, 203.0.113.0/24", "198.51.100.1"),
    ],
)
def test_where_somebody_came_from_is_believed_of_configured_proxies_alone(
    database: str, tmp_path: Path, proxies: str, address: str
) -> None:
    with (
        server(database, tmp_path, RECITAL_TRUSTED_PROXIES=proxies) as running,
        httpx.Client(base_url=f"http://127.0.0.1:{running.port}/api") as admin,
    ):
        admin.headers = httpx.Headers({"authorization": f"Bearer {running.token}"})
        forwarded = {"x-forwarded-for": "198.51.100.1, 203.0.113.9", "x-forwarded-proto": "https"}
        approving = {"email": "noam@example.org", "role": "speaker"}
        admin.post("/admin/speakers", json=approving, headers=forwarded).raise_for_status()
        entries = admin.get("/admin/audit", params={"event": "role-changed", "limit": 1}).json()["items"]
        assert [entry["address"] for entry in entries] == [address]


def test_with_a_certificate_the_server_speaks_https_and_nothing_else(database: str, tmp_path: Path) -> None:
    certificate = local_certificate(tmp_path / "elsewhere", datetime.now(UTC))
    trusting = ssl.create_default_context(cafile=str(certificate.authority))
    pem = str(certificate.server)
    with server(database, tmp_path / "data", RECITAL_TLS_CERTIFICATE=pem, RECITAL_TLS_KEY=pem) as running:
        answer = httpx.get(f"https://127.0.0.1:{running.port}/health/live", verify=trusting)
        assert answer.json() == {"live": True}
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(f"https://127.0.0.1:{running.port}/health/live")
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"http://127.0.0.1:{running.port}/health/live")


def test_a_certificate_that_is_none_is_said_in_one_line(database: str, tmp_path: Path) -> None:
    settings = settings_for(database, tmp_path, RECITAL_TLS_CERTIFICATE=__file__, RECITAL_TLS_KEY=__file__)
    with assembled(settings) as recital, pytest.raises(errors.SettingWrong) as refused:
        serve(recital, "127.0.0.1", 0)
    assert "RECITAL_TLS_CERTIFICATE" in refused.value.detail
    assert "\n" not in refused.value.detail


def test_every_answer_over_a_real_connection_says_what_browsers_may_not_do(live: Address) -> None:
    for path in ("/", "/api/config", "/api/me", "/api/auth/link/x", "/nothing/here", "/health/ready"):
        headers = httpx.get(f"http://{live.host}:{live.port}{path}").headers
        assert headers["permissions-policy"].startswith("microphone=(self), ")
        assert "camera=()" in headers["permissions-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")
        assert "strict-transport-security" not in headers
