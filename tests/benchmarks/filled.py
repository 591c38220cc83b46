"""Large databases, filled by the server itself, and what it takes to answer out of them."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from litestar.testing import TestClient
from psycopg.sql import SQL, Identifier
from sqlalchemy import Engine, event

from adapters_http.app import create_app
from adapters_http.limits import Limits
from adapters_storage.assembly import assembled
from adapters_storage.embedded import EmbeddedPostgres
from adapters_storage.postgres.connections import separate
from adapters_storage.postgres.schema import upgrade
from adapters_storage.postgres.unit_of_work import PostgresTransaction
from adapters_storage.settings import Settings
from recital_core.speakers import Role
from tests.people import admitted

ROUNDS = 15
CONNECTIONS = 5
MANY = 1_000
LARGE = ("sessions", "segments", "marks")
FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)
"""

SPEAKERS = """
    INSERT INTO speakers (id, email, display_name, role, sex, on_leaderboard, created_at)
    SELECT md5('speaker' || n)::uuid, n || '@example.org', 'Speaker ' || n, 'speaker', 'unstated', n % 20 <> 0,
        timestamptz '2024-01-01' + n * interval '1 minute'
    FROM generate_series(1, {speakers}) AS n
"""
TEXTS = """
    INSERT INTO texts (id, owner_id, language, title, revision, sentences, words, digest, public, source, created_at)
    SELECT md5('text' || n)::uuid, md5('speaker' || (1 + n % {speakers}))::uuid,
        (ARRAY['he', 'he', 'he', 'he', 'he', 'he', 'he', 'yi', 'yi', 'en'])[1 + n % 10],
        initcap(md5('a' || n)) || ' ' || (ARRAY['story', 'chapter', 'song', 'article', 'letter'])[1 + n % 5] || ' '
            || n,
        1, 10 + n % 90, 50 + (n * 7919) % 5000, md5('words' || n), n % 3 = 0,
        jsonb_build_object('kind', (ARRAY['prose', 'file', 'article', 'article', 'page'])[1 + (n / 10) % 5]),
        timestamptz '2024-01-01' + n * interval '7 minutes'
    FROM generate_series(1, {texts}) AS n
"""
REVISIONS = """
    INSERT INTO text_revisions (text_id, revision, paragraphs, sentence_counts)
    SELECT id, 1, '[["Once."]]', '{1}' FROM texts
"""

# How much somebody has read is spread as among people: few have read very much.
GIVEN_SESSIONS = """
    INSERT INTO sessions (id, speaker_id, text_id, text_revision, capture, state, agreement_version, opened_at,
        last_activity_at, ending, ended_at, outcome, aggregated_at, uploaded_at, discarded_at,
        attempts, abandoned, language)
    SELECT md5('session' || n)::uuid, md5('speaker' || (1 + floor({speakers} * power(random(), 2))::int))::uuid,
        md5('text' || (1 + n % {texts}))::uuid, 1,
        '{"sample_rate_hz": 48000, "channels": 1, "codec": "flac"}',
        CASE WHEN n % 50 = 1 THEN 'discarded' WHEN n % 10000 = 2 THEN 'ended' ELSE 'uploaded' END,
        '1', at, at + interval '5 minutes',
        '{"segments": 60, "samples": 14400000, "marks": 40, "drop_last": 0, "gaps": []}', at + interval '5 minutes',
        jsonb_build_object('duration_ms', duration_ms, 'cues', 40, 'verdict',
            (ARRAY['good', 'good', 'good', 'usable', 'doubtful'])[1 + n % 5], 'reasons', '[]'::jsonb),
        at + interval '6 minutes', at + interval '7 minutes',
        CASE WHEN n % 50 = 1 THEN at + interval '8 minutes' END, 0, false,
        (ARRAY['he', 'he', 'he', 'he', 'he', 'he', 'he', 'yi', 'yi', 'en'])[1 + (1 + n % {texts}) % 10]
    FROM ({given}) AS given (n, at, duration_ms)
"""
SESSIONS = GIVEN_SESSIONS.replace(
    "{given}",
    """
        SELECT n, timestamptz '2024-01-01' + CAST(n AS float) * (interval '900 days' / {sessions}),
            60000 + (n * 7919) % 600000
        FROM generate_series(CAST(1 AS bigint), {sessions}) AS n
    """,
)


