"""Standings: one's own, the leaderboard, and what all have given."""

from __future__ import annotations

from uuid import UUID

from adapters_storage.assembly import Recital
from recital_core.sessions import SessionId
from tests.coding import encoded, noise
from tests.http.conftest import SECOND, Caller, ending, mark

NOTHING = {"rank": None, "duration_ms": 0, "recordings": 0, "to_next_ms": None, "on_leaderboard": True}


def published(recital: Recital, caller: Caller, seconds: int) -> str:
    """The path of a published session of the caller's."""
    samples = seconds * SECOND
    path = caller.session()
    body = encoded(noise(samples), "segment.flac")
    assert caller.segment(path, 0, body, recital_sample_count=str(samples)).status_code == 201
    caller.put(f"{path}/marks", json={"from": 0, "marks": [mark(0, at_sample=samples)]})
    caller.post(f"{path}/end", json=ending(samples=samples))
    recital.aggregation.finalize(SessionId(UUID(path[-36:])))
    return path


def named(caller: Caller, name: str, **more: object) -> None:
    assert caller("PATCH", "/api/me", json={"display_name": name, **more}).status_code == 200


def test_what_is_published_counts_until_it_is_disavowed(recital: Recital, dana: Caller, noam: Caller) -> None:
    assert dana.get("/api/standings/me").json() == NOTHING
    before = dana.get("/api/standings/totals").json()
    named(dana, "Dana the Reader")
    session = published(recital, dana, 3)
    published(recital, noam, 5)
    mine = dana.get("/api/standings/me").json()
    assert (mine["duration_ms"], mine["recordings"], mine["to_next_ms"]) == (3000, 1, 2000)
    assert mine["rank"] == noam.get("/api/standings/me").json()["rank"] + 1
    after = dana.get("/api/standings/totals").json()
    assert {name: after[name] - before[name] for name in after} == {
        "duration_ms": 8000,
        "recordings": 2,
        "speakers": 2,
    }
    dana.delete(session)
    assert dana.get("/api/standings/me").json() == NOTHING


def test_the_leaderboard_shows_names_and_which_one_is_mine(recital: Recital, dana: Caller, noam: Caller) -> None:
    named(dana, "Dana the Reader")
    published(recital, dana, 30)
    [line] = [line for line in dana.get("/api/standings?limit=100").json()["items"] if line["is_me"]]
    assert line == {
        "rank": 1,
        "display_name": "Dana the Reader",
        "duration_ms": 30_000,
        "recordings": 1,
        "is_me": True,
    }
    shown = noam.get("/api/standings?limit=1")
    assert [line["is_me"] for line in shown.json()["items"]] == [False]
    assert dana.email not in shown.text


def test_who_opted_out_is_not_shown_and_sees_their_own_numbers(recital: Recital, dana: Caller, noam: Caller) -> None:
    named(dana, "Shy Dana", on_leaderboard=False)
    published(recital, dana, 2)
    assert "Shy Dana" not in noam.get("/api/standings?limit=100").text
    mine = dana.get("/api/standings/me").json()
    assert (mine["duration_ms"], mine["recordings"], mine["on_leaderboard"]) == (2000, 1, False)
    named(dana, "Shy Dana", on_leaderboard=True)
    assert "Shy Dana" in noam.get("/api/standings?limit=100").text
