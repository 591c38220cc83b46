"""The queue of what workers do: procrastinate's tables, written within our own transactions.

A session waits in the queue at most once (its `queueing_lock`), and is in hand at most once (its `lock`). Successful
jobs are deleted; one that is given up stays, failed, until its session is enqueued anew.

A letter, or the list of retractions, that is asked for anew takes the place of the job that waits or failed, and never
of one that is in hand: that one may have looked before this transaction changes anything. Letters have a queue of
their own, so that neither they nor sessions wait for each other. A letter's job names its kind and its reader's id.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import JobDeferrer
from procrastinate.manager import JobManager
from procrastinate.sync_psycopg_connector import SyncPsycopgConnector
from procrastinate.tasks import configure_task
from sqlalchemy import Connection, text

from adapters_storage.jobs.listing import again, job_of, page_of_jobs
from adapters_storage.jobs.tasks import FINALIZE, LETTERS, PUBLISH_RETRACTIONS, RETRACTIONS, WRITE
from recital_core import errors
from recital_core.letters import LetterKind
from recital_core.ports import Backlog, Job, JobState, Page
from recital_core.sessions import SessionId
from recital_core.speakers import SpeakerId

MOST_ATTEMPTS = 10
SHORTEST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
TAKEN_UP_AT_ONCE = 1000

BRING_FORWARD = text("""
    UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE queueing_lock = :key AND status = 'todo'
""")
FORGET_FAILURES = text("DELETE FROM procrastinate_jobs WHERE queueing_lock = :key AND status = 'failed'")
REPLACE_LETTER = text("""
    DELETE FROM procrastinate_jobs
    WHERE queue_name = 'letters' AND status IN ('todo', 'failed')
    AND args->>'speaker_id' = :speaker_id AND args->>'kind' = :kind
""")
FORGET_LETTERS = text("""
    DELETE FROM procrastinate_jobs
    WHERE queue_name = 'letters' AND status IN ('todo', 'failed') AND args->>'speaker_id' = :speaker_id
""")
REPLACE_RETRACTIONS = text("""
    DELETE FROM procrastinate_jobs WHERE lock = 'retractions' AND status IN ('todo', 'failed')
""")
FORGET_FAILURES_OF = text("DELETE FROM procrastinate_jobs WHERE task_name = :task AND status IN ('failed', 'aborted')")
FORGET_OLD_LETTERS = text("""
    DELETE FROM procrastinate_jobs AS job WHERE queue_name = 'letters' AND status IN ('failed', 'aborted')
    AND NOT EXISTS (SELECT FROM procrastinate_events WHERE job_id = job.id AND at >= :before)
""")
FORGET_NEEDLESS = text("""
    DELETE FROM procrastinate_jobs AS job WHERE task_name = 'finalize' AND (
        status = 'aborted' OR status = 'failed' AND NOT EXISTS (
            SELECT FROM sessions WHERE id = CAST(job.args->>'session_id' AS uuid)
            AND (state IN ('ended', 'aggregated') OR (state = 'discarded' AND erased_at IS NULL))
        )
    )
""")
FORGOTTEN = text("""
    SELECT sessions.id FROM sessions
    WHERE (state IN ('ended', 'aggregated') OR (state = 'discarded' AND erased_at IS NULL))
    AND sessions.attempts < :attempts
    AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs
        WHERE queueing_lock = CAST(sessions.id AS text) AND status IN ('todo', 'doing', 'failed')
    )
    ORDER BY last_activity_at LIMIT :count
""")

BACKLOG = text("""
    SELECT count(*) FILTER (WHERE status = 'todo') AS waiting, count(*) FILTER (WHERE status = 'doing') AS running,
        count(*) FILTER (WHERE status = 'failed') AS failed,
        (
            SELECT min(coalesce(scheduled_at, at))
            FROM procrastinate_jobs AS due JOIN procrastinate_events AS deferred ON job_id = due.id
            WHERE status = 'todo' AND type = 'deferred' AND coalesce(scheduled_at, at) <= :now
        ) AS oldest_at,
        EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 seconds') AS is_worked_on
    FROM procrastinate_jobs
