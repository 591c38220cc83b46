"""Which database an installation uses, the embedded one or the one that was named, and the state of its schema."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, LiteralString

import migrations
from adapters_storage.settings import Settings
from recital_core import errors

PATIENCE = {"connect_timeout": "10", "keepalives_idle": "30", "tcp_user_timeout": "30000"}
"""Of libpq: seconds, seconds, milliseconds. Without them, a machine that is gone is waited for by the quarter hour."""


@contextlib.contextmanager
def database_url(settings: Settings, *, serving: bool = False) -> Iterator[str]:
    """The libpq URL of the database, which answers until the block ends; with PATIENCE, unless it has its own.

    Where none was named, the embedded one is started, or joined when another process of ours has started it.
    `serving` refuses to join: raises DataFolderInUse. Raises DatabaseUnavailable, SettingWrong.
    """
    _make_private(settings.data_dir)
    if settings.database_url is not None:
        yield _patient(settings.database_url)
        return
    from adapters_storage.embedded import EmbeddedPostgres

    if serving:
        postgres = EmbeddedPostgres(settings.data_dir)
        postgres.start()
    else:
        postgres = EmbeddedPostgres.join_or_start(settings.data_dir)
    try:
        yield postgres.url
    finally:
        postgres.stop()


def _patient(url: str) -> str:
    from sqlalchemy.engine import make_url

    named = make_url(url)
    missing = {name: value for name, value in PATIENCE.items() if name not in named.query}
    return named.update_query_dict(missing).render_as_string(hide_password=False)


def _make_private(folder: Path) -> None:
    """Make the data folder, with readings and the secret key in it, for its owner alone; one that is there stays."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise errors.SettingWrong(f"RECITAL_DATA_DIR {folder} cannot be made: {error.strerror}.") from error


class Schema:
    """The tables of one database, as the migrations make them."""

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def revision(self) -> str | None:
        """The migration that was applied last; None before the first. Raises DatabaseUnavailable."""
        import psycopg

        with _answering(), psycopg.connect(self._url) as connection:
            return last_migration(connection.execute)

    def pending(self) -> list[str]:
        """The migrations that `upgrade` would apply."""
        from adapters_storage.postgres import schema

        with _answering():
            return schema.pending(self._url)

    def upgrade(self) -> None:
        """Apply every migration that is missing; several processes may ask at one time."""
        from adapters_storage.postgres import schema

        with _answering():
            schema.upgrade(self._url)

    def downgrade(self, revision: str) -> None:
        """Take migrations back until `revision` was the last. Raises Invalid for one that there is not."""
        from alembic.util import CommandError

        from adapters_storage.postgres import schema

        with _answering():
            try:
                schema.downgrade(self._url, revision)
            except CommandError as error:
                raise errors.Invalid(f"{error}") from error

    def reset(self) -> None:
        """Forget every row, and make the tables anew."""
        self.downgrade("base")
        self.upgrade()


def known_migrations() -> Sequence[str]:
    """The revisions that this version of Recital knows, in their order."""
    return sorted(file.name[1:5] for file in Path(migrations.__file__).parent.glob("versions/v*.py"))


def missing_after(revision: str | None) -> Sequence[str]:
    """The migrations that a database at `revision` lacks; none where a newer version has upgraded it."""
    return [known for known in known_migrations() if revision is None or known > revision]


def check_migration(revision: str | None) -> None:
    """Raises DatabaseUnavailable where this version of Recital does not work on a database at `revision`.

    It does on the newest migration, on the one before, and on later ones: a migration only adds what the two versions
    before can do without, and what its own version can do without until it is applied.
    """
    *_, before, newest = known_migrations()
    if revision is None or revision < before:
        raise errors.DatabaseUnavailable(
            f"The database is at migration {revision or 'nothing'}, and this version of Recital needs {newest}."
            " Run: recital db upgrade"
        )


def last_migration(execute: Callable[[LiteralString], Any]) -> str | None:
    """The migration that was applied last, by what runs one statement on a connection; None before the first."""
    if execute("SELECT to_regclass('alembic_version')").fetchone()[0] is None:
        return None
    row = execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


@contextlib.contextmanager
def _answering() -> Iterator[None]:
    import psycopg
    from sqlalchemy import exc

    try:
        yield
    except (psycopg.OperationalError, exc.OperationalError) as error:
        raise errors.DatabaseUnavailable(f"The database does not answer: {str(error).splitlines()[0]}") from error
