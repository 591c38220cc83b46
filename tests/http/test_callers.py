"""Who may call what: every operation of the OpenAPI document, by every kind of caller, against a written table."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from litestar import Litestar
from litestar.testing import TestClient

from adapters_http.app import create_app
from adapters_storage.assembly import Recital, assembled
from recital_core.speakers import Role
from tests.database import created_database
from tests.http.conftest import CAPTURE, ORIGIN, SEGMENT, Caller, ending, segment_headers, settings_for
from tests.people import admitted

DELEGATION_KEY = "a key that only the trusted system knows"
REFUSED = ("nobody", "revoked", "expired", "forged", "unsigned", "wrong_key")
"""No credentials; a token that was revoked, is over, is signed by somebody else, or by nobody; a wrong delegation."""
CALLERS = (*REFUSED, "pending", "unsigned_up", "browser", "dana", "delegated", "noam", "admin")
"""Somebody not approved; a speaker who has not agreed; Dana's browser; a program of Dana's; a trusted system for Dana;
another speaker; an admin."""

EVERYBODY = dict.fromkeys(CALLERS, 200)
SIGNED_IN = EVERYBODY | dict.fromkeys(REFUSED, 401)
IN_PERSON = SIGNED_IN | {"delegated": 403}
IN_A_BROWSER = dict.fromkeys(CALLERS, 403) | dict.fromkeys(REFUSED, 401) | {"browser": 200}
APPROVED = SIGNED_IN | {"pending": 403}
AGREED = APPROVED | {"unsigned_up": 403}
DANA = ("browser", "dana", "delegated")
OWN_OR_ADMIN = APPROVED | {"noam": 404, "unsigned_up": 404}
OWN = OWN_OR_ADMIN | {"admin": 404}
ADMIN = APPROVED | dict.fromkeys((*DANA, "noam", "unsigned_up"), 403)

ALLOWED: dict[str, dict[str, int]] = {
    "getConfig": EVERYBODY,
    "getAgreement": EVERYBODY,
    "isLive": EVERYBODY,
    "isReady": EVERYBODY,
    "startSignIn": dict.fromkeys(CALLERS, 303),  # no provider is configured here
    "finishSignIn": dict.fromkeys(CALLERS, 303),
    "signInByLink": dict.fromkeys(CALLERS, 303),
    "askForLink": dict.fromkeys(CALLERS, 202),
    "playFile": dict.fromkeys(CALLERS, 403),  # whoever it is: the address is not signed
    "measureFile": dict.fromkeys(CALLERS, 403),
    "getMe": SIGNED_IN,
    "changeMe": SIGNED_IN,
    "signAgreement": SIGNED_IN,
    "acceptInvitation": SIGNED_IN | {"pending": 403},  # the invitation is made up; whoever is in needs none
    "downloadMyData": IN_PERSON,
    "eraseMe": IN_A_BROWSER | {"browser": 202},
    "listTokens": IN_PERSON,
    "makeToken": IN_A_BROWSER | {"browser": 201},
    "revokeToken": IN_PERSON | dict.fromkeys(("pending", "unsigned_up", "browser", "dana", "noam", "admin"), 404),
    "signOut": IN_PERSON | dict.fromkeys(("pending", "unsigned_up", "browser", "dana", "noam", "admin"), 204),
    "signOutEverywhere": IN_PERSON | dict.fromkeys(("pending", "unsigned_up", "browser", "dana", "noam", "admin"), 204),
    "addText": AGREED | dict.fromkeys((*DANA, "noam", "admin"), 201),
    "listBegunTexts": AGREED,
    "listTexts": AGREED,
    "addChapters": AGREED | dict.fromkeys((*DANA, "noam", "admin"), 201),
    "suggestTexts": AGREED | dict.fromkeys((*DANA, "noam", "admin"), 422),  # in a language that is not configured
    "getText": AGREED | {"noam": 404},
    "changeText": AGREED | {"noam": 404},
    "retireText": AGREED | dict.fromkeys((*DANA, "admin"), 204) | {"noam": 404},
    "putPlace": AGREED | dict.fromkeys((*DANA, "admin"), 204) | {"noam": 404},
    "listSessions": APPROVED,
    "followSessions": APPROVED | {"delegated": 403},
    "openSession": OWN | {"admin": 409},
    "getSession": OWN_OR_ADMIN,
    "disavowSession": OWN_OR_ADMIN | dict.fromkeys((*DANA, "admin"), 202),
    "putSegment": OWN | dict.fromkeys(DANA, 201),
    "putMarks": OWN,
    "getReceived": OWN,
    "endSession": OWN | dict.fromkeys(DANA, 422),
    "previewSession": OWN_OR_ADMIN | dict.fromkeys((*DANA, "admin"), 409),
    "getNeighbours": OWN_OR_ADMIN,
    "getMyStanding": APPROVED,
    "getLeaderboard": APPROVED,
    "getTotals": APPROVED,
    "listSpeakers": ADMIN,
    "approveSpeaker": ADMIN,
    "changeRole": ADMIN | {"admin": 404},
    "listInvitations": ADMIN,
    "makeInvitation": ADMIN | {"admin": 201},
    "withdrawInvitation": ADMIN | {"admin": 404},
    "getOverview": ADMIN,
    "readAudit": ADMIN,
    "getLimits": ADMIN,
    "listJobs": ADMIN,
    "retryJob": ADMIN | {"admin": 404},
    "retrySession": ADMIN | {"admin": 409},
    "discardSession": ADMIN | {"admin": 202},
}
TELLING = ("signAgreement", "signOut", "signOutEverywhere", "eraseMe")
"""What changes the answers to all that comes after it."""


class Operation(NamedTuple):
    id: str
    method: str
    path: str


def operations(client: TestClient[Litestar]) -> list[Operation]:
    document = client.get("/api/openapi.json").json()
    return [
        Operation(entry["operationId"], method.upper(), path)
        for path, entries in document["paths"].items()
        for method, entry in entries.items()
    ]


@pytest.fixture(scope="module")
def recital(database_url: str, tmp_path_factory: pytest.TempPathFactory, migrated_template: str) -> Iterator[Recital]:
    """One that trusts another system."""
    with created_database(database_url, template=migrated_template) as url:
        folder: Path = tmp_path_factory.mktemp("callers")
        with assembled(
            settings_for(url, folder, RECITAL_DELEGATION_SECRET_KEY=DELEGATION_KEY, RECITAL_OPEN_SESSIONS="100")
        ) as recital:
            yield recital


@pytest.fixture(scope="module")
def client(recital: Recital) -> Iterator[TestClient[Litestar]]:
    app = create_app(recital)
    app.state.streams.end()  # as when the server stops: a stream would have no end
    with TestClient(app, base_url=ORIGIN, raise_server_exceptions=False) as client:
        yield client


def bearer(client: TestClient[Litestar], token: str) -> Caller:
    return Caller(client, {"authorization": f"Bearer {token}"})


@pytest.fixture
def unsigned_up(recital: Recital, client: TestClient[Litestar]) -> Caller:
    speaker = recital.membership.approve(f"{uuid.uuid4().hex[:12]}@example.org")
    return bearer(client, recital.accounts.token(speaker, timedelta(days=1))[1])


@pytest.fixture
def delegated(client: TestClient[Litestar], dana: Caller) -> Caller:
    return Caller(client, {"x-delegation-secret-key": DELEGATION_KEY, "x-delegated-user-email": dana.email})


@pytest.fixture
def wrong_key(client: TestClient[Litestar], dana: Caller) -> Caller:
    return Caller(client, {"x-delegation-secret-key": "guessed", "x-delegated-user-email": dana.email})


@pytest.fixture
def revoked(recital: Recital, client: TestClient[Litestar]) -> Caller:
    speaker = admitted(recital)
    credential, token = recital.accounts.token(speaker, timedelta(days=1))
    recital.accounts.revoke(speaker, credential.id)
    return bearer(client, token)


@pytest.fixture
def expired(recital: Recital, client: TestClient[Litestar]) -> Caller:
    _, token = recital.accounts.token(admitted(recital), timedelta(microseconds=1))
    return bearer(client, token)


@pytest.fixture
def forged(recital: Recital, client: TestClient[Litestar]) -> Caller:
    """The claims of a good token of an admin, signed with another key."""
    _, good = recital.accounts.token(admitted(recital, "root@example.org", Role.ADMIN), timedelta(days=1))
    header, claims = parts(good)
    return bearer(client, jwt.encode(header, claims, OctKey.import_key("another secret of thirty-two chars")))


@pytest.fixture
def unsigned(recital: Recital, client: TestClient[Litestar]) -> Caller:
    """The claims of a good token of an admin, signed by nobody (RFC 7519, 6)."""
    _, good = recital.accounts.token(admitted(recital, "root@example.org", Role.ADMIN), timedelta(days=1))
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return bearer(client, f"{header}.{good.split('.')[1]}.")


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    def read(part: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return found

    header, claims, _ = token.split(".")
    return read(header), read(claims)


def test_every_operation_has_a_row_in_the_table(client: TestClient[Litestar]) -> None:
    ids = [operation.id for operation in operations(client)]
    assert sorted(ids) == sorted(ALLOWED)


@pytest.mark.parametrize("kind", CALLERS)
def test_the_table_holds_for(kind: str, request: pytest.FixtureRequest, dana: Caller) -> None:
    caller: Caller = request.getfixturevalue(kind)
    for operation in operations(dana.client):
        endless = operation.id == "followSessions" and ALLOWED[operation.id][kind] == 200
        if operation.id not in TELLING and not endless:  # a stream has no end that this client could wait for
            text = dana.text()
            path = path_of(operation, text, dana.session(text))
            answer = caller(operation.method, path, **asked(operation.id, text))
            assert answer.status_code == ALLOWED[operation.id][kind], (operation, answer.text)


@pytest.mark.parametrize("operation_id", TELLING)
@pytest.mark.parametrize("kind", CALLERS)
def test_the_table_holds_after_which_nothing_is_as_before(
    kind: str, operation_id: str, request: pytest.FixtureRequest, client: TestClient[Litestar]
) -> None:
    caller: Caller = request.getfixturevalue(kind)
    [operation] = [known for known in operations(client) if known.id == operation_id]
    answer = caller(operation.method, path_of(operation), **asked(operation_id, ""))
    assert answer.status_code == ALLOWED[operation_id][kind], answer.text


def test_every_operation_that_changes_something_needs_a_page_of_ours(browser: Caller, dana: Caller) -> None:
    elsewhere = Caller(browser.client, {"sec-fetch-site": "cross-site"})
    for operation in operations(dana.client):
        if operation.method not in {"GET", "HEAD"} and operation.id != "askForLink":
            assert elsewhere(operation.method, path_of(operation)).status_code == 403, operation


def path_of(operation: Operation, text: str = "", session: str = "") -> str:
    """The operation's address; ids that were not given are of nothing that there is."""
    nothing = uuid.uuid4()
    return operation.path.format(
        text_id=text or nothing,
        session_id=session[-36:] or nothing,
        token_id=nothing,
        speaker_id=nothing,
        invitation_id=nothing,
        number=0,
        job_id=0,
        name="light.audio.mp3",
        secret="made-up",
    )


