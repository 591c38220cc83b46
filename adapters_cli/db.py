"""`recital db`: the tables of the database."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import click

from adapters_cli.output import json_option, show_json
from adapters_cli.start import Installation

if TYPE_CHECKING:
    from adapters_storage.database import Schema


@click.group("db")
def command() -> None:
    """Look after the database's tables."""


@command.command()
@click.pass_obj
def upgrade(installation: Installation) -> None:
    """Apply every migration that is missing."""
    with _schema(installation) as schema:
        pending = schema.pending()
        schema.upgrade()
    click.echo(f"Applied {', '.join(pending)}." if pending else "Nothing to do.")


@command.command()
@json_option
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Say which migration the database is at; exit with 7 when some are missing."""
    with _schema(ctx.obj) as schema:
        revision, pending = schema.revision, schema.pending()
    if as_json:
        show_json({"revision": revision, "pending": pending})
    elif pending:
        click.echo(
            f"The database is at {revision or 'nothing'}; missing: {', '.join(pending)}. Run: recital db upgrade"
        )
    else:
        click.echo(f"The database is at {revision}, the newest.")
    ctx.exit(7 if pending else 0)


@command.command()
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def downgrade(installation: Installation, revision: str, yes: bool) -> None:
    """Take migrations back until REVISION was the last; `base` takes all. What they added is lost."""
    yes or click.confirm(f"Take the database back to {revision}, and lose what came later?", abort=True)
    with _schema(installation) as schema:
        schema.downgrade(revision)
    click.echo(f"The database is at {revision}.")


@command.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def reset(installation: Installation, yes: bool) -> None:
    """Forget every account, text and session. Staging and archive stay as they are."""
    yes or click.confirm("Forget every account, text and session?", abort=True)
    with _schema(installation) as schema:
        schema.reset()
    click.echo("The database is empty.")


def _schema(installation: Installation) -> AbstractContextManager[Schema]:
    from adapters_storage.assembly import schema_of

    return schema_of(installation.settings)
