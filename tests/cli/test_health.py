"""`recital health`, as a container's engine asks a server and a worker that run beside it."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters_storage.certificate import local_certificate
from adapters_storage.telemetry.metrics import Metrics
from tests.cli.conftest import Terminal
from tests.running import LOOPBACK, STARTS_WITHIN_S, STOPS_WITHIN_S, Server, free_port, running, wait_until


@contextmanager
def working(server: Server) -> Iterator[subprocess.Popen[bytes]]:
    worker = server.spawn("worker")
    try:
        yield worker
    finally:
        worker.terminate()
        worker.wait(STOPS_WITHIN_S)


def test_a_server_is_well_while_its_parts_are_on_the_port_that_it_was_given(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--no-jobs") as server:
        assert server.command("health") == "ok\n"
        server.staging.rename(server.staging.with_name("gone"))
        server.staging.write_text("in the way")
        wait_until(lambda: server.try_command("health").returncode == 7, STARTS_WITHIN_S, "its readiness is asked anew")
        assert "staging" in server.try_command("health").stderr
        server.staging.unlink()
    assert "does not answer" in server.try_command("health").stderr


def test_a_server_with_a_certificate_and_on_every_address_is_asked_by_https(tmp_path: Path) -> None:
    made = local_certificate(tmp_path, datetime.now(UTC))
    keys = {"RECITAL_TLS_CERTIFICATE": str(made.server), "RECITAL_TLS_KEY": str(made.server)}
    server = Server(tmp_path / "data", RECITAL_HOST="0.0.0.0", **keys)
    process = server.spawn("serve", "--no-jobs")
    try:
        wait_until(lambda: server.try_command("health").stdout == "ok\n", STARTS_WITHIN_S, "the server is well")
    finally:
        process.terminate()
        process.wait(STOPS_WITHIN_S)


def test_a_worker_is_well_when_its_queue_answers_it(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--no-jobs"):
        beside = Server(tmp_path / "data", RECITAL_METRICS_PORT=str(free_port()))
        assert "does not answer" in beside.try_command("health", "--worker").stderr
        with working(beside):
            wait_until(lambda: beside.try_command("health", "--worker").returncode == 0, STARTS_WITHIN_S, "it is well")


def test_a_worker_that_hangs_is_not_well_though_its_figures_answer(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics, port = Metrics(), free_port()
    terminal.environ["RECITAL_METRICS_PORT"] = str(port)
    with metrics.served(LOOPBACK, port):
        assert "No worker" in terminal.refused("health", "--worker", code=7)
        metrics.queue_answered()
        assert terminal.run("health", "--worker").stdout == "ok\n"
        later = time.time() + 60
        monkeypatch.setattr("time.time", lambda: later)
        assert re.search(r"for [67]\d s", terminal.refused("health", "--worker", code=7))


def test_a_worker_without_a_port_for_its_figures_cannot_be_asked(terminal: Terminal) -> None:
    assert "RECITAL_METRICS_PORT" in terminal.refused("health", "--worker", code=3)
