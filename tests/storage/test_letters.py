"""Letters and retractions by a worker on a real PostgreSQL and a real mail server."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from adapters_storage.assembly import Recital, assembled
from adapters_storage.jobs.queue import MOST_ATTEMPTS
from adapters_storage.jobs.tries import LINK_ATTEMPTS
from adapters_storage.settings import Settings
from recital_core.sessions import State
from recital_core.speakers import Speaker
from tests.ended import begun_session, ended_session, state_of
from tests.mail_server import Post, mail_server, silent_server
from tests.running import LOOPBACK, free_port, wait_until

SOON_S = 30.0
LINK, APPROVED = "sign-in-link", "approved"


class Place:
    """A data folder and a database whose letters go to a mail server on a port of this machine."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.database = database

    @contextlib.contextmanager
    def recital(self, mail_port: int | None) -> Iterator[Recital]:
        told = {
            "RECITAL_DATA_DIR": str(self.folder),
            "RECITAL_DATABASE_URL": self.database,
            "RECITAL_PUBLIC_URL": "https://recital.example.org",
            "RECITAL_MAIL_FROM": "Recital <recital@example.org>",
        }
        if mail_port is not None:
            told["RECITAL_MAIL"] = f"smtp://{LOOPBACK}:{mail_port}"
        with assembled(Settings.load(told)) as recital:
            yield recital

    def sql(self, statement: str, *values: object) -> None:
        with psycopg.connect(self.database) as connection:
            connection.execute(statement.encode(), values)

    def jobs(self, task: str = "write") -> list[tuple[str, int, datetime | None]]:
        """Status, attempts and moment of every job of a kind, the oldest first."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(
                "SELECT status::text, attempts, scheduled_at FROM procrastinate_jobs WHERE task_name = %s ORDER BY id",
                [task],
            ).fetchall()

    def settled(self, task: str = "write") -> tuple[str, int, datetime | None]:
        """The only job of a kind, once it waits for another time or was given up."""

        def rests() -> list[tuple[str, int, datetime | None]]:
            return [job for job in self.jobs(task) if job[0] == "failed" or job[2] is not None]

        [job] = wait_until(rests, SOON_S, "the job rests")
        return job


@pytest.fixture
def place(tmp_path: Path, database: str) -> Place:
    return Place(tmp_path / "data", database)


@contextlib.contextmanager
def working(recital: Recital) -> Iterator[None]:
    worker = recital.worker()
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def dana(recital: Recital) -> Speaker:
    """Somebody whom no letter waits for."""
    return recital.membership.approve("dana@example.org")


def forget_letters(place: Place) -> None:
    place.sql("DELETE FROM procrastinate_jobs WHERE task_name = 'write'")


def in_a_while(at: datetime | None) -> timedelta:
    assert at is not None
    return at - datetime.now(UTC)


def test_who_asks_for_a_link_gets_one_that_signs_in(place: Place) -> None:
    post = Post()
    with mail_server(post) as port, place.recital(port) as recital:
        speaker = dana(recital)
        forget_letters(place)
        with working(recital):
            recital.accounts.ask_for_link("dana@example.org")
            wait_until(lambda: post.letters, SOON_S, "the letter is there")
            wait_until(lambda: place.jobs() == [], SOON_S, "its job is gone")
        body = post.letters[0].get_body(("plain",))
        assert body is not None
        [line] = [line for line in body.get_content().splitlines() if line.startswith("https://")]
        page, _, secret = line.partition("#link=")
        assert page == "https://recital.example.org/sign-in"
        signed_in, *_ = recital.accounts.caller(recital.accounts.sign_in_by_link(secret))
        assert signed_in.id == speaker.id


def test_without_mail_a_letter_is_not_written_and_its_job_goes(place: Place) -> None:
    with place.recital(None) as recital:
        dana(recital)
        recital.accounts.ask_for_link("dana@example.org")
        with working(recital):
            wait_until(lambda: place.jobs() == [], SOON_S, "its job is gone")


def test_a_letter_that_cannot_be_sent_is_tried_again_a_minute_later(place: Place) -> None:
    with place.recital(free_port()) as recital:
        dana(recital)
        forget_letters(place)
        recital.accounts.ask_for_link("dana@example.org")
        with working(recital):
            status, attempts, at = place.settled()
    assert (status, attempts) == ("todo", 1)
    assert timedelta(seconds=30) < in_a_while(at) <= timedelta(seconds=60)


@pytest.mark.parametrize(("kind", "tries"), [(LINK, LINK_ATTEMPTS), (APPROVED, MOST_ATTEMPTS)])
def test_a_letter_is_given_up_after_its_tries_and_stays_to_be_seen(
    place: Place, kind: str, tries: int, caplog: pytest.LogCaptureFixture
) -> None:
    with place.recital(free_port()) as recital:
        speaker = dana(recital)
        forget_letters(place)
        place.sql(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, attempts, args)"
            " VALUES ('letters', 'write', %s, jsonb_build_object('kind', %s::text, 'speaker_id', %s::text))",
            tries - 2,
            kind,
            str(speaker.id),
        )
        with working(recital):
            status, attempts, at = place.settled()
            assert (status, attempts) == ("todo", tries - 1)
            assert in_a_while(at) <= timedelta(hours=6)
            place.sql("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE task_name = 'write'")
            wait_until(lambda: place.jobs()[0][0] == "failed", SOON_S, "it is given up")
    assert f"the letter {kind} to speaker {speaker.id} is given up" in caplog.text
    assert "dana" not in caplog.text


def test_a_letter_that_nobody_will_take_is_given_up_at_once(place: Place) -> None:
    with mail_server(Post(recipient="550 nobody here")) as port, place.recital(port) as recital:
        dana(recital)
        forget_letters(place)
        recital.accounts.ask_for_link("dana@example.org")
        with working(recital):
            assert place.settled()[:2] == ("failed", 1)


def test_a_mail_server_that_says_nothing_delays_no_session(place: Place) -> None:
    with contextlib.ExitStack() as silence, place.recital(silence.enter_context(silent_server())) as recital:
        session_id = ended_session(recital)
        for name in ("noam", "ruth", "tal"):
            recital.membership.approve(f"{name}@example.org")
            recital.accounts.ask_for_link(f"{name}@example.org")
        with working(recital):
            wait_until(lambda: state_of(recital, session_id) is State.UPLOADED, SOON_S, "it is published")
            in_hand = [status for status, *_ in place.jobs()]
            silence.close()  # else the worker's end waits for the letters in hand
    assert in_hand.count("doing") == 2, "the letters were being written all the while"


def test_an_erased_recording_is_listed_as_retracted(place: Place) -> None:
    with place.recital(None) as recital:
        session_id = ended_session(recital)
        with working(recital):
            wait_until(lambda: state_of(recital, session_id) is State.UPLOADED, SOON_S, "it is published")
            recital.recording.disavow(dana(recital), session_id)
            listed = place.folder / "archive" / "retractions.jsonl"
            wait_until(listed.exists, SOON_S, "the list is there")
        [line] = listed.read_text("utf-8").splitlines()
    assert json.loads(line)["session_id"] == str(session_id)


def test_retractions_that_cannot_be_published_are_never_given_up(place: Place) -> None:
    with place.recital(None) as recital:
        begun_session(recital)
        listed = place.folder / "archive" / "retractions.jsonl"
        listed.mkdir(parents=True)
        place.sql(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, attempts, args)"
            " VALUES ('default', 'publish_retractions', 'retractions', 500, '{}')"
        )
        with working(recital):
            status, attempts, at = place.settled("publish_retractions")
            assert (status, attempts) == ("todo", 501)
            assert in_a_while(at) <= timedelta(hours=6)
            listed.rmdir()
            place.sql("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE task_name = 'publish_retractions'")
            wait_until(listed.is_file, SOON_S, "the list is published")
