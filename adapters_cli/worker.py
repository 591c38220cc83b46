"""`recital worker`: finalises sessions, beside any number of servers and other workers."""

from __future__ import annotations

import click

from adapters_cli.ending import end_at_once, stop_signals
from adapters_cli.log import log_to_stderr
from adapters_cli.start import Installation
from adapters_cli.working import working

LOOKED_EVERY_S = 1.0


@click.command("worker")
@click.option("--concurrency", type=click.IntRange(1, 64), help="Sessions at one time.  [RECITAL_CONCURRENCY]")
@click.pass_context
def command(ctx: click.Context, concurrency: int | None) -> None:
    """Finalise sessions until it is stopped, without serving."""
    installation: Installation = ctx.obj
    installation.option("RECITAL_CONCURRENCY", concurrency)
    log_to_stderr(installation.settings.log_format)
    with installation.recital() as recital, recital.telling(), stop_signals() as stop, working(recital) as check:
        click.echo(f"Working, {recital.settings.concurrency} at one time. Ctrl-C stops.")
        while not stop.poll(LOOKED_EVERY_S):
            check()
    ctx.call_on_close(end_at_once)
