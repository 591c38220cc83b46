"""What the operator's manual says of backup and restore, done to the letter beside a running server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx

from tests.chaos.published import Published
from tests.client import Client, Outbox, Take, new_id
from tests.running import Server

MANUAL = Path(__file__).parents[2] / "docs" / "operating.md"
UPLOADED_WITHIN_S = 60


def commands_of_the_manual() -> tuple[str, str]:
    """The commands of its chapter on backup, and those on restoring."""
    chapter = MANUAL.read_text("utf-8").partition("\n## Backup\n")[2].partition("\n## ")[0]
    backup, restore = re.findall(r"```sh\n(.*?)```", chapter, re.DOTALL)
    return backup, restore


def follow(commands: str, data: Path, backup: Path) -> None:
    """`commands` of the manual for the data folder `data`."""
    script = commands.replace(".venv/bin/python", sys.executable).replace(".data", data.name)
    script = script.replace("BACKUP", str(backup))
    ours = {"RECITAL_DATA_DIR": data.name}
    subprocess.run(["sh", "-eu", "-c", script], cwd=data.parent, env={**os.environ, **ours}, check=True, timeout=120)


def test_what_was_backed_up_plays_and_goes_on_in_a_new_data_folder(
    server: Server, outbox: Outbox, text_id: str, take: Take, tmp_path: Path
) -> None:
    token, published, begun = server.token(), new_id(), new_id()
    outbox.send(published, text_id, take)
    outbox.client.wait_for(published, "uploaded", UPLOADED_WITHIN_S)
    outbox.client.open(begun, text_id, take.capture)
    outbox.send_segments(begun, take.segments[:1])
    backup, restore = commands_of_the_manual()
    (tmp_path / "backup").mkdir()
    follow(backup, server.folder, tmp_path / "backup")

    elsewhere = Server(tmp_path / "elsewhere" / "data")
    follow(restore, elsewhere.folder, tmp_path / "backup")
    try:
        elsewhere.start()
        with Client(elsewhere.url, token) as restored:
            preview = restored.preview(published)
            heard = httpx.get(elsewhere.url + preview["audio_url"]).raise_for_status().content
            assert heard == (server.archive / published / "light.audio.mp3").read_bytes()
            goes_on = Outbox(restored)
            goes_on.send(begun, text_id, take)
            restored.wait_for(begun, "uploaded", UPLOADED_WITHIN_S)
            Published(elsewhere.archive / begun).assert_holds(take)
    finally:
        elsewhere.end()
