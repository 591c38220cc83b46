"""Texts from files, books and addresses over HTTP."""

from __future__ import annotations

import pytest

from tests.http.conftest import Caller, slug

PAGE = b"<!doctype html><title>Cats</title><nav>Menu</nav><h1>Cats</h1><p>A <b>c</b>at sat. It slept.</p>"


def test_a_file_is_a_text(dana: Caller) -> None:
    file = {"file": ("cats.html", PAGE, "text/html")}
    made = dana.post("/api/texts", files=file, data={"language": "en", "public": "false"})
    assert made.status_code == 201, made.text
    text = made.json()
    assert text["paragraphs"] == [["Cats"], ["A cat sat.", "It slept."]]
    assert (text["title"], text["source"]["kind"], text["public"]) == ("Cats", "file", False)


def test_a_file_is_shown_before_it_is_kept(dana: Caller) -> None:
    file = {"file": ("story.txt", "שלום (לכולם). מה נשמע?".encode("windows-1255"), "text/plain")}
    shown = dana.post("/api/texts?preview=true", files=file, data={"language": "he", "brackets": "false"})
    assert (shown.status_code, shown.json()["paragraphs"]) == (200, [["שלום.", "מה נשמע?"]])
    assert dana.get("/api/texts").json()["items"] == []


def test_the_chapters_of_a_file_are_shown_and_those_that_are_wanted_kept(dana: Caller) -> None:
    file = {"file": ("cats.html", PAGE, "text/html")}
    shown = dana.post("/api/texts/chapters?preview=true", files=file, data={"language": "en"}).json()["items"]
    assert [(one["number"], one["id"], one["title"], one["sentences"]) for one in shown] == [(0, None, "Cats", 3)]
    none = dana.post("/api/texts/chapters?chapter=1", files=file, data={"language": "en"})
    assert (none.status_code, none.json()["items"]) == (201, [])
    some = dana.post("/api/texts?preview=true&chapter=0", files=file, data={"language": "en"}).json()
    assert some["sentences"] == 3
    [kept] = dana.post("/api/texts/chapters?chapter=0", files=file, data={"language": "en"}).json()["items"]
    assert dana.get(f"/api/texts/{kept['id']}").json()["title"] == "Cats"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0", ("unreadable-file", "kind")),
        (b"PK\x03\x04 and no more", ("unreadable-file", "damaged")),
        (b"", ("empty-text", None)),
        (b"<html><body>...</body></html>", ("empty-text", None)),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_kept(
    dana: Caller, body: bytes, reason: tuple[str, str | None]
) -> None:
    refused = dana.post("/api/texts", files={"file": ("x.epub", body)}, data={"language": "en"})
    assert (refused.status_code, (slug(refused), refused.json().get("reason"))) == (422, reason)
    assert dana.get("/api/texts").json()["items"] == []


def test_a_file_is_at_most_10_mib(dana: Caller) -> None:
    refused = dana.post("/api/texts", files={"file": ("x.txt", b"a" * (12 * 2**20))}, data={"language": "en"})
    assert (refused.status_code, slug(refused)) == (413, "too-large")


@pytest.mark.parametrize(
    "form",
    [{"data": {"language": "en"}, "files": {"other": ("x.txt", b"A cat.")}}, {"files": {"file": ("x.txt", b"A cat.")}}],
)
def test_a_form_without_a_file_or_a_language_is_refused(dana: Caller, form: dict[str, object]) -> None:
    assert dana.post("/api/texts", **form).status_code == 422


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://example.org/wiki/Cat", "site-not-allowed"),
        ("http://127.0.0.1/wiki/Cat", "site-not-allowed"),
        ("http://169.254.169.254/latest/meta-data", "site-not-allowed"),
        ("https://he.wikipedia.org.evil.example/wiki/Cat", "site-not-allowed"),
        ("https://he.wikipedia.org@evil.example/wiki/Cat", "site-not-allowed"),
        ("file:///etc/passwd", "site-not-allowed"),
        ("not an address", "site-not-allowed"),
    ],
)
def test_articles_come_from_the_known_wikis_alone(dana: Caller, url: str, reason: str) -> None:
    refused = dana.post("/api/texts", json={"kind": "article", "url": url})
    assert (refused.status_code, slug(refused)) == (422, reason)


def test_an_article_needs_its_address_and_prose_its_words(dana: Caller) -> None:
    for offer in ({"kind": "article", "language": "en"}, {"kind": "prose", "language": "en"}):
        assert dana.post("/api/texts", json=offer).status_code == 422
    assert dana.post("/api/texts", content=b"x", headers={"content-type": "text/plain"}).status_code == 415


def test_nothing_is_suggested_in_a_language_that_is_not_configured(dana: Caller) -> None:
    refused = dana.get("/api/texts/suggestions", params={"language": "fr"})
    assert (refused.status_code, slug(refused)) == (422, "unsupported-language")
