"""The queue on a real PostgreSQL: a job belongs to its transaction, and a session waits once."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import psycopg
import pytest
from sqlalchemy import Engine

from adapters_storage.clock import SystemClock
from adapters_storage.jobs.queue import MOST_ATTEMPTS, ProcrastinateJobs, pause_after
from adapters_storage.postgres.connections import separate, transactional
from adapters_storage.postgres.unit_of_work import PostgresStore
from recital_core import errors
from recital_core.audit import Event
from recital_core.letters import LetterKind
from recital_core.oversight import Oversight
from recital_core.ports import JobKind, JobState, Store
from recital_core.sessions import Capture, Ending, RecitalSession, SessionId, State
from recital_core.speakers import Role, Speaker, SpeakerId
from recital_core.texts import Language, RecitalText, TextId, TextSource

NOW = datetime(2026, 5, 1, 10, tzinfo=UTC)


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = separate(database)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> Store:
    return PostgresStore(engine, ProcrastinateJobs)


@pytest.fixture
def text(store: Store) -> RecitalText:
    dana = Speaker(
        id=SpeakerId(uuid.uuid4()), email="dana@example.org", display_name="dana", role=Role.SPEAKER, created_at=NOW
    )
    text = RecitalText(
        id=TextId(uuid.uuid4()),
        owner_id=dana.id,
        title="בוקר",
        language=Language("he"),
        revision=1,
        paragraphs=(("בוקר טוב.",),),
        public=False,
        source=TextSource(),
        created_at=NOW,
    )
    with store.transaction() as tx:
        tx.speakers.add(dana)
        tx.texts.add(text)
    return text


def added(store: Store, text: RecitalText, state: State, **more: object) -> SessionId:
    session = RecitalSession(
        id=SessionId(uuid.uuid4()),
        speaker_id=text.owner_id,
        text_id=text.id,
        text_revision=1,
        capture=Capture(sample_rate_hz=48_000),
        state=state,
        opened_at=NOW,
        last_activity_at=NOW,
        ending=Ending(segments=1, samples=1, marks=1),
    )
    with store.transaction() as tx:
        tx.sessions.add(session)
        tx.sessions.save(msgspec.structs.replace(session, **more))
    return session.id


def jobs(database: str) -> list[tuple[str, str, datetime | None]]:
    """Session, status and moment of every job, the oldest first."""
    with psycopg.connect(database) as connection:
        return connection.execute(
            "SELECT args->>'session_id', status::text, scheduled_at FROM procrastinate_jobs ORDER BY id"
        ).fetchall()


def mark(database: str, status: str) -> None:
    """Let every job be `status`, as a worker would."""
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status", [status])


def taken(database: str) -> bool:
    """Whether a worker finds something to do, and takes it."""
    with psycopg.connect(database) as connection:
        job = connection.execute(
            "SELECT id FROM procrastinate_fetch_job_v2(NULL,"
            " (SELECT worker_id FROM procrastinate_register_worker_v1()))"
        ).fetchone()
    return job != (None,)


def some_id() -> SessionId:
    return SessionId(uuid.uuid4())


def test_a_job_is_there_when_its_transaction_was_kept(store: Store, database: str) -> None:
    session_id = some_id()
    with store.transaction() as tx:
        tx.jobs.finalize(session_id)
        assert jobs(database) == []
    assert jobs(database) == [(str(session_id), "todo", None)]


def test_a_job_is_not_there_when_its_transaction_was_not(store: Store, database: str) -> None:
    with pytest.raises(RuntimeError), store.transaction() as tx:
        tx.jobs.finalize(some_id())
        raise RuntimeError
    assert jobs(database) == []


def test_a_session_that_waits_is_not_enqueued_again(store: Store, database: str) -> None:
    session_id = some_id()
    for _ in range(2):
        with store.transaction() as tx:
            tx.jobs.finalize(session_id)
            tx.jobs.finalize(session_id)
    assert len(jobs(database)) == 1


def test_a_duplicate_leaves_the_transaction_usable(engine: Engine, store: Store, text: RecitalText) -> None:
    session_id = added(store, text, State.ACTIVE)
    with transactional(engine).begin() as connection:
        ProcrastinateJobs(connection).finalize_later(session_id, NOW)
    with store.transaction() as tx:
        jobs_here = tx.jobs
        assert isinstance(jobs_here, ProcrastinateJobs)
        jobs_here.finalize_later(session_id, NOW)
        session = tx.sessions.lock(session_id)
        assert session is not None
        tx.sessions.save(session.to(State.ENDED, ended_at=NOW))
    with store.transaction() as tx:
        kept = tx.sessions.get(session_id)
    assert kept is not None
    assert kept.state is State.ENDED


def test_two_transactions_at_one_time_enqueue_once(store: Store, database: str) -> None:
    session_id, both = some_id(), threading.Barrier(2)

    def enqueue() -> None:
        with store.transaction() as tx:
            both.wait(10)
            tx.jobs.finalize(session_id)

    threads = [threading.Thread(target=enqueue) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(jobs(database)) == 1


def test_a_session_that_rests_after_a_failure_is_brought_forward(engine: Engine, store: Store, database: str) -> None:
    session_id = some_id()
    with transactional(engine).begin() as connection:
        ProcrastinateJobs(connection).finalize_later(session_id, NOW + timedelta(days=365_0))
    with store.transaction() as tx:
        tx.jobs.finalize(session_id)
    assert jobs(database) == [(str(session_id), "todo", None)]


def test_a_session_in_hand_is_enqueued_for_a_second_look(store: Store, database: str) -> None:
    session_id = some_id()
    with store.transaction() as tx:
        tx.jobs.finalize(session_id)
    mark(database, "doing")
    with store.transaction() as tx:
        tx.jobs.finalize(session_id)
    assert [status for _, status, _ in jobs(database)] == ["doing", "todo"]


def test_enqueuing_anew_forgets_the_job_that_was_given_up(store: Store, database: str) -> None:
    session_id = some_id()
    with store.transaction() as tx:
        tx.jobs.finalize(session_id)
    mark(database, "doing")
    mark(database, "failed")
    with store.transaction() as tx:
        tx.jobs.finalize(session_id)
    assert [status for _, status, _ in jobs(database)] == ["todo"]


def test_unfinished_sessions_without_a_job_are_taken_up(
    engine: Engine, store: Store, text: RecitalText, database: str
) -> None:
    forgotten = {
        str(added(store, text, State.ENDED)),
        str(added(store, text, State.AGGREGATED)),
        str(added(store, text, State.DISCARDED)),
    }
    added(store, text, State.ACTIVE)
    added(store, text, State.UPLOADED)
    added(store, text, State.DISCARDED, erased_at=NOW)
    added(store, text, State.ENDED, attempts=MOST_ATTEMPTS)
    with transactional(engine).begin() as connection:
        assert ProcrastinateJobs(connection).take_up_forgotten() == 3
    assert {session_id for session_id, _, _ in jobs(database)} == forgotten
    for status in ("todo", "doing", "failed"):
        mark(database, status)
        with transactional(engine).begin() as connection:
            assert ProcrastinateJobs(connection).take_up_forgotten() == 0
    mark(database, "aborted")
    with transactional(engine).begin() as connection:
        assert ProcrastinateJobs(connection).take_up_forgotten() == 3


def test_a_session_that_was_given_up_is_listed_until_it_is_finished(
    engine: Engine, store: Store, text: RecitalText, database: str
) -> None:
    given_up = added(store, text, State.AGGREGATED, attempts=MOST_ATTEMPTS)
    published, erased = added(store, text, State.UPLOADED), added(store, text, State.DISCARDED, erased_at=NOW)
    for session_id in (given_up, published, erased):
        with store.transaction() as tx:
            tx.jobs.finalize(session_id)
    mark(database, "failed")
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE procrastinate_events SET at = at - interval '1 year'")
    with transactional(engine).begin() as connection:
        jobs_of_ours = ProcrastinateJobs(connection)
        jobs_of_ours.forget_old_letters(datetime.now(UTC))
        assert jobs_of_ours.take_up_forgotten() == 0
    assert [(session_id, status) for session_id, status, _ in jobs(database)] == [(str(given_up), "failed")]


def test_a_letter_that_was_given_up_is_listed_for_a_while(engine: Engine, store: Store, database: str) -> None:
    old, young = SpeakerId(uuid.uuid4()), SpeakerId(uuid.uuid4())
    with store.transaction() as tx:
        tx.jobs.write(LetterKind.APPROVED, old)
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE procrastinate_events SET at = at - interval '31 days'")
    with store.transaction() as tx:
        tx.jobs.write(LetterKind.APPROVED, young)
    mark(database, "failed")
    with psycopg.connect(database) as connection:  # the event that tells of the failure is of now
        connection.execute("DELETE FROM procrastinate_events WHERE type <> 'deferred'")
    with transactional(engine).begin() as connection:
        ProcrastinateJobs(connection).forget_old_letters(datetime.now(UTC) - timedelta(days=30))
    assert [words["speaker_id"] for words, *_ in letters(database)] == [str(young)]


def letters(database: str) -> list[tuple[dict[str, str], str, str]]:
    """Arguments, queue and status of every letter's job, the oldest first."""
    with psycopg.connect(database) as connection:
        return connection.execute(
            "SELECT args, queue_name, status::text FROM procrastinate_jobs WHERE task_name = 'write' ORDER BY id"
        ).fetchall()


