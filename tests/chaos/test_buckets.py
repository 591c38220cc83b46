"""Everything in buckets: a reading from the first call to the archive, heard, taken along, disavowed and erased."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.chaos.published import Published
from tests.chaos.readings import add_text
from tests.chaos.test_erasure import EMAIL, browser
from tests.client import Client, Outbox, Take, new_id
from tests.database import created_database
from tests.reading import Reading
from tests.running import Server, running, wait_until
from tests.s3_door import Fault, StrictDoor
from tests.s3_servers import Bucket, s3_settings

PUBLISHED_WITHIN_S = 60
ERASED_WITHIN_S = 60
FAILING_EVERY = 5


@dataclass
class Installation:
    """A server whose staging and archive are buckets; and Dana's program."""

    server: Server
    door: StrictDoor
    staging: Bucket
    archive: Bucket
    outbox: Outbox
    settings: dict[str, str]

    def publish(self, text_id: str, take: Take) -> str:
        session_id = new_id()
        self.outbox.send(session_id, text_id, take)
        self.outbox.client.wait_for(session_id, "uploaded", PUBLISHED_WITHIN_S)
        return session_id

    def holds_nothing_of(self, session_id: str) -> bool:
        return not any(session_id in name for bucket in (self.staging, self.archive) for name in bucket.names())


@pytest.fixture(scope="module")
def shared_database(database_url: str) -> Iterator[str]:
    with created_database(database_url) as url:
        yield url


