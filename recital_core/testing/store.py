"""The store in memory: a transaction works on a copy, which takes the original's place at a clean end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from recital_core import errors
from recital_core.letters import LetterKind
from recital_core.ports import Backlog, Job, JobKind, JobState, Page
from recital_core.sessions import SessionId
from recital_core.speakers import SpeakerId
from recital_core.testing.news import MemoryNews
from recital_core.testing.people import (
    MemoryAuditLog,
    MemoryCredentials,
    MemoryInvitations,
    MemorySignatures,
    MemorySpeakers,
)
from recital_core.testing.readings import MemorySessions, MemoryTexts
from recital_core.testing.rows import Rows
from recital_core.testing.standings import MemoryStandings


class MemoryJobs:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def finalize(self, session_id: SessionId) -> None:
        if session_id not in self._rows.jobs:
            self._rows.jobs = (*self._rows.jobs, session_id)

    def write(self, kind: LetterKind, speaker_id: SpeakerId) -> None:
        letter = (kind, speaker_id)
        self._rows.letters = (*(other for other in self._rows.letters if other != letter), letter)

    def forget_letters(self, speaker_id: SpeakerId) -> None:
        self._rows.letters = tuple(letter for letter in self._rows.letters if letter[1] != speaker_id)

    def publish_retractions(self) -> None:
        self._rows.retractions_wanted = True

    def backlog(self, now: datetime) -> Backlog:  # noqa: ARG002 - the port's; here nobody knows how long work waits
        waiting = len(self._rows.jobs) + len(self._rows.letters) + self._rows.retractions_wanted
        return Backlog(waiting=waiting, oldest_at=None, running=0, failed=0, is_worked_on=False)

    def page(self, state: JobState | None, cursor: str | None, limit: int) -> Page[Job]:
        """Sessions that wait, the newest first: nothing runs or fails here."""
        waiting = [] if state not in (None, JobState.WAITING) else [self._job(session) for session in self._rows.jobs]
        before = [job for job in reversed(waiting) if cursor is None or job.id < int(cursor)]
        return Page(items=before[:limit], next=str(before[limit - 1].id) if before[limit:] else None)

    def get(self, job_id: int) -> Job | None:
        return next((job for job in self.page(None, None, len(self._rows.jobs)).items if job.id == job_id), None)

    def again(self, job_id: int) -> None:
        """What waits is taken up at once in any case."""

    def _job(self, session_id: SessionId) -> Job:
        session = self._rows.sessions[session_id]
        return Job(
            id=self._rows.jobs.index(session_id),
            kind=JobKind.FINALIZE,
            session_id=session_id,
            state=JobState.WAITING,
            attempts=session.attempts,
            queued_at=None,
            scheduled_at=None,
            problem=session.problem,
        )


class MemoryTransaction:
    def __init__(self, rows: Rows) -> None:
        self.speakers = MemorySpeakers(rows)
        self.credentials = MemoryCredentials(rows)
        self.invitations = MemoryInvitations(rows)
        self.signatures = MemorySignatures(rows)
        self.audit = MemoryAuditLog(rows)
        self.texts = MemoryTexts(rows)
        self.sessions = MemorySessions(rows)
        self.standings = MemoryStandings(rows)
        self.jobs = MemoryJobs(rows)


class MemoryStore:
    """One transaction at a time; `unavailable` makes every further one fail as a lost database does."""

    def __init__(self) -> None:
        self.unavailable = False
        self._rows = Rows()
        self._claimed: set[SessionId] = set()
        self._lock = threading.RLock()
        self._open = False
        self.news = MemoryNews()

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        with self._lock:
            self._must_be_closed()
            self._open = True
            try:
                rows = self._rows.copy()
                yield MemoryTransaction(rows)
                before, self._rows = self._rows, rows
            finally:
                self._open = False
            self.news.tell(before, rows)

    @contextmanager
    def separately(self) -> Iterator[MemoryTransaction]:
        with self._lock:
            self._must_be_closed()
            before = self._rows.copy()
            try:
                yield MemoryTransaction(self._rows)
            finally:
                self.news.tell(before, self._rows)

    @contextmanager
    def claim(self, session_id: SessionId) -> Iterator[bool]:
        self.check()
        with self._lock:
            mine = session_id not in self._claimed
            self._claimed.add(session_id)
        try:
            yield mine
        finally:
            if mine:
                self._claimed.discard(session_id)

    def _must_be_closed(self) -> None:
        self.check()
        if self._open:
            raise RuntimeError("a transaction does not nest")

    def check(self) -> None:
        if self.unavailable:
            raise errors.DatabaseUnavailable("The store was told to be unavailable.")

    def take_jobs(self) -> list[SessionId]:
        """The sessions that wait to be finalised, in order, and none of them after that."""
        with self._lock:
            waiting, self._rows.jobs = list(self._rows.jobs), ()
        return waiting

    def take_letters(self) -> list[tuple[LetterKind, SpeakerId]]:
        """The letters that wait to be written, in order, and none of them after that."""
        with self._lock:
            waiting, self._rows.letters = list(self._rows.letters), ()
        return waiting

    def take_retractions(self) -> bool:
        """Whether the retractions wait to be published, and that they do not after that."""
        with self._lock:
            waiting, self._rows.retractions_wanted = self._rows.retractions_wanted, False
        return waiting
