"""`recital serve --workers`: several web processes behind one port."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import httpx

from tests.running import children_of, command_line, descendants_of, running, wait_until

SOON_S = 60.0


def web_processes(pid: int) -> set[int]:
    """Those of the children that Python started to answer; the embedded PostgreSQL and ffmpeg are others."""
    return {child for child in children_of(pid) if "spawn_main" in command_line(child)}


def test_web_processes_answer_on_one_port_are_replaced_and_end_with_the_first(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--workers", "2") as server:
        one, other = sorted(web_processes(server.pid))
        os.kill(one, signal.SIGKILL)
        wait_until(lambda: len(web_processes(server.pid) - {one}) == 2, SOON_S)
        assert other in web_processes(server.pid)
        token = server.token()
        opened = httpx.get(f"{server.url}/api/me", headers={"authorization": f"Bearer {token}"})
        assert opened.json()["role"] == "admin"
        everything = descendants_of(server.pid)
        assert server.stop() == 0
        wait_until(lambda: not [pid for pid in everything if Path(f"/proc/{pid}").exists()], SOON_S)


def test_web_processes_do_not_outlive_the_one_that_was_killed(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--workers", "2") as server:
        processes = web_processes(server.pid)
        server.kill()
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in processes), SOON_S)
        server.start()
