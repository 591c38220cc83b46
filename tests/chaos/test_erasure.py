"""Somebody leaves: of them nothing is found any more, in the database, staging, archive and workshop, byte by byte."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
import pytest

from tests.chaos.readings import add_text
from tests.client import Client, Outbox, Refused, Take, new_id
from tests.reading import Reading
from tests.running import Server, wait_until

EMAIL, NAME = "dana.unmistakable@example.org", "Dana Unmistakable דנה"
PUBLISHED_WITHIN_S = 60
ERASED_WITHIN_S = 60
SERVER_ERRORS = 500


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    """A program of Dana's."""
    server.command("speakers", "approve", EMAIL)
    with Client(server.url, server.new_token(EMAIL)) as opened:
        yield opened


def test_whoever_is_erased_is_found_nowhere_and_what_they_published_is_retracted(
    server: Server, client: Client, outbox: Outbox, spoken: Reading, take: Take
) -> None:
    with browser(server) as dana:
        me: dict[str, Any] = dana.patch("/api/me", json={"display_name": NAME}).raise_for_status().json()
        text_id = add_text(client, spoken)
        published, under_way = new_id(), new_id()
        outbox.send(published, text_id, take)
        client.open(under_way, text_id, take.capture)
        outbox.send_segments(under_way, take.segments[:1])
        outbox.send_marks(under_way, take.marks[:1])
        client.wait_for(published, "uploaded", PUBLISHED_WITHIN_S)
        record = json.loads((server.archive / published / "session.json").read_bytes())
        traces = {
            "id": str(me["id"]).encode(),
            "id in hex": uuid.UUID(me["id"]).hex.encode(),
            "id in bytes": uuid.UUID(me["id"]).bytes,
            "e-mail": EMAIL.encode(),
            "name": NAME.encode(),
            "pseudonym": record["speaker"].encode(),
        }
        assert found(server, traces) == {"id", "e-mail", "name", "pseudonym"}, "they would be found"
        assert not is_erased(server, under_way)

        erased = dana.delete("/api/me", params={"texts": "keep"})
        assert (erased.status_code, dana.get("/api/me").status_code) == (202, 401)

    wait_until(lambda: published in retracted(server), ERASED_WITHIN_S, "the published one is retracted")
    wait_until(lambda: is_erased(server, under_way), ERASED_WITHIN_S, "the other one is erased")
    assert under_way not in retracted(server)
    assert is_erased(server, published)
    assert found(server, traces) == set()
    assert json.loads(server.command("texts", "show", text_id, "--json"))["owner_id"] is None


def test_whoever_leaves_while_sound_arrives_and_is_worked_on_leaves_nothing(
    server: Server, client: Client, outbox: Outbox, text_id: str, take: Take
) -> None:
    with browser(server) as dana, ThreadPoolExecutor(len(take.segments)) as flights:
        me = dana.get("/api/me").raise_for_status().json()
        worked_on, arriving = new_id(), new_id()
        client.open(arriving, text_id, take.capture)
        outbox.send(worked_on, text_id, take)
        wait_until(lambda: any("ffmpeg" in program for program in server.programs), ERASED_WITHIN_S, "work begins")
        sent = [flights.submit(client.put_segment, arriving, segment) for segment in take.segments]
        dana.delete("/api/me", params={"texts": "retire"}).raise_for_status()
    refusals = [failure for put in sent if (failure := put.exception()) is not None]
    assert all(isinstance(failure, Refused) and failure.status < SERVER_ERRORS for failure in refusals)
    for gone in (worked_on, arriving):
        wait_until(partial(is_erased, server, gone), ERASED_WITHIN_S, "nothing is left")
    wait_until(lambda: not any("ffmpeg" in program for program in server.programs), ERASED_WITHIN_S, "work ends")
    assert found(server, {"id": str(me["id"]).encode(), "e-mail": EMAIL.encode()}) == set()
    assert is_erased(server, worked_on)


@contextmanager
def browser(server: Server) -> Iterator[httpx.Client]:
    """Dana's, signed in."""
    with httpx.Client(base_url=server.url, headers={"Sec-Fetch-Site": "same-origin"}, timeout=15) as opened:
        opened.get(server.sign_in_link(EMAIL))
        yield opened


def found(server: Server, traces: dict[str, bytes]) -> set[str]:
    """Which traces are in the database as text, or in the name or the bytes of a file."""
    places = [server.dump().encode()]
    for root in (server.staging, server.archive, server.folder / "workshop"):
        for path in root.rglob("*"):
            places += [str(path).encode(), path.read_bytes() if path.is_file() else b""]
    return {name for name, trace in traces.items() if any(trace in place for place in places)}


def is_erased(server: Server, session_id: str) -> bool:
    """Whether staging and archive hold nothing of a session."""
    return not any(found for root in (server.archive, server.staging) for found in root.rglob(f"*{session_id}*"))


def retracted(server: Server) -> list[str]:
    """The sessions that the archive lists as retracted."""
    listed = server.archive / "retractions.jsonl"
    return [json.loads(line)["session_id"] for line in listed.read_bytes().splitlines()] if listed.exists() else []