class Asked(NamedTuple):
    """Milliseconds in PostgreSQL for all statements of one question.

    `first_ms` is the first time on a new connection, the median of a few; best and median are of rounds after that.
    """

    first_ms: float
    best_ms: float
    median_ms: float


@contextmanager
def database() -> Iterator[str]:
    """The URL of a migrated database on a server of its own."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), durable=False) as server:
        upgrade(server.url)
        yield server.url


def fill(url: str, *statements: str, **sizes: int) -> None:
    """Run the statements, with `{name}` replaced by a size; then let the server see to what it has, as by night."""
    with psycopg.connect(url, autocommit=True) as connection, _unchecked(connection):
        for statement in statements:
            for name, size in sizes.items():
                statement = statement.replace("{" + name + "}", str(size))  # noqa: PLW2901
            connection.execute(statement.encode())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


@contextmanager
def _unchecked(connection: psycopg.Connection) -> Iterator[None]:
    """Within the block no row is looked at by itself; at its end all that refers to others is checked at once."""
    checks = connection.execute(FOREIGN_KEYS, (list(LARGE),)).fetchall()
    for table, name, _ in checks:
        connection.execute(SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(Identifier(table), Identifier(name)))
    for table in LARGE:
        connection.execute(SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(Identifier(table)))
    yield
    for table in LARGE:
        connection.execute(SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(Identifier(table)))
    for table, name, definition in checks:
        again = SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
        connection.execute(again.format(Identifier(table), Identifier(name), SQL(definition)))


def without_indexes(url: str, table: str) -> None:
    """Drop those indexes of a table that its questions here do not use: filling it is a matter of minutes then."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = %s AND indexname LIKE %s", (table, "ix_%")
        )
        for (name,) in found.fetchall():
            connection.execute(SQL("DROP INDEX {}").format(Identifier(name)))


@contextmanager
def asking(url: str) -> Iterator[Callable[[Callable[[PostgresTransaction], Any]], Asked]]:
    """Measures a question to the store: its statements, as they are sent, under EXPLAIN ANALYZE."""
    engine = separate(url)

    def asked(question: Callable[[PostgresTransaction], Any]) -> Asked:
        with engine.connect() as connection, noted(engine) as sent:
            question(PostgresTransaction(connection, None))  # type: ignore[arg-type]
        return _timed(url, sent)

    yield asked
    engine.dispose()


@contextmanager
def explaining(url: str, folder: str) -> Iterator[Callable[[str, Role, dict[str, str]], Asked]]:
    """As `asking`, for what a request to `/api/sessions` asks."""
    with (
        assembled(Settings.load({"RECITAL_DATA_DIR": folder, "RECITAL_DATABASE_URL": url})) as recital,
        TestClient(create_app(recital, Limits(times=MANY)), base_url="http://127.0.0.1:8000") as client,
    ):

        def explained(email: str, role: Role, asked: dict[str, str]) -> Asked:
            _, token = recital.accounts.token(admitted(recital, email, role), timedelta(days=1))
            headers = {"Authorization": f"Bearer {token}"}
            with noted(Engine) as sent:
                client.get("/api/sessions", params=asked, headers=headers).raise_for_status()
            return _timed(url, sent)

        yield explained


@contextmanager
def noted(engine: Engine | type[Engine]) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are sent within the block, with what is bound to them."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def _timed(url: str, sent: list[tuple[str, Any]]) -> Asked:
    statements = [(statement, parameters) for statement, parameters in sent if statement.lstrip().startswith("SELECT")]
    first = []
    for _ in range(CONNECTIONS):
        with psycopg.connect(url, autocommit=True) as connection:
            first.append(sum(_explained(connection, *statement) for statement in statements))
    with psycopg.connect(url, autocommit=True) as connection:
        rounds = [sum(_explained(connection, *statement) for statement in statements) for _ in range(ROUNDS + 1)]
    return Asked(statistics.median(first), min(rounds[1:]), statistics.median(rounds[1:]))


def _explained(connection: psycopg.Connection, statement: str, parameters: Any) -> float:
    explained = connection.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", parameters)
    [plan] = explained.fetchone()[0]
    return float(plan["Planning Time"] + plan["Execution Time"])


def head(title: str) -> None:
    print(f"\n{title}")
    print(f"{'':<58}{'first':>9}{'best':>9}{'median':>9}  ms in PostgreSQL")


def line(name: str, asked: Asked) -> None:
    print(f"{name:<58}{asked.first_ms:9.2f}{asked.best_ms:9.2f}{asked.median_ms:9.2f}", flush=True)
