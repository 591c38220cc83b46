"""The worker: takes sessions from the queue and finalises them, and writes letters, until it is stopped.

procrastinate's worker is a program of asyncio, which is why this one file has coroutines; our own work runs in threads.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from uuid import UUID

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException, JobAborted, UniqueViolation
from procrastinate.jobs import DEFAULT_QUEUE, DeleteJobCondition, Status
from procrastinate.utils import utcnow
from sqlalchemy import Engine

from adapters_storage.jobs.queue import MOST_ATTEMPTS, ProcrastinateJobs, pause_after
from adapters_storage.jobs.tasks import FINALIZE, LETTERS, PUBLISH_RETRACTIONS, SWEEP, TIDY, WRITE
from adapters_storage.jobs.tries import LetterTries, RetractionTries
from adapters_storage.postgres.unit_of_work import answering
from adapters_storage.telemetry.logs import about
from adapters_storage.telemetry.metrics import Metrics
from adapters_storage.telemetry.tracing import Tracer
from recital_core import errors
from recital_core.accounts import Accounts
from recital_core.aggregation import Aggregation
from recital_core.correspondence import Correspondence
from recital_core.letters import LetterKind
from recital_core.orphans import Swept
from recital_core.ports import Clock, Store
from recital_core.recording import Recording
from recital_core.sessions import SessionId
from recital_core.speakers import SpeakerId

EVERY_MINUTE, EVERY_HOUR = "* * * * *", "0 * * * *"
POLL_S = 1.0  # a job that comes while the queue is asked goes without its notification
HEARTBEAT_S = 1.0
DEAD_AFTER_S = 5.0  # without a heartbeat; taking up a living worker's job is harmless, the session is claimed
RESTART_S = 3.0
STOP_SEEN_S = 0.2
STOPS_WITHIN_S = 10.0  # of the 30 that a process is commonly given; a request to S3 may hang for longer
LETTERS_AT_ONCE = 2
BUSY_PAUSE = timedelta(seconds=10)
KEPT_LETTERS = timedelta(days=30)
KILLS_AT_ONCE, KILLS_FORGIVEN = 2, 25  # a server is restarted often; a session may be what kills its worker
LONGEST_FORGIVEN = timedelta(seconds=60)

log = logging.getLogger(__name__)


class Worker:
    """Finalises sessions, `concurrency` at a time; sweeps every minute; takes up what killed workers had in hand.

    Letters are written beside that, LETTERS_AT_ONCE at a time: a mail server that keeps us waiting delays no session.

    Any number of workers may run on one database. `begin` is done before anything else; `tidy` every hour, by one of
    them. `interrupt` makes the work in hand, and these two, end early, as Interrupted, when this one stops.
    """

    def __init__(
        self,
        *,
        url: str,
        engine: Engine,
        store: Store,
        clock: Clock,
        aggregation: Aggregation,
        recording: Recording,
        accounts: Accounts,
        correspondence: Correspondence,
        concurrency: int,
        begin: Callable[[], None],
        tidy: Callable[[], Swept],
        interrupt: Callable[[], None],
        metrics: Metrics,
        tracer: Tracer,
    ) -> None:
        self._url = url
        self._engine = engine
        self._store = store
        self._clock = clock
        self._aggregation = aggregation
        self._recording = recording
        self._accounts = accounts
        self._correspondence = correspondence
        self._concurrency = concurrency
        self._begin = begin
        self._tidy = tidy
        self._interrupt = interrupt
        self._metrics = metrics
        self._tracer = tracer
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Work in a thread of its own, through failures of the database, until `stop`."""
        self._thread = threading.Thread(target=self._run, name="worker")
        self._thread.start()

    def check(self) -> None:
        """Raises Unavailable when the thread of `start` has ended, or was never started."""
        if self._thread is None or not self._thread.is_alive():
            raise errors.Unavailable("The worker has ended; the log says why. Start it again.")

    def stop(self) -> bool:
        """Claim nothing more, end the work in hand, and wait for it for STOPS_WITHIN_S; and whether it has ended.

        What is unfinished goes back into the queue. What has not even ended is left in hand: once this process has
        ended, another worker takes it up as one that was killed with it.
        """
        self._stopping.set()
        self._interrupt()
        if self._thread is not None:
            self._thread.join(STOPS_WITHIN_S)
        return self._thread is None or not self._thread.is_alive()

    def _run(self) -> None:
        with contextlib.suppress(errors.Interrupted):
            self._begin()
        while not self._stopping.is_set():
            with _queue_may_be_lost():
                asyncio.run(self._work())
            self._stopping.wait(RESTART_S)

    async def _work(self) -> None:
        asyncio.get_running_loop().set_default_executor(
            concurrent.futures.ThreadPoolExecutor(self._concurrency + LETTERS_AT_ONCE, thread_name_prefix="work")
        )
        queue = procrastinate.App(
            connector=procrastinate.PsycopgConnector(conninfo=self._url, min_size=1, max_size=6, timeout=10)
        )
        queue.task(name=FINALIZE)(self._finalize)
        queue.task(name=WRITE, queue=LETTERS, retry=LetterTries())(self._write)
        queue.task(name=PUBLISH_RETRACTIONS, retry=RetractionTries())(self._aggregation.publish_retractions)
        queue.periodic(cron=EVERY_MINUTE)(queue.task(name=SWEEP, queueing_lock=SWEEP, lock=SWEEP)(self._sweep))
        queue.periodic(cron=EVERY_HOUR)(queue.task(name=TIDY, queueing_lock=TIDY, lock=TIDY)(self._tidy_up))
        async with queue.open_async():
            working = [
                asyncio.create_task(self._again_and_again(part))
                for part in (
                    lambda: _take_up_stalled(queue, self._metrics),
                    lambda: self._take(queue, DEFAULT_QUEUE, self._concurrency),
                    lambda: self._take(queue, LETTERS, LETTERS_AT_ONCE),
                )
            ]
            ended: set[asyncio.Task[None]] = set()
            while not self._stopping.is_set() and not ended:
                ended, _ = await asyncio.wait(working, timeout=STOP_SEEN_S, return_when=asyncio.FIRST_COMPLETED)
            for task in working:
                task.cancel()  # the worker then claims nothing more, and waits for what it has in hand
            for outcome in await asyncio.gather(*working, return_exceptions=True):
                if isinstance(outcome, Exception):
                    raise outcome

    async def _again_and_again(self, part: Callable[[], Awaitable[None]]) -> None:
        """Have `part` begin anew when it lost the queue: first it may wait for what it has in hand, the others not."""
        while not self._stopping.is_set():
            with _queue_may_be_lost():
                await part()
            await asyncio.sleep(RESTART_S)

    async def _take(self, queue: procrastinate.App, name: str, concurrency: int) -> None:
        await queue.run_worker_async(
            queues=[name],
            concurrency=concurrency,
            fetch_job_polling_interval=POLL_S,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=DEAD_AFTER_S,
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
            install_signal_handlers=False,
        )

    def _finalize(self, session_id: str) -> None:
        try:
            with about(session=session_id), self._tracer.span(FINALIZE, session=session_id):
                self._finalize_or_enqueue(SessionId(UUID(session_id)))
        except errors.DatabaseUnavailable as error:  # nothing could be noted; the sweep takes the session up
            raise JobAborted from error

    def _finalize_or_enqueue(self, session: SessionId) -> None:
        try:
            with self._metrics.finalising():
                self._aggregation.finalize(session)
        except errors.SessionNotFound:
            log.warning("session %s is gone", session)
        except errors.SessionBusy:
            self._again(session, BUSY_PAUSE)
        except errors.Interrupted:
            self._again(session, timedelta())
        except Exception as failure:
            pause = self._pause(session, failure)
            if pause is None:
                log.error(  # noqa: TRY400 - the queue logs the traceback
                    "session %s failed and waits for an operator: %s", session, failure
                )
                raise
            log.warning("session %s failed, again in %d s: %r", session, pause.total_seconds(), failure)
            self._again(session, pause)

    def _pause(self, session_id: SessionId, failure: Exception) -> timedelta | None:
        """How long the session rests before it is tried again; None when trying again does not help."""
        if isinstance(failure, errors.Invalid):
            return None
        with self._store.transaction() as tx:
            session = tx.sessions.get(session_id)
        attempts = session.attempts if session else MOST_ATTEMPTS
        return pause_after(attempts) if attempts < MOST_ATTEMPTS else None

    def _again(self, session_id: SessionId, pause: timedelta) -> None:
        with self._jobs() as jobs:
            jobs.finalize_later(session_id, self._clock.now() + pause)

    def _write(self, kind: str, speaker_id: str) -> None:
        self._correspondence.write(LetterKind(kind), SpeakerId(UUID(speaker_id)))

    def _sweep(self, timestamp: int) -> None:
        """Close abandoned sessions, enqueue what was forgotten, forget what expired. For the minute `timestamp`."""
        with self._alone_in_failing(SWEEP):
            closed = self._recording.sweep()
            self._accounts.forget_expired()
            with self._jobs() as jobs:
                forgotten = jobs.take_up_forgotten()
        if closed or forgotten:
            log.info("sweep of %d: %d abandoned sessions, %d forgotten", timestamp, closed, forgotten)

    def _tidy_up(self, timestamp: int) -> None:  # noqa: ARG002 - procrastinate gives it
        with self._alone_in_failing(TIDY):
            with self._jobs() as jobs:
                jobs.forget_old_letters(self._clock.now() - KEPT_LETTERS)
            try:
                swept = self._tidy()
            except errors.Interrupted:  # the next hour's goes on
                return
        if swept.strangers:
            log.warning("in staging lies what is no session's, and stays: %s", ", ".join(swept.strangers))

    @contextlib.contextmanager
    def _alone_in_failing(self, task: str) -> Iterator[None]:
        """However the block ends, what failed of `task` before is past: its last run alone counts."""
        try:
            yield
        finally:
            with self._jobs() as jobs:
                jobs.forget_failures_of(task)

    @contextlib.contextmanager
    def _jobs(self) -> Iterator[ProcrastinateJobs]:
        with answering(), self._engine.begin() as connection:
            yield ProcrastinateJobs(connection)


