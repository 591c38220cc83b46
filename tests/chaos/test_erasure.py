"""Somebody leaves: of them nothing is found any more, in the database, staging, archive and workshop, byte by byte."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.chaos.readings import add_text
from tests.client import Client, Outbox, Take, new_id
from tests.reading import Reading
from tests.running import Server, running, wait_until

EMAIL, NAME = "dana.unmistakable@example.org", "Dana Unmistakable דנה"
PUBLISHED_WITHIN_S = 60
ERASED_WITHIN_S = 60


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """One of this test's own, in which nobody else has left anything."""
    with running(tmp_path / "data") as started:
        yield started


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    server.command("speakers", "approve", EMAIL)
    with Client(server.url, server.token(EMAIL)) as opened:
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
        assert recorded(server, under_way)

        erased = dana.delete("/api/me", params={"texts": "keep"})
        assert (erased.status_code, dana.get("/api/me").status_code) == (202, 401)

    wait_until(lambda: retracted(server) == [published], ERASED_WITHIN_S, "the published one is retracted")
    wait_until(lambda: not recorded(server, under_way), ERASED_WITHIN_S, "the other one is erased")
    assert not recorded(server, published)
    assert found(server, traces) == set()
    assert json.loads(server.command("texts", "show", text_id, "--json"))["owner_id"] is None


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


def recorded(server: Server, session_id: str) -> list[Path]:
    """What staging and archive hold of a session."""
    return [path for root in (server.archive, server.staging) for path in root.rglob(f"*{session_id}*")]


def retracted(server: Server) -> list[str]:
    """The sessions that the archive lists as retracted."""
    listed = server.archive / "retractions.jsonl"
    return [json.loads(line)["session_id"] for line in listed.read_bytes().splitlines()] if listed.exists() else []
