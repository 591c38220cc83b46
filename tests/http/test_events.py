"""Sessions as they change, told by one server process of what was done through another."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import uuid
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest

from adapters_http.streams import STREAMS_OF_ONE, Streams
from adapters_storage.assembly import Recital, assembled
from recital_core import errors
from recital_core.speakers import Role, SpeakerId
from recital_core.testing.news import MemoryNews
from tests.database import created_database
from tests.http.conftest import CAPTURE, settings_for, slug
from tests.http.test_server import CLOSED, Running, server
from tests.people import admitted

SOON_S = 30
STOPS_WITHIN_S = 8
"""Less than a server would wait for what does not end by itself."""
LASTS = timedelta(days=1)


class Events:
    """A stream that is open, read event by event; whatever it says must come soon."""

    def __init__(self, answer: httpx.Response) -> None:
        self.headers = answer.headers
        self._lines = answer.iter_lines()
        assert self._block() == ["retry: 3000"]

    def next(self) -> dict[str, Any]:
        """The session of the next event."""
        while (block := self._block()) == [":"]:
            continue
        assert block[0] == "event: session"
        found: dict[str, Any] = json.loads(block[1].removeprefix("data: "))
        return found

    def ends(self) -> bool:
        """Whether nothing but a sign of life comes before the end."""
        return all(line in {"", ":"} for line in self._lines)

    def _block(self) -> list[str]:
        block: list[str] = []
        for line in self._lines:
            if not line:
                break
            block.append(line)
        return block


@pytest.fixture(scope="module")
def database_of_two(database_url: str, migrated_template: str) -> Iterator[str]:
    with created_database(database_url, template=migrated_template) as url:
        yield url


@pytest.fixture(scope="module")
def recital(database_of_two: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recital]:
    """One that does what it is told beside both servers."""
    with assembled(settings_for(database_of_two, tmp_path_factory.mktemp("events"))) as recital:
        yield recital


@pytest.fixture(scope="module")
def two(recital: Recital, database_of_two: str) -> Iterator[tuple[Running, Running]]:
    """Two server processes of one installation."""
    folder = recital.settings.data_dir
    with server(database_of_two, folder) as one, server(database_of_two, folder) as other:
        yield one, other


class Somebody:
    """Whoever has a token, at one of the two servers."""

    def __init__(self, recital: Recital, running: Running, role: Role = Role.SPEAKER) -> None:
        self.account = admitted(recital, f"{uuid.uuid4().hex[:12]}@example.org", role)
        credential, token = recital.accounts.token(self.account, LASTS)
        self.credential_id = credential.id
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{running.port}/api",
            headers={"authorization": f"Bearer {token}"},
            timeout=SOON_S,
        )

    @contextmanager
    def events(self, running: Running, **query: str) -> Iterator[Events]:
        address = f"http://127.0.0.1:{running.port}/api/sessions/events"
        with self.client.stream("GET", address, params=query) as answer:
            assert answer.status_code == 200
            yield Events(answer)

    def opens(self) -> str:
        """The id of a new session."""
        text = self.client.post("/texts", json={"prose": "Hello.", "language": "en"}).raise_for_status().json()["id"]
        session_id = str(uuid.uuid4())
        opening = {"text_id": text, "capture": CAPTURE}
        self.client.put(f"/sessions/{session_id}", json=opening).raise_for_status()
        return session_id


Somebodies = Callable[..., Somebody]


@pytest.fixture
def somebody(recital: Recital, two: tuple[Running, Running]) -> Iterator[Somebodies]:
    """Makes people who call the first of the servers, unless told otherwise."""
    with ExitStack() as closing:

        def made(role: Role = Role.SPEAKER, at: Running = two[0]) -> Somebody:
            one = Somebody(recital, at, role)
            closing.enter_context(one.client)
            return one

        yield made


def test_what_is_done_through_one_process_is_told_by_the_other(
    somebody: Somebodies, two: tuple[Running, Running]
) -> None:
    other = two[1]
    dana, noam, admin = somebody(), somebody(), somebody(Role.ADMIN)
    with dana.events(other) as events, admin.events(other, scope="all") as everybodys, admin.events(other) as own:
        assert events.headers["content-type"].startswith("text/event-stream")
        theirs, session = noam.opens(), dana.opens()
        opened = events.next()
        assert opened == dana.client.get(f"/sessions/{session}").json()
        assert (opened["id"], opened["state"], opened["speaker_name"]) == (session, "active", None)
        dana.client.delete(f"/sessions/{session}").raise_for_status()
        assert events.next()["state"] == "discarded"
        told = [everybodys.next()]
        while told[-1]["state"] != "discarded":  # changes that follow each other closely are told as one
            told.append(everybodys.next())
        names = {theirs: noam.account.display_name, session: dana.account.display_name}
        assert {event["id"]: event["speaker_name"] for event in told} == names
        assert admin.opens() == own.next()["id"]


def test_a_stream_ends_with_its_sign_in_and_with_its_role(
    recital: Recital, somebody: Somebodies, two: tuple[Running, Running]
) -> None:
    dana, admin = somebody(), somebody(Role.ADMIN)
    with dana.events(two[1]) as events, admin.events(two[1], scope="all") as everybodys:
        recital.accounts.revoke(dana.account, dana.credential_id)
        assert events.ends()
        recital.membership.change_role(admin.account.id, Role.SPEAKER)
        assert everybodys.ends()
    erased = somebody()
    with erased.events(two[1]) as events:
        recital.personal_data.erase(erased.account, retire_texts=False)
        assert events.ends()


def test_when_changes_may_have_been_missed_a_stream_ends_so_that_its_client_looks_again(
    somebody: Somebodies, two: tuple[Running, Running], database_of_two: str
) -> None:
    dana = somebody()
    with dana.events(two[1]) as events, psycopg.connect(database_of_two, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert events.ends()
    with dana.events(two[1]) as events:
        assert dana.opens() == events.next()["id"]


def test_an_account_has_so_many_streams_and_others_have_theirs() -> None:
    async def opening() -> None:
        streams, dana, noam = Streams(MemoryNews()), SpeakerId(uuid.uuid4()), SpeakerId(uuid.uuid4())
        async with AsyncExitStack() as open_streams:
            for _ in range(STREAMS_OF_ONE):
                await open_streams.enter_async_context(streams.opened(dana, everybodys=False))
            with pytest.raises(errors.TooMany):
                await open_streams.enter_async_context(streams.opened(dana, everybodys=False))
            await open_streams.enter_async_context(streams.opened(noam, everybodys=False))
        async with streams.opened(dana, everybodys=False) as stream:
            assert not stream.is_over

    asyncio.run(opening())


def test_a_server_that_stops_ends_its_streams_first(
    recital: Recital, somebody: Somebodies, database_of_two: str
) -> None:
    with server(database_of_two, recital.settings.data_dir) as third:
        dana = somebody(at=third)
        with dana.events(third) as events:
            os.kill(third.pid, signal.SIGTERM)
            assert events.ends()
        assert third.said.poll(STOPS_WITHIN_S)
        assert third.said.recv() == CLOSED


def test_everybody_s_sessions_are_for_admins(somebody: Somebodies) -> None:
    refused = somebody().client.get("/sessions/events", params={"scope": "all"})
    assert (refused.status_code, slug(refused)) == (403, "not-allowed")
