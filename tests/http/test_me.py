"""The caller's own account over HTTP: agreement, profile, invitation, tokens, all of mine, and the end of it."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from litestar.testing import TestClient

from adapters_http.app import create_app
from adapters_storage.assembly import Recital, assembled
from recital_core.sessions import SessionId
from recital_core.speakers import Role, Speaker
from tests.http.conftest import CAPTURE, ORIGIN, SEGMENT, Caller, settings_for, slug
from tests.people import admitted


def calling_as(recital: Recital, nobody: Caller, speaker: Speaker) -> Caller:
    _, token = recital.accounts.token(speaker, timedelta(days=1))
    return Caller(nobody.client, {"authorization": f"Bearer {token}"}, speaker.email or "")


@pytest.fixture
def newcomer(recital: Recital, nobody: Caller) -> Caller:
    """Somebody who was just approved and has signed nothing."""
    return calling_as(recital, nobody, recital.membership.approve(f"{uuid.uuid4().hex}@example.org"))


def test_the_agreement_is_there_for_everybody_in_the_nearest_language(nobody: Caller) -> None:
    hebrew = nobody.get("/api/agreement", params={"language": "he-IL"}).json()
    assert (hebrew["language"], hebrew["version"]) == ("he", nobody.get("/api/config").json()["agreement_version"])
    assert {"en", "he", "yi"} <= set(hebrew["languages"])
    assert nobody.get("/api/agreement", params={"language": "tlh"}).json()["language"] == "en"


def test_a_speaker_reads_and_records_once_the_agreement_of_today_is_signed(newcomer: Caller) -> None:
    refused = newcomer.post("/api/texts", json={"prose": "Hello.", "language": "en"})
    assert (refused.status_code, slug(refused)) == (403, "agreement-needed")
    version = refused.json()["version"]
    other = newcomer.post("/api/me/agreement", json={"version": "0", "language": "en"})
    assert (other.status_code, slug(other)) == (409, "agreement-differs")
    signed = newcomer.post("/api/me/agreement", json={"version": version, "language": "he"})
    assert signed.json()["agreement_needed"] is False
    assert newcomer.get(newcomer.session()).status_code == 200


def test_an_admin_looks_around_before_signing_and_records_after_it(recital: Recital, nobody: Caller) -> None:
    admin = calling_as(recital, nobody, recital.membership.approve(f"{uuid.uuid4().hex}@example.org", Role.ADMIN))
    opened = admin.put(f"/api/sessions/{uuid.uuid4()}", json={"text_id": admin.text(), "capture": CAPTURE})
    assert (opened.status_code, slug(opened)) == (403, "agreement-needed")


def test_a_recording_under_way_is_taken_in_whatever_is_to_be_signed_meanwhile(database: str, tmp_path: Path) -> None:
    def agreed(version: str) -> str:
        place = tmp_path / f"agreement-{version}" / version
        place.mkdir(parents=True)
        (place / "en.txt").write_text(f"You agree to version {version}.")
        return str(place.parent)

    with (
        assembled(settings_for(database, tmp_path, RECITAL_AGREEMENT_DIR=agreed("1"))) as before,
        TestClient(create_app(before), base_url=ORIGIN) as client,
    ):
        _, token = before.accounts.token(admitted(before), timedelta(days=1))
        dana = Caller(client, {"authorization": f"Bearer {token}"})
        text = dana.text()
        session = dana.session(text)
    with (
        assembled(settings_for(database, tmp_path, RECITAL_AGREEMENT_DIR=agreed("2"))) as after,
        TestClient(create_app(after), base_url=ORIGIN) as client,
    ):
        dana = Caller(client, dana.headers)
        again = dana.put(session, json={"text_id": text, "capture": CAPTURE})
        assert (again.status_code, dana.segment(session).status_code, dana.mark(session).status_code) == (200, 201, 200)
        assert dana.get(f"{session}/received").json()["segments"] == [[0, 0]]
        fresh = dana.put(f"/api/sessions/{uuid.uuid4()}", json={"text_id": text, "capture": CAPTURE})
        assert slug(fresh) == "agreement-needed"


def test_people_say_of_themselves_what_they_like_and_take_it_back(dana: Caller) -> None:
    mine = {"display_name": "Dana R.", "language": "yi", "birth_year": 1990, "sex": "female", "on_leaderboard": False}
    changed = dana("PATCH", "/api/me", json=mine).json()
    assert {name: changed[name] for name in mine} == mine
    assert dana("PATCH", "/api/me", json={"birth_year": None, "sex": "unstated"}).json()["birth_year"] is None
    assert dana.get("/api/me").json()["display_name"] == "Dana R."


@pytest.mark.parametrize(
    "wrong",
    [
        {"birth_year": 1899},
        {"birth_year": 3000},
        {"birth_year": "1990"},
        {"sex": "yes"},
        {"display_name": ""},
        {"display_name": " "},
        {"display_name": "x" * 81},
        {"display_name": None},
        {"language": "not a tag"},
        {"on_leaderboard": "no"},
    ],
)
def test_what_cannot_be_is_refused(dana: Caller, wrong: dict[str, object]) -> None:
    before = dana.get("/api/me").json()
    assert dana("PATCH", "/api/me", json=wrong).status_code == 422
    assert dana.get("/api/me").json() == before


def test_what_a_person_may_not_give_themselves_is_not_taken(pending: Caller) -> None:
    pending("PATCH", "/api/me", json={"role": "admin", "email": "admin@localhost", "agreement_version": "9"})
    me = pending.get("/api/me").json()
    assert (me["role"], me["email"]) == ("pending", pending.email)


def test_an_invitation_ends_the_wait(recital: Recital, nobody: Caller) -> None:
    waiting = calling_as(recital, nobody, recital.membership.approve(f"{uuid.uuid4().hex}@example.org", Role.PENDING))
    _, secret = recital.membership.invite(uses=1, lasts=timedelta(days=1))
    assert waiting.post("/api/me/invitation", json={"secret": secret}).json()["role"] == "speaker"
    late = calling_as(recital, nobody, recital.membership.approve(f"{uuid.uuid4().hex}@example.org", Role.PENDING))
    refused = late.post("/api/me/invitation", json={"secret": secret})
    assert (refused.status_code, slug(refused)) == (403, "invitation-not-valid")


def test_a_browser_makes_tokens_for_programs_and_ends_them(browser: Caller, nobody: Caller) -> None:
    made = browser.post("/api/tokens", json={"note": "the bot", "days": 2})
    assert made.status_code == 201
    program = Caller(nobody.client, {"authorization": f"Bearer {made.json()['token']}"})
    assert program.get("/api/me").json()["email"] == browser.email
    listed = {one["id"]: one for one in browser.get("/api/tokens").json()["items"]}
    assert listed[made.json()["id"]]["note"] == "the bot"
    assert [one["kind"] for one in listed.values() if one["current"]] == ["browser"]
    assert made.json()["token"] not in browser.get("/api/tokens").text
    assert slug(program.post("/api/tokens", json={})) == "not-allowed"
    assert browser.delete(f"/api/tokens/{made.json()['id']}").status_code == 204
    assert program.get("/api/me").status_code == 401


def test_nobody_ends_another_s_token(browser: Caller, noam: Caller) -> None:
    made = browser.post("/api/tokens", json={}).json()
    refused = noam.delete(f"/api/tokens/{made['id']}")
    assert (refused.status_code, slug(refused)) == (404, "credential-not-found")


def test_all_of_mine_is_one_archive(dana: Caller) -> None:
    session = dana.session()
    dana.segment(session)
    answer = dana.get("/api/me/data")
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read("account.json"))["account"]["email"] == dana.email
        assert archive.read(f"sessions/{session[-36:]}/segments/000000.flac") == SEGMENT
        assert {"agreements.json", "log.json", "sessions.json"} <= set(archive.namelist())


def test_whoever_is_erased_is_signed_out_and_unknown(browser: Caller, dana: Caller, recital: Recital) -> None:
    session = dana.ended()
    assert browser("DELETE", "/api/me").status_code == 422, "what becomes of the texts has to be said"
    assert browser("DELETE", "/api/me", params={"texts": "retire"}).status_code == 202
    assert dana.get("/api/me").status_code == 401
    assert recital.aggregation.finalize(uuid_of(session)).erased_at is not None


def uuid_of(session: str) -> SessionId:
    return SessionId(uuid.UUID(session[-36:]))
