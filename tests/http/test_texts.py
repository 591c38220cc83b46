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
        "id", "title", "language", "direction", "revision", "sentences", "words", "kind", "public", "mine", "read",
        "voices", "created_at",
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
        ({"prose": "Bonjour.", "language": "fr"}, "unsupported-language"),
        ({"prose": 1, "language": "en"}, "invalid"),
        ({"prose": None, "language": "en"}, "invalid"),
        ({"language": "en"}, "invalid"),
        ({"prose": "Hello."}, "unsupported-language"),
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


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_json_that_does_not_say_so_is_refused(dana: Caller, kind: str) -> None:
    body = b'{"prose": "Hello.", "language": "en"}'
    refused = dana.post("/api/texts", content=body, headers={"content-type": kind})
    assert (refused.status_code, slug(refused)) == (415, "unsupported-media-type")


def test_a_charset_does_no_harm(dana: Caller) -> None:
    body, kind = b'{"prose": "Hello.", "language": "en"}', "application/json; charset=utf-8"
    assert dana.post("/api/texts", content=body, headers={"content-type": kind}).status_code == 201


def test_bodies_are_bounded(dana: Caller) -> None:
    for path, limit in (("/api/texts", 11), (f"/api/sessions/{uuid.uuid4()}/end", 1)):
        body = b'{"prose": "' + bytes(limit * 1024 * 1024)
        refused = dana.post(path, content=body, headers={"content-type": "application/json"})
        assert (refused.status_code, slug(refused)) == (413, "too-large")


def test_a_text_that_is_not_there_is_not_found(dana: Caller) -> None:
    assert slug(dana.get(f"/api/texts/{uuid.uuid4()}")) == "text-not-found"
    assert slug(dana.get("/api/texts/anything")) == "not-found"


def test_the_same_words_again_are_pointed_out(dana: Caller, noam: Caller) -> None:
    first = dana.text("The cat sat. The dog stood.")
    again = {"prose": "The cat sat.\nThe dog stood.", "language": "en"}
    assert dana.post("/api/texts?preview=true", json=again).json()["twin"]["id"] == first
    assert noam.post("/api/texts?preview=true", json=again).json()["twin"] is None


def test_its_owner_shares_renames_mends_and_retires_a_text(dana: Caller, noam: Caller) -> None:
    text = f"/api/texts/{dana.text()}"
    assert dana("PATCH", text, json={"public": True, "title": "Morning"}).json()["title"] == "Morning"
    refused = noam("PATCH", text, json={"title": "Mine"})
    assert (refused.status_code, slug(refused)) == (403, "not-allowed")
    mended = dana("PATCH", text, json={"wording": [{"paragraph": 1, "sentence": 0, "words": "Grandma read."}]}).json()
    assert (mended["revision"], mended["paragraphs"][1]) == (2, ["Grandma read."])
    assert noam.get(text).json()["paragraphs"][1] == ["Grandma read."]
    beyond = dana("PATCH", text, json={"wording": [{"paragraph": 9, "sentence": 0, "words": "What?"}]})
    assert beyond.status_code == 422
    assert dana.delete(text).status_code == 204
    assert noam.get(text).status_code == 404
    assert noam.get("/api/texts").json()["items"] == []


def test_a_reader_s_progress_and_place_come_with_the_text(dana: Caller) -> None:
    text = dana.text()
    session = dana.session(text)
    dana.mark(session)
    assert dana.put(f"/api/texts/{text}/place", json={"paragraph": 1, "sentence": 0}).status_code == 204
    shown = dana.get(f"/api/texts/{text}").json()
    assert (shown["read"], shown["place"]) == ([[0], []], {"paragraph": 1, "sentence": 0})
    assert [one["read"] for one in dana.get("/api/texts").json()["items"]] == [1]
    assert dana.put(f"/api/texts/{text}/place", json={"paragraph": 9, "sentence": 0}).status_code == 422


def test_texts_are_searched_filtered_and_sorted(dana: Caller) -> None:
    for title, prose in (("Beta", "One two three four."), ("alpha 50%", "One two.")):
        dana.post("/api/texts", json={"prose": prose, "language": "en", "title": title})

    def found(**wanted: object) -> list[str]:
        return [one["title"] for one in dana.get("/api/texts", params=wanted).json()["items"]]

    assert found(q="50%") == ["alpha 50%"]
    assert found(q="ALPHA") == ["alpha 50%"]
    assert found(q="%") == ["alpha 50%"]
    assert found(q="et") == found(q="eta") == found(q="Beta") == ["Beta"]
    assert found(q="alpha  50%") == found(q="ahpla") == found(q="aaa") == []
    assert found(max_words=2) == ["alpha 50%"]
    assert found(sort="shortest") == ["alpha 50%", "Beta"]
    assert found(scope="public", q="Beta") == []
    assert found(language="he") == []
    wrong = dana.get("/api/texts", params={"sort": "title", "limit": 1}).json()["next"]
    assert dana.get("/api/texts", params={"sort": "newest", "cursor": wrong}).status_code == 422


LONG = "The children went out into the garden, and their mother stayed at home. They sang."


def test_long_sentences_come_with_their_pieces(dana: Caller) -> None:
    offer = {"prose": LONG, "language": "en", "long_sentence_words": 8}
    pieces = [[["The children went out into the garden, ", "and their mother stayed at home."], None]]
    assert dana.post("/api/texts?preview=true", json=offer).json()["pieces"] == pieces
    text = f"/api/texts/{dana.post('/api/texts', json=offer).json()['id']}"
    assert dana.get(text).json()["pieces"] == pieces
    assert dana("PATCH", text, json={"title": "Home"}).json()["long_sentence_words"] == 8
    changed = dana("PATCH", text, json={"long_sentence_words": None}).json()
    assert (changed["long_sentence_words"], changed["pieces"]) == (None, [[None, None]])
    for limit in (4, 201, "many"):
        assert dana("PATCH", text, json={"long_sentence_words": limit}).status_code == 422
        assert dana.post("/api/texts", json=offer | {"long_sentence_words": limit}).status_code == 422


def test_texts_that_were_begun_come_first_until_they_are_read_to_their_end(dana: Caller) -> None:
    first, second, _ = (dana.text(f"Text {number}.") for number in range(3))
    for text in (first, second, first):
        dana.put(f"/api/texts/{text}/place", json={"paragraph": 0, "sentence": 0})
    assert [one["id"] for one in dana.get("/api/texts/begun").json()["items"]] == [first, second]
    dana.mark(dana.session(first))
    assert [one["id"] for one in dana.get("/api/texts/begun").json()["items"]] == [second]
