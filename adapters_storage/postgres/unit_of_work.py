"""One PostgreSQL transaction as the core sees it, and the claim on a session."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Connection, Engine, exc, text

from adapters_storage.postgres.audit import PostgresAuditLog
from adapters_storage.postgres.connections import transactional, unshared
from adapters_storage.postgres.invitations import PostgresInvitations
from adapters_storage.postgres.sessions import PostgresSessions
from adapters_storage.postgres.signatures import PostgresSignatures
from adapters_storage.postgres.speakers import PostgresCredentials, PostgresSpeakers
from adapters_storage.postgres.standings import PostgresStandings
from adapters_storage.postgres.texts import PostgresTexts
from recital_core import errors
from recital_core.ports import Jobs
from recital_core.sessions import SessionId


class PostgresTransaction:
    def __init__(self, connection: Connection, jobs: Jobs) -> None:
        self.speakers = PostgresSpeakers(connection)
        self.credentials = PostgresCredentials(connection)
        self.invitations = PostgresInvitations(connection)
        self.signatures = PostgresSignatures(connection)
        self.audit = PostgresAuditLog(connection)
        self.texts = PostgresTexts(connection)
        self.sessions = PostgresSessions(connection)
        self.standings = PostgresStandings(connection)
        self.jobs = jobs


class PostgresStore:
    """`engine` is one of `connections.separate`; `jobs_of` gives the job queue that writes within its transaction."""

    def __init__(self, engine: Engine, jobs_of: Callable[[Connection], Jobs]) -> None:
        self._separate = engine
        self._transactional = transactional(engine)
        self._unshared = unshared(engine)
        self._jobs_of = jobs_of

    @contextmanager
    def transaction(self) -> Iterator[PostgresTransaction]:
        with answering(), self._transactional.begin() as connection:
            yield PostgresTransaction(connection, self._jobs_of(connection))

    @contextmanager
    def separately(self) -> Iterator[PostgresTransaction]:
        with answering(), self._separate.connect() as connection:
            yield PostgresTransaction(connection, self._jobs_of(connection))

    @contextmanager
    def claim(self, session_id: SessionId) -> Iterator[bool]:
        key = int.from_bytes(hashlib.sha256(session_id.bytes).digest()[:8], "big", signed=True)
        with answering(), self._unshared.connect() as connection:
            mine = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar_one()
            try:
                yield bool(mine)
            finally:
                if mine:
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})

    def check(self) -> None:
        with answering(), self._separate.connect() as connection:
            connection.execute(text("SELECT 1"))


@contextmanager
def answering() -> Iterator[None]:
    """Turns a database that is out of reach or room, and what it refuses to keep, into the core's errors."""
    try:
        yield
    except (exc.OperationalError, psycopg.OperationalError) as failure:
        raise errors.DatabaseUnavailable("PostgreSQL does not answer; try again in a moment.") from failure
    except (exc.DataError, psycopg.DataError) as failure:
        raise errors.Invalid("There is a character or a number in this that cannot be kept.") from failure
    except (exc.IntegrityError, psycopg.IntegrityError) as failure:
        raise errors.Conflict("What this belongs to was changed or erased at the same moment. Try again.") from failure
    except (exc.InterfaceError, psycopg.InterfaceError) as failure:
        raise errors.DatabaseUnavailable("The connection to PostgreSQL was lost.") from failure
    except exc.TimeoutError as failure:
        raise errors.DatabaseUnavailable("Every connection to PostgreSQL is in use.") from failure