def retractions(database: str) -> list[str]:
    """Status of every job that publishes the retractions, the oldest first."""
    with psycopg.connect(database) as connection:
        found = connection.execute(
            "SELECT status::text FROM procrastinate_jobs WHERE task_name = 'publish_retractions' ORDER BY id"
        ).fetchall()
    return [status for (status,) in found]


def test_a_letter_s_job_names_its_kind_and_its_reader_and_nothing_else(store: Store, database: str) -> None:
    dana = SpeakerId(uuid.uuid4())
    with store.transaction() as tx:
        tx.jobs.write(LetterKind.APPROVED, dana)
        assert letters(database) == []
    assert letters(database) == [({"kind": "approved", "speaker_id": str(dana)}, "letters", "todo")]


def test_a_letter_is_not_written_when_its_transaction_was_not_kept(store: Store, database: str) -> None:
    with pytest.raises(RuntimeError), store.transaction() as tx:
        tx.jobs.write(LetterKind.APPROVED, SpeakerId(uuid.uuid4()))
        raise RuntimeError
    assert letters(database) == []


def test_a_letter_that_is_asked_for_twice_is_written_once(store: Store, database: str) -> None:
    dana, noam = SpeakerId(uuid.uuid4()), SpeakerId(uuid.uuid4())
    with store.transaction() as tx:
        tx.jobs.write(LetterKind.SIGN_IN_LINK, dana)
    with store.transaction() as tx:
        tx.jobs.write(LetterKind.SIGN_IN_LINK, noam)
        tx.jobs.write(LetterKind.APPROVED, dana)
        tx.jobs.write(LetterKind.SIGN_IN_LINK, dana)
    wanted = [(str(noam), "sign-in-link"), (str(dana), "approved"), (str(dana), "sign-in-link")]
    assert [(args["speaker_id"], args["kind"]) for args, _, _ in letters(database)] == wanted


