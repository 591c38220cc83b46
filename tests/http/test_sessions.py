"""A session over HTTP: opening, marks, ending, lists, disavowal."""

from __future__ import annotations

import uuid

import pytest

from tests.http.conftest import CAPTURE, SECOND, Caller, ending, mark, slug


def test_a_session_is_opened_once_and_found_again(dana: Caller) -> None:
    path, wanted = f"/api/sessions/{uuid.uuid4()}", {"text_id": dana.text(), "capture": CAPTURE}
    first, again = dana.put(path, json=wanted), dana.put(path, json=wanted)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (
        first.json() | {"id": path.rpartition("/")[2], "state": "active", "text_title": "The sun rose"} == first.json()
    )
    assert first.json()["direction"] == "ltr"


def test_an_id_stands_for_one_session_only(dana: Caller, noam: Caller) -> None:
    path = dana.session()
    other = {"text_id": dana.text(), "capture": CAPTURE}
    assert slug(dana.put(path, json=other)) == "session-differs"
    theirs = {"text_id": noam.text(), "capture": CAPTURE}
    refused = noam.put(path, json=theirs)
    assert (refused.status_code, slug(refused)) == (409, "session-differs")


def test_a_text_that_one_may_not_read_cannot_be_recorded(dana: Caller, noam: Caller) -> None:
    path = f"/api/sessions/{uuid.uuid4()}"
    for wanted in (
        {"text_id": dana.text()},
        {"text_id": str(uuid.uuid4())},
        {"text_id": noam.text(), "text_revision": 2},
    ):
        refused = noam.put(path, json=wanted | {"capture": CAPTURE})
        assert (refused.status_code, slug(refused)) == (404, "text-not-found")


@pytest.mark.parametrize(
    "wrong",
    [
        {"sample_rate_hz": 0},
        {"sample_rate_hz": -48_000},
        {"sample_rate_hz": 2**70},
        {"sample_rate_hz": "48000"},
        {"sample_rate_hz": 48_000.5},
        {"channels": 0},
        {"codec": "x" * 1000},
        {"codec": "a\u0000b"},
        {"echo_cancellation": "yes"},
        {"sample_rate_hz": None},
    ],
)
def test_an_absurd_capture_is_refused(dana: Caller, wrong: dict[str, object]) -> None:
    refused = dana.put(f"/api/sessions/{uuid.uuid4()}", json={"text_id": dana.text(), "capture": CAPTURE | wrong})
    assert (refused.status_code, slug(refused)) == (422, "invalid")


def test_members_that_are_not_known_are_passed_over(dana: Caller) -> None:
    wanted = {"text_id": dana.text(), "capture": CAPTURE | {"weather": "fine"}, "hat": None}
    assert dana.put(f"/api/sessions/{uuid.uuid4()}", json=wanted).status_code == 201


def test_marks_are_kept_once_however_often_they_are_sent(dana: Caller) -> None:
    session = dana.session()
    marks = [mark(0), mark(1, sentence=1, at_sample=2 * SECOND)]
    sent = [dana.put(f"{session}/marks", json={"from": 0, "marks": marks}) for _ in range(2)]
    assert [(answer.status_code, answer.json()) for answer in sent] == [(200, {"marks": 2})] * 2
    assert dana.mark(session, 2, at_sample=3 * SECOND).json() == {"marks": 3}
    assert dana.get(f"{session}/received").json()["marks"] == 3


