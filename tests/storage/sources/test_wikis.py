"""Articles of wikis: where they came from, what is said when there is none, and suggestions."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from recital_core import errors
from recital_core.ports import Sources
from recital_core.testing.clock import StoppedClock
from recital_core.texts import Language
from tests.storage.sources.made_articles import (
    EXTRACT,
    HAMICHLOL,
    HE,
    SLUG,
    TITLE,
)
from tests.wiki import LoopbackWeb, Wiki, link, redirect_to, send


@pytest.mark.parametrize(
    "url",
    [
        *("https://example.org/wiki/A", "https://he.wikipedia.org.example.org/wiki/A", "https://evil-wikipedia.org/"),
        *("https://www.wikipedia.org/wiki/A", "https://wikipedia.org/wiki/A", "https://m.wikipedia.org/wiki/A"),
        *(
            "https://he.wikipedia.org@127.0.0.1/wiki/A",
            "https://he.wikipedia.org:8443/wiki/A",
            "ftp://he.wikipedia.org/",
        ),
        *("https://a.he.wikipedia.org/wiki/A", "https://commons.wikimedia.org/wiki/A", "http://127.0.0.1/wiki/A"),
        *(
            "https://he.wikipedia.org\\@127.0.0.1/wiki/A",
            "https://forum.hamichlol.org.il/A",
            "https://he.zero.wikipedia.org/",
        ),
        *("", "ירושלים", "https://[::1]/wiki/A", "https://he.wikipedia.orgs/wiki/A", "https://hе.wikipedia.org/wiki/A"),
    ],
)
def test_articles_are_taken_from_nowhere_else(web: LoopbackWeb, sources: Sources, url: str) -> None:
    with pytest.raises(errors.SiteNotAllowed):
        sources.article(url)
    assert web.network.named == []


def test_an_article_comes_with_where_it_came_from(wiki: Wiki, sources: Sources, clock: StoppedClock) -> None:
    wiki.add(TITLE, "<p>הכנסת היא בית הנבחרים.</p>", revision=4711)
    article = sources.article(f"https://he.m.wikipedia.org/wiki/{SLUG}?x=y#z")
    assert (article.title, article.language, article.blocks) == (TITLE, "he", ("הכנסת היא בית הנבחרים.",))
    source = article.source
    assert (source.kind, source.title, source.revision) == ("article", TITLE, "4711")
    assert source.url == f"https://he.wikipedia.org/wiki/{SLUG}"
    assert (source.retrieved_at, source.licence) == (clock.now(), "CC BY-SA 4.0")


def test_redirects_are_followed_to_the_article(wiki: Wiki, sources: Sources) -> None:
    wiki.add("י־ם", redirect="ירושלים")
    wiki.add("ירושלים", "<p>עיר.</p>", revision=5)
    article = sources.article("https://he.wikipedia.org/wiki/י־ם")
    assert (article.title, article.source.title, article.source.revision) == ("ירושלים", "ירושלים", "5")
    assert article.source.url == wiki_address("ירושלים")


def wiki_address(title: str) -> str:
    return f"https://he.wikipedia.org/wiki/{quote(title)}"


def test_an_old_revision_is_read_as_it_was(wiki: Wiki, sources: Sources) -> None:
    wiki.add("ירושלים", "<p>עיר עתיקה.</p>", revision=77)
    article = sources.article("https://he.wikipedia.org/w/index.php?title=ירושלים&oldid=77")
    assert (article.blocks, article.source.revision) == (("עיר עתיקה.",), "77")


@pytest.mark.parametrize("path", ["wiki/חלם", "w/index.php?oldid=404", "?curid=404", "wiki/Special:Random", "wiki/[x]"])
def test_what_the_wiki_does_not_have_is_not_found(wiki: Wiki, sources: Sources, path: str) -> None:
    wiki.add("ירושלים", "<p>עיר.</p>")
    with pytest.raises(errors.ArticleNotFound):
        sources.article(f"https://he.wikipedia.org/{path}")


def test_a_redirect_to_nothing_is_not_found(wiki: Wiki, sources: Sources) -> None:
    wiki.add("א", redirect="ב")
    with pytest.raises(errors.ArticleNotFound):
        sources.article("https://he.wikipedia.org/wiki/א")


@pytest.mark.parametrize(("properties", "categories"), [({"disambiguation": ""}, []), ({}, ["ערים", "פירושונים"])])
def test_a_title_of_several_articles_is_refused_with_its_choices(
    wiki: Wiki, sources: Sources, properties: dict[str, str], categories: list[str]
) -> None:
    titles = ["הכותל המערבי", 'מלון "הכותל"', "R&B"]
    text = "".join(f"<li>{link(title, 'כותל')} – דבר.</li>" for title in [*titles, "ערך שאיננו", "עזרה:פירושונים"])
    text = f"<p>האם התכוונתם ל:</p><ul>{text}</ul>"
    links = [*sorted(titles), "ערך שאיננו"]
    wiki.add("כותל", text, links=links, properties=properties, categories=categories)
    for title in titles:
        wiki.add(title, "<p>דבר.</p>")
    with pytest.raises(errors.AmbiguousArticle) as refused:
        sources.article("https://he.wikipedia.org/wiki/כותל")
    choices = refused.value.facts["choices"]
    assert choices == [{"title": title, "url": wiki_address(title.replace(" ", "_"))} for title in titles]
    for choice in [wiki_address(title) for title in titles]:
        assert sources.article(choice).blocks == ("דבר.",)


def test_hamichlol_is_read_like_the_others(web: LoopbackWeb, sources: Sources) -> None:
    wiki = web.wiki(HAMICHLOL, lang="he")
    wiki.rights_url = wiki.rights_text = ""
    wiki.add("רש״י", "<p>פרשן המקרא.</p>", revision=3)
    article = sources.article("https://hamichlol.org.il/רש״י")
    assert (article.blocks, article.language) == (("פרשן המקרא.",), "he")
    assert (article.source.url, article.source.licence) == (f"https://{HAMICHLOL}/{quote('רש״י')}", None)


@pytest.mark.parametrize(
    ("url", "text", "licence"),
    [
        ("https://creativecommons.org/licenses/by-sa/3.0/", "Creative Commons", "CC BY-SA 3.0"),
        ("//creativecommons.org/licenses/by-nc-sa/4.0/deed.he", "", "CC BY-NC-SA 4.0"),
        ("https://www.gnu.org/licenses/fdl.html", "GNU FDL 1.3", "GNU FDL 1.3"),
        ("", "", "CC BY-SA 4.0"),
    ],
)
def test_the_licence_is_what_the_wiki_says(wiki: Wiki, sources: Sources, url: str, text: str, licence: str) -> None:
    wiki.rights_url, wiki.rights_text = url, text
    wiki.add("א", "<p>ב.</p>")
    assert sources.article("https://he.wikipedia.org/wiki/א").source.licence == licence


def test_the_language_is_what_the_wiki_says(web: LoopbackWeb, sources: Sources) -> None:
    web.wiki("simple.wikipedia.org", lang="en").add("A", "<p>B.</p>")
    assert sources.article("https://simple.wikipedia.org/wiki/A").language == "en"


def test_a_wiki_that_names_no_rights_and_no_properties_is_read(web: LoopbackWeb, sources: Sources) -> None:
    """As MediaWiki of other ages spells nothing."""
    said = {
        "parse": {"title": "א", "revid": 1, "text": "<p>ב.</p>", "properties": [], "links": [], "categories": []},
        "query": {"general": {"lang": "he"}, "rightsinfo": {"url": None, "text": None}},
    }
    body = json.dumps(said).encode()
    web.answers[HAMICHLOL, "/w/api.php"] = lambda asked: send(asked, body, 200, {"Content-Type": "application/json"})
    article = sources.article(f"https://{HAMICHLOL}/א")
    assert (article.blocks, article.source.licence) == (("ב.",), None)


def test_a_wiki_is_asked_once_what_it_is(web: LoopbackWeb, wiki: Wiki, sources: Sources) -> None:
    wiki.add("א", "<p>ב.</p>")
    for _ in range(3):
        sources.article("https://he.wikipedia.org/wiki/א")
    assert len([path for path in web.paths_asked(HE) if "siteinfo" in path]) == 1


def test_a_wiki_that_is_behind_says_when_to_come_again(wiki: Wiki, sources: Sources) -> None:
    wiki.lag_s = 60
    with pytest.raises(errors.ArticlesUnavailable) as refused:
        sources.article("https://he.wikipedia.org/wiki/א")
    assert refused.value.facts == {"retry_after": 7}
    with pytest.raises(errors.ArticlesUnavailable):
        sources.suggestions(Language("he"), 3)


@pytest.mark.parametrize(
    ("body", "status", "media_type"),
    [
        (b"{}", 200, "application/json"),
        (b"[]", 200, "application/json"),
        (b'{"parse": {"title": 5}}', 200, "application/json"),
        (b'{"error": {"code": "internal_api_error_DBQueryError"}}', 200, "application/json"),
        (b"\xff\xfe", 200, "application/json"),
        (b"<p>The wiki is being mended.</p>", 200, "text/html"),
        (b"<p>Who are you?</p>", 403, "text/html"),
        (b"<p>Where?</p>", 404, "text/html"),
        (b"<p>Oh.</p>", 502, "text/html"),
    ],
)
def test_a_wiki_that_answers_badly_is_away(
    web: LoopbackWeb, sources: Sources, body: bytes, status: int, media_type: str
) -> None:
    web.answers[HE, "/w/api.php"] = lambda asked: send(asked, body, status, {"Content-Type": media_type})
    with pytest.raises(errors.ArticlesUnavailable):
        sources.article("https://he.wikipedia.org/wiki/א")


@pytest.mark.parametrize(
    "location", ["https://example.org/w/api.php", "http://he.wikipedia.org/w/api.php", "https://127.0.0.1/w/api.php"]
)
def test_a_wiki_leads_to_no_other_site(web: LoopbackWeb, sources: Sources, location: str) -> None:
    web.answers[HE, "/w/api.php"] = redirect_to(location)
    with pytest.raises(errors.SiteNotAllowed):
        sources.article("https://he.wikipedia.org/wiki/א")
    assert {host for host, *_ in web.asked} == {HE}


def test_a_huge_article_is_too_large(web: LoopbackWeb, wiki: Wiki, sources: Sources) -> None:
    wiki.add("א", "<p>מילה.</p>" * 800_000)
    with pytest.raises(errors.TooLarge):
        sources.article("https://he.wikipedia.org/wiki/א")


def test_suggestions_are_articles_worth_reading(wiki: Wiki, sources: Sources) -> None:
    wiki.add("ירושלים", "<p>עיר.</p>", extract=EXTRACT)
    wiki.add("קצרמר", extract="משהו.")
    wiki.add("רשימה", extract=EXTRACT, length=500)
    wiki.add("כותל", extract=EXTRACT, properties={"disambiguation": ""})
    [suggestion] = sources.suggestions(Language("he"), 3)
    assert (suggestion.title, suggestion.url) == ("ירושלים", wiki_address("ירושלים"))
    assert EXTRACT.startswith(suggestion.extract.removesuffix("…"))
    assert 150 < len(suggestion.extract) <= 401
    assert sources.article(suggestion.url).blocks == ("עיר.",)


def test_no_more_is_suggested_than_was_asked_for(web: LoopbackWeb, wiki: Wiki, sources: Sources) -> None:
    for number in range(20):
        wiki.add(f"ערך {number}", extract=EXTRACT)
    assert len(sources.suggestions(Language("he"), 6)) == 6
    assert len(web.asked) == 1
    assert sources.suggestions(Language("he"), 0) == ()


@pytest.mark.parametrize("language", ["tlh", "x", "qaa-Latn", "root"])
def test_nothing_is_suggested_in_a_language_without_a_wiki(web: LoopbackWeb, sources: Sources, language: str) -> None:
    assert sources.suggestions(Language(language), 3) == ()
    assert web.asked == []
