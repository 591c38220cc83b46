"""Signing in and out, and which requests a browser's sign-in vouches for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from litestar.testing import TestClient

from adapters_http.app import create_app
from adapters_storage.assembly import Recital, assembled
from tests.http.conftest import ORIGIN, Caller, settings_for, slug


def test_the_client_learns_what_it_needs_before_anybody_signs_in(nobody: Caller) -> None:
    config = nobody.get("/api/config").json()
    assert config == {
        "sign_in": {"providers": [], "mail": False},
        "languages": ["he", "yi", "en"],
        "segment_ms": 5000,
        "limits": {"segment_bytes": 8 * 1024 * 1024, "text_bytes": 11 * 1024 * 1024, "open_sessions": 20},
        "agreement_version": config["agreement_version"],
        "contact": None,
        "long_sentence_words": 25,
        "version": config["version"],
    }
    assert re.match(r"\d+\.\d+", config["version"])


def test_a_caller_learns_who_they_are(dana: Caller, pending: Caller) -> None:
    me = dana.get("/api/me").json()
    assert (me["email"], me["role"], me["agreement_needed"]) == (dana.email, "speaker", False)
    assert pending.get("/api/me").json()["role"] == "pending"


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", "Bearer x.y.z", "Basic ZGFuYTpkYW5h", "dana", "Bearer \xe9"]
)
def test_what_is_no_token_of_ours_signs_nobody_in(nobody: Caller, given: str) -> None:
    refused = nobody.get("/api/me", headers={"authorization": given.encode("latin-1")})
    assert (refused.status_code, slug(refused)) == (401, "not-signed-in")
    assert refused.headers["www-authenticate"] == "Bearer"


def test_a_link_signs_in_once(nobody: Caller, dana: Caller, recital: Recital) -> None:
    link = f"/api/auth/link/{recital.accounts.login_link(dana.email)}"
    first, again = nobody.get(link), nobody.get(link)
    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert (again.status_code, again.headers["location"]) == (303, "/sign-in?problem=link-not-valid")
    assert "set-cookie" not in again.headers
    nobody.client.cookies.clear()


def test_a_made_up_link_leads_to_the_sign_in_page(nobody: Caller) -> None:
    for secret in ("x", "%00", "a" * 5000, "%ff"):
        assert nobody.get(f"/api/auth/link/{secret}").headers["location"] == "/sign-in?problem=link-not-valid"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(nobody: Caller, dana: Caller, recital: Recital) -> None:
    answer = nobody.get(f"/api/auth/link/{recital.accounts.login_link(dana.email)}")
    nobody.client.cookies.clear()
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "path=/", "samesite=lax", "max-age=2592000"} <= attributes
    assert answer.headers["set-cookie"].startswith("recital=")
    assert answer.headers["cache-control"] == "no-store"


def test_under_https_the_cookie_is_held_to_this_host(database: str, tmp_path: Path) -> None:
    settings = settings_for(database, tmp_path, RECITAL_PUBLIC_URL="https://recital.example.org")
    with (
        assembled(settings) as recital,
        TestClient(create_app(recital), base_url="https://recital.example.org") as client,
    ):
        recital.membership.approve("dana@example.org")
        link = f"/api/auth/link/{recital.accounts.login_link('dana@example.org')}"
        answer = client.get(link, follow_redirects=False)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-recital=")
        assert "secure" in cookie.lower()
        assert "domain" not in cookie.lower()
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert client.get("/api/me").json()["email"] == "dana@example.org"
        for origin, status in (("https://recital.example.org", 204), ("http://recital.example.org", 403)):
            out = client.post("/api/auth/sign-out", headers={"origin": origin})
            assert out.status_code in {status, 401}


@pytest.mark.parametrize("page", ["/texts", "/studio/1?from=2#3", "/"])
def test_a_sign_in_goes_on_to_a_page_of_this_site(nobody: Caller, dana: Caller, recital: Recital, page: str) -> None:
    link = f"/api/auth/link/{recital.accounts.login_link(dana.email)}"
    assert nobody.get(link, params={"next": page}).headers["location"] == page
    nobody.client.cookies.clear()


@pytest.mark.parametrize(
    "page",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "",
        "texts",
        "/\t/evil",
        "/a\r\nb: c",
        "/é",
    ],
)
def test_a_sign_in_never_goes_on_to_another_site(nobody: Caller, dana: Caller, recital: Recital, page: str) -> None:
    link = f"/api/auth/link/{recital.accounts.login_link(dana.email)}"
    assert nobody.get(link, params={"next": page}).headers["location"] == "/"
    nobody.client.cookies.clear()


def test_signing_out_ends_the_sign_in_and_takes_the_cookie_away(browser: Caller) -> None:
    cookie = dict(browser.client.cookies)
    out = browser.post("/api/auth/sign-out", json={})
    assert (out.status_code, out.content) == (204, b"")
    assert "max-age=0" in out.headers["set-cookie"].lower()
    browser.client.cookies.update(cookie)
    assert browser.get("/api/me").status_code == 401


def test_a_program_signs_itself_out(dana: Caller, pending: Caller) -> None:
    for caller in (dana, pending):
        assert caller.post("/api/auth/sign-out").status_code == 204
        assert caller.get("/api/me").status_code == 401


@pytest.mark.parametrize(
    ("proof", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 201),
        ({"sec-fetch-site": "none"}, 201),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": ORIGIN}, 403),
        ({"sec-fetch-site": ""}, 403),
        ({"origin": ORIGIN}, 201),
        ({"origin": "http://127.0.0.1:9000"}, 403),
        ({"origin": "https://127.0.0.1:8000"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_a_cookie_alone_changes_nothing(browser: Caller, proof: dict[str, str], status: int) -> None:
    stranger = Caller(browser.client, proof)
    answer = stranger.post("/api/texts", json={"prose": "Hello.", "language": "en"})
    assert answer.status_code == status
    if status == 403:
        assert slug(answer) == "cross-site"
    assert stranger.get("/api/me").status_code == 200


def test_a_token_needs_no_proof_of_its_page(dana: Caller) -> None:
    elsewhere = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    answer = dana.post("/api/texts", json={"prose": "Hello.", "language": "en"}, headers=elsewhere)
    assert answer.status_code == 201


def test_a_foreign_name_that_leads_here_is_not_answered(dana: Caller) -> None:
    refused = dana.get("/api/me", headers={"host": "evil.example:8000"})
    assert (refused.status_code, slug(refused)) == (421, "host-not-known")
    for own in ("localhost:8000", "127.0.0.1", "[::1]:8000"):
        assert dana.get("/api/me", headers={"host": own}).status_code == 200
