"""Servers and workers of a new version on the database of the old one, which is upgraded under them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.published import Published
from tests.chaos.readings import add_text
from tests.client import Client, Outbox, Take, new_id
from tests.reading import Reading
from tests.running import STOPS_WITHIN_S, Server, running

UPLOADED_WITHIN_S = 60
LACKS = "the database lacks migration"


@pytest.fixture
def newcomer(tmp_path: Path, earlier_database: str) -> Iterator[Server]:
    """A new server, with a new worker beside it, that upgrades nothing."""
    with running(tmp_path / "data", "--no-jobs", "--no-upgrade", RECITAL_DATABASE_URL=earlier_database) as server:
        worker = server.spawn("worker")
        yield server
        worker.terminate()
        assert worker.wait(STOPS_WITHIN_S) == 0


def test_what_is_read_before_while_and_after_the_database_is_upgraded_is_published(
    newcomer: Server, spoken: Reading, take: Take
) -> None:
    with Client(newcomer.url, newcomer.token()) as client:
        text_id = add_text(client, spoken)
        before, meanwhile, after = (new_id() for _ in range(3))
        Outbox(client).send(before, text_id, take)
        client.wait_for(before, "uploaded", UPLOADED_WITHIN_S)

        client.open(meanwhile, text_id, take.capture)
        client.put_segment(meanwhile, take.segments[0])
        newcomer.command("db", "check", code=7)
        newcomer.command("db", "upgrade")
        newcomer.command("db", "check")
        for segment in take.segments[1:]:
            client.put_segment(meanwhile, segment)
        client.put_marks(meanwhile, take.marks)
        client.end(meanwhile, take.ending)

        Outbox(client).send(after, text_id, take)
        for session_id in (meanwhile, after):
            assert client.wait_for(session_id, "uploaded", UPLOADED_WITHIN_S)["problem"] is None
    for session_id in (before, meanwhile, after):
        Published(newcomer.archive / session_id).assert_holds(take)
    assert newcomer.log.count(LACKS) == 2, newcomer.log
