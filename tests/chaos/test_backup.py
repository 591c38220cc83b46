"""What the operator's manual says of backup and restore, done to the letter beside a running server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx

from tests.chaos.published import Published
from tests.chaos.readings import add_text
from tests.client import Client, Outbox, Take, new_id
from tests.reading import Reading
from tests.running import Server, running
from tests.s3_door import StrictDoor
from tests.s3_servers import Bucket, s3_settings

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


STEP = re.compile(r"^\d\. .*\*\*(\w+)\*\*", re.MULTILINE)


def copied(of: Bucket, to: Bucket) -> None:
    """Every object, onto what is there already, as a tool does that keeps media types and metadata."""
    for name in of.names():
        media_type, metadata = of.described(name)
        body = of.read(name)
        to.s3.put_object(
            Bucket=to.name,
            Key=name,
            Body=body,
            ContentType=media_type,
            Metadata=metadata,
            ChecksumAlgorithm="SHA256",
        )


def test_buckets_are_backed_up_in_the_manual_s_order_while_a_session_is_published(
    moto: StrictDoor, spoken: Reading, take: Take, tmp_path: Path
) -> None:
    here, there = (
        {kind: Bucket(moto.url, f"{place}-{kind}") for kind in ("staging", "archive")} for place in ("backed", "copied")
    )
    for bucket in (*here.values(), *there.values()):
        bucket.make()
    key = {"RECITAL_SECRET_KEY": "of every machine alike, and long enough"}
    published, between = new_id(), new_id()
    dump = tmp_path / "recital.dump"

    def postgres(server: Server, *program: str) -> None:
        run = [sys.executable, "-m", "adapters_storage.embedded", *program]
        environment = {**os.environ, "RECITAL_DATA_DIR": str(server.folder)}
        subprocess.run(run, env=environment, check=True, timeout=120)

    ours = s3_settings(moto.url, here["staging"].name, here["archive"].name)
    with running(tmp_path / "data", "--no-jobs", **ours, **key) as server, Client(server.url, server.token()) as client:
        text_id = add_text(client, spoken)
        Outbox(client).send(published, text_id, take)
        server.command("sessions", "finalize")
        Outbox(client).send(between, text_id, take)
        for step in STEP.findall(MANUAL.read_text("utf-8").partition("\n## Backup\n")[2].partition("\n## ")[0]):
            if step == "database":
                postgres(server, "pg_dump", "--format=custom", f"--file={dump}")
                server.command("sessions", "finalize")
            else:
                copied(here[step], there[step])
        assert not here["staging"].names(), "it was published meanwhile, and forgotten here"
        token = server.token()

    theirs = s3_settings(moto.url, there["staging"].name, there["archive"].name)
    elsewhere = Server(tmp_path / "elsewhere", **theirs, **key)
    postgres(elsewhere, "pg_restore", "--clean", "--if-exists", "--dbname=recital", str(dump))
    try:
        elsewhere.start()
        with Client(elsewhere.url, token) as restored:
            heard = httpx.get(elsewhere.url + restored.preview(published)["audio_url"]).raise_for_status().content
            assert heard == here["archive"].read(f"{published}/light.audio.mp3")
            restored.wait_for(between, "uploaded", UPLOADED_WITHIN_S)
    finally:
        elsewhere.end()
    there["archive"].fetch_into(tmp_path / "archive")
    for session_id in (published, between):
        Published(tmp_path / "archive" / session_id).assert_holds(take)
