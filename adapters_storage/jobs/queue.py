"""The queue of sessions to finalise: procrastinate's tables, written within our own transactions.

A session waits in the queue at most once (its `queueing_lock`), and is in hand at most once (its `lock`). Successful
jobs are deleted; one that is given up stays, failed, until its session is enqueued anew.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.manager import JobManager
from procrastinate.sync_psycopg_connector import SyncPsycopgConnector
from procrastinate.tasks import configure_task
from sqlalchemy import Connection, text

from recital_core import errors
from recital_core.sessions import SessionId

FINALIZE = "finalize"
MOST_ATTEMPTS = 10
SHORTEST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
TAKEN_UP_AT_ONCE = 1000

BRING_FORWARD = text("""
    UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE queueing_lock = :key AND status = 'todo'
""")
FORGET_FAILURES = text("DELETE FROM procrastinate_jobs WHERE queueing_lock = :key AND status = 'failed'")
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

    def take_up_forgotten(self) -> int:
        """Enqueue unfinished sessions that no job waits for and that may be tried again; and how many they were."""
        found = self._connection.execute(FORGOTTEN, {"attempts": MOST_ATTEMPTS, "count": TAKEN_UP_AT_ONCE}).scalars()
        return sum(1 for session_id in found.all() if self._defer(session_id, None))

    def _defer(self, session_id: SessionId, not_before: datetime | None) -> bool:
        key = str(session_id)
        job = configure_task(
            name=FINALIZE,
            job_manager=JobManager(SyncPsycopgConnector()),
            connection=self._connection.connection.driver_connection,
            lock=key,
            queueing_lock=key,
            schedule_at=not_before,
        )
        try:
            # Without a savepoint a duplicate would abort the whole transaction, and commit as if nothing were wrong.
            with queue_errors(), self._connection.begin_nested():
                job.defer(session_id=key)
        except AlreadyEnqueued:
            return False
        return True


def pause_after(attempts: int) -> timedelta:
    """How long a session rests after its `attempts`-th failure: 1 minute, then twice as long each time, to 6 hours."""
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