""")


class ProcrastinateJobs:
    """The port Jobs within the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def finalize(self, session_id: SessionId) -> None:
        # Changing the waiting job also holds it back from workers until this transaction ends: none of them
        # can take it, and miss what this transaction is about.
        key = {"key": str(session_id)}
        self._connection.execute(FORGET_FAILURES, key)
        if not self._connection.execute(BRING_FORWARD, key).rowcount:
            self._defer(session_id, None)

    def finalize_later(self, session_id: SessionId, not_before: datetime) -> None:
        """As `finalize`, at `not_before` or later; sooner where the session waits already."""
        self._defer(session_id, not_before)

    def write(self, kind: LetterKind, speaker_id: SpeakerId) -> None:
        letter = {"kind": kind.value, "speaker_id": str(speaker_id)}
        self._connection.execute(REPLACE_LETTER, letter)
        with queue_errors():
            self._task(WRITE, queue=LETTERS).defer(**letter)

    def forget_letters(self, speaker_id: SpeakerId) -> None:
        self._connection.execute(FORGET_LETTERS, {"speaker_id": str(speaker_id)})

    def publish_retractions(self) -> None:
        self._connection.execute(REPLACE_RETRACTIONS)
        with queue_errors():
            self._task(PUBLISH_RETRACTIONS, lock=RETRACTIONS).defer()

    def backlog(self, now: datetime) -> Backlog:
        found = self._connection.execute(BACKLOG, {"now": now}).one()
        return Backlog(
            waiting=found.waiting,
            oldest_at=found.oldest_at,
            running=found.running,
            failed=found.failed,
            is_worked_on=found.is_worked_on,
        )

    def page(self, state: JobState | None, cursor: str | None, limit: int) -> Page[Job]:
        return page_of_jobs(self._connection, state, cursor, limit)

    def get(self, job_id: int) -> Job | None:
        return job_of(self._connection, job_id)

    def again(self, job_id: int) -> None:
        again(self._connection, job_id)

    def take_up_forgotten(self) -> int:
        """Enqueue unfinished sessions that no job waits for and that may be tried again; and how many they were.

        Jobs that failed and whose sessions were finished by other hands are forgotten.
        """
        self._connection.execute(FORGET_NEEDLESS)
        found = self._connection.execute(FORGOTTEN, {"attempts": MOST_ATTEMPTS, "count": TAKEN_UP_AT_ONCE}).scalars()
        return sum(1 for session_id in found.all() if self._defer(session_id, None))

    def forget_failures_of(self, task: str) -> None:
        """Forget every job of `task` that failed."""
        self._connection.execute(FORGET_FAILURES_OF, {"task": task})

    def forget_old_letters(self, before: datetime) -> None:
        """Forget the letters that were given up before then. A session that was given up is never forgotten."""
        self._connection.execute(FORGET_OLD_LETTERS, {"before": before})

    def _defer(self, session_id: SessionId, not_before: datetime | None) -> bool:
        key = str(session_id)
        job = self._task(FINALIZE, lock=key, queueing_lock=key, schedule_at=not_before)
        try:
            # Without a savepoint a duplicate would abort the whole transaction, and commit as if nothing were wrong.
            with queue_errors(), self._connection.begin_nested():
                job.defer(session_id=key)
        except AlreadyEnqueued:
            return False
        return True

    def _task(
        self,
        name: str,
        *,
        queue: str | None = None,
        lock: str | None = None,
        queueing_lock: str | None = None,
        schedule_at: datetime | None = None,
    ) -> JobDeferrer:
        return configure_task(
            name=name,
            job_manager=JobManager(SyncPsycopgConnector()),
            connection=self._connection.connection.driver_connection,
            queue=queue,
            lock=lock,
            queueing_lock=queueing_lock,
            schedule_at=schedule_at,
        )


def pause_after(attempts: int) -> timedelta:
    """How long to rest after the `attempts`-th failure of one thing: 1 minute, twice as long each time, to 6 hours."""
    doublings: int = min(max(attempts - 1, 0), 20)
    return min(SHORTEST_PAUSE * (1 << doublings), LONGEST_PAUSE)


@contextlib.contextmanager
def queue_errors() -> Iterator[None]:
    """Turns the queue's own errors into the core's; AlreadyEnqueued passes, since it is an answer."""
    try:
        yield
    except AlreadyEnqueued:
        raise
    except ConnectorException as error:
        raise errors.DatabaseUnavailable("The job queue does not answer.") from error
