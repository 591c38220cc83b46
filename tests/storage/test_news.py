"""Hearing of changes goes on when PostgreSQL comes back, and says that some may have been missed."""

from __future__ import annotations

import queue
import threading
import uuid

import psycopg
import pytest

from adapters_storage.postgres.news import PostgresNews
from recital_core import errors
from recital_core.ports import Change
from recital_core.speakers import SpeakerId

WITHIN_S = 20
LISTENERS = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"


def test_one_connection_hears_for_all_and_is_made_anew_when_it_is_lost(database: str) -> None:
    news = PostgresNews(database)
    first: queue.Queue[Change | None] = queue.Queue()
    second: queue.Queue[Change | None] = queue.Queue()
    speaker_id = SpeakerId(uuid.uuid4())
    with news.hearing(first.put), news.hearing(second.put), psycopg.connect(database, autocommit=True) as connection:
        assert connection.execute(f"SELECT count(*) {LISTENERS}").fetchone() == (1,)
        connection.execute(f"SELECT pg_terminate_backend(pid) {LISTENERS}")
        assert [first.get(timeout=WITHIN_S), second.get(timeout=WITHIN_S)] == [None, None]
        connection.execute("SELECT pg_notify('recital', %s)", [f'{{"speaker_id": "{speaker_id}"}}'])
        assert first.get(timeout=WITHIN_S) == second.get(timeout=WITHIN_S) == Change(speaker_id=speaker_id)
    news.close()
    assert "news" not in {thread.name for thread in threading.enumerate()}


def test_without_a_database_nothing_can_be_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters_storage.postgres.news.PATIENCE_S", 0.1)
    news = PostgresNews("postgresql://127.0.0.1:1/nothing")
    with pytest.raises(errors.DatabaseUnavailable), news.hearing(lambda _change: None):
        pytest.fail("There is nothing to hear.")
    news.close()
