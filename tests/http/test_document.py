"""The OpenAPI document: a client that is made from it takes every answer for what it is."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.http.conftest import Caller

WEB = Path(__file__).parents[2] / "web"
WITHOUT_A_BODY = {
    "startSignIn",
    "finishSignIn",
    "signInByLink",
    "askForLink",
    "signOut",
    "signOutEverywhere",
    "eraseMe",
    "revokeToken",
    "disavowSession",
    "retryJob",
    "retireText",
    "putPlace",
    "withdrawInvitation",
}


@pytest.fixture
def document(nobody: Caller) -> dict[str, Any]:
    found: dict[str, Any] = nobody.get("/api/openapi.json").json()
    return found


def test_it_promises_a_body_only_where_there_is_one(document: dict[str, Any]) -> None:
    silent = {
        entry["operationId"]
        for entries in document["paths"].values()
        for entry in entries.values()
        if not any("content" in answer for status, answer in entry["responses"].items() if status < "400")
    }
    assert silent == WITHOUT_A_BODY


def test_what_says_that_it_has_no_body_has_none(dana: Caller) -> None:
    session, text = dana.session(), dana.text()
    for method, path in (
        ("DELETE", session),
        ("DELETE", f"/api/texts/{text}"),
        ("POST", "/api/auth/sign-out"),
    ):
        answer = dana(method, path)
        assert (answer.is_success, answer.content) == (True, b""), path


def test_whatever_changes_something_says_that_it_may_meet_another_change(document: dict[str, Any]) -> None:
    """Its caller, or what it is about, may be erased at the same moment."""
    silent = {
        entry["operationId"]
        for entries in document["paths"].values()
        for method, entry in entries.items()
        if method not in {"get", "head"} and "409" not in entry["responses"]
    }
    assert silent == {"askForLink", "signOut"}, "they add nothing of their caller's"


def test_it_says_which_kinds_of_body_an_operation_takes(document: dict[str, Any]) -> None:
    def taken(method: str, path: str) -> set[str]:
        return set(document["paths"][path][method]["requestBody"]["content"])

    assert taken("post", "/api/texts") == {"application/json", "multipart/form-data"}
    assert taken("post", "/api/texts/chapters") == {"multipart/form-data"}
    assert "audio/flac" in taken("put", "/api/sessions/{session_id}/audio/{number}")


def test_every_schema_in_it_is_one(document: dict[str, Any]) -> None:
    """An array's `items` is one schema, not a list of them (JSON Schema 2020-12, 10.3.1.2)."""
    assert all(isinstance(schema["items"], dict) for schema in within(document) if "items" in schema)


def test_what_is_held_is_told_in_runs_of_a_first_and_a_last_number(dana: Caller) -> None:
    session = dana.session()
    for number in (0, 1, 3):
        assert dana.segment(session, number).status_code == 201
    assert dana.get(f"{session}/received").json()["segments"] == [[0, 1], [3, 3]]


def within(part: Any) -> Iterator[dict[str, Any]]:
    """Every object in the document, at any depth."""
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from within(inner)


def test_the_web_client_s_types_are_those_of_the_document(document: dict[str, Any], tmp_path: Path) -> None:
    """Where they are not: save the document of a running server, and `npm run types -- FILE` in the folder `web`."""
    told, made = tmp_path / "openapi.json", tmp_path / "schema.d.ts"
    told.write_text(json.dumps(document), "utf-8")
    build = runpy.run_path(str(WEB / "build.py"))
    build["install_modules"]()
    build["npm"]("exec", "--", "openapi-typescript", "--default-non-nullable=false", "--output", str(made), str(told))
    assert made.read_text("utf-8") == (WEB / "src" / "api" / "schema.d.ts").read_text("utf-8")
