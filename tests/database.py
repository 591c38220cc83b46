"""A real PostgreSQL for the tests: a pytest plugin.

Ask for `database`: the URL of a fresh, migrated database of the test's own. The server behind it is, in this order,
the one of RECITAL_TEST_DATABASE_URL, a container where a Docker engine answers, the embedded one.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy.engine import make_url

from tests.running import wait_until

IMAGE = "postgres:18-alpine"
ENGINE_ANSWERS_WITHIN_S = 2
DROPPED_WITHIN_S = 60


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """The server, by the URL of a database in which others may be created; one for the whole run."""
    given = os.environ.get("RECITAL_TEST_DATABASE_URL")
    if given:
        yield make_url(given).set(drivername="postgresql").render_as_string(hide_password=False)
    elif docker_answers():
        yield from container()
    else:
        yield from embedded()


@pytest.fixture(scope="session")
def migrated_template(database_url: str) -> Iterator[str]:
    """The name of a database that Alembic has brought to its newest revision, once, to be copied from."""
    from adapters_storage.postgres.schema import upgrade

    with created_database(database_url) as url:
        upgrade(url)
        yield name_of(url)


@pytest.fixture
def database(database_url: str, migrated_template: str) -> Iterator[str]:
    """The URL of a migrated database that holds nothing and ends with the test."""
    with created_database(database_url, template=migrated_template) as url:
        yield url


@pytest.fixture(scope="session")
def earlier_template(database_url: str) -> Iterator[str]:
    """As `migrated_template`, without the newest migration."""
    from adapters_storage.database import known_migrations
    from adapters_storage.postgres.schema import upgrade

    with created_database(database_url) as url:
        upgrade(url, known_migrations()[-2])
        yield name_of(url)


@pytest.fixture
def earlier_database(database_url: str, earlier_template: str) -> Iterator[str]:
    """As `database`, without the newest migration."""
    with created_database(database_url, template=earlier_template) as url:
        yield url


@pytest.fixture
def empty_database(database_url: str) -> Iterator[str]:
    """The URL of a database that no migration has touched."""
    with created_database(database_url) as url:
        yield url


@contextmanager
def created_database(server: str, *, template: str = "template1") -> Iterator[str]:
    """A database for as long as the block, for a module's or a session's fixture too; nobody may be in the template."""
    name = f"recital_{secrets.token_hex(8)}"
    copied = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    command(server, copied.format(Identifier(name), Identifier(template)))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        wait_until(lambda: dropped(server, name), DROPPED_WITHIN_S, f"the database {name} is gone")


def dropped(server: str, name: str) -> bool:
    """Whether the database could be dropped: not while the server's own vacuum is in it, which is nobody's to end."""
    try:
        command(server, SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def command(server: str, statement: Composed) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


def name_of(url: str) -> str:
    return make_url(url).database or ""


def docker_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    try:
        asked = subprocess.run(["docker", "info"], capture_output=True, check=False, timeout=ENGINE_ANSWERS_WITHIN_S)
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0


def container() -> Iterator[str]:
    from testcontainers.community.postgres import PostgresContainer

    fast = "postgres -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    with PostgresContainer(IMAGE, driver=None).with_command(fast) as server:
        yield server.get_connection_url()


def embedded() -> Iterator[str]:
    from adapters_storage.embedded import EmbeddedPostgres

    with (
        tempfile.TemporaryDirectory(prefix="recital-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as server,
    ):
        yield server.url
