"""Bringing a database to the newest migration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

import migrations

if TYPE_CHECKING:
    from alembic.config import Config


def engine_url(url: str) -> str:
    """A libpq URL as SQLAlchemy wants it: with the psycopg driver named."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def upgrade(url: str, revision: str = "head") -> None:
    """Apply every migration that is missing, one process at a time."""
    from alembic import command

    command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    from alembic import command

    command.downgrade(_config(url), revision)


def pending(url: str) -> list[str]:
    """The revisions that `upgrade` would apply, in their order."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(_config(url))
    engine = create_engine(engine_url(url))
    with engine.connect() as connection:
        applied = MigrationContext.configure(connection).get_current_heads()
    engine.dispose()
    missing = script.iterate_revisions("head", applied or "base")
    return [step.revision for step in reversed(list(missing))]


def _config(url: str) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["url"] = engine_url(url)
    return config
