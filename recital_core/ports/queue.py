"""What waits for workers, as operators see it."""

from __future__ import annotations

import enum
from datetime import datetime

import msgspec

from recital_core.sessions import SessionId


class JobState(enum.StrEnum):
    WAITING = "waiting"
    """For a worker, or for `scheduled_at`."""
    RUNNING = "running"
    FAILED = "failed"
    """Given up: nothing tries it again by itself."""


class JobKind(enum.StrEnum):
    FINALIZE = "finalize"
    LETTER = "letter"
    RETRACTIONS = "retractions"
    SWEEP = "sweep"
    TIDY = "tidy"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """`attempts` and `problem` of a `finalize` are its session's; of what else failed, the log says why."""

    id: int
    kind: JobKind
    session_id: SessionId | None
    state: JobState
    attempts: int
    queued_at: datetime | None
    scheduled_at: datetime | None
    problem: str | None
