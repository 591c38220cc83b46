"""Workers on a real PostgreSQL, with real audio: what they finish, what they leave, what they take up."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from procrastinate.jobs import DEFAULT_QUEUE

from adapters_storage.assembly import Recital, assembled
from adapters_storage.audio.workshop import FfmpegWorkshop
from adapters_storage.blobs.filesystem import FolderBlobStore
from adapters_storage.jobs.tasks import LETTERS, SWEEP
from adapters_storage.jobs.worker import STOPS_WITHIN_S, pause_after_kills
from adapters_storage.settings import Settings
from recital_core import errors
from recital_core.recording import Recording
from recital_core.sessions import RecitalSession, SessionId, State
from recital_core.speakers import Role
from tests.ended import begun_session, ended_session, slow_ffmpeg, state_of
from tests.running import HTTP, LOOPBACK, RECITAL, free_port, wait_until
from tests.s3_door import Asked, Fault, StrictDoor
from tests.s3_servers import Bucket, s3_settings

SOON_S = 30.0
ENDS_WITHIN_S = 4.0
HANGS_S = 120.0


class Place:
    """A data folder and a database, on which any number of workers may run."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.database = database
        self.slow_ffmpeg = folder / "slow-ffmpeg"
        self.ffmpeg_runs = folder / "ffmpeg-runs"
        folder.mkdir()
        slow_ffmpeg(self.slow_ffmpeg, self.ffmpeg_runs)

    def environ(self, **more: str) -> dict[str, str]:
        return {"RECITAL_DATA_DIR": str(self.folder), "RECITAL_DATABASE_URL": self.database, **more}

    def settings(self, **more: str) -> Settings:
        return Settings.load(self.environ(**more))

    @contextlib.contextmanager
    def worker(self, command: str = "worker", **more: str) -> Iterator[subprocess.Popen[bytes]]:
        """`recital worker`, or that `command`, in a process of its own, killed at the end if it still runs."""
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("RECITAL_")}
        with subprocess.Popen(
            [RECITAL, command],
            cwd=self.folder,
            env={**surroundings, **self.environ(**more)},
            stdout=subprocess.DEVNULL,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def jobs(self) -> list[tuple[str, datetime | None]]:
        """Status and moment of every job of a session."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(
                "SELECT status::text, scheduled_at FROM procrastinate_jobs WHERE task_name = 'finalize' ORDER BY id"
            ).fetchall()

    def ask_for(self, task: str, queue: str = DEFAULT_QUEUE) -> None:
        """As the clock does every minute or hour."""
        with psycopg.connect(self.database) as connection:
            connection.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES (%s, %s, '{\"timestamp\": 0}')",
                [queue, task],
            )

    def lose_connections(self) -> None:
        """As when PostgreSQL is restarted."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            pids = [pid for (pid,) in connection.execute(others)]
            connection.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", [pids])
            left = "SELECT FROM pg_stat_activity WHERE pid = ANY(%s)"
            wait_until(lambda: not connection.execute(left, [pids]).fetchall(), SOON_S, "they are lost")

    def count(self, table: str) -> int:
        """How many rows there are."""
        with psycopg.connect(self.database) as connection:
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def place(tmp_path: Path, database: str) -> Place:
    return Place(tmp_path / "data", database)


@pytest.fixture
def recital(place: Place) -> Iterator[Recital]:
    with assembled(place.settings()) as recital:
        yield recital


@contextlib.contextmanager
def working(recital: Recital) -> Iterator[None]:
    worker = recital.worker()
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def session(recital: Recital, session_id: SessionId) -> RecitalSession:
    admin = recital.membership.approve("admin@localhost", Role.ADMIN)
    return recital.recording.get(admin, session_id).session


def wait_for(recital: Recital, session_id: SessionId, state: State) -> None:
    wait_until(lambda: state_of(recital, session_id) is state, SOON_S, f"{session_id} is {state}")


def test_a_worker_publishes_what_has_ended_and_what_ends_while_it_works(recital: Recital, place: Place) -> None:
    before = ended_session(recital)
    with working(recital):
        wait_for(recital, before, State.UPLOADED)
        after = ended_session(recital)
        wait_for(recital, after, State.UPLOADED)
        wait_until(lambda: place.jobs() == [], SOON_S, "the jobs are gone")
    published = {path.name for path in (place.folder / "archive" / str(after)).iterdir() if path.name[0] != "."}
    names = {"transcript.vtt", "source.audio.flac", "main.audio.mka", "light.audio.mp3", "peaks.json", "session.json"}
    assert published == names
    assert not (place.folder / "staging" / "sessions" / str(after)).exists()


def test_a_worker_erases_what_was_disavowed(recital: Recital, place: Place) -> None:
    dana, session_id = begun_session(recital)
    recital.recording.disavow(dana, session_id)
    with working(recital):
        wait_until(lambda: session(recital, session_id).erased_at, SOON_S, "it is erased")
    assert not (place.folder / "staging" / "sessions" / str(session_id)).exists()


def test_a_failure_is_noted_and_tried_again_a_minute_later(place: Place) -> None:
    with assembled(place.settings(RECITAL_FFMPEG=str(place.folder / "missing"))) as recital, working(recital):
        session_id = ended_session(recital)
        wait_until(lambda: session(recital, session_id).attempts, SOON_S, "the failure is noted")
        [(status, at)] = wait_until(
            lambda: [job for job in place.jobs() if job[1] is not None], SOON_S, "it is enqueued for later"
        )
        failed = session(recital, session_id)
    assert (failed.state, failed.attempts, status) == (State.ENDED, 1, "todo")
    assert failed.problem
    assert at is not None
    assert timedelta(seconds=40) < at - datetime.now(at.tzinfo) <= timedelta(seconds=60)


def test_a_failed_session_does_not_delay_another(place: Place) -> None:
    with assembled(place.settings()) as recital:
        bad, good = ended_session(recital), ended_session(recital)
        for piece in (place.folder / "staging" / "sessions" / str(bad)).rglob("0*"):
            piece.write_bytes(b"not audio")
        with working(recital):
            wait_for(recital, good, State.UPLOADED)
            assert session(recital, bad).problem, "one at a time, the bad one was the first"
            wait_until(lambda: [status for status, _ in place.jobs()] == ["failed"], SOON_S, "it is given up")
        assert session(recital, bad).state is State.ENDED
        assert session(recital, bad).problem


def test_an_operator_s_retry_is_taken_up_at_once(place: Place) -> None:
    with assembled(place.settings(RECITAL_FFMPEG=str(place.folder / "missing"))) as recital, working(recital):
        session_id = ended_session(recital)
        wait_until(lambda: [at for _, at in place.jobs() if at], SOON_S, "it rests")
    with assembled(place.settings()) as recital:
        recital.aggregation.retry(session_id)
        with working(recital):
            wait_for(recital, session_id, State.UPLOADED)


def test_an_abandoned_session_is_closed_and_published_by_the_sweep(recital: Recital, place: Place) -> None:
    _, session_id = begun_session(recital)
    with psycopg.connect(place.database) as connection:
        connection.execute("UPDATE sessions SET last_activity_at = now() - interval '25 hours'")
    with working(recital):
        wait_for(recital, session_id, State.UPLOADED)


def test_a_session_whose_job_was_lost_is_found_by_the_sweep(recital: Recital, place: Place) -> None:
    session_id = ended_session(recital)
    with psycopg.connect(place.database) as connection:
        connection.execute("DELETE FROM procrastinate_jobs")
    with working(recital):
        wait_for(recital, session_id, State.UPLOADED)


def test_sign_ins_and_links_whose_time_is_over_are_forgotten_by_the_sweep(recital: Recital, place: Place) -> None:
    dana = recital.membership.approve("dana@example.org")
    recital.accounts.login_link("dana@example.org")
    recital.accounts.token(dana, timedelta(days=1))
    with psycopg.connect(place.database) as connection:
        for table in ("credentials", "sign_in_links"):
            connection.execute(f"UPDATE {table} SET expires_at = now()")
    recital.accounts.login_link("dana@example.org")
    with working(recital):
        wait_until(lambda: place.count("credentials") == 0, SOON_S, "the token is forgotten")
    assert place.count("sign_in_links") == 1


def test_what_killed_writers_left_goes_while_a_worker_runs(recital: Recital, place: Place) -> None:
    with working(recital):
        left = place.folder / "archive" / ".incoming" / "left"
        left.write_bytes(b"half of it")
        os.utime(left, (0, 0))
        (place.folder / "staging" / "sessions").mkdir(exist_ok=True)
        (place.folder / "staging" / "sessions" / "notes.txt").write_text("no session's")
        place.ask_for("tidy")
        wait_until(lambda: not left.exists(), SOON_S, "it is gone")


@pytest.mark.parametrize("task", ["sweep", "tidy"])
def test_a_sweep_that_failed_is_past_once_the_next_has_done_it(
    recital: Recital, place: Place, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def statuses() -> list[str]:
        with psycopg.connect(place.database) as connection:
            found = connection.execute("SELECT status::text FROM procrastinate_jobs WHERE task_name = %s", [task])
            return [status for (status,) in found]

    blobs = FolderBlobStore if task == "tidy" else Recording
    with working(recital):
        with monkeypatch.context() as broken:
            broken.setattr(blobs, "sweep", _refused)
            for _ in range(2):
                place.ask_for(task)
                wait_until(lambda: set(statuses()) == {"failed"}, SOON_S, "it failed")
            assert statuses() == ["failed"]
        place.ask_for(task)
        wait_until(lambda: not statuses(), SOON_S, "it is past")


def _refused(_itself: object) -> None:
    raise errors.BlobStoreUnavailable("The folder refuses.")


def test_a_job_that_workers_are_killed_with_gives_way_to_others(recital: Recital, place: Place) -> None:
    killer = place.folder / "killer"
    killer.write_text('#!/bin/sh\n[ "$1" = -version ] && exec echo ffmpeg version killer\nkill -9 $PPID\n')
    killer.chmod(0o755)
    bad = ended_session(recital)
    with psycopg.connect(place.database) as connection:
        connection.execute("UPDATE procrastinate_jobs SET attempts = 2")
    with place.worker(RECITAL_FFMPEG=str(killer)) as worker:
        assert worker.wait(SOON_S) == -signal.SIGKILL
    good = ended_session(recital)
    with working(recital):
        [(status, at)] = wait_until(
            lambda: [job for job in place.jobs() if job[1] is not None], SOON_S, "it is taken up, for later"
        )
        assert (status, at is not None and at > datetime.now(at.tzinfo)) == ("todo", True)
        wait_for(recital, good, State.UPLOADED)
        wait_for(recital, bad, State.UPLOADED)


def test_pauses_after_kills_grow_slowly_and_without_end() -> None:
    pauses = [pause_after_kills(kills).total_seconds() for kills in (1, 2, 3, 4, 5, 6, 25, 26, 28, 60)]
    assert pauses == [0, 0, 8, 16, 32, 60, 60, 60, 240, 21600]


def test_a_worker_that_starts_leaves_no_sound_of_one_that_was_killed(recital: Recital, place: Place) -> None:
    ended_session(recital)
    with place.worker(RECITAL_FFMPEG=str(place.slow_ffmpeg)) as worker:
        wait_until(place.ffmpeg_runs.exists, SOON_S, "ffmpeg runs")
        worker.kill()
    workshop = place.folder / "workshop"
    assert list(workshop.iterdir())
    with working(recital):
        wait_until(lambda: not list(workshop.iterdir()), SOON_S, "nothing is left")


def test_a_worker_goes_on_after_every_connection_was_lost(recital: Recital, place: Place) -> None:
    with working(recital):
        wait_for(recital, ended_session(recital), State.UPLOADED)
        place.lose_connections()
        wait_for(recital, ended_session(recital), State.UPLOADED)


def test_a_worker_that_lost_every_connection_goes_on_before_it_is_done_with_what_it_has_in_hand(place: Place) -> None:
    with assembled(place.settings(RECITAL_FFMPEG=str(place.slow_ffmpeg))) as recital, working(recital):
        session_id = ended_session(recital)
        wait_until(place.ffmpeg_runs.exists, SOON_S, "ffmpeg runs")
        place.lose_connections()
        lost_at = time.time()
        place.ask_for(SWEEP, queue=LETTERS)
        wait_until(lambda: place.count("procrastinate_jobs") == 1, SOON_S, "what does not wait for a session is done")
        heard = "recital_worker_heartbeat_seconds"
        heartbeat = recital.metrics.registry.get_sample_value
        wait_until(lambda: (heartbeat(heard) or 0) > lost_at, SOON_S, "it is well")
        assert session(recital, session_id).state is State.ENDED


def test_a_stop_kills_the_audio_program_and_leaves_the_session_to_the_next(place: Place) -> None:
    with assembled(place.settings(RECITAL_FFMPEG=str(place.slow_ffmpeg))) as recital:
        session_id = ended_session(recital)
        with working(recital):
            wait_until(place.ffmpeg_runs.exists, SOON_S, "ffmpeg runs")
            stopped_at = time.monotonic()
        assert time.monotonic() - stopped_at < 5
        left = session(recital, session_id)
        assert (left.state, left.attempts, left.problem) == (State.ENDED, 0, None)
    with assembled(place.settings()) as recital, working(recital):
        wait_for(recital, session_id, State.UPLOADED)


def test_a_stop_waits_for_one_file_at_most_and_counts_no_attempt(
    recital: Recital, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, asked_to_stop = threading.Event(), threading.Event()
    put, close = FolderBlobStore.put, FfmpegWorkshop.close
    keys: list[str] = []

    def put_until_the_stop(itself: FolderBlobStore, key: str, *blob: Any) -> int:
        keys.append(key)
        begun.set()
        assert asked_to_stop.wait(SOON_S)
        return put(itself, key, *blob)

    def close_and_tell(itself: FfmpegWorkshop) -> None:
        close(itself)
        asked_to_stop.set()

    session_id = ended_session(recital)
    monkeypatch.setattr(FolderBlobStore, "put", put_until_the_stop)
    monkeypatch.setattr(FfmpegWorkshop, "close", close_and_tell)
    with working(recital):
        assert begun.wait(SOON_S)
        stopped_at = time.monotonic()
    assert time.monotonic() - stopped_at < ENDS_WITHIN_S
    assert len(keys) == 1
    left = session(recital, session_id)
    assert (left.state, left.attempts, left.problem) == (State.ENDED, 0, None)
    assert [status for status, _ in place.jobs()] == ["todo"]


def test_a_stop_in_the_middle_of_a_sweep_or_of_the_retractions_is_no_failure(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, stopping = [threading.Event(), threading.Event()], threading.Event()

    def refusing(begins: threading.Event) -> Callable[..., int]:
        def refuse(*_blob: Any, **_condition: Any) -> int:
            begins.set()
            stopping.wait(SOON_S)
            raise errors.BlobStoreUnavailable("The folder refuses.")

        return refuse

    with assembled(place.settings(RECITAL_CONCURRENCY="2")) as recital:
        session_id = ended_session(recital)
        recital.aggregation.finalize(session_id)
        recital.aggregation.discard(session_id)
        place.ask_for("tidy")
        worker = recital.worker()
        monkeypatch.setattr(FolderBlobStore, "list", refusing(begun[0]))
        monkeypatch.setattr(FolderBlobStore, "replace", refusing(begun[1]))
        worker.start()
        assert all(one.wait(SOON_S) for one in begun)
        threading.Timer(1, stopping.set).start()
        assert worker.stop()
    with psycopg.connect(place.database) as connection:
        left = connection.execute(
            "SELECT DISTINCT task_name, status::text, coalesce(scheduled_at, now()) <= now() FROM procrastinate_jobs"
            " WHERE task_name IN ('tidy', 'publish_retractions')"
        ).fetchall()
    assert left == [("publish_retractions", "todo", True)]


@pytest.mark.parametrize("command", ["worker", "serve"])
def test_a_request_that_hangs_does_not_hold_a_stop_up_and_another_worker_takes_the_session_up(
    place: Place, moto: StrictDoor, command: str
) -> None:
    archive = Bucket(moto.url, f"archive-{uuid.uuid4()}")
    archive.make()
    buckets = s3_settings(moto.url, archive=archive.name)
    del buckets["RECITAL_STAGING_S3"]
    hanging, port = threading.Event(), free_port()

    def hang(asked: Asked) -> Fault | None:
        if asked.method != "PUT" or "main.audio" not in asked.path:
            return None
        hanging.set()
        return Fault(status=503, wait_s=HANGS_S)

    with assembled(place.settings(**buckets)) as recital:
        session_id = ended_session(recital)
        moto.faults = hang
        try:
            with place.worker(command, **buckets, RECITAL_PORT=str(port)) as worker:
                wait_until(lambda: command == "worker" or answers(port), SOON_S, "it answers")
                assert hanging.wait(SOON_S)
                worker.send_signal(signal.SIGTERM)
                stopped_at = time.monotonic()
                assert worker.wait(SOON_S) == 0
        finally:
            moto.faults = lambda _asked: None
        assert time.monotonic() - stopped_at < STOPS_WITHIN_S + 5
        left = session(recital, session_id)
        assert (left.state, left.attempts, left.problem) == (State.AGGREGATED, 0, None)
        assert [status for status, _ in place.jobs()] == ["doing"]
        with working(recital):
            wait_for(recital, session_id, State.UPLOADED)
            wait_until(lambda: place.jobs() == [], SOON_S, "the job is gone")
        assert session(recital, session_id).problem is None


def answers(port: int) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return HTTP.get(f"http://{LOOPBACK}:{port}/health/live").is_success
    return False


def test_the_worker_s_program_ends_at_a_sigterm_within_seconds(recital: Recital, place: Place) -> None:
    ended_session(recital)
    with place.worker(RECITAL_FFMPEG=str(place.slow_ffmpeg)) as worker:
        wait_until(place.ffmpeg_runs.exists, SOON_S, "ffmpeg runs")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
    assert [status for status, _ in place.jobs()] == ["todo"]


def test_the_work_of_a_killed_worker_is_done_by_the_next_once(recital: Recital, place: Place) -> None:
    with psycopg.connect(place.database) as connection:
        connection.execute(COUNT_UPLOADS)
    sessions = [ended_session(recital) for _ in range(3)]
    with place.worker(RECITAL_FFMPEG=str(place.slow_ffmpeg)) as worker:
        wait_until(place.ffmpeg_runs.exists, SOON_S, "ffmpeg runs")
        worker.kill()
    killed_at = time.monotonic()
    with place.worker(), place.worker():
        for session_id in sessions:
            wait_for(recital, session_id, State.UPLOADED)
    assert time.monotonic() - killed_at < 20
    with psycopg.connect(place.database) as connection:
        uploads = connection.execute("SELECT session_id FROM uploads").fetchall()
    assert sorted(session_id for (session_id,) in uploads) == sorted(sessions)
    assert all(session(recital, session_id).attempts == 0 for session_id in sessions)


COUNT_UPLOADS = """
    CREATE TABLE uploads (session_id uuid);
    CREATE FUNCTION count_upload() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO uploads VALUES (NEW.id); RETURN NEW; END
    $$;
    CREATE TRIGGER count_uploads AFTER UPDATE OF state ON sessions FOR EACH ROW
        WHEN (NEW.state = 'uploaded') EXECUTE FUNCTION count_upload();
"""