def asked(operation_id: str, text: str) -> dict[str, Any]:
    """A good request of the operation, for httpx."""
    requests: dict[str, dict[str, Any]] = {
        "addText": {"json": {"prose": "Hello.", "language": "en"}},
        "addChapters": {"files": {"file": ("a.txt", b"A cat.")}, "data": {"language": "en"}},
        "suggestTexts": {"params": {"language": "fr"}},
        "openSession": {"json": {"text_id": text, "capture": CAPTURE}},
        "putSegment": {"content": SEGMENT, "headers": segment_headers(SEGMENT)},
        "putMarks": {"json": {"from": 0, "marks": []}},
        "endSession": {"json": ending(segments=0, marks=0)},
        "playFile": {"params": {"expires": 1, "seal": "x"}},
        "measureFile": {"params": {"expires": 1, "seal": "x"}},
        "askForLink": {"json": {"email": f"{uuid.uuid4()}@example.org"}},
        "changeMe": {"json": {"on_leaderboard": False}},
        "signAgreement": {"json": {"version": "1", "language": "en"}},
        "acceptInvitation": {"json": {"secret": "made up"}},
        "eraseMe": {"params": {"texts": "keep"}},
        "makeToken": {"json": {"note": "a bot"}},
        "approveSpeaker": {"json": {"email": "new@example.org"}},
        "changeText": {"json": {"title": "Another"}},
        "putPlace": {"json": {"paragraph": 0, "sentence": 0}},
        "changeRole": {"json": {"role": "speaker"}},
        "makeInvitation": {"json": {}},
    }
    return requests.get(operation_id, {})
