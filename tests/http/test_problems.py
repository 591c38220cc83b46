"""Refusals: one table, one shape, each documented; and accidents, which show nothing of the inside."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from litestar import Litestar
from litestar.testing import TestClient

import recital_core.errors
from adapters_http.problems import STATUSES, problem_types, status_of
from adapters_storage.assembly import Recital
from recital_core import errors
from tests.http.conftest import Caller, slug


def test_every_kind_of_refusal_has_a_status() -> None:
    statuses = {kind: status_of(kind) for kind in problem_types()}
    assert set(statuses.values()) <= set(STATUSES.values())
    known = [kind for kind in vars(recital_core.errors).values() if isinstance(kind, type)]
    assert {kind for kind in known if issubclass(kind, errors.RecitalError)} - {errors.RecitalError} <= set(statuses)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.PiecesMissing, 409),
        (errors.TextNotFound, 404),
        (errors.NotSignedIn, 401),
        (errors.ApprovalNeeded, 403),
        (errors.TooLarge, 413),
        (errors.UnsupportedMediaType, 415),
        (errors.DigestMismatch, 422),
        (errors.OpenSessions, 429),
        (errors.StorageFull, 503),
    ],
)
def test_the_nearest_family_decides(kind: type[errors.RecitalError], status: int) -> None:
    assert status_of(kind) == status


def test_no_two_kinds_of_refusal_share_an_address() -> None:
    slugs = [kind.slug() for kind in problem_types()]
    assert len(slugs) == len(set(slugs))


@pytest.mark.parametrize("kind", list(problem_types()), ids=lambda kind: kind.slug())
def test_every_kind_of_refusal_is_documented_at_its_address(nobody: Caller, kind: type[errors.RecitalError]) -> None:
    page = nobody.get(f"/problems/{kind.slug()}")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert str(status_of(kind)) in page.text


def test_a_problem_type_that_there_is_not_is_not_found(nobody: Caller) -> None:
    assert slug(nobody.get("/problems/bad-weather")) == "not-found"


@pytest.mark.parametrize(
    "path",
    ["/api", "/api/", "/api/nothing", "/api/sessions/1/2/3", "/health", "/health/x", "/assets/x.js", "/problems"],
)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_what_is_not_there_is_a_problem_and_never_the_clients_page(nobody: Caller, path: str, accept: str) -> None:
    refused = nobody.get(path, headers={"accept": accept})
    assert (refused.status_code, slug(refused)) == (404, "not-found")


@pytest.mark.parametrize("nested", ["[", '{"a":'], ids=["lists", "objects"])
def test_json_that_is_nested_without_end_is_malformed_also_where_nobody_looks_at_it(
    nobody: Caller, nested: str
) -> None:
    close, depth = {"[": "]", '{"a":': "}"}[nested], 50_000
    body = f'{{"email":"dana@example.org","more":{nested * depth}1{close * depth}}}'
    refused = nobody.post("/api/auth/link", content=body, headers={"content-type": "application/json"})
    assert (refused.status_code, slug(refused)) == (422, "malformed")


@pytest.mark.parametrize(
    "title",
    [b"\r\n\r\n\xff\xfe", b"\r\nContent-Type: text/plain; charset=nonsense\r\n\r\nMorning"],
    ids=["not UTF-8", "no charset that there is"],
)
def test_a_form_whose_words_are_in_no_charset_is_malformed(dana: Caller, title: bytes) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="title"' + title + b"\r\n"
    file = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nThe sun rose.\r\n--x--\r\n'
    headers = {"content-type": "multipart/form-data; boundary=x"}
    refused = dana.post("/api/texts", content=part + file, headers=headers)
    assert (refused.status_code, slug(refused)) == (422, "malformed")


def test_a_host_that_is_none_is_none_of_ours(nobody: Caller) -> None:
    refused = nobody.get("/api/config", headers={"host": "["})
    assert (refused.status_code, slug(refused)) == (421, "host-not-known")


def test_another_method_is_refused_with_those_that_there_are(nobody: Caller) -> None:
    refused = nobody("PATCH", "/api/config")
    assert (refused.status_code, slug(refused)) == (405, "method-not-allowed")
    assert "GET" in refused.headers["allow"]


def test_an_accident_is_logged_and_shows_only_its_number(
    dana: Caller, recital: Recital, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the secret of the inside")

    monkeypatch.setattr(recital.library, "page", broken)
    with caplog.at_level(logging.ERROR, "recital.http"):
        answer = dana.get("/api/texts")
    assert (answer.status_code, slug(answer)) == (500, "accident")
    assert "secret" not in answer.text
    assert answer.json()["instance"].startswith("urn:uuid:")
    assert answer.json()["instance"] in caplog.text
    assert "the secret of the inside" in caplog.text


def test_a_log_never_holds_the_secret_of_a_link(
    nobody: Caller, recital: Recital, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(_secret: str, _address: str | None) -> str:
        raise errors.DatabaseUnavailable("PostgreSQL does not answer.")

    monkeypatch.setattr(recital.accounts, "sign_in_by_link", away)
    with caplog.at_level(logging.WARNING, "recital.http"):
        answer = nobody.get("/api/auth/link/top-secret")
    assert (answer.status_code, slug(answer), answer.headers["retry-after"]) == (503, "database-unavailable", "5")
    assert "PostgreSQL does not answer" in caplog.text
    assert "top-secret" not in caplog.text


def test_every_answer_carries_the_security_headers(nobody: Caller) -> None:
    for path in (
        "/",
        "/api/config",
        "/api/me",
        "/api/nothing",
        "/health/live",
        "/problems/invalid",
        "/api/openapi.json",
    ):
        headers = nobody.get(path, headers={"accept": "text/html"}).headers
        assert headers["content-security-policy"].startswith("default-src 'self'; script-src 'self'; ")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["permissions-policy"].startswith("microphone=(self), accelerometer=(), ")
        assert "camera=()" in headers["permissions-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "strict-transport-security" not in headers
        assert "cache-control" in headers


def test_the_document_names_every_refusal_as_a_problem(client: TestClient[Litestar]) -> None:
    document = client.get("/api/openapi.json").json()
    for path, entries in document["paths"].items():
        for entry in entries.values():
            refusals = {status: answer for status, answer in entry["responses"].items() if status >= "400"}
            assert {"421", "422", "500"} <= set(refusals)
            for status, answer in refusals.items():
                if (path, status) != ("/health/ready", "503"):
                    assert list(answer["content"]) == ["application/problem+json"], (path, status)


def test_the_server_says_which_part_fails(nobody: Caller, recital: Recital, monkeypatch: pytest.MonkeyPatch) -> None:
    assert nobody.get("/health/live").json() == {"live": True}
    fine = nobody.get("/health/ready")
    assert (fine.status_code, fine.json()["ready"]) == (200, True)
    assert set(fine.json()["parts"]) == {"database", "queue", "staging", "archive", "ffmpeg"}
    found = {"database": None, "archive": "The disk of db.example.org is full."}
    monkeypatch.setattr(recital.readiness, "recent", lambda: found)
    worse = nobody.get("/health/ready")
    assert (worse.status_code, worse.json()) == (
        503,
        {"ready": False, "parts": {"database": None, "archive": "unavailable"}},
    )


def test_a_token_outlives_nothing_that_was_revoked(dana: Caller, recital: Recital) -> None:
    _, token = recital.accounts.token(recital.membership.known(dana.email), timedelta(seconds=1))
    _, credential = recital.accounts.caller(token)
    recital.accounts.sign_out(credential)
    assert slug(dana.get("/api/me", headers={"authorization": f"Bearer {token}"})) == "not-signed-in"
