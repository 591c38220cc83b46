"""`recital serve`: all of Recital with one command."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING

import click

from adapters_cli.ending import end_at_once
from adapters_cli.https import tell_how_to_trust, with_own_certificate
from adapters_cli.log import log_to_stderr
from adapters_cli.start import Installation, local_admin
from adapters_cli.web_processes import serve_with
from adapters_cli.working import working

if TYPE_CHECKING:
    from adapters_storage.assembly import Recital
    from adapters_storage.certificate import LocalCertificate


@click.command("serve")
@click.option("--host", help="Address to listen on.  [RECITAL_HOST]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on, 0 for any.  [RECITAL_PORT]")
@click.option("--data", type=click.Path(file_okay=False), help="Data folder.  [RECITAL_DATA_DIR]")
@click.option("--workers", type=click.IntRange(1, 64), help="Web processes.  [RECITAL_WEB_PROCESSES]")
@click.option("--concurrency", type=click.IntRange(1, 64), help="Sessions finalised at once.  [RECITAL_CONCURRENCY]")
@click.option("--https", is_flag=True, help="Speak HTTPS with a certificate of this machine's own, for phones.")
@click.option("--no-jobs", is_flag=True, help="Leave finalising to `recital worker`.")
@click.option("--no-upgrade", is_flag=True, help="Leave a database of your own to `recital db upgrade`.")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    host: str | None,
    port: int | None,
    data: str | None,
    workers: int | None,
    concurrency: int | None,
    https: bool,
    no_jobs: bool,
    no_upgrade: bool,
) -> None:
    """Serve the web client and the API, and finalise sessions.

    With no settings at all, everything lives in the folder .data, and only this machine can reach the server.
    """
    installation: Installation = ctx.obj
    for name, value in (("HOST", host), ("PORT", port), ("DATA_DIR", data)):
        installation.option(f"RECITAL_{name}", value)
    installation.option("RECITAL_WEB_PROCESSES", workers)
    installation.option("RECITAL_CONCURRENCY", concurrency)
    log_to_stderr(installation.settings.log_format)
    certificate = with_own_certificate(installation) if https else None
    with (
        installation.recital(serving=True, upgrading=not no_upgrade) as recital,
        contextlib.nullcontext() if no_jobs else working(recital),
        recital.telling(),
    ):
        from adapters_http.server import listening_socket, serve_on, usable

        settings = recital.settings
        usable(settings)
        with listening_socket(settings.host, settings.port) as bound:
            if settings.web_processes == 1:
                serve_on(recital, bound, listening=lambda port: _greet(recital, port, certificate))
            else:
                serve_with(settings, bound, listening=lambda port: _greet(recital, port, certificate))
    ctx.call_on_close(end_at_once)


def _greet(recital: Recital, port: int, certificate: LocalCertificate | None) -> None:
    """The address, and a fresh link for the local admin; where others may come, too, only how to get one."""
    address = dataclasses.replace(recital.settings, port=port).address
    local_admin(recital)
    email = recital.settings.admin_email
    click.echo(f"Recital is at {address}")
    if certificate is not None or (recital.settings.is_local and not recital.settings.public_url):
        click.echo(f"Sign in as {email}: {address}/api/auth/link/{recital.accounts.login_link(email)}")
    else:
        click.echo("Sign in with a link from: recital speakers login-link EMAIL")
    if certificate is not None:
        tell_how_to_trust(certificate)
