"""Who may call what: every operation of the OpenAPI document, by every kind of caller, against a written table."""

from __future__ import annotations

import uuid
from typing import Any, NamedTuple

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.http.conftest import CAPTURE, SEGMENT, Caller, ending, segment_headers

CALLERS = ("nobody", "pending", "browser", "dana", "noam", "admin")
"""Nobody; somebody not approved; Dana's browser; a program of Dana's; another speaker; an admin."""

OPEN = dict.fromkeys(CALLERS, 200)
SIGNED_IN = dict.fromkeys(CALLERS, 200) | {"nobody": 401}
APPROVED = SIGNED_IN | {"pending": 403}
OWN_OR_ADMIN = APPROVED | {"noam": 404}
OWN = OWN_OR_ADMIN | {"admin": 404}

ALLOWED: dict[str, dict[str, int]] = {
    "getConfig": OPEN,
    "isLive": OPEN,
    "isReady": OPEN,
    "signInByLink": dict.fromkeys(CALLERS, 303),
    "playFile": dict.fromkeys(CALLERS, 403),  # whoever it is: the address is not signed
    "measureFile": dict.fromkeys(CALLERS, 403),
    "getMe": SIGNED_IN,
    "signOut": SIGNED_IN | dict.fromkeys(("pending", "browser", "dana", "noam", "admin"), 204),
    "addText": APPROVED | dict.fromkeys(("browser", "dana", "noam", "admin"), 201),
    "listTexts": APPROVED,
    "getText": OWN_OR_ADMIN,
    "listSessions": APPROVED,
    "openSession": OWN | {"admin": 409},
    "getSession": OWN_OR_ADMIN,
    "disavowSession": OWN_OR_ADMIN | dict.fromkeys(("browser", "dana", "admin"), 202),
    "putSegment": OWN | dict.fromkeys(("browser", "dana"), 201),
    "putMarks": OWN,
    "getReceived": OWN,
    "endSession": OWN | dict.fromkeys(("browser", "dana"), 422),
    "previewSession": OWN_OR_ADMIN | dict.fromkeys(("browser", "dana", "admin"), 409),
}


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


def test_every_operation_has_a_row_in_the_table(client: TestClient[Litestar]) -> None:
    ids = [operation.id for operation in operations(client)]
    assert sorted(ids) == sorted(ALLOWED)


@pytest.mark.parametrize("kind", CALLERS)
def test_the_table_holds_for(kind: str, request: pytest.FixtureRequest, dana: Caller) -> None:
    caller: Caller = request.getfixturevalue(kind)
    # Signing out ends all that would come after it.
    for operation in sorted(operations(dana.client), key=lambda operation: operation.id == "signOut"):
        text = dana.text()
        session = dana.session(text)
        path = operation.path.format(
            session_id=session[-36:], text_id=text, number=0, name="light.audio.mp3", secret="made-up"
        )
        answer = caller(operation.method, path, **asked(operation.id, text))
        assert answer.status_code == ALLOWED[operation.id][kind], (operation, answer.text)


def test_every_operation_that_changes_something_needs_a_page_of_ours(browser: Caller, dana: Caller) -> None:
    elsewhere = Caller(browser.client, {"sec-fetch-site": "cross-site"})
    for operation in operations(dana.client):
        if operation.method not in {"GET", "HEAD"}:
            path = operation.path.format(session_id=uuid.uuid4(), text_id=uuid.uuid4(), number=0, name="x", secret="x")
            assert elsewhere(operation.method, path).status_code == 403, operation


def asked(operation_id: str, text: str) -> dict[str, Any]:
    """A good request of the operation, for httpx."""
    requests: dict[str, dict[str, Any]] = {
        "addText": {"json": {"prose": "Hello.", "language": "en"}},
        "openSession": {"json": {"text_id": text, "capture": CAPTURE}},
        "putSegment": {"content": SEGMENT, "headers": segment_headers(SEGMENT)},
        "putMarks": {"json": {"from": 0, "marks": []}},
        "endSession": {"json": ending(segments=0, marks=0)},
        "playFile": {"params": {"expires": 1, "seal": "x"}},
        "measureFile": {"params": {"expires": 1, "seal": "x"}},
    }
    return requests.get(operation_id, {})
