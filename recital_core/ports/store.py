"""Transactions over all rows, and the work that follows them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

import msgspec

from recital_core.letters import LetterKind
from recital_core.ports.pages import Page
from recital_core.ports.people import AuditLog, Credentials, Invitations, Signatures, Speakers
from recital_core.ports.queue import Job, JobState
from recital_core.ports.readings import Sessions, Texts
from recital_core.ports.standings import Standings
from recital_core.sessions import SessionId
from recital_core.speakers import SpeakerId


class Backlog(msgspec.Struct, frozen=True, kw_only=True):
    """How much work waits, is in hand, and was given up.

    `oldest_at` is the moment since which a worker could have taken what waits longest; None where nothing waits. It
    `is_worked_on` when a worker has shown itself within half a minute.
    """

    waiting: int
    oldest_at: datetime | None
    running: int
    failed: int
    is_worked_on: bool


class Jobs(Protocol):
    def finalize(self, session_id: SessionId) -> None:
        """Have a worker take the session as far as it goes, once this transaction commits.

        Asked again while it waits, it is still done once.
        """

    def write(self, kind: LetterKind, speaker_id: SpeakerId) -> None:
        """Have a worker write the speaker a letter, once this transaction commits.

        Asked again while it waits, it is written once.
        """

    def forget_letters(self, speaker_id: SpeakerId) -> None:
        """Write the speaker none of the letters that still wait, and forget those that could not be sent."""

    def page(self, state: JobState | None, cursor: str | None, limit: int) -> Page[Job]:
        """What waits, runs or failed, the newest first. Raises Invalid for a cursor that is not of this list."""

    def get(self, job_id: int) -> Job | None: ...

    def again(self, job_id: int) -> None:
        """Have a job that waits or failed taken up at once; one that runs, or waits once more already, stays."""

    def publish_retractions(self) -> None:
        """Have one worker at a time publish the list of retractions anew, once this transaction commits.

        Asked again while it waits, it is published once; asked while a worker publishes it, once more after that.
        """

    def backlog(self, now: datetime) -> Backlog:
        """What there is to do, also what rests until it is tried again."""


class Transaction(Protocol):
    """The rows and the job queue of one transaction."""

    @property
    def speakers(self) -> Speakers: ...

    @property
    def credentials(self) -> Credentials: ...

    @property
    def invitations(self) -> Invitations: ...

    @property
    def signatures(self) -> Signatures: ...

    @property
    def audit(self) -> AuditLog: ...

    @property
    def texts(self) -> Texts: ...

    @property
    def sessions(self) -> Sessions: ...

    @property
    def standings(self) -> Standings: ...

    @property
    def jobs(self) -> Jobs: ...


class Store(Protocol):
    def transaction(self) -> AbstractContextManager[Transaction]:
        """All of it is kept when the block ends, none of it when the block raises. It does not nest."""

    def separately(self) -> AbstractContextManager[Transaction]:
        """Every call stands alone and is kept at once, whatever happens to the block.

        For questions, and for a change that is one call; it costs a third of a transaction. It queues no jobs.
        """

    def claim(self, session_id: SessionId) -> AbstractContextManager[bool]:
        """Whether this caller alone may finalise the session until the block ends; a killed caller's claim ends too."""

    def check(self) -> None:
        """Raises DatabaseUnavailable when transactions cannot be made now."""
