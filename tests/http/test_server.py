"""The server process: what it holds, and how it ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
import pytest

from adapters_http.server import serve
from adapters_storage.assembly import Recital, assembled
from recital_core import errors
from tests.http.conftest import settings_for


def serving(database: str, folder: str, said: Connection) -> None:
    with assembled(settings_for(database, Path(folder)), serving=True) as recital:
        serve(recital, "127.0.0.1", 0, listening=said.send)
        said.send("and closed what was open")


@contextmanager
def server(database: str, folder: Path) -> Iterator[tuple[multiprocessing.process.BaseProcess, Connection, int]]:
    said, saying = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=serving, args=(database, str(folder), saying))
    process.start()
    saying.close()
    try:
        yield process, said, said.recv()
    finally:
        process.kill()
        process.join()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_and_lets_its_caller_clean_up(database: str, tmp_path: Path, number: int) -> None:
    with server(database, tmp_path) as (process, said, port):
        assert httpx.get(f"http://127.0.0.1:{port}/health/live").json() == {"live": True}
        assert process.pid is not None
        os.kill(process.pid, number)
        assert said.recv() == "and closed what was open"
        process.join(10)
        assert process.exitcode == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))


def test_a_request_under_way_is_finished_before_the_end(database: str, tmp_path: Path) -> None:
    with server(database, tmp_path) as (process, said, port), socket.create_connection(("127.0.0.1", port)) as slow:
        body = b'{"prose": "Hello.", "language": "en"}'
        slow.sendall(
            b"POST /api/auth/sign-out HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            + f"content-length: {len(body)}\r\nauthorization: Bearer x\r\n".encode()
        )
        assert process.pid is not None
        os.kill(process.pid, signal.SIGTERM)
        slow.sendall(b"\r\n" + body)
        assert slow.recv(100).startswith(b"HTTP/1.1 401 ")
        assert said.recv() == "and closed what was open"


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
