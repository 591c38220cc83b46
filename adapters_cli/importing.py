"""`recital import`: taking over what another system collected."""

from __future__ import annotations

import sys
from collections import Counter

import click

from adapters_cli.output import json_option, show_json
from adapters_cli.start import Installation
from recital_core.importing import Fate, Report


@click.group("import")
def command() -> None:
    """Take over what another system collected."""


@command.command("crowd-recital")
@click.option("--database-url", required=True, envvar="CROWD_RECITAL_DATABASE_URL", help="Its PostgreSQL database.")
@click.option(
    "--archive",
    required=True,
    metavar="FOLDER|s3://BUCKET",
    help="Its finished sessions: a folder, or a bucket by the settings of S3.",
)
@json_option
@click.pass_obj
def crowd_recital(installation: Installation, *, database_url: str, archive: str, as_json: bool) -> None:
    """Take over people, texts and published sessions of crowd-recital; again is fine, and goes on where it stopped.

    Nothing changes there, and what its speakers disavowed is left out. Sessions then wait for a worker, which makes
    their transcript, audio and measures anew from what was recorded.
    """
    from adapters_storage.assembly import crowd_recital_at

    with (
        installation.recital() as recital,
        crowd_recital_at(recital.settings, database_url, archive) as collection,
        click.progressbar(
            length=collection.session_count(), file=sys.stderr, hidden=not sys.stderr.isatty(), label="sessions"
        ) as done,
    ):
        report = recital.importing.everything(collection, lambda _session: done.update(1))
    if as_json:
        show_json(report)
    else:
        _show(report)


def _show(report: Report) -> None:
    for kind, fates in (("people", report.people), ("texts", report.texts), ("sessions", report.sessions)):
        click.echo(f"{kind}: {_counted(fates)}")
    for key, note in report.notes:
        click.echo(f"{key}  {note}", err=True)


def _counted(fates: Counter[Fate]) -> str:
    return ", ".join(f"{count} {fate.value}" for fate, count in fates.most_common()) or "none"
