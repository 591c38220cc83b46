"""Sessions as they change, told by one server process of what was done through another."""

from __future__ import annotations

import json
import os
import signal
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest

from adapters_http.streams import STREAMS_OF_ONE
from adapters_storage.assembly import Recital, assembled
from recital_core.speakers import Role
from tests.database import created_database
from tests.http.conftest import CAPTURE, Caller, settings_for, slug
from tests.http.test_server import CLOSED, Running, server
from tests.people import admitted

SOON_S = 10
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


def test_what_is_done_through_one_process_is_told_by_the_other(recital: Recital, two: tuple[Running, Running]) -> None:
    one, other = two
    dana, noam, admin = Somebody(recital, one), Somebody(recital, one), Somebody(recital, one, Role.ADMIN)
    with dana.events(other) as events, admin.events(other, scope="all") as everybodys, admin.events(other) as own:
        assert events.headers["content-type"].startswith("text/event-stream")
        theirs, session = noam.opens(), dana.opens()
        opened = events.next()
        assert opened == dana.client.get(f"/sessions/{session}").json()
        assert (opened["id"], opened["state"], opened["speaker_name"]) == (session, "active", None)
        dana.client.delete(f"/sessions/{session}").raise_for_status()
        assert events.next()["state"] == "discarded"
        told = [everybodys.next() for _ in range(3)]
        assert [(event["id"], event["speaker_name"]) for event in told] == [
            (theirs, noam.account.display_name),
            *[(session, dana.account.display_name)] * 2,
        ]
        assert admin.opens() == own.next()["id"]


def test_a_stream_ends_with_its_sign_in_and_with_its_role(recital: Recital, two: tuple[Running, Running]) -> None:
    dana, admin = Somebody(recital, two[0]), Somebody(recital, two[0], Role.ADMIN)
    with dana.events(two[1]) as events, admin.events(two[1], scope="all") as everybodys:
        recital.accounts.revoke(dana.account, dana.credential_id)
        assert events.ends()
        recital.membership.change_role(admin.account.id, Role.SPEAKER)
        assert everybodys.ends()
    erased = Somebody(recital, two[0])
    with erased.events(two[1]) as events:
        recital.personal_data.erase(erased.account, retire_texts=False)
        assert events.ends()


def test_when_changes_may_have_been_missed_a_stream_ends_so_that_its_client_looks_again(
    recital: Recital, two: tuple[Running, Running], database_of_two: str
) -> None:
    dana = Somebody(recital, two[0])
    with dana.events(two[1]) as events, psycopg.connect(database_of_two, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert events.ends()
    with dana.events(two[1]) as events:
        assert dana.opens() == events.next()["id"]


def test_an_account_has_so_many_streams_and_others_have_theirs(recital: Recital, two: tuple[Running, Running]) -> None:
    dana, noam = Somebody(recital, two[0]), Somebody(recital, two[0])
    with ExitStack() as open_streams:
        for _ in range(STREAMS_OF_ONE):
            open_streams.enter_context(dana.events(two[1]))
        refused = dana.client.get(f"http://127.0.0.1:{two[1].port}/api/sessions/events")
        assert (refused.status_code, slug(refused)) == (429, "too-many")
        assert int(refused.headers["retry-after"]) > 0
        open_streams.enter_context(noam.events(two[1]))


def test_a_server_that_stops_ends_its_streams_first(recital: Recital, database_of_two: str) -> None:
    with server(database_of_two, recital.settings.data_dir) as third:
        dana = Somebody(recital, third)
        with dana.events(third) as events:
            os.kill(third.pid, signal.SIGTERM)
            assert events.ends()
        assert third.said.poll(SOON_S / 2)
        assert third.said.recv() == CLOSED


def test_everybody_s_sessions_are_for_admins(dana: Caller) -> None:
    refused = dana.get("/api/sessions/events?scope=all")
    assert (refused.status_code, slug(refused)) == (403, "not-allowed")
