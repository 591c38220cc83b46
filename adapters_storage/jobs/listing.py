"""The queue as operators see it: what waits, runs and failed."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from adapters_storage.jobs.tasks import FINALIZE, PUBLISH_RETRACTIONS, SWEEP, TIDY, WRITE
from recital_core import errors
from recital_core.ports import Job, JobKind, JobState, Page

KINDS = {
    FINALIZE: JobKind.FINALIZE,
    WRITE: JobKind.LETTER,
    PUBLISH_RETRACTIONS: JobKind.RETRACTIONS,
    SWEEP: JobKind.SWEEP,
    TIDY: JobKind.TIDY,
}
STATUSES = {
    JobState.WAITING: ["todo"],
    JobState.RUNNING: ["doing", "aborting"],
    JobState.FAILED: ["failed", "aborted"],
}
STATES = {status: state for state, statuses in STATUSES.items() for status in statuses}
FOUND = """
    SELECT job.id, job.task_name, job.status::text, job.scheduled_at, sessions.id AS session_id,
        coalesce(sessions.attempts, job.attempts) AS attempts, sessions.problem,
        (SELECT min(at) FROM procrastinate_events WHERE job_id = job.id AND type = 'deferred') AS queued_at
    FROM procrastinate_jobs AS job LEFT JOIN sessions ON sessions.id = CAST(job.args->>'session_id' AS uuid)
"""
PAGE = text(f"""{FOUND}
    WHERE CAST(job.status AS text) = ANY(:statuses) AND job.task_name = ANY(:tasks) AND job.id < :before
    ORDER BY job.id DESC LIMIT :count
""")
ONE = text(f"{FOUND} WHERE job.id = :id AND CAST(job.status AS text) = ANY(:statuses) AND job.task_name = ANY(:tasks)")
AGAIN = text("""
    UPDATE procrastinate_jobs SET status = 'todo', scheduled_at = NULL, attempts = 0
    WHERE id = :id AND status IN ('todo', 'failed') AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs AS other
        WHERE other.queueing_lock = procrastinate_jobs.queueing_lock AND other.status = 'todo'
        AND other.id <> procrastinate_jobs.id
    )
""")
BIGGEST = 2**63 - 1


def page_of_jobs(connection: Connection, state: JobState | None, cursor: str | None, limit: int) -> Page[Job]:
    values = {
        "statuses": STATUSES[state] if state else list(STATES),
        "tasks": list(KINDS),
        "before": BIGGEST if cursor is None else _number_in(cursor),
        "count": limit + 1,
    }
    found = [_job(row) for row in connection.execute(PAGE, values)]
    after = base64.urlsafe_b64encode(msgspec.json.encode(("job", found[limit - 1].id))) if found[limit:] else None
    return Page(items=found[:limit], next=after.decode().rstrip("=") if after else None)


def job_of(connection: Connection, job_id: int) -> Job | None:
    values = {"id": min(job_id, BIGGEST), "statuses": list(STATES), "tasks": list(KINDS)}
    row = connection.execute(ONE, values).first()
    return None if row is None else _job(row)


def again(connection: Connection, job_id: int) -> None:
    connection.execute(AGAIN, {"id": job_id})


def _job(row: Any) -> Job:
    return Job(
        id=row.id,
        kind=KINDS[row.task_name],
        session_id=row.session_id,
        state=STATES[row.status],
        attempts=row.attempts,
        queued_at=row.queued_at,
        scheduled_at=row.scheduled_at,
        problem=row.problem,
    )


def _number_in(cursor: str) -> int:
    """Raises Invalid for a cursor that is not of this list."""
    try:
        given = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        number = msgspec.json.decode(given, type=tuple[str, int])[1]
    except (ValueError, msgspec.MsgspecError) as wrong:
        raise errors.Invalid("This cursor is not one of this list.", cursor=cursor[:100]) from wrong
    if not 0 <= number <= BIGGEST:
        raise errors.Invalid("This cursor is not one of this list.", cursor=cursor[:100])
    return number
