"""The server process: what it holds, and how it ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from adapters_http.server import serve
from adapters_storage.assembly import Recital, assembled
from recital_core import errors
from tests.http.conftest import settings_for
from tests.people import admitted

CLOSED = "and closed what was open"


class Running(NamedTuple):
    process: BaseProcess
    pid: int
    said: Connection
    port: int
    token: str


def serving(database: str, folder: str, said: Connection) -> None:
    with assembled(settings_for(database, Path(folder)), serving=True) as recital:
        _, token = recital.accounts.token(admitted(recital), timedelta(days=1))
        serve(recital, "127.0.0.1", 0, listening=lambda port: said.send((port, token)))
        said.send(CLOSED)


@contextmanager
def server(database: str, folder: Path) -> Iterator[Running]:
    said, saying = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=serving, args=(database, str(folder), saying))
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
