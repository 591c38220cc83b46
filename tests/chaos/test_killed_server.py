"""The server is killed twenty times, while segments arrive, while audio is made and while files go to the archive."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.chaos.published import Published, files_under
from tests.chaos.readings import add_text, take_of
from tests.client import Client, Outbox, Take, new_id
from tests.reading import Reading
from tests.running import Server, running, wait_until

KILLS_DURING_UPLOADS = 8
KILLS_DURING_FINALISING = 12
SESSIONS_AT_ONCE = 4
SEGMENT_MS = 500
MOST_SEGMENTS_BETWEEN_KILLS = 16
PHASE_WITHIN_S = 30.0
PATIENCE_S = 120.0
# A killed worker's session is taken up again 8 s after its last heartbeat; after several kills it rests a minute.
ALL_UPLOADED_WITHIN_S = 120.0
A_DAY_AND_AN_HOUR_S = 25 * 60 * 60
PARTS_OF_FINALISING = ("decoding or encoding", "laid ready in staging", "arriving in the archive")

Phase = Callable[[], bool]


@dataclass
class Chaos:
    """Sessions on their way to a server that is killed again and again."""

    server: Server
    outbox: Outbox
    text_id: str
    take: Take
    senders: ThreadPoolExecutor
    sent: dict[str, Future[None]] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)

    def send(self) -> None:
        """Begin one more session."""
        session_id = new_id()
        self.sent[session_id] = self.senders.submit(self.outbox.send, session_id, self.text_id, self.take)

    def send_and_kill(self, name: str, phase: Phase) -> None:
        """Begin one more session, kill the server as soon as it is in `phase`, and start it again.

        All that it had confirmed before is still there.
        """
        self.send()
        wait_until(phase, PHASE_WITHIN_S, name)
        confirmed = {session_id: set(digests) for session_id, digests in self.outbox.acknowledged.items()}
        # Every second time the database dies at the same moment, as it does in a container.
        self.server.kill(and_all_it_started=self.kills.total() % 2 == 0)
        self.kills[name] += 1
        self.server.start()
        for session_id, numbers in confirmed.items():
            assert numbers <= self.outbox.client.received_numbers(session_id), session_id

    def more_arrived(self, segments: int) -> Phase:
        """Whether `segments` more were acknowledged than now."""
        before = self._acknowledged()
        return lambda: self._acknowledged() >= before + segments

    def finalising(self, name: str) -> Phase:
        """Whether the server is in that part of finalising, with a session that was not there now."""
        if name == "decoding or encoding":
            return lambda: any("ffmpeg" in program for program in self.server.programs)
        places = {
            "laid ready in staging": lambda: set(self.server.staging.glob("sessions/*/published")),
            "arriving in the archive": lambda: set(self.server.archive.glob("[!.]*")),
        }
        before = places[name]()
        return lambda: bool(places[name]() - before)

    def _acknowledged(self) -> int:
        return sum(len(digests) for digests in self.outbox.acknowledged.values())


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One with a short name: somewhere in it is PostgreSQL's socket, whose path has 107 bytes at most."""
    return tmp_path_factory.mktemp("killed")


@pytest.fixture
def chaos(folder: Path, spoken: Reading) -> Iterator[Chaos]:
    work = folder / "work"
    work.mkdir()
    with (
        running(folder / "data", TMPDIR=str(work)) as server,
        Client(server.url, server.token(), patience_s=PATIENCE_S) as client,
        ThreadPoolExecutor(SESSIONS_AT_ONCE) as senders,
    ):
        take = take_of(spoken, segment_ms=SEGMENT_MS)
        yield Chaos(server, Outbox(client), add_text(client, spoken), take, senders)


def test_a_server_killed_twenty_times_publishes_every_session_whole_and_once(
    chaos: Chaos, spoken: Reading, folder: Path
) -> None:
    chance = random.Random(20)
    for _ in range(SESSIONS_AT_ONCE):
        chaos.send()
    for _ in range(KILLS_DURING_UPLOADS):
        chaos.send_and_kill("segments arriving", chaos.more_arrived(chance.randint(1, MOST_SEGMENTS_BETWEEN_KILLS)))
    for part in PARTS_OF_FINALISING * (KILLS_DURING_FINALISING // len(PARTS_OF_FINALISING)):
        chaos.send_and_kill(part, chaos.finalising(part))
    assert chaos.kills.total() == KILLS_DURING_UPLOADS + KILLS_DURING_FINALISING

    client = chaos.outbox.client
    for session_id, sent in chaos.sent.items():
        sent.result(PATIENCE_S)
        client.wait_for(session_id, "uploaded", ALL_UPLOADED_WITHIN_S)
    assert Counter(session["id"] for session in client.sessions()) == Counter(list(chaos.sent))
    assert {found.name for found in chaos.server.archive.iterdir() if found.name != ".incoming"} == set(chaos.sent)
    for session_id in chaos.sent:
        published = Published(chaos.server.archive / session_id)
        published.assert_holds(chaos.take)
        published.assert_captions_sit_in_the_pauses_of(spoken)

    wait_until(lambda: not files_under(chaos.server.staging / "sessions"), PHASE_WITHIN_S, "staging is empty")
    chaos.server.stop()
    age(chaos.server.staging)
    age(chaos.server.archive / ".incoming")
    chaos.server.start()
    assert files_under(chaos.server.staging) == []
    assert files_under(chaos.server.archive / ".incoming") == []
    assert list((folder / "work").glob("recital-*")) == []


def age(folder: Path) -> None:
    """Let what killed writers left look as old as it is after a day, when the sweep takes it away."""
    for file in files_under(folder):
        then = file.stat().st_mtime - A_DAY_AND_AN_HOUR_S
        os.utime(file, (then, then))
