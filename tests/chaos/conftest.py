"""A real server with a real database, a real folder as archive and a real ffmpeg, and a client that speaks to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.readings import add_text, short_reading, take_of
from tests.client import Client, Outbox, Take
from tests.reading import Reading
from tests.running import Server, running


@pytest.fixture(scope="session")
def readings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which readings are made once."""
    return tmp_path_factory.mktemp("readings")


@pytest.fixture(scope="session")
def spoken(readings: Path) -> Reading:
    return short_reading(readings)


@pytest.fixture(scope="session")
def take(spoken: Reading) -> Take:
    return take_of(spoken)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that nobody disturbs; shared by the tests that do not."""
    with running(tmp_path_factory.mktemp("server") / "data") as started:
        yield started


@pytest.fixture(scope="session")
def token(server: Server) -> str:
    return server.token()


@pytest.fixture
def client(server: Server, token: str) -> Iterator[Client]:
    with Client(server.url, token) as opened:
        yield opened


@pytest.fixture
def outbox(client: Client) -> Outbox:
    return Outbox(client)


@pytest.fixture
def text_id(client: Client, spoken: Reading) -> str:
    return add_text(client, spoken)
