"""The migrations: from nothing they make the tables, and they go up and down over rows."""

from __future__ import annotations

import os
import subprocess
import uuid
from pathlib import Path

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

import migrations
from adapters_storage.postgres.schema import downgrade, engine_url, pending, upgrade
from adapters_storage.postgres.tables import metadata
from tests.running import RECITAL

A_READING = """
    INSERT INTO speakers (id, email, display_name, role, created_at)
        VALUES ('{speaker}', 'dana@example.org', 'Dana', 'admin', now());
    INSERT INTO credentials (id, speaker_id, kind, created_at, expires_at)
        VALUES (gen_random_uuid(), '{speaker}', 'program', now(), now() + interval '1 day');
    INSERT INTO texts (id, owner_id, language, revision, public, source, created_at)
        VALUES ('{text}', '{speaker}', 'he', 1, false, '{{}}', now());
    INSERT INTO text_revisions (text_id, revision, title, paragraphs, sentence_counts, sentences, words)
        VALUES ('{text}', 1, 'title', '[]', '{{}}', 0, 0);
    INSERT INTO sessions (id, speaker_id, text_id, text_revision, capture, state, opened_at, last_activity_at,
        attempts, abandoned)
        VALUES (gen_random_uuid(), '{speaker}', '{text}', 1, '{{}}', 'active', now(), now(), 0, false);
"""
PEOPLE_WHO_LEFT = """
    INSERT INTO audit_entries (id, at, event, actor_id, way, facts)
        VALUES (gen_random_uuid(), now(), 'signed-in', '{speaker}', 'browser', '{{}}');
    INSERT INTO signatures VALUES ('{speaker}', '1', 'he', 'digest', now());
    DELETE FROM speakers;
    INSERT INTO speakers (id, display_name, role, sex, on_leaderboard, created_at)
        VALUES (gen_random_uuid(), 'Noam', 'speaker', 'unstated', true, now());
"""


def did(database: str, statements: str, **values: object) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(statements.format(**values).encode())


def asked(database: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database) as connection:
        return connection.execute(question.encode()).fetchall()


def test_migrations_from_nothing_make_the_tables(database: str) -> None:
    def ours(name: str | None, kind: str, _parents: object) -> bool:
        return not (kind == "table" and name is not None and name.startswith("procrastinate_"))

    engine = create_engine(engine_url(database))
    with engine.connect() as connection:
        found = MigrationContext.configure(connection, opts={"include_name": ours, "compare_server_default": True})
        differences = compare_metadata(found, metadata)
    engine.dispose()
    assert differences == []


def test_accounts_from_before_keep_their_readings_and_get_what_is_new(empty_database: str) -> None:
    upgrade(empty_database, "0001")
    did(empty_database, A_READING, speaker=uuid.uuid4(), text=uuid.uuid4())
    upgrade(empty_database)
    assert asked(empty_database, "SELECT email, role, language, birth_year, sex, on_leaderboard FROM speakers") == [
        ("dana@example.org", "admin", None, None, "unstated", True)
    ]
    assert asked(empty_database, "SELECT kind, note FROM credentials") == [("program", "")]
    assert asked(empty_database, "SELECT count(*) FROM sessions JOIN speakers ON speaker_id = speakers.id") == [(1,)]


def test_what_an_erased_person_left_survives_the_way_down_and_up_again(empty_database: str) -> None:
    speaker = uuid.uuid4()
    upgrade(empty_database, "0001")
    did(empty_database, A_READING, speaker=speaker, text=uuid.uuid4())
    upgrade(empty_database)
    did(empty_database, PEOPLE_WHO_LEFT, speaker=speaker)
    left = "SELECT sessions.speaker_id, owner_id FROM sessions JOIN texts ON texts.id = text_id"
    assert asked(empty_database, left) == [(None, None)]

    downgrade(empty_database, "0001")
    assert pending(empty_database)[0] == "0002"
    assert asked(empty_database, f"SELECT email FROM ({left}) AS theirs JOIN speakers ON id = owner_id") == [
        ("erased@recital.invalid",)
    ]
    assert asked(empty_database, "SELECT count(*) FROM speakers WHERE email LIKE '%@recital.invalid'") == [(2,)]

    upgrade(empty_database)
    assert asked(empty_database, "SELECT count(*) FROM sessions JOIN texts ON texts.id = text_id") == [(1,)]
    downgrade(empty_database, "base")
    assert asked(empty_database, "SELECT relname FROM pg_class WHERE relname IN ('speakers', 'audit_entries')") == []
    assert asked(empty_database, "SELECT proname FROM pg_proc WHERE proname = 'keep_audit_entries'") == []


def test_two_processes_that_upgrade_at_one_time_do_it_once(empty_database: str, tmp_path: Path) -> None:
    environment = {**os.environ, "RECITAL_DATABASE_URL": empty_database, "RECITAL_DATA_DIR": str(tmp_path)}
    upgrading = [
        subprocess.Popen([RECITAL, "db", "upgrade"], env=environment, cwd=tmp_path, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    ended = [process.communicate()[1] for process in upgrading]
    assert ([process.returncode for process in upgrading], ended) == ([0, 0], [b"", b""])
    assert pending(empty_database) == []


def test_servers_of_the_two_versions_before_go_on_after_an_upgrade(empty_database: str) -> None:
    """What they read is still there, and what they insert lacks nothing that must be given."""
    *_, two_before, one_before, newest = sorted(
        file.name[1:5] for file in Path(migrations.__file__).parent.glob("versions/v*.py")
    )
    for before, after in ((two_before, one_before), (one_before, newest)):
        upgrade(empty_database, before)
        known = columns_of(empty_database)
        upgrade(empty_database, after)
        now = columns_of(empty_database)
        assert known.keys() <= now.keys(), f"{after} takes away what servers of {before} ask for"
        asked_for = {
            column
            for column, must_be_given in now.items()
            if must_be_given and not known.get(column, False) and column[0] in {table for table, _ in known}
        }
        assert asked_for == set(), f"{after} asks for what servers of {before} do not give"


def columns_of(database: str) -> dict[tuple[str, str], bool]:
    """Every column, and whether an insert has to name it."""
    found = asked(
        database,
        "SELECT table_name, column_name, is_nullable = 'NO' AND column_default IS NULL AND is_generated = 'NEVER'"
        " FROM information_schema.columns WHERE table_schema = 'public'",
    )
    return {(str(table), str(column)): bool(must) for table, column, must in found}
