"""The program itself, in processes of its own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from adapters_storage.assembly import assembled
from adapters_storage.settings import Settings
from recital_core.sessions import State
from tests.ended import ended_session, slow_ffmpeg, state_of
from tests.running import RECITAL, Server, running, wait_until

SOON_S = 30.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("serve") / "data") as server:
        yield server


HEAVY = "sqlalchemy litestar alembic boto3 numpy httpx authlib psycopg procrastinate uvicorn cryptography joserfc"


def test_help_loads_nothing_heavy() -> None:
    asked = f"import sys, adapters_cli.main; print(*sys.modules.keys() & set({HEAVY.split()}))"
    loaded = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True).stdout
    assert loaded.split() == []


def test_a_start_prints_the_address_and_a_link_that_signs_in(server: Server) -> None:
    address, sign_in = wait_until(lambda: server.log.splitlines()[:2], SOON_S)
    assert address == f"Recital is at {server.url}"
    link = sign_in.split()[-1]
    assert link.startswith(f"{server.url}/api/auth/link/")
    with httpx.Client(follow_redirects=True) as browser:
        browser.get(link)
        assert browser.get(f"{server.url}/api/me").json()["email"] == "admin@localhost"


def test_behind_a_proxy_a_start_prints_no_link_that_signs_in(tmp_path: Path) -> None:
    with running(tmp_path / "data", RECITAL_PUBLIC_URL="https://recital.example.org") as server:
        _, sign_in = wait_until(lambda: server.log.splitlines()[:2], SOON_S)
        assert sign_in == "Sign in with a link from: recital speakers login-link EMAIL"
        assert "/api/auth/link/" not in server.log


def test_commands_work_beside_the_server(server: Server) -> None:
    server.command("speakers", "approve", "dana@example.org")
    answer = httpx.get(f"{server.url}/api/me", headers={"Authorization": f"Bearer {server.token('dana@example.org')}"})
    assert answer.json()["role"] == "speaker"
    assert server.command("doctor").count("ok") == 9


def test_a_second_server_on_the_same_folder_says_so(server: Server) -> None:
    second = server.try_command("serve", "--port", "0")
    assert second.returncode == 7
    assert second.stdout == ""
    [line] = second.stderr.splitlines()
    assert str(server.folder) in line


def test_a_port_in_use_is_said_in_one_line(server: Server, tmp_path: Path) -> None:
    other = server.try_command("serve", "--data", str(tmp_path / "other"))
    assert other.returncode == 3
    [line] = other.stderr.splitlines()
    assert str(server.port) in line


def test_the_server_finalises_and_ends_well(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        with assembled(Settings.load({"RECITAL_DATA_DIR": str(server.folder)})) as recital:
            session_id = ended_session(recital)
            wait_until(lambda: state_of(recital, session_id) is State.UPLOADED, SOON_S, "it is uploaded")
        assert server.stop() == 0
        assert "Traceback" not in server.log


def test_a_server_takes_up_what_its_killed_predecessor_had_in_hand(tmp_path: Path) -> None:
    slow, runs = tmp_path / "slow-ffmpeg", tmp_path / "runs"
    slow_ffmpeg(slow, runs)
    with running(tmp_path / "data", RECITAL_FFMPEG=str(slow)) as first:
        with assembled(Settings.load({"RECITAL_DATA_DIR": str(first.folder)})) as recital:
            session_id = ended_session(recital)
            wait_until(runs.exists, SOON_S, "ffmpeg runs")
        first.kill()
    with running(first.folder) as second:
        began = time.monotonic()
        with assembled(Settings.load({"RECITAL_DATA_DIR": str(second.folder)})) as recital:
            wait_until(lambda: state_of(recital, session_id) is State.UPLOADED, SOON_S, "it is uploaded")
        assert time.monotonic() - began < 15


def test_without_jobs_the_server_leaves_sessions_to_a_pass(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with subprocess.Popen(
        [RECITAL, "serve", "--no-jobs", "--port", "0", "--data", str(folder)], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline().startswith("Recital is at http://127.0.0.1:")
            with assembled(Settings.load({"RECITAL_DATA_DIR": str(folder)})) as recital:
                session_id = ended_session(recital)
                assert state_of(recital, session_id) is State.ENDED
            subprocess.run([RECITAL, "sessions", "finalize"], env={"RECITAL_DATA_DIR": str(folder)}, check=True)
        finally:
            server.terminate()
        assert server.wait(SOON_S) == 0
