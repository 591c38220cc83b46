"""What is read of an article, and what is left out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recital_core import errors
from recital_core.ports import Sources
from tests.storage.sources.made_articles import (
    EN,
    HAMICHLOL,
    INFOBOX,
    NAVBOX,
    READ,
    YI,
    html_of_parsoid,
    html_of_today,
    old_html,
)
from tests.wiki import LoopbackWeb, Wiki, link, send


@pytest.mark.parametrize("written", [old_html, html_of_today, html_of_parsoid])
def test_of_an_article_its_text_is_read_and_nothing_else(
    wiki: Wiki, sources: Sources, written: Callable[[], str]
) -> None:
    wiki.add("ירושלים", written())
    assert sources.article("https://he.wikipedia.org/wiki/ירושלים").blocks == READ


@pytest.mark.parametrize(
    ("host", "heading", "left_out"),
    [
        (EN, "References", True),
        (EN, "See also", True),
        (EN, "Reference works", False),
        (YI, "רעפֿערענצן", True),
        (YI, "דרויסנדיקע לינקען", True),
        (YI, "זעט אױך", True),
        (YI, "געשיכטע", False),
        (HAMICHLOL, "לקריאה נוספת:", True),
        ("fr.wikipedia.org", "Notes et références", True),
    ],
)
def test_sections_that_only_refer_are_left_out(
    web: LoopbackWeb, sources: Sources, host: str, heading: str, left_out: bool
) -> None:
    web.wiki(host, lang="en").add("A", f"<p>Text.</p><h2>{heading}</h2><p>More.</p>")
    blocks = sources.article(f"https://{host}/wiki/A").blocks
    assert blocks == (("Text.",) if left_out else ("Text.", heading, "More."))


@pytest.mark.parametrize(
    "pointer",
    [
        f"<dl><dd><i>ערך מורחב – {link('היסטוריה של ירושלים')}</i></dd></dl>",
        f"<p><i>ערכים מורחבים – {link('א')}, {link('ב')}</i></p>",
        f'<div role="note" class="hatnote">Main article: {link("A")}</div>',
    ],
)
def test_pointers_to_longer_articles_are_left_out(wiki: Wiki, sources: Sources, pointer: str) -> None:
    wiki.add("א", f"<h2>ב</h2>{pointer}<p>ערך מורחבת הוא דבר אחר.</p>")
    assert sources.article("https://he.wikipedia.org/wiki/א").blocks == ("ב", "ערך מורחבת הוא דבר אחר.")


def test_an_article_without_a_word_is_empty(wiki: Wiki, sources: Sources) -> None:
    wiki.add("א", f"{INFOBOX}<p>…</p>{NAVBOX}")
    with pytest.raises(errors.EmptyText):
        sources.article("https://he.wikipedia.org/wiki/א")


def test_a_page_of_any_other_mediawiki_loses_its_boxes(web: LoopbackWeb, sources: Sources) -> None:
    head = '<head><meta name="generator" content="MediaWiki 1.43.0"><title>ירושלים – אתר</title></head>'
    body = f"<!DOCTYPE html><html>{head}<body><h1>ירושלים</h1>{old_html()}</body></html>".encode()
    web.answers["example.org", "/wiki/1"] = lambda asked: send(asked, body)
    page = sources.page("https://example.org/wiki/1")
    assert page.title == "ירושלים"
    assert page.blocks == ("ירושלים", *READ)