def test_other_marks_under_a_held_number_are_a_conflict(dana: Caller) -> None:
    session = dana.session()
    dana.mark(session)
    refused = dana.mark(session, at_sample=SECOND + 1)
    assert (refused.status_code, slug(refused)) == (409, "marks-differ")


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"from": 1, "marks": [mark(1)]}, "marks-out-of-order"),
        ({"from": 0, "marks": [mark(1)]}, "marks-out-of-order"),
        ({"from": 0, "marks": [mark(0), mark(2)]}, "marks-out-of-order"),
        ({"from": 0, "marks": [mark(0), mark(1, at_sample=0)]}, "marks-out-of-order"),
        ({"from": 0, "marks": [mark(0, kind="undo")]}, "marks-out-of-order"),
        ({"from": 0, "marks": [mark(0, paragraph=2)]}, "mark-beyond-text"),
        ({"from": 0, "marks": [mark(0, sentence=2)]}, "mark-beyond-text"),
        ({"from": 0, "marks": [mark(0, sentence=-1)]}, "invalid"),
        ({"from": 0, "marks": [mark(0, at_sample=-1)]}, "invalid"),
        ({"from": 0, "marks": [mark(0, at_sample=2**64)]}, "invalid"),
        ({"from": 0, "marks": [mark(0, at_sample=1.5)]}, "invalid"),
        ({"from": 0, "marks": [mark(0, kind="whisper")]}, "invalid"),
        ({"from": -1, "marks": []}, "invalid"),
        ({"from": 0, "marks": {}}, "invalid"),
        ({"from": 0}, "invalid"),
        ([], "invalid"),
    ],
)
def test_marks_that_make_no_sense_are_refused(dana: Caller, sent: object, reason: str) -> None:
    session = dana.session()
    refused = dana.put(f"{session}/marks", json=sent)
    assert (refused.status_code, slug(refused)) == (422, reason)
    assert dana.get(f"{session}/received").json()["marks"] == 0


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_in_json_is_no_sample(dana: Caller, number: str) -> None:
    body = f'{{"from": 0, "marks": [{{"n": 0, "paragraph": 0, "sentence": 0, "at_sample": {number}}}]}}'
    refused = dana.put(f"{dana.session()}/marks", content=body, headers={"content-type": "application/json"})
    assert (refused.status_code, slug(refused)) == (422, "malformed" if number[-1].isalpha() else "invalid")


def test_a_session_ends_when_all_is_there(dana: Caller) -> None:
    session = dana.session()
    dana.segment(session, 1)
    missing = dana.post(f"{session}/end", json=ending(segments=3, samples=3 * SECOND))
    assert (missing.status_code, slug(missing)) == (409, "pieces-missing")
    assert (missing.json()["missing_segments"], missing.json()["missing_marks"]) == ([0, 2], [0])
    for number in (0, 2):
        dana.segment(session, number)
    dana.mark(session)
    counts = ending(segments=3, samples=3 * SECOND, gaps=[[SECOND, 480]])
    first, again = dana.post(f"{session}/end", json=counts), dana.post(f"{session}/end", json=counts)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["state"] == again.json()["state"] == "ended"
    other = dana.post(f"{session}/end", json=counts | {"drop_last": 1})
    assert (other.status_code, slug(other)) == (409, "end-differs")


def test_an_ended_session_takes_the_same_again_and_nothing_new(dana: Caller) -> None:
    session = dana.ended()
    assert dana.segment(session).status_code == 200
    assert dana.mark(session).status_code == 200
    for late in (dana.segment(session, 1), dana.mark(session, 1)):
        assert (late.status_code, slug(late)) == (409, "session-closed")


def test_counts_that_do_not_fit_the_samples_end_nothing(dana: Caller) -> None:
    session = dana.session()
    dana.segment(session)
    dana.mark(session)
    for wrong in (ending(samples=SECOND - 1), ending(segments=0, samples=0), ending(marks=0)):
        refused = dana.post(f"{session}/end", json=wrong)
        assert (refused.status_code, slug(refused)) == (422, "samples-differ")
    for absurd in ({"segments": -1}, {"marks": 2**40}, {"drop_last": -1}, {"gaps": [[1]]}, {"samples": None}):
        assert slug(dana.post(f"{session}/end", json=ending(**absurd))) == "invalid"
    assert dana.get(session).json()["state"] == "active"


def test_what_is_received_is_told_in_ranges(dana: Caller) -> None:
    session = dana.session()
    for number in (0, 1, 4):
        dana.segment(session, number, body=b"12345")
    assert dana.get(f"{session}/received").json() == {"segments": [[0, 1], [4, 4]], "marks": 0, "bytes": 15}


