"""Servers that are asked to stop in the middle of their work, and workers that share it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.chaos.published import Published
from tests.chaos.readings import add_text, take_of
from tests.client import Client, Outbox, new_id
from tests.reading import Reading, reading
from tests.running import Server, children_of, running, wait_until

WORKS_WITHIN_S = 30
STOPS_WITHIN_S = 10
UPLOADED_WITHIN_S = 60
SESSIONS = 5
STOPS = 2


def test_a_server_that_is_asked_to_stop_in_mid_work_ends_soon_and_goes_on_when_it_starts(
    tmp_path: Path, readings: Path
) -> None:
    spoken = reading(readings)
    take, sessions = take_of(spoken), [new_id() for _ in range(SESSIONS)]
    with running(tmp_path / "data", "--no-jobs") as server, Client(server.url, server.token()) as client:
        text_id = add_text(client, spoken)
        for session_id in sessions:
            Outbox(client).send(session_id, text_id, take)
        server.stop()
        server.start()  # with enough to do for every stop to find it at work
        for _ in range(STOPS):
            wait_until(lambda: "ffmpeg" in " ".join(server.programs), WORKS_WITHIN_S, "ffmpeg runs")
            asked_at = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - asked_at < STOPS_WITHIN_S
            server.start()
        for session_id in sessions:
            assert client.wait_for(session_id, "uploaded", UPLOADED_WITHIN_S)["problem"] is None
            Published(server.archive / session_id).assert_holds(take)


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[tuple[Server, list[subprocess.Popen[bytes]]]]:
    """A server that leaves finalising to two workers beside it."""
    with running(tmp_path / "data", "--no-jobs") as server, ExitStack() as ending:
        started = [server.spawn("worker") for _ in range(2)]
        for worker in started:
            ending.callback(worker.wait)
            ending.callback(worker.terminate)
        yield server, started


def test_two_workers_do_every_session_once_and_one_takes_up_what_the_other_left_when_it_was_killed(
    workers: tuple[Server, list[subprocess.Popen[bytes]]], spoken: Reading
) -> None:
    server, (killed, left) = workers
    take = take_of(spoken)
    with Client(server.url, server.token()) as client:
        text_id, sessions = add_text(client, spoken), [new_id() for _ in range(SESSIONS)]
        for session_id in sessions:
            Outbox(client).send(session_id, text_id, take)
        wait_until(
            lambda: "ffmpeg" in " ".join(children_of(killed.pid).values()), WORKS_WITHIN_S, "the first worker works"
        )
        killed.kill()
        for session_id in sessions:
            assert client.wait_for(session_id, "uploaded", UPLOADED_WITHIN_S)["problem"] is None
            Published(server.archive / session_id).assert_holds(take)
    left.terminate()
    assert left.wait(STOPS_WITHIN_S) == 0
