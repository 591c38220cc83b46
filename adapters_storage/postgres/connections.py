"""Connections to PostgreSQL: kept, lent out again and again, and asked first where one may have been lost."""

from __future__ import annotations

import select
import time
from typing import Any

import psycopg
from sqlalchemy import URL, Engine, create_engine, event, exc
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, PoolProxiedConnection

from adapters_storage.postgres.schema import engine_url

KEPT = 20
MORE = 25
TRUSTED_SECONDS = 30
LENT_AT = "lent_at"
GIVEN_UP = """
    SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
    SET tcp_user_timeout = 25000
"""
"""Seconds and milliseconds: what a machine that is gone had locked, PostgreSQL gives to others after 25 seconds."""


def separate(url: str) -> Engine:
    """An engine whose every statement is a transaction of its own: one round trip, and nothing to undo afterwards."""
    engine = _autocommitting(engine_url(url), pool_size=KEPT, max_overflow=MORE)
    event.listen(engine, "checkout", _must_be_there)
    return engine


def unshared(engine: Engine) -> Engine:
    """As `separate`, each connection made when it is asked for and closed afterwards: for whoever holds one for long.

    They are none of those that are lent, so that however many are held, the others go round.
    """
    return _autocommitting(engine.url, poolclass=NullPool)


def transactional(engine: Engine) -> Engine:
    """The connections of `separate` for whole transactions."""
    return engine.execution_options(isolation_level="READ COMMITTED")


def _autocommitting(url: str | URL, **pool: Any) -> Engine:
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        hide_parameters=True,  # an accident's log must not hold e-mail addresses and the words of texts
        **pool,
    )
    event.listen(engine, "connect", lambda connection, _record: connection.execute(GIVEN_UP))
    return engine


def _must_be_there(connection: Any, record: ConnectionPoolEntry, _lent: PoolProxiedConnection) -> None:
    """Ask a connection before it is lent, unless it was used of late and is silent: a server that left said so.

    Asking each time, as the pool itself would, costs every request a round trip.
    """
    now = time.monotonic()
    trusted = now - record.info.get(LENT_AT, now) < TRUSTED_SECONDS
    record.info[LENT_AT] = now
    if trusted and not connection.closed and not _has_something_to_say(connection.fileno()):
        return
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError as lost:
        raise exc.InvalidatePoolError("The connection was lost.") from lost


def _has_something_to_say(descriptor: int) -> bool:
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    return bool(waiting.poll(0))