def pause_after_kills(kills: int) -> timedelta:
    """How long a job rests that so many workers were killed with: it may be what kills them, and others wait."""
    if kills <= KILLS_AT_ONCE:
        return timedelta()
    if kills <= KILLS_FORGIVEN:
        return min(timedelta(seconds=1 << kills), LONGEST_FORGIVEN)
    return pause_after(kills - KILLS_FORGIVEN)


@contextlib.contextmanager
def _queue_may_be_lost() -> Iterator[None]:
    """What fails in the block for want of PostgreSQL is logged, and no failure."""
    try:
        yield
    except (ConnectorException, psycopg.Error) as failure:
        log.warning("the job queue does not answer, trying again: %r", failure)


async def _take_up_stalled(queue: procrastinate.App, metrics: Metrics) -> None:
    """Again and again, give the jobs of killed workers back to the queue."""
    while True:
        stalled = await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_S)
        metrics.queue_answered()
        for job in stalled:
            pause = pause_after_kills(job.attempts + 1)
            with contextlib.suppress(ConnectorException):  # another worker was quicker; else the next question fails
                try:
                    await queue.job_manager.retry_job(job, retry_at=utcnow() + pause)
                except UniqueViolation:  # the same session waits in the queue already
                    await queue.job_manager.finish_job(job, status=Status.ABORTED, delete_job=True)
        await asyncio.sleep(HEARTBEAT_S)
