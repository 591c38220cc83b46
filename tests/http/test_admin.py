"""For operators: who belongs, invitations, the log, and sessions that need a hand."""

from __future__ import annotations

import uuid

from recital_core.quality import SENTENCES
from tests.http.conftest import Caller, slug


def test_people_are_found_and_approved(admin: Caller, pending: Caller) -> None:
    found = admin.get("/api/admin/speakers", params={"search": pending.email.upper()}).json()["items"]
    assert [(one["email"], one["role"]) for one in found] == [(pending.email, "pending")]
    assert (found[0]["recordings"], found[0]["duration_ms"]) == (0, 0)
    approved = admin.post("/api/admin/speakers", json={"email": pending.email})
    assert (approved.status_code, approved.json()["role"]) == (200, "speaker")
    assert pending.get("/api/me").json()["role"] == "speaker"


def test_approving_never_lowers_and_changing_a_role_does(admin: Caller, dana: Caller) -> None:
    dana_id = dana.get("/api/me").json()["id"]
    assert admin("PATCH", f"/api/admin/speakers/{dana_id}", json={"role": "admin"}).json()["role"] == "admin"
    assert admin.post("/api/admin/speakers", json={"email": dana.email}).json()["role"] == "admin"
    assert admin("PATCH", f"/api/admin/speakers/{dana_id}", json={"role": "pending"}).json()["role"] == "pending"
    assert dana.get("/api/me").status_code == 401, "whoever waits again is signed out"


def test_accounts_come_in_pages(admin: Caller, dana: Caller, noam: Caller) -> None:
    first = admin.get("/api/admin/speakers", params={"limit": 1}).json()
    second = admin.get("/api/admin/speakers", params={"limit": 1, "cursor": first["next"]}).json()
    assert first["items"][0]["id"] != second["items"][0]["id"]


def test_an_invitation_is_shown_once_listed_and_withdrawn(admin: Caller, pending: Caller) -> None:
    made = admin.post("/api/admin/invitations", json={"uses": 2, "days": 3, "note": "reading circle"}).json()
    page, _, secret = made["address"].partition("#")
    assert page.endswith("/invitation")
    listed = admin.get("/api/admin/invitations")
    assert secret not in listed.text
    [kept] = [one for one in listed.json()["items"] if one["id"] == made["id"]]
    assert (kept["uses"], kept["used"], kept["note"]) == (2, 0, "reading circle")
    assert admin.delete(f"/api/admin/invitations/{made['id']}").status_code == 204
    assert slug(pending.post("/api/me/invitation", json={"secret": secret})) == "invitation-not-valid"


def test_the_log_says_who_did_what_to_whom_and_from_where(admin: Caller, pending: Caller) -> None:
    admin.post("/api/admin/speakers", json={"email": pending.email})
    pending_id = pending.get("/api/me").json()["id"]
    log = admin.get("/api/admin/audit", params={"event": "role-changed", "speaker_id": pending_id}).json()
    [entry] = log["items"]
    assert (entry["way"], entry["address"], entry["facts"]) == (
        "program",
        "testclient",
        {"before": "pending", "after": "speaker"},
    )
    assert (log["people"][entry["actor_id"]], log["people"][entry["subject_id"]]) == (admin.email, pending.email)


def test_the_queue_is_seen_and_what_waits_in_it_can_be_hurried(admin: Caller, dana: Caller) -> None:
    ended = dana.ended()[-36:]
    jobs = admin.get("/api/admin/jobs", params={"state": "waiting"}).json()
    [job] = [job for job in jobs["items"] if job["session_id"] == ended]
    assert (job["kind"], job["state"], job["attempts"], job["problem"]) == ("finalize", "waiting", 0, None)
    assert admin.post(f"/api/admin/jobs/{job['id']}/retry").status_code == 202
    assert admin.get("/api/admin/jobs?cursor=x").status_code == 422


def test_a_session_is_retried_or_discarded_by_whoever_operates(admin: Caller, dana: Caller) -> None:
    ended = dana.ended()[-36:]
    assert admin.post(f"/api/admin/sessions/{ended}/retry").status_code == 202
    assert admin.post(f"/api/admin/sessions/{ended}/discard").json()["state"] == "discarded"
    assert slug(admin.post(f"/api/admin/sessions/{uuid.uuid4()}/retry")) == "session-not-found"
    assert slug(admin.post("/api/admin/jobs/0/retry")) == "job-not-found"
    events = [entry["event"] for entry in admin.get("/api/admin/audit").json()["items"]]
    assert {"session-retried", "session-discarded"} <= set(events)


def test_an_overview_says_how_it_goes(admin: Caller, dana: Caller, pending: Caller) -> None:
    before = admin.get("/api/admin/overview").json()
    dana.ended()
    after = admin.get("/api/admin/overview", params={"days": 3}).json()
    assert set(after) == {
        "days",
        "states",
        "backlog",
        "totals",
        "pending_speakers",
        "active_speakers",
        "verdicts",
    }
    assert (len(before["days"]), len(after["days"])) == (30, 3)
    assert after["days"][0]["date"] < after["days"][-1]["date"]
    assert after["states"]["ended"] == before["states"]["ended"] + 1
    assert after["backlog"]["waiting"] == before["backlog"]["waiting"] + 1
    assert after["backlog"]["oldest_ms"] >= 0
    assert after["pending_speakers"] >= 1
    assert admin.get("/api/admin/overview", params={"days": 0}).status_code == 422


def test_the_limits_of_quality_are_told_by_the_reason_beyond_them(admin: Caller) -> None:
    limits = admin.get("/api/admin/limits").json()["limits"]
    assert limits["noisy"] == {"usable": 30.0, "doubtful": 15.0}
    assert set(limits) == set(SENTENCES)
