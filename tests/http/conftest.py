"""The real application over a real PostgreSQL and real folders, and the people who call it."""

from __future__ import annotations

import base64
import hashlib
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import uvicorn
from litestar import Litestar
from litestar.testing import TestClient

from adapters_http.app import create_app
from adapters_http.limits import Limits
from adapters_storage.assembly import Recital, assembled
from adapters_storage.settings import Settings
from recital_core.speakers import Role
from tests.database import created_database
from tests.people import admitted

ORIGIN = "http://127.0.0.1:8000"
PROSE = "The sun rose. The children ran.\nGrandmother read."
CAPTURE = {"sample_rate_hz": 48_000, "channels": 1, "codec": "flac"}
SECOND = 48_000
MANY_TESTS = 1_000
"""As many times as often as anybody else the tests may ask: all of them come from one address."""
SEGMENT = b"fLaC and what follows"


class Caller:
    """Somebody with a sign-in of their own, or nobody; answers are httpx responses."""

    def __init__(self, client: TestClient[Litestar], headers: dict[str, str], email: str = "") -> None:
        self.client = client
        self.headers = headers
        self.email = email

    def __call__(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = self.headers | request.pop("headers", {})
        return self.client.request(method, path, headers=headers, follow_redirects=False, **request)

    def get(self, path: str, **request: Any) -> httpx.Response:
        return self("GET", path, **request)

    def post(self, path: str, **request: Any) -> httpx.Response:
        return self("POST", path, **request)

    def put(self, path: str, **request: Any) -> httpx.Response:
        return self("PUT", path, **request)

    def delete(self, path: str, **request: Any) -> httpx.Response:
        return self("DELETE", path, **request)

    def text(self, prose: str = PROSE, language: str = "en") -> str:
        """The id of a new text."""
        return str(self.post("/api/texts", json={"prose": prose, "language": language}).json()["id"])

    def session(self, text_id: str | None = None) -> str:
        """The path of a new session."""
        path = f"/api/sessions/{uuid.uuid4()}"
        opened = self.put(path, json={"text_id": text_id or self.text(), "capture": CAPTURE})
        assert opened.status_code == 201, opened.text
        return path

    def segment(self, session: str, number: int = 0, body: bytes = SEGMENT, **headers: str) -> httpx.Response:
        """Send one second of audio; `headers` replace, with - for _."""
        given = segment_headers(body, number) | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.put(f"{session}/audio/{number}", content=body, headers=given)

    def mark(self, session: str, number: int = 0, at_sample: int = SECOND) -> httpx.Response:
        return self.put(f"{session}/marks", json={"from": number, "marks": [mark(number, at_sample=at_sample)]})

    def ended(self) -> str:
        """The path of a session of one segment and one mark that has ended."""
        session = self.session()
        assert self.segment(session).status_code == 201
        assert self.mark(session).status_code == 200
        assert self.post(f"{session}/end", json=ending()).status_code == 202
        return session


def segment_headers(body: bytes, number: int = 0) -> dict[str, str]:
    return {
        "content-type": "audio/flac",
        "content-digest": content_digest(body),
        "recital-first-sample": str(number * SECOND),
        "recital-sample-count": str(SECOND),
    }


def content_digest(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def mark(number: int, **changes: object) -> dict[str, object]:
    return {"n": number, "paragraph": 0, "sentence": 0, "at_sample": SECOND, "kind": "read"} | changes


def ending(**changes: object) -> dict[str, object]:
    return {"segments": 1, "samples": SECOND, "marks": 1} | changes


def slug(response: httpx.Response) -> str:
    """The problem's type; every refusal is a problem document."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["title"]
    assert problem["detail"]
    return str(problem["type"].removeprefix("/problems/"))


@pytest.fixture(scope="session")
def recital(database_url: str, migrated_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recital]:
    with created_database(database_url, template=migrated_template) as url:
        settings = settings_for(url, tmp_path_factory.mktemp("recital"))
        with assembled(settings) as recital:
            yield recital


def settings_for(database: str, folder: Path, **more: str) -> Settings:
    return Settings.load({"RECITAL_DATA_DIR": str(folder), "RECITAL_DATABASE_URL": database, **more})


@pytest.fixture(scope="session")
def client(recital: Recital) -> Iterator[TestClient[Litestar]]:
    app = create_app(recital, Limits(times=MANY_TESTS))
    with TestClient(app, base_url=ORIGIN, raise_server_exceptions=False) as client:
        yield client


Calling = Callable[[Role], Caller]


@pytest.fixture
def calling(recital: Recital, client: TestClient[Litestar]) -> Calling:
    """Makes somebody new of a role who has agreed to be recorded, and calls with a bearer token."""

    def someone(role: Role) -> Caller:
        email = f"{uuid.uuid4().hex[:12]}@example.org"
        _, token = recital.accounts.token(admitted(recital, email, role), timedelta(days=1))
        return Caller(client, {"authorization": f"Bearer {token}"}, email)

    return someone


@pytest.fixture
def dana(calling: Calling) -> Caller:
    return calling(Role.SPEAKER)


@pytest.fixture
def noam(calling: Calling) -> Caller:
    return calling(Role.SPEAKER)


@pytest.fixture
def admin(calling: Calling) -> Caller:
    return calling(Role.ADMIN)


@pytest.fixture
def pending(calling: Calling) -> Caller:
    return calling(Role.PENDING)


@pytest.fixture
def nobody(client: TestClient[Litestar]) -> Caller:
    return Caller(client, {})


@pytest.fixture
def browser(recital: Recital, dana: Caller) -> Iterator[Caller]:
    """Dana's browser, signed in by a link, on a page of our own."""
    with TestClient(create_app(recital), base_url=ORIGIN, raise_server_exceptions=False) as client:
        client.get(f"/api/auth/link/{recital.accounts.login_link(dana.email)}", follow_redirects=False)
        yield Caller(client, {"sec-fetch-site": "same-origin"}, dana.email)


class Address(NamedTuple):
    host: str
    port: int


@pytest.fixture(scope="session")
def live(recital: Recital) -> Iterator[Address]:
    """The application behind a real server, for what only shows on a real connection."""
    config = uvicorn.Config(
        create_app(recital, Limits(times=MANY_TESTS)), log_level="warning", access_log=False, ws="none"
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as bound:
        running = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        running.start()
        yield Address(*bound.getsockname())
        server.should_exit = True
        running.join()
