"""`recital health`: does what runs here with these settings do its work? For whoever starts and stops containers."""

from __future__ import annotations

import http.client
import ssl
import time

import click

from adapters_cli.start import Installation
from adapters_storage.settings import Settings
from recital_core import errors

ANSWERS_WITHIN_S = 4
HEARD_WITHIN_S = 30
HEARTBEAT = "recital_worker_heartbeat_seconds"
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where a server that listens on all addresses is asked


@click.command("health")
@click.option("--worker", is_flag=True, help="Ask a worker, on its RECITAL_METRICS_PORT.")
@click.pass_obj
def command(installation: Installation, *, worker: bool) -> None:
    """Ask the server or the worker that runs here with the same settings; exit with 7 when it does not do its work."""
    settings = installation.settings
    if worker:
        _worker_is_well(settings)
    else:
        _server_is_ready(settings)
    click.echo("ok")


def _server_is_ready(settings: Settings) -> None:
    status, body = _answer(settings.host, settings.port, "/health/ready", secure=settings.tls_certificate is not None)
    if status != http.client.OK:
        raise errors.Unavailable(f"The server is not ready ({status}): {body}")


def _worker_is_well(settings: Settings) -> None:
    """The figure is told by a thread that goes on while the worker hangs; it is older then."""
    if settings.metrics_port is None:
        raise errors.SettingWrong("A worker is asked on RECITAL_METRICS_PORT.", setting="RECITAL_METRICS_PORT")
    _, body = _answer(settings.metrics_host, settings.metrics_port, f"/metrics?name[]={HEARTBEAT}")
    heard = [float(line.split()[1]) for line in body.splitlines() if line.startswith(f"{HEARTBEAT} ")]
    if not heard:
        raise errors.Unavailable("No worker has heard from its queue yet.")
    silent_s = time.time() - heard[0]
    if silent_s > HEARD_WITHIN_S:
        raise errors.Unavailable(f"The worker has heard nothing from its queue for {silent_s:.0f} s.")


def _answer(host: str, port: int, path: str, *, secure: bool = False) -> tuple[int, str]:
    """Status and body. The certificate is for the name by which others come, and not looked at."""
    asked = EVERYWHERE.get(host, host)
    connection = (
        http.client.HTTPSConnection(asked, port, timeout=ANSWERS_WITHIN_S, context=_trusting())
        if secure
        else http.client.HTTPConnection(asked, port, timeout=ANSWERS_WITHIN_S)
    )
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except (OSError, http.client.HTTPException) as failure:
        raise errors.Unavailable(f"{asked} does not answer on port {port}: {failure}") from failure
    finally:
        connection.close()


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