@pytest.mark.parametrize(("before", "after"), [("failed", ["todo"]), ("doing", ["doing", "todo"])])
def test_a_letter_that_is_asked_for_anew_is_written_anew(
    store: Store, database: str, before: str, after: list[str]
) -> None:
    dana = SpeakerId(uuid.uuid4())
    with store.transaction() as tx:
        tx.jobs.write(LetterKind.SIGN_IN_LINK, dana)
    mark(database, "doing")
    mark(database, before)
    with store.transaction() as tx:
        tx.jobs.write(LetterKind.SIGN_IN_LINK, dana)
    assert [status for _, _, status in letters(database)] == after


def test_whoever_goes_gets_no_letter_that_waits_and_leaves_none_that_failed(store: Store, database: str) -> None:
    dana, noam = SpeakerId(uuid.uuid4()), SpeakerId(uuid.uuid4())
    with store.transaction() as tx:
        tx.jobs.write(LetterKind.AGREED, dana)
    mark(database, "doing")
    mark(database, "failed")
    with store.transaction() as tx:
        for speaker in (dana, noam):
            tx.jobs.write(LetterKind.APPROVED, speaker)
        tx.jobs.forget_letters(dana)
    assert [args["speaker_id"] for args, _, _ in letters(database)] == [str(noam)]


@pytest.mark.parametrize(("before", "after"), [("todo", ["todo"]), ("failed", ["todo"]), ("doing", ["doing", "todo"])])
def test_the_retractions_wait_once_and_once_more_while_they_are_published(
    store: Store, database: str, before: str, after: list[str]
) -> None:
    with store.transaction() as tx:
        tx.jobs.publish_retractions()
    if before != "todo":
        mark(database, "doing")
        mark(database, before)
    for _ in range(2):
        with store.transaction() as tx:
            tx.jobs.publish_retractions()
    assert retractions(database) == after


