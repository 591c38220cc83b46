"""`recital jobs`: what waits for workers, and what they gave up."""

from __future__ import annotations

import click

from adapters_cli.output import json_option, limit_option, show_json, show_list, up_to
from adapters_cli.start import Installation
from recital_core.ports import Job, JobState

COLUMNS = ("id", "kind", "state", "session", "attempts", "queued", "not before", "problem")
STATES = tuple(state.value for state in JobState)


@click.group("jobs")
def command() -> None:
    """See what waits for workers, and have it tried again."""


@command.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only these.")
@limit_option
@json_option
@click.pass_obj
def list_all(installation: Installation, state: str | None, limit: int, as_json: bool) -> None:
    """What waits, runs, or was given up, the newest first. What was done is not kept."""
    wanted = JobState(state) if state else None
    with installation.recital() as recital:
        found = up_to(limit, lambda cursor, count: recital.oversight.jobs(state=wanted, cursor=cursor, limit=count))
    if as_json:
        show_json(found)
    else:
        show_list(found, COLUMNS, _row)


@command.command()
@click.argument("job_id", type=click.IntRange(min=0), metavar="ID")
@click.pass_obj
def retry(installation: Installation, job_id: int) -> None:
    """Have a job that waits or was given up taken up at once; a session starts anew with its attempts."""
    with installation.recital() as recital:
        recital.oversight.retry_job(job_id)
    click.echo(f"{job_id}  waiting for a worker")


def _row(job: Job) -> tuple[object, ...]:
    return (job.id, job.kind, job.state, job.session_id, job.attempts, job.queued_at, job.scheduled_at, job.problem)
