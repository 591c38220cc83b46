"""Connections that are lent again and again: a lost one is noticed before it is lent, or said, and never lent twice."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Self

import psycopg
import pytest
from sqlalchemy import Engine

from adapters_storage.jobs.queue import ProcrastinateJobs
from adapters_storage.postgres.connections import KEPT, LENT_AT, MORE, TRUSTED_SECONDS, separate
from adapters_storage.postgres.unit_of_work import PostgresStore
from recital_core import errors
from recital_core.ports import Store
from recital_core.sessions import SessionId
from recital_core.speakers import CredentialId

NOW = datetime(2026, 5, 1, 10, tzinfo=UTC)
NOBODY = CredentialId(uuid.uuid4())
NOTHING = SessionId(uuid.uuid4())


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = separate(database)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> Store:
    return PostgresStore(engine, ProcrastinateJobs)


def end_all_connections(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )


def test_connections_that_the_server_ended_are_not_lent(store: Store, database: str) -> None:
    with store.separately() as one, store.separately() as other, store.transaction() as third:
        for tx in (one, other, third):
            assert tx.sessions.get(NOTHING) is None
    end_all_connections(database)
    with store.separately() as one, store.separately() as other, store.transaction() as third:
        for tx in (one, other, third):
            assert tx.credentials.speaker_of(NOBODY, NOW) is None


def test_sessions_in_hand_take_no_connection_from_others(store: Store) -> None:
    with contextlib.ExitStack() as in_hand:
        for _ in range(KEPT + MORE):
            assert in_hand.enter_context(store.claim(SessionId(uuid.uuid4())))
        with store.transaction() as tx:
            assert tx.sessions.get(NOTHING) is None


@pytest.mark.parametrize("way", ["separately", "transaction"])
def test_a_connection_that_is_lost_while_lent_is_said_and_not_lent_again(store: Store, database: str, way: str) -> None:
    with pytest.raises(errors.DatabaseUnavailable), getattr(store, way)() as tx:
        assert tx.sessions.intake(NOTHING, 0) is None
        end_all_connections(database)
        tx.sessions.intake(NOTHING, 0)
    with getattr(store, way)() as tx:
        assert tx.sessions.intake(NOTHING, 0) is None


def test_a_connection_is_asked_only_after_it_was_long_unused(engine: Engine) -> None:
    asked: list[Any] = []

    class Noting(psycopg.Cursor[Any]):
        def execute(self, query: Any, *rest: Any, **options: Any) -> Self:
            asked.append(query)
            return super().execute(query, *rest, **options)

    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.cursor_factory = Noting
        known = connection.connection.info
    with engine.connect():
        assert asked == []
    known[LENT_AT] -= TRUSTED_SECONDS
    with engine.connect():
        assert asked == ["SELECT 1"]
