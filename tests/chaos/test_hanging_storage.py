"""A store that takes connections and says nothing: what needs it is refused in time, and nothing else waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from adapters_http.turns import AT_ONCE
from tests.client import new_id
from tests.http.conftest import CAPTURE, PROSE, SEGMENT, segment_headers
from tests.running import HTTP, STARTS_WITHIN_S, STOPS_WITHIN_S, Server, running, wait_until
from tests.s3_door import Asked, StrictDoor
from tests.s3_servers import Bucket, s3_settings

STAGING, ARCHIVE = "hanging-staging", "hanging-archive"
OTHERS_WITHIN_S = 5.0
READY_WITHIN_S = 10.0
REFUSED_WITHIN_S = 15.0
HANGS_AT_MOST_S = 60.0
ENDS_WITHIN_S = 20.0


class Staging:
    """The bucket of staging, as long as it `hangs` for every request until the block ends."""

    def __init__(self, door: StrictDoor) -> None:
        self._door = door
        self._released = threading.Event()
        self.segments = 0

    def hangs(self, asked: Asked) -> None:
        if asked.path.startswith(f"/{STAGING}"):
            self.segments += asked.method == "PUT" and "/segments/" in asked.path
            self._released.wait(HANGS_AT_MOST_S)

    def __enter__(self) -> Staging:
        self._door.faults = self.hangs
        return self

    def __exit__(self, *_: object) -> None:
        self._door.faults = lambda _asked: None
        self._released.set()


@pytest.fixture(scope="module")
def buckets(moto: StrictDoor) -> None:
    for name in (STAGING, ARCHIVE):
        Bucket(moto.url, name).make()


@pytest.fixture
def server(moto: StrictDoor, buckets: None, database: str, tmp_path: Path) -> Iterator[Server]:
    settings = {**s3_settings(moto.url, STAGING, ARCHIVE), "RECITAL_DATABASE_URL": database}
    with running(tmp_path / "data", "--no-jobs", **settings) as started:
        yield started


@pytest.fixture
def dana(server: Server) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {server.token()}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=HANGS_AT_MOST_S) as client:
        yield client


@pytest.fixture
def session(dana: httpx.Client) -> str:
    """The path of a session that takes segments."""
    text = dana.post("/api/texts", json={"prose": PROSE, "language": "en"}).raise_for_status().json()
    path = f"/api/sessions/{new_id()}"
    dana.put(path, json={"text_id": text["id"], "capture": CAPTURE}).raise_for_status()
    return path


@pytest.fixture
def upload(dana: httpx.Client, session: str) -> Callable[[int], httpx.Response]:
    """Sends the segment of that number."""

    def sent(number: int) -> httpx.Response:
        return dana.put(f"{session}/audio/{number}", content=SEGMENT, headers=segment_headers(SEGMENT, number))

    return sent


def test_uploads_to_a_store_that_hangs_keep_nobody_else_waiting(
    moto: StrictDoor, server: Server, dana: httpx.Client, session: str, upload: Callable[[int], httpx.Response]
) -> None:
    with ThreadPoolExecutor(AT_ONCE) as people:
        with Staging(moto) as staging:
            hanging = [people.submit(upload, number) for number in range(AT_ONCE)]
            wait_until(lambda: staging.segments == AT_ONCE, OTHERS_WITHIN_S, "as many uploads hang as may")

            for path in ("/api/me", "/api/sessions", f"{session}/received", "/api/texts?scope=mine", "/"):
                assert dana.get(path, timeout=OTHERS_WITHIN_S).status_code == httpx.codes.OK
            heard = dana.get(f"{session}/preview", timeout=OTHERS_WITHIN_S)
            assert heard.json()["type"] == "/problems/not-ready", "whoever listens has turns of their own"
            health = dana.get("/health/ready", timeout=READY_WITHIN_S).json()
            assert [part for part, trouble in health["parts"].items() if trouble] == ["staging"]

            one_more = dana.put(
                f"{session}/audio/{AT_ONCE}",
                content=SEGMENT,
                headers=segment_headers(SEGMENT, AT_ONCE),
                timeout=REFUSED_WITHIN_S,
            )
            assert one_more.status_code == httpx.codes.SERVICE_UNAVAILABLE
            assert one_more.json()["type"] == "/problems/storage-busy"
            assert one_more.headers["retry-after"] == "5"
        assert {answer.result().status_code for answer in hanging} == {httpx.codes.CREATED}
    assert upload(AT_ONCE).status_code == httpx.codes.CREATED
    wait_until(lambda: dana.get("/health/ready").is_success, READY_WITHIN_S, "everything is ready again")


def test_a_server_with_an_upload_to_a_store_that_hangs_ends_in_time(
    moto: StrictDoor, server: Server, upload: Callable[[int], httpx.Response]
) -> None:
    with ThreadPoolExecutor(1) as people, Staging(moto) as staging:
        hanging = people.submit(upload, 0)
        wait_until(lambda: staging.segments == 1, OTHERS_WITHIN_S, "an upload hangs")
        asked_at = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - asked_at < ENDS_WITHIN_S
        assert hanging.result().is_server_error  # after which a client sends it again


def test_a_server_that_starts_while_a_store_hangs_answers_all_the_same(
    moto: StrictDoor, buckets: None, database: str, tmp_path: Path
) -> None:
    settings = {**s3_settings(moto.url, STAGING, ARCHIVE), "RECITAL_DATABASE_URL": database}
    server = Server(tmp_path / "data", **settings)
    with Staging(moto):
        process = server.spawn("serve")
        try:
            wait_until(lambda: answers(f"{server.url}/health/live"), STARTS_WITHIN_S, "it answers")
            assert not answers(f"{server.url}/health/ready")
        except BaseException:
            process.kill()
            raise
    wait_until(lambda: answers(f"{server.url}/health/ready"), READY_WITHIN_S, "everything is ready")
    process.terminate()
    assert process.wait(STOPS_WITHIN_S) == 0


def answers(url: str) -> bool:
    try:
        return HTTP.get(url).is_success
    except httpx.TransportError:
        return False
