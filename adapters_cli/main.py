"""The program `recital`: its groups, and the one place where an error becomes a line and an exit code."""

from __future__ import annotations

from typing import Any

import click

from adapters_cli import (
    audit,
    db,
    doctor,
    health,
    importing,
    jobs,
    serve,
    sessions,
    settings,
    speakers,
    standings,
    texts,
    worker,
)
from adapters_cli.failures import exit_code, one_line
from adapters_cli.start import Installation
from recital_core import errors


class Program(click.Group):
    """Says an error in one line and ends with the code of its family."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except errors.RecitalError as error:
            click.echo(one_line(error), err=True)
            ctx.exit(exit_code(error))


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="recital", message="%(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Recital collects readings aloud, and makes speech data of them.

    \b
    Exit codes: 0 well, 2 wrong usage, 3 invalid, 4 not found, 5 conflict, 6 not allowed, 7 unavailable.
    """
    ctx.obj = Installation()


for part in (serve, worker, health, doctor, settings, db, speakers, texts, sessions, jobs, standings, audit, importing):
    main.add_command(part.command)