def test_no_worker_takes_the_retractions_before_the_last_who_asked_is_done(store: Store, database: str) -> None:
    with store.transaction() as tx:
        tx.jobs.publish_retractions()
    with store.transaction() as tx:
        tx.jobs.publish_retractions()
        assert not taken(database)
    assert taken(database)


def test_pauses_grow_from_a_minute_to_six_hours() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, MOST_ATTEMPTS + 1)]
    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert pauses[-1] == timedelta(hours=6)
    assert pauses == sorted(pauses)
    assert pause_after(10_000) == timedelta(hours=6)


def test_the_backlog_tells_what_waits_since_when_and_what_was_given_up(engine: Engine, store: Store) -> None:
    def backlog(now: datetime) -> tuple[int, int, int, bool]:
        with store.separately() as tx:
            found = tx.jobs.backlog(now)
        return found.waiting, found.running, found.failed, found.oldest_at is not None

    now = datetime.now(UTC)
    assert backlog(now) == (0, 0, 0, False)
    with transactional(engine).begin() as connection:
        ProcrastinateJobs(connection).finalize_later(SessionId(uuid.uuid4()), now + timedelta(hours=1))
    assert backlog(now) == (1, 0, 0, False), "it rests; nobody could have taken it"
    assert backlog(now + timedelta(hours=2)) == (1, 0, 0, True)
    with store.transaction() as tx:
        for _ in range(3):
            tx.jobs.finalize(SessionId(uuid.uuid4()))
    for status in ("doing", "failed"):
        with engine.connect() as connection:
            connection.exec_driver_sql(
                "UPDATE procrastinate_jobs SET status = %s WHERE id = (SELECT max(id) FROM procrastinate_jobs "
                "WHERE status = 'todo')",
                (status,),
            )
    assert backlog(datetime.now(UTC)) == (2, 1, 1, True)


def test_operators_see_what_waits_runs_and_was_given_up(store: Store, database: str, text: RecitalText) -> None:
    failing = added(store, text, State.ENDED, attempts=3, problem="There is no room.")
    with store.transaction() as tx:
        tx.jobs.finalize(failing)
        tx.jobs.write(LetterKind.AGREED, SpeakerId(uuid.uuid4()))
        tx.jobs.publish_retractions()
    with psycopg.connect(database, autocommit=True) as connection:
        for status in ("doing", "failed"):
            connection.execute("UPDATE procrastinate_jobs SET status = %s WHERE task_name <> 'write'", [status])
    with store.separately() as tx:
        retractions, session = tx.jobs.page(JobState.FAILED, None, 10).items
        [letter] = tx.jobs.page(JobState.WAITING, None, 10).items
        first = tx.jobs.page(None, None, 2)
        assert [job.id for job in first.items] == [retractions.id, letter.id]
        assert list(tx.jobs.page(None, first.next, 2).items) == [session]
        assert list(tx.jobs.page(JobState.RUNNING, None, 10).items) == []
        with pytest.raises(errors.Invalid):
            tx.jobs.page(None, "x", 2)
    assert (session.kind, session.session_id, session.attempts) == (JobKind.FINALIZE, failing, 3)
    assert (session.problem, retractions.kind, letter.kind) == (
        "There is no room.",
        JobKind.RETRACTIONS,
        JobKind.LETTER,
    )
    assert session.queued_at is not None


def test_what_was_given_up_is_taken_up_again_and_that_is_in_the_log(
    store: Store, database: str, text: RecitalText
) -> None:
    failing = added(store, text, State.ENDED, attempts=10, problem="There is no room.")
    oversight = Oversight(store=store, clock=SystemClock())
    with store.transaction() as tx:
        tx.jobs.finalize(failing)
        tx.jobs.write(LetterKind.AGREED, SpeakerId(uuid.uuid4()))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        [letter, session] = oversight.jobs(state=JobState.RUNNING).items
        with pytest.raises(errors.WrongState):
            oversight.retry_job(session.id)
        connection.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    for job in (letter, session):
        oversight.retry_job(job.id)
    waiting = oversight.jobs(state=JobState.WAITING).items
    assert {(job.kind, job.attempts, job.problem) for job in waiting} == {
        (JobKind.FINALIZE, 0, None),
        (JobKind.LETTER, 0, None),
    }
    assert oversight.jobs(state=JobState.FAILED).items == []
    logged = oversight.audit().entries.items
    assert {entry.event for entry in logged} == {Event.SESSION_RETRIED, Event.JOB_RETRIED}
    with pytest.raises(errors.JobNotFound):
        oversight.retry_job(letter.id + 1000)