def test_a_list_is_ones_own_and_comes_in_pages(dana: Caller, noam: Caller, admin: Caller) -> None:
    text = dana.text()
    mine = [dana.session(text).rpartition("/")[2] for _ in range(3)]
    noam.session()
    first = dana.get("/api/sessions?limit=2").json()
    later = dana.session(text)
    rest = dana.get("/api/sessions", params={"limit": 2, "cursor": first["next"]}).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == mine[::-1]
    assert rest["next"] is None
    dana.delete(later)
    assert {item["id"] for item in dana.get("/api/sessions?state=active").json()["items"]} == set(mine)
    assert [item["id"] for item in dana.get("/api/sessions?state=discarded").json()["items"]] == [later[-36:]]
    assert len(admin.get(f"/api/sessions?text_id={text}").json()["items"]) == 3
    assert dana.get(f"/api/sessions?text_id={uuid.uuid4()}").json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "state=asleep",
        "text_id=1",
        "speaker_id=x",
        "verdict=fine",
        "trouble=maybe",
        "since=yesterday",
        "until=2026-13-27T00:00:00Z",
        "language=%00",
        "cursor=%00",
        "cursor=" + "a" * 999,
    ],
)
def test_a_query_that_makes_no_sense_is_refused(dana: Caller, query: str) -> None:
    refused = dana.get(f"/api/sessions?{query}")
    assert (refused.status_code, slug(refused)) == (422, "invalid")


def test_a_list_is_narrowed_and_names_the_speaker_to_admins_alone(dana: Caller, admin: Caller) -> None:
    text = dana.text()
    older, newer = (dana.session(text) for _ in range(2))
    opened = dana.get(newer).json()["started_at"]

    def listed(caller: Caller, **narrow: str) -> list[tuple[str, str | None]]:
        found = caller.get("/api/sessions", params={"text_id": text, **narrow}).json()["items"]
        return [(item["id"], item["speaker_name"]) for item in found]

    name = dana.get("/api/me").json()["display_name"]
    assert listed(admin, language="en") == [(newer[-36:], name), (older[-36:], name)]
    assert listed(dana, since=opened) == [(newer[-36:], None)]
    assert listed(dana, since=opened.removesuffix("Z")) == [(newer[-36:], None)]
    assert listed(dana, until=opened) == [(older[-36:], None)]
    for nothing in ({"language": "yi"}, {"trouble": "true"}, {"verdict": "good"}, {"since": "2999-01-01T00:00:00Z"}):
        assert listed(dana, **nothing) == []
    assert (admin.get(newer).json()["speaker_name"], dana.get(newer).json()["measures"]) == (name, None)


def test_somebody_elses_session_is_not_there(dana: Caller, noam: Caller, admin: Caller) -> None:
    session = dana.session()
    tries = [
        noam.get(session),
        noam.get(f"{session}/received"),
        noam.get(f"{session}/preview"),
        noam.segment(session),
        noam.mark(session),
        noam.post(f"{session}/end", json=ending()),
        noam.delete(session),
    ]
    assert {(answer.status_code, slug(answer)) for answer in tries} == {(404, "session-not-found")}
    assert admin.get(session).json()["id"] == session[-36:]


@pytest.mark.parametrize("not_an_id", ["1", "abc", "%00", "..", "0" * 200])
def test_what_is_no_id_is_not_found(dana: Caller, not_an_id: str) -> None:
    refused = dana.get(f"/api/sessions/{not_an_id}/received")
    assert (refused.status_code, slug(refused)) == (404, "not-found")


def test_a_disavowed_session_is_gone_at_once_and_stays_gone(dana: Caller) -> None:
    session = dana.ended()
    assert [dana.delete(session).status_code for _ in range(2)] == [202, 202]
    assert dana.get(session).json()["state"] == "discarded"
    assert session[-36:] not in {item["id"] for item in dana.get("/api/sessions").json()["items"]}
    assert slug(dana.get(f"{session}/preview")) == "session-not-found"
    assert slug(dana.post(f"{session}/end", json=ending())) == "session-closed"


def test_a_preview_waits_for_its_session(dana: Caller) -> None:
    refused = dana.get(f"{dana.ended()}/preview")
    assert (refused.status_code, slug(refused)) == (409, "not-ready")
