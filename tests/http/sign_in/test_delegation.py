"""A trusted system that acts in speakers' names: with its key, for people who are known, and noted each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from adapters_http.app import create_app
from adapters_storage.assembly import Recital, assembled
from recital_core.audit import Event, Way
from recital_core.speakers import Role, Speaker
from tests.http.conftest import ORIGIN, settings_for, slug
from tests.http.sign_in.conftest import DELEGATION_KEY, Visitor, somebody
from tests.people import admitted

KEY, EMAIL = "x-delegation-secret-key", "x-delegated-user-email"


@pytest.fixture
def dana(recital: Recital) -> Speaker:
    return admitted(recital, somebody())


def delegated(
    visitor: Visitor, email: str | None, path: str = "/api/me", method: str = "GET", **more: Any
) -> httpx.Response:
    headers = {KEY: DELEGATION_KEY, EMAIL: str(email)} | more.pop("headers", {})
    return visitor.visit(path, method, headers=headers, **more)


def test_a_trusted_system_acts_as_a_speaker(visitor: Visitor, dana: Speaker) -> None:
    assert delegated(visitor, dana.email).json()["id"] == str(dana.id)
    assert delegated(visitor, str(dana.email).upper()).json()["id"] == str(dana.id)
    text = {"prose": "Hello.", "language": "en"}
    assert delegated(visitor, dana.email, "/api/texts", "POST", json=text).status_code == 201


def test_no_page_of_ours_has_to_ask_for_it(visitor: Visitor, dana: Speaker) -> None:
    elsewhere = {"sec-fetch-site": "cross-site", "origin": "https://lms.example.org"}
    text = {"prose": "Hello.", "language": "en"}
    answer = delegated(visitor, dana.email, "/api/texts", "POST", json=text, headers=elsewhere)
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "key", ["", "wrong", DELEGATION_KEY[:-1], f"{DELEGATION_KEY}x", DELEGATION_KEY.upper(), "é" * 40]
)
def test_a_wrong_key_is_refused_and_not_taken_for_nobody(visitor: Visitor, dana: Speaker, key: str) -> None:
    for path in ("/api/me", "/api/texts"):
        refused = visitor.visit(path, headers={KEY: key.encode(), EMAIL: str(dana.email)})
        assert (refused.status_code, slug(refused)) == (401, "not-signed-in")


@pytest.mark.parametrize(
    "headers", [{KEY: DELEGATION_KEY}, {EMAIL: "EMAIL"}, {KEY: "", EMAIL: "EMAIL"}, {KEY: DELEGATION_KEY, EMAIL: ""}]
)
def test_one_header_alone_is_refused(visitor: Visitor, dana: Speaker, headers: dict[str, str]) -> None:
    given = {name: value.replace("EMAIL", str(dana.email)) for name, value in headers.items()}
    assert visitor.visit("/api/me", headers=given).status_code in {401, 422}


def test_half_a_delegation_beats_a_good_sign_in(visitor: Visitor, recital: Recital, dana: Speaker) -> None:
    visitor.visit(f"/api/auth/link/{recital.accounts.login_link(str(dana.email))}")
    assert visitor.me is not None
    for headers in ({KEY: "wrong"}, {EMAIL: str(dana.email)}):
        refused = visitor.visit("/api/me", headers=headers)
        assert (refused.status_code, slug(refused)) == (401, "not-signed-in")


def test_whoever_is_not_known_is_not_made_up(visitor: Visitor) -> None:
    refused = delegated(visitor, somebody())
    assert (refused.status_code, slug(refused)) == (401, "not-signed-in")


def test_whoever_is_not_approved_stays_so(visitor: Visitor, recital: Recital) -> None:
    email = recital.membership.approve(somebody(), Role.PENDING).email
    assert slug(delegated(visitor, email, "/api/texts")) == "approval-needed"


def test_nobody_acts_as_an_admin(visitor: Visitor, recital: Recital) -> None:
    refused = delegated(visitor, admitted(recital, somebody(), Role.ADMIN).email)
    assert (refused.status_code, slug(refused)) == (403, "not-allowed")


def test_an_operator_may_allow_admins(database: str, tmp_path: Path) -> None:
    more = {"RECITAL_DELEGATION_SECRET_KEY": DELEGATION_KEY, "RECITAL_DELEGATION_ADMINS": "true"}
    settings = settings_for(database, tmp_path, **more)
    with assembled(settings) as recital, TestClient(create_app(recital), base_url=ORIGIN) as client:
        email = admitted(recital, somebody(), Role.ADMIN).email
        assert delegated(Visitor(client), email).json()["role"] == "admin"


def test_without_a_key_in_the_settings_there_is_no_delegation(database: str, tmp_path: Path) -> None:
    with (
        assembled(settings_for(database, tmp_path)) as recital,
        TestClient(create_app(recital), base_url=ORIGIN) as client,
    ):
        email = admitted(recital).email
        for key in (DELEGATION_KEY, "None", ""):
            assert delegated(Visitor(client), email, headers={KEY: key}).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/auth/sign-out"),
        ("POST", "/api/auth/sign-out-everywhere"),
        ("POST", "/api/tokens"),
        ("GET", "/api/me/data"),
        ("DELETE", "/api/me"),
    ],
)
def test_what_a_speaker_does_in_person_nobody_does_for_them(
    visitor: Visitor, dana: Speaker, method: str, path: str
) -> None:
    refused = delegated(visitor, dana.email, path, method)
    assert (refused.status_code, slug(refused)) == (403, "not-allowed")


def test_each_use_is_in_the_log(visitor: Visitor, recital: Recital, dana: Speaker) -> None:
    for _ in range(3):
        delegated(visitor, dana.email)
    entries = recital.oversight.audit(event=Event.DELEGATED, speaker_id=dana.id).entries.items
    assert len(entries) == 3
    assert {(entry.way, entry.actor_id, entry.subject_id) for entry in entries} == {(Way.DELEGATION, None, dana.id)}
