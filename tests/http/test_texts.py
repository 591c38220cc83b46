"""Texts over HTTP."""

from __future__ import annotations

import uuid

import pytest

from tests.http.conftest import Caller, slug


def test_a_text_is_split_kept_and_read(dana: Caller) -> None:
    made = dana.post("/api/texts", json={"kind": "prose", "prose": "שלום. מה נשמע?\nטוב.", "language": "he"})
    text = made.json()
    assert (made.status_code, made.headers["location"]) == (201, f"/api/texts/{text['id']}")
    assert text["paragraphs"] == [["שלום.", "מה נשמע?"], ["טוב."]]
    assert (text["direction"], text["sentences"], text["words"], text["revision"]) == ("rtl", 3, 4, 1)
    assert text["source"]["kind"] == "prose"
    assert dana.get(f"/api/texts/{text['id']}").json() == text


def test_a_preview_keeps_nothing(dana: Caller) -> None:
    shown = dana.post("/api/texts?preview=true", json={"prose": "One. Two.", "language": "en", "title": "T"})
    assert (shown.status_code, shown.json()["id"], shown.json()["title"]) == (200, None, "T")
    assert dana.get("/api/texts").json()["items"] == []


def test_a_private_text_is_not_there_for_others(dana: Caller, noam: Caller, admin: Caller) -> None:
    text = dana.text()
    refused = noam.get(f"/api/texts/{text}")
    assert (refused.status_code, slug(refused)) == (404, "text-not-found")
    assert noam.get("/api/texts").json()["items"] == []
    assert admin.get(f"/api/texts/{text}").status_code == 200


def test_texts_come_in_pages_that_stay_as_they_were(dana: Caller) -> None:
    texts = [dana.text(f"Text {number}.") for number in range(5)]
    first = dana.get("/api/texts?limit=2").json()
    dana.text("One more.")
    second = dana.get("/api/texts", params={"limit": 2, "cursor": first["next"]}).json()
    third = dana.get("/api/texts", params={"limit": 2, "cursor": second["next"]}).json()
    items = first["items"] + second["items"] + third["items"]
    assert [item["id"] for item in items] == texts[::-1]
    assert third["next"] is None
    assert set(items[0]) == {
        "id", "title", "language", "direction", "revision", "sentences", "words", "public", "created_at",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"prose": "Hello.", "language": "English please"}, "unsupported-language"),
        ({"prose": "Hello.", "language": ""}, "unsupported-language"),
        ({"prose": " \n… — !\n", "language": "en"}, "empty-text"),
        ({"prose": "", "language": "en"}, "empty-text"),
        ({"prose": "Hello.", "language": "en", "title": "x" * 201}, "invalid"),
        ({"prose": "Hello.", "language": "en", "kind": "article"}, "invalid"),
        ({"prose": 1, "language": "en"}, "invalid"),
        ({"prose": None, "language": "en"}, "invalid"),
        ({"language": "en"}, "invalid"),
        ({"prose": "Hello."}, "invalid"),
        ("Hello.", "invalid"),
        (None, "invalid"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(dana: Caller, sent: object, reason: str) -> None:
    refused = dana.post("/api/texts", json=sent)
    assert (refused.status_code, slug(refused)) == (422, reason)


def test_control_characters_do_not_stand_in_a_texts_way(dana: Caller) -> None:
    made = dana.post("/api/texts", json={"prose": "A\u0000 b.", "language": "en", "title": "\u0000 t"})
    assert (made.status_code, made.json()["paragraphs"], made.json()["title"]) == (201, [["A b."]], "t")


@pytest.mark.parametrize("body", [b"", b'{"prose":', b"\xff\xfe", b'{"prose": "\xff", "language": "en"}'])
def test_what_is_no_json_is_refused(dana: Caller, body: bytes) -> None:
    refused = dana.post("/api/texts", content=body, headers={"content-type": "application/json"})
    assert (refused.status_code, slug(refused)) == (422, "malformed" if body else "invalid")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_json_that_does_not_say_so_is_refused(dana: Caller, kind: str) -> None:
    body = b'{"prose": "Hello.", "language": "en"}'
    refused = dana.post("/api/texts", content=body, headers={"content-type": kind})
    assert (refused.status_code, slug(refused)) == (415, "unsupported-media-type")


def test_a_charset_does_no_harm(dana: Caller) -> None:
    body, kind = b'{"prose": "Hello.", "language": "en"}', "application/json; charset=utf-8"
    assert dana.post("/api/texts", content=body, headers={"content-type": kind}).status_code == 201


def test_bodies_are_bounded(dana: Caller) -> None:
    for path, limit in (("/api/texts", 6), (f"/api/sessions/{uuid.uuid4()}/end", 1)):
        body = b'{"prose": "' + bytes(limit * 1024 * 1024)
        refused = dana.post(path, content=body, headers={"content-type": "application/json"})
        assert (refused.status_code, slug(refused)) == (413, "too-large")


def test_a_text_that_is_not_there_is_not_found(dana: Caller) -> None:
    assert slug(dana.get(f"/api/texts/{uuid.uuid4()}")) == "text-not-found"
    assert slug(dana.get("/api/texts/suggestions")) == "not-found"
