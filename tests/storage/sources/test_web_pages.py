"""Pages of the web, for operators."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from recital_core import errors
from recital_core.ports import Sources
from recital_core.testing.clock import StoppedClock
from tests.storage.made_files import book
from tests.wiki import Asked, LoopbackWeb, Wiki, redirect_to, send


def test_a_page_of_a_wiki_is_an_article(wiki: Wiki, sources: Sources) -> None:
    wiki.add("א", "<p>ב.</p>")
    assert sources.page("https://he.m.wikipedia.org/wiki/א").source.kind == "article"


def test_any_page_of_the_web_is_read_for_an_operator(web: LoopbackWeb, sources: Sources, clock: StoppedClock) -> None:
    body = "<html lang='he'><title>מעשה</title><nav>בית</nav><p>היה היה.</p></html>".encode("cp1255")
    web.answers["example.org", "/old"] = redirect_to("/stories/1?x=y")
    web.answers["example.org", "/stories/1"] = lambda asked: send(
        asked, body, 200, {"Content-Type": "text/html; charset=windows-1255"}
    )
    page = sources.page("http://example.org/old#end")
    assert (page.title, page.language, page.blocks) == ("מעשה", "he", ("היה היה.",))
    assert (page.source.kind, page.source.url) == ("page", "http://example.org/stories/1?x=y")
    assert (page.source.title, page.source.retrieved_at) == ("מעשה", clock.now())


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1255"])
def test_a_page_that_begins_unlike_html_is_still_html(web: LoopbackWeb, sources: Sources, codec: str) -> None:
    body = "<font size=4>היה היה</font><br>פעם".encode(codec)
    headers = {"Content-Type": f"text/html; charset={codec.removesuffix('-sig')}"}
    web.answers["example.org", "/"] = lambda asked: send(asked, body, 200, headers)
    assert sources.page("https://example.org/").blocks == ("היה היה", "פעם")


def test_a_page_without_a_title_is_called_as_its_address_ends(web: LoopbackWeb, sources: Sources) -> None:
    def plain(asked: Asked) -> None:
        send(asked, "שלום.\nעולם.".encode(), 200, {"Content-Type": "text/plain"})

    web.answers["example.org", f"/{quote('סיפור')}.txt"] = plain
    page = sources.page("https://example.org/סיפור.txt")
    assert (page.title, page.source.title) == ("סיפור", None)


@pytest.mark.parametrize("media_type", ["application/epub+zip", "application/octet-stream"])
def test_a_book_of_the_web_is_one_document(web: LoopbackWeb, sources: Sources, media_type: str) -> None:
    body = book(
        [("פרק א", "<h1>פרק א</h1><p>היה היה.</p>"), ("פרק ב", "<h1>פרק ב</h1><p>ועוד היה.</p>")], title="מעשיות"
    )
    web.answers["example.org", "/book"] = lambda asked: send(asked, body, 200, {"Content-Type": media_type})
    page = sources.page("https://example.org/book")
    assert (page.title, page.source.title, page.source.kind) == ("מעשיות", "מעשיות", "page")
    assert [block for block in page.blocks if "היה" in block] == ["היה היה.", "ועוד היה."]


@pytest.mark.parametrize(("body", "refusal"), [(b"", errors.EmptyText), (b"\x00\x01\x02" * 999, errors.UnreadableFile)])
def test_a_page_that_is_no_text_is_refused(
    web: LoopbackWeb, sources: Sources, body: bytes, refusal: type[errors.RecitalError]
) -> None:
    web.answers["example.org", "/x"] = lambda asked: send(asked, body, 200, {"Content-Type": "text/plain"})
    with pytest.raises(refusal):
        sources.page("https://example.org/x")


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://169.254.169.254/", "http://[::1]/", "file:///etc/passwd"])
def test_not_even_an_operator_reads_private_pages(web: LoopbackWeb, sources: Sources, url: str) -> None:
    with pytest.raises(errors.SiteNotAllowed):
        sources.page(url)
    assert web.network.dialled == []