@pytest.fixture(scope="module")
def installation(
    seaweed: StrictDoor, shared_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    staging, archive = Bucket(seaweed.url, "whole-staging"), Bucket(seaweed.url, "whole-archive")
    for bucket in (staging, archive):
        bucket.make()
    settings = {
        **s3_settings(seaweed.url, f"{staging.name}/of/dana", archive.name),
        "RECITAL_DATABASE_URL": shared_database,
        "RECITAL_SECRET_KEY": "of every machine alike, and long enough",
    }
    with running(tmp_path_factory.mktemp("buckets") / "data", **settings) as server:
        server.command("speakers", "approve", EMAIL)
        with Client(server.url, server.token(EMAIL)) as client:
            yield Installation(server, seaweed, staging, archive, Outbox(client), settings)


@pytest.fixture(scope="module")
def text_id(installation: Installation, spoken: Reading) -> str:
    return add_text(installation.outbox.client, spoken)


def test_a_reading_lies_in_the_bucket_with_every_sample_and_nothing_of_it_in_a_folder(
    installation: Installation, text_id: str, take: Take, tmp_path: Path
) -> None:
    session_id = installation.publish(text_id, take)
    installation.archive.fetch_into(tmp_path)
    Published(tmp_path / session_id).assert_holds(take)
    wait_until(lambda: not installation.staging.names(), PUBLISHED_WITHIN_S, "staging is empty")
    assert not installation.server.archive.exists()
    assert not installation.server.staging.exists()


def test_it_is_heard_by_ranges_from_the_server_itself(installation: Installation, text_id: str, take: Take) -> None:
    session_id, client = installation.publish(text_id, take), installation.outbox.client
    preview = client.preview(session_id)
    audio = installation.archive.read(f"{session_id}/light.audio.mp3")
    for first, last in ((0, 0), (1000, 1999), (len(audio) - 1, len(audio) - 1)):
        part = client.fetch(preview["audio_url"], first, last)
        assert (part.status_code, part.content) == (206, audio[first : last + 1])
        assert part.headers["content-range"] == f"bytes {first}-{last}/{len(audio)}"
    assert client.fetch(preview["audio_url"]).content == audio
    assert client.fetch(preview["captions_url"]).content == installation.archive.read(f"{session_id}/transcript.vtt")


def test_listeners_are_sent_on_to_the_bucket_where_the_settings_say_so(
    installation: Installation, text_id: str, take: Take, tmp_path: Path
) -> None:
    session_id, client = installation.publish(text_id, take), installation.outbox.client
    audio = installation.archive.read(f"{session_id}/light.audio.mp3")
    preview = client.preview(session_id)
    with running(tmp_path / "direct", "--no-jobs", **installation.settings, RECITAL_S3_DIRECT="true") as direct:
        sent_on = httpx.get(direct.url + preview["audio_url"], headers={"Range": "bytes=1000-1999"})
        assert sent_on.status_code == httpx.codes.TEMPORARY_REDIRECT
        address = sent_on.headers["location"]
        assert address.startswith(f"{installation.door.url}/{installation.archive.name}/{session_id}/light.audio.mp3?")
        assert f"media-src 'self' blob: {installation.door.url};" in sent_on.headers["content-security-policy"]
        assert httpx.get(direct.url + preview["captions_url"]).status_code == httpx.codes.OK
    part = httpx.get(address, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, audio[1000:2000])
    assert part.headers["content-type"] == "audio/mpeg"
    assert part.headers["content-disposition"] == 'inline; filename="light.audio.mp3"'
    assert httpx.get(address.replace("light.audio.mp3", "session.json")).status_code == httpx.codes.FORBIDDEN


def test_a_server_that_fails_now_and_then_delays_nothing_for_good(
    installation: Installation, text_id: str, take: Take, tmp_path: Path
) -> None:
    from tests.s3_door import Fault

    count = iter(range(1_000_000))
    faults = (Fault(status=500), Fault(status=503), Fault(lost=True), Fault(kept=0.5))

    def now_and_then(_asked: object) -> Fault | None:
        number = next(count)
        return faults[number // FAILING_EVERY % len(faults)] if number % FAILING_EVERY == 0 else None

    installation.door.faults = now_and_then
    try:
        session_id = installation.publish(text_id, take)
    finally:
        installation.door.faults = lambda _asked: None
    installation.archive.fetch_into(tmp_path)
    Published(tmp_path / session_id).assert_holds(take)


def test_a_disavowed_reading_leaves_nothing_in_the_buckets(
    installation: Installation, text_id: str, take: Take
) -> None:
    session_id = installation.publish(text_id, take)
    assert not installation.holds_nothing_of(session_id)
    installation.outbox.client.delete(session_id)
    wait_until(partial(installation.holds_nothing_of, session_id), ERASED_WITHIN_S, "nothing is left")
    retracted = wait_until(lambda: retractions(installation), ERASED_WITHIN_S, "it is listed as retracted")
    assert session_id in retracted


def test_whoever_leaves_takes_everything_along_and_leaves_nothing(
    installation: Installation, text_id: str, take: Take
) -> None:
    published, under_way = installation.publish(text_id, take), new_id()
    client, outbox = installation.outbox.client, installation.outbox
    client.open(under_way, text_id, take.capture)
    outbox.send_segments(under_way, take.segments[:2])
    with browser(installation.server) as dana:
        archive = zipfile.ZipFile(io.BytesIO(dana.get("/api/me/data").raise_for_status().content))
        for name in installation.archive.names(f"{published}/"):
            assert archive.read(f"sessions/{name}") == installation.archive.read(name)
        for segment in take.segments[:2]:
            assert archive.read(f"sessions/{under_way}/segments/{segment.number:06d}.flac") == segment.body
        assert dana.delete("/api/me", params={"texts": "keep"}).status_code == httpx.codes.ACCEPTED
    for session_id in (published, under_way):
        wait_until(partial(installation.holds_nothing_of, session_id), ERASED_WITHIN_S, "nothing is left")
    wait_until(lambda: published in retractions(installation), ERASED_WITHIN_S, "it is listed as retracted")
    assert under_way not in retractions(installation)


def retractions(installation: Installation) -> list[str]:
    if "retractions.jsonl" not in installation.archive.names():
        return []
    lines = installation.archive.read("retractions.jsonl").splitlines()
    return [json.loads(line)["session_id"] for line in lines]
