"""What only PostgreSQL can get wrong about people: locks, races, rows that SQL could reach, round trips."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Self

import msgspec
import psycopg
import pytest
from sqlalchemy import Engine, event

from adapters_storage.postgres.connections import separate
from adapters_storage.postgres.unit_of_work import PostgresStore
from recital_core import errors
from recital_core.agreements import Signature
from recital_core.audit import Actor, Entry, Event, Way
from recital_core.ports import SpeakerFilter
from recital_core.speakers import Credential, CredentialId, CredentialKind, Identity, Role, Speaker
from tests.contracts.conftest import NOW, NoJobs, added_session, added_speaker, added_text

EVERY_COLUMN = """
    SELECT table_name, column_name FROM information_schema.columns
    JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
"""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = separate(database)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> PostgresStore:
    return PostgresStore(engine, NoJobs)


@pytest.fixture
def dana(store: PostgresStore) -> Speaker:
    return added_speaker(store, "dana@example.org")


def a_credential(of: Speaker) -> Credential:
    return Credential(
        id=CredentialId(uuid.uuid4()),
        speaker_id=of.id,
        kind=CredentialKind.BROWSER,
        created_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )


def logged(store: PostgresStore, actor: Speaker, subject: Speaker) -> Entry:
    entry = Actor(speaker_id=actor.id, way=Way.BROWSER, address="192.0.2.1").did(Event.INVITED, NOW, to=subject.id)
    with store.transaction() as tx:
        tx.audit.add(entry)
    return entry


def columns_that_hold(database: str, value: object) -> list[str]:
    """Every column of every table in which some row, as text, holds `value`."""
    with psycopg.connect(database) as connection:
        return [
            f"{table}.{column}"
            for table, column in connection.execute(EVERY_COLUMN).fetchall()
            if connection.execute(
                psycopg.sql.SQL("SELECT 1 FROM {} WHERE CAST({} AS text) ILIKE %s").format(
                    psycopg.sql.Identifier(table), psycopg.sql.Identifier(column)
                ),
                [f"%{value}%"],
            ).fetchone()
        ]


def until_somebody_waits(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        deadline = time.monotonic() + 10
        while connection.execute(WAITING).fetchone() == (0,):
            assert time.monotonic() < deadline


# ---- erasure


def test_no_column_of_any_table_holds_a_forgotten_speaker(store: PostgresStore, database: str, dana: Speaker) -> None:
    with store.transaction() as tx:
        tx.speakers.save(msgspec.structs.replace(dana, display_name="Dana Levi", birth_year=1990))
        tx.speakers.add_identity(dana.id, Identity(issuer="https://accounts.example.org", subject="subject-of-dana"))
        tx.credentials.add(a_credential(dana))
        tx.credentials.add_link("digest", dana.id, NOW)
        tx.signatures.add(Signature(speaker_id=dana.id, version="1", language="he", digest="d", signed_at=NOW))
    logged(store, dana, dana)
    added_session(store, dana, added_text(store, dana))
    named = (dana.id, "dana@example.org", "Dana Levi", "subject-of-dana", "192.0.2.1")
    assert all(columns_that_hold(database, name) for name in named)
    with store.transaction() as tx:
        tx.speakers.forget(dana.id)
    assert [columns_that_hold(database, name) for name in named] == [[]] * len(named)


def test_what_a_speaker_does_while_being_forgotten_leaves_no_trace(
    store: PostgresStore, database: str, dana: Speaker
) -> None:
    def forget() -> None:
        with store.transaction() as tx:
            tx.speakers.forget(dana.id)

    with ThreadPoolExecutor(1) as aside:
        with store.transaction() as tx:
            tx.audit.add(Actor(speaker_id=dana.id, way=Way.BROWSER, address="192.0.2.1").did(Event.SIGNED_IN, NOW))
            tx.credentials.add(a_credential(dana))
            forgotten = aside.submit(forget)
            until_somebody_waits(database)
        forgotten.result()
    assert columns_that_hold(database, dana.id) == columns_that_hold(database, "192.0.2.1") == []


def test_what_a_speaker_does_after_being_forgotten_is_a_conflict(store: PostgresStore, dana: Speaker) -> None:
    with store.transaction() as tx:
        tx.speakers.forget(dana.id)
    with pytest.raises(errors.Conflict), store.transaction() as tx:
        tx.credentials.add(a_credential(dana))
    with pytest.raises(errors.Conflict):
        logged(store, dana, dana)


# ---- what cannot be kept


def test_a_character_that_postgresql_does_not_take_is_invalid(store: PostgresStore, dana: Speaker) -> None:
    with pytest.raises(errors.Invalid), store.transaction() as tx:
        tx.speakers.save(msgspec.structs.replace(dana, display_name="Da\0na"))
    with pytest.raises(errors.Invalid), store.separately() as tx:
        tx.speakers.by_email("da\0na@example.org")


# ---- the log


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "TRUNCATE speakers CASCADE",
        "UPDATE audit_entries SET event = 'exported'",
        "UPDATE audit_entries SET at = at - interval '1 day'",
        'UPDATE audit_entries SET facts = \'{"forged": "yes"}\'',
        "UPDATE audit_entries SET id = gen_random_uuid()",
        "UPDATE audit_entries SET way = 'program', address = NULL",
        "UPDATE audit_entries SET address = '192.0.2.9'",
        "UPDATE audit_entries SET actor_id = (SELECT id FROM speakers WHERE email = 'noam@example.org')",
        "UPDATE audit_entries SET subject_id = (SELECT id FROM speakers WHERE email = 'noam@example.org')",
        "UPDATE audit_entries SET session_id = gen_random_uuid()",
    ],
)
def test_sql_cannot_change_or_remove_an_entry(store: PostgresStore, database: str, dana: Speaker, change: str) -> None:
    added_speaker(store, "noam@example.org")
    entry = logged(store, dana, dana)
    with pytest.raises(psycopg.errors.RestrictViolation), psycopg.connect(database) as connection:
        connection.execute(change.encode())
    with store.transaction() as tx:
        assert list(tx.audit.page(event=None, speaker_id=None, cursor=None, limit=10).items) == [entry]


def test_what_was_taken_out_of_an_entry_cannot_be_put_back(store: PostgresStore, database: str, dana: Speaker) -> None:
    logged(store, dana, dana)
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE audit_entries SET actor_id = NULL, subject_id = NULL, address = NULL")
    for column, value in (("actor_id", dana.id), ("subject_id", dana.id), ("address", "192.0.2.1")):
        put_back = psycopg.sql.SQL("UPDATE audit_entries SET {} = %s").format(psycopg.sql.Identifier(column))
        with pytest.raises(psycopg.errors.RestrictViolation), psycopg.connect(database) as connection:
            connection.execute(put_back, [value])


# ---- admins


def test_two_admins_who_hold_each_other_do_not_wait_for_ever(store: PostgresStore) -> None:
    first, second = (added_speaker(store, f"{name}@example.org", Role.ADMIN) for name in ("first", "second"))
    both_hold = threading.Barrier(2)

    def lower(who: Speaker, by: Speaker) -> bool:
        with store.transaction() as tx:
            locked = tx.speakers.lock(who.id)
            assert locked is not None
            both_hold.wait()
            if not tx.speakers.another_admin(who.id):
                return False
            tx.speakers.save(msgspec.structs.replace(locked, role=Role.SPEAKER))
            tx.audit.add(Actor(speaker_id=by.id, way=Way.BROWSER).did(Event.ROLE_CHANGED, NOW, to=who.id))
            return True

    with ThreadPoolExecutor(2) as aside:
        assert sorted(aside.map(lower, (first, second), (second, first))) == [False, True]
    with store.transaction() as tx:
        assert len(tx.speakers.page(SpeakerFilter(role=Role.ADMIN), None, 10).items) == 1


# ---- every request


def test_whose_credential_it_is_takes_one_statement(store: PostgresStore, engine: Engine, dana: Speaker) -> None:
    credential = a_credential(dana)
    run: list[object] = []

    class Noting(psycopg.Cursor[Any]):
        def execute(self, query: Any, *rest: Any, **options: Any) -> Self:
            run.append(query)
            return super().execute(query, *rest, **options)

    def noting(connection: psycopg.Connection[Any], *_rest: object) -> None:
        connection.cursor_factory = Noting

    event.listen(engine, "checkout", noting)
    with store.transaction() as tx:
        tx.credentials.add(credential)
    assert len(run) == 1
    with store.separately() as tx:
        assert tx.credentials.speaker_of(credential.id, NOW) == dana
    assert len(run) == 2
