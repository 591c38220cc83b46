"""Articles of wikis: however their address is written, what is read of them, and what is said when there is none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from adapters_storage.articles.fetching import Fetcher, user_agent
from adapters_storage.articles.sources import OutsideSources
from adapters_storage.articles.wiki_addresses import WIKIPEDIAS, reference_of, wikipedia_in
from recital_core import errors
from recital_core.ports import Sources
from recital_core.testing.clock import StoppedClock
from recital_core.texts import Language
from tests.storage.made_files import book
from tests.wiki import Asked, LoopbackWeb, Wiki, link, redirect_to, send

HE, EN, YI = "he.wikipedia.org", "en.wikipedia.org", "yi.wikipedia.org"
HAMICHLOL, YIDDISH_HAMICHLOL = "www.hamichlol.org.il", "yi.hamichlol.org.il"
TITLE = "חוק יסוד: הכנסת"
SLUG = quote("חוק_יסוד:_הכנסת", safe=":")
EXTRACT = "ירושלים היא עיר הבירה של מדינת ישראל והעיר הגדולה ביותר בה. " * 8

INFOBOX = (
    '<table class="infobox vcard"><tbody><tr><th colspan="2">ירושלים</th></tr><tr><td>אוכלוסייה</td>'
    "<td>981,711</td></tr></tbody></table>"
)
NOTE = '<sup id="cite_ref-1" class="reference"><a href="#cite_note-1">[1]</a></sup>'
EDIT = '<span class="mw-editsection">[<a href="/w/index.php?action=edit">עריכה</a>]</span>'
PICTURE = (
    '<figure typeof="mw:File/Thumb"><a href="/wiki/x.jpg"><img src="x.jpg"></a>'
    "<figcaption>הכותל המערבי</figcaption></figure>"
)
BEGINNING = (
    '<style>.hatnote{font-style:italic}</style><div role="note" class="hatnote navigation-not-searchable">'
    "ערך זה עוסק בעיר. אם הכוונה לדבר אחר, ראו ירושלים (פירושונים).</div>"
    f'{INFOBOX}<span id="coordinates"><a href="//geohack">31°47′N 35°13′E</a></span>{PICTURE}'
    f"<p><b>ירושלים</b> היא עיר{NOTE} ב{link('ישראל')}. <span class='mw-empty-elt'></span></p>"
    '<div id="toc" class="toc" role="navigation"><h2>תוכן עניינים</h2><ul><li>1 היסטוריה</li></ul></div>'
)
HISTORY = (
    f"<p>העיר עתיקה{NOTE}.</p><ul><li>בית ראשון</li><li>בית שני<ul><li>חורבנו</li></ul></li></ul>"
    "<blockquote><p>אם אשכחך ירושלים</p></blockquote>"
    '<table class="wikitable"><tbody><tr><th>שנה</th><th>תושבים</th></tr><tr><td>1948</td><td>165</td></tr>'
    "</tbody></table>"
)
REFERENCES = '<div class="reflist"><ol class="references"><li id="cite_note-1">ספר פלוני, עמ\' 5</li></ol></div>'
NAVBOX = '<div role="navigation" class="navbox"><table><tbody><tr><td>ערים בישראל</td></tr></tbody></table></div>'
SECTIONS = [
    ("h2", "היסטוריה", HISTORY),
    ("h3", "ימי קדם", "<p>כנענים ישבו בה.</p>"),
    ("h2", "ראו גם", "<ul><li>תל אביב</li></ul>"),
    ("h3", "ערים נוספות", "<p>חיפה</p>"),
    ("h2", "כלכלה", "<p>תיירות היא ענף מרכזי.</p>"),
    ("h2", "לקריאה נוספת", "<ul><li>ספר על ירושלים</li></ul>"),
    ("h2", "קישורים חיצוניים", "<ul><li>אתר העירייה</li></ul>"),
    ("h2", "הערות שוליים", REFERENCES + NAVBOX),
]
READ = (
    *("ירושלים היא עיר בישראל.", "היסטוריה", "העיר עתיקה.", "בית ראשון", "בית שני", "חורבנו", "אם אשכחך ירושלים"),
    *("שנה\tתושבים", "1948\t165", "ימי קדם", "כנענים ישבו בה.", "כלכלה", "תיירות היא ענף מרכזי."),
)


def old_html() -> str:
    """Headings and what follows them, side by side."""
    return BEGINNING + "".join(
        f'<{level}><span class="mw-headline">{title}</span>{EDIT}</{level}>{text}' for level, title, text in SECTIONS
    )


def html_of_today() -> str:
    """Headings with a wrapper of their own, as since MediaWiki 1.43."""
    return BEGINNING + "".join(
        f'<div class="mw-heading mw-heading2"><{level} id="a">{title}</{level}>{EDIT}</div>{text}'
        for level, title, text in SECTIONS
    )


def html_of_parsoid() -> str:
    """Sections as elements, one within the other."""
    html = f'<section data-mw-section-id="0">{BEGINNING}</section>'
    depth = 0
    for level, title, text in SECTIONS:
        closed = depth - int(level[1]) + 2
        html += "</section>" * max(closed, 0) + f"<section><{level}>{title}</{level}>{text}"
        depth = int(level[1]) - 1
    return html + "</section>" * depth


@pytest.fixture
def web() -> Iterator[LoopbackWeb]:
    with LoopbackWeb() as web:
        yield web


@pytest.fixture
def wiki(web: LoopbackWeb) -> Wiki:
    return web.wiki(HE, lang="he")


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def sources(web: LoopbackWeb, clock: StoppedClock) -> Sources:
    return OutsideSources(
        fetcher=Fetcher(user_agent=user_agent("mailto:head@example.org"), network=web.network), clock=clock
    )


def of_wikipedia(*paths: str) -> list[str]:
    hosts = ("https://he.wikipedia.org", "https://he.m.wikipedia.org", "http://he.wikipedia.org", "he.m.wikipedia.org")
    return [host + path for host in hosts for path in paths]


@pytest.mark.parametrize(
    "url",
    [
        *of_wikipedia(
            *(
                "/wiki/חוק_יסוד:_הכנסת",
                "/wiki/חוק יסוד: הכנסת",
                f"/wiki/{SLUG}",
                f"/wiki/{SLUG}#פרק_א",
                f"/wiki/{SLUG}?uselang=en",
            ),
            *(
                f"/w/index.php?title={SLUG}",
                f"/w/index.php?title={SLUG}&action=edit&section=2#x",
                f"/w/index.php/{SLUG}",
            ),
            *(f"/?title={SLUG}", f"/wiki/?title={SLUG.replace('_', '+')}", f"/wiki/_{SLUG}__", f"/he-hebr/{SLUG}"),
            *(f"/wiki/{SLUG}%23x", f"/wiki/{SLUG}?oldid=", f"/wiki/{quote('חוק יסוד: הכנסת', safe='')}"),
        ),
        f"  https://HE.Wikipedia.org./wiki/{SLUG}?wprov=sfla1 ",
        f"//he.wikipedia.org/wiki/{SLUG}",
        f"https://he.wikipedia.org:443/wiki/{SLUG}",
    ],
)
def test_a_title_is_found_in_every_form_of_address(url: str) -> None:
    wiki, named = reference_of(url)
    assert (wiki.host, wiki.language, named) == (HE, "he", ("page", TITLE))
    assert wiki.url_of(TITLE) == f"https://he.wikipedia.org/wiki/{SLUG}"


@pytest.mark.parametrize(
    ("url", "host", "named"),
    [
        (f"https://he.wikipedia.org/w/index.php?title={SLUG}&oldid=123", HE, ("oldid", "123")),
        ("https://he.m.wikipedia.org/w/index.php?oldid=123&diff=prev", HE, ("oldid", "123")),
        (f"https://he.wikipedia.org/wiki/{SLUG}?oldid=123#x", HE, ("oldid", "123")),
        ("https://he.wikipedia.org/?curid=45", HE, ("pageid", "45")),
        (f"https://www.hamichlol.org.il/{SLUG}", HAMICHLOL, ("page", TITLE)),
        (f"https://hamichlol.org.il/{SLUG}?x=y#z", HAMICHLOL, ("page", TITLE)),
        (f"https://m.hamichlol.org.il/wiki/{SLUG}", HAMICHLOL, ("page", TITLE)),
        (
            f"https://www.hamichlol.org.il/w/index.php?title={SLUG}&mobileaction=toggle_view_mobile",
            HAMICHLOL,
            ("page", TITLE),
        ),
        ("https://www.hamichlol.org.il/w/index.php?oldid=9", HAMICHLOL, ("oldid", "9")),
        ("https://www.hamichlol.org.il/א/ב", HAMICHLOL, ("page", "א/ב")),
        ("https://yi.hamichlol.org.il/וואו", YIDDISH_HAMICHLOL, ("page", "וואו")),
        ("https://zh.wikipedia.org/zh-hant/臺灣", "zh.wikipedia.org", ("page", "臺灣")),
        ("https://zh-min-nan.wikipedia.org/wiki/A", "zh-min-nan.wikipedia.org", ("page", "A")),
        ("https://simple.m.wikipedia.org/wiki/A", "simple.wikipedia.org", ("page", "A")),
        ("https://en.wikipedia.org/wiki/AC/DC", EN, ("page", "AC/DC")),
        ("https://en.wikipedia.org/wiki/C%2B%2B", EN, ("page", "C++")),
        ("https://en.wikipedia.org/wiki/C++", EN, ("page", "C++")),
        ("https://en.wikipedia.org/w/index.php?title=C%2B%2B", EN, ("page", "C++")),
        ("https://en.wikipedia.org/wiki/Who%3F", EN, ("page", "Who?")),
        ("https://en.wikipedia.org/wiki/100%25", EN, ("page", "100%")),
        ("https://he.wikipedia.org/wiki/%E2%80%8Fתל_אביב%E2%80%8E", HE, ("page", "תל אביב")),
        ("https://fa.wikipedia.org/wiki/می\u200cشود", "fa.wikipedia.org", ("page", "می\u200cشود")),
        ("https://en.wikipedia.org/wiki/Mercury_(planet)", EN, ("page", "Mercury (planet)")),
    ],
)
def test_each_wiki_has_addresses_of_its_own(url: str, host: str, named: tuple[str, str]) -> None:
    wiki, found = reference_of(url)
    assert (wiki.host, found) == (host, named)


@pytest.mark.parametrize("code", sorted(WIKIPEDIAS))
def test_articles_are_taken_from_every_wikipedia(code: str) -> None:
    assert reference_of(f"https://{code}.m.wikipedia.org/wiki/A").wiki.host == f"{code}.wikipedia.org"


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


@pytest.mark.parametrize(
    "path",
    [
        *(
            "",
            "/",
            "/wiki",
            "/wiki/",
            "/wiki/%23x",
            "/w/index.php",
            "/w/api.php?action=parse",
            "/wiki/_",
            "/robots.txt",
        ),
        *("/wiki/%FF%FE", f"/wiki/{'א' * 200}", "/wiki/a%00b", "/?oldid=-1", "/?curid=x", "/wiki/%E2%80%AE"),
    ],
)
def test_an_address_that_names_no_article_is_said_to(path: str) -> None:
    with pytest.raises(errors.ArticleNotFound):
        reference_of(f"https://he.wikipedia.org{path}")


def test_an_article_comes_with_where_it_came_from(wiki: Wiki, sources: Sources, clock: StoppedClock) -> None:
    wiki.add(TITLE, "<p>הכנסת היא בית הנבחרים.</p>", revision=4711)
    article = sources.article(f"https://he.m.wikipedia.org/wiki/{SLUG}?x=y#z")
    assert (article.title, article.language, article.blocks) == (TITLE, "he", ("הכנסת היא בית הנבחרים.",))
    source = article.source
    assert (source.kind, source.title, source.revision) == ("article", TITLE, "4711")
    assert source.url == f"https://he.wikipedia.org/wiki/{SLUG}"
    assert (source.retrieved_at, source.licence) == (clock.now(), "CC BY-SA 4.0")


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


def test_an_article_without_a_word_is_empty(wiki: Wiki, sources: Sources) -> None:
    wiki.add("א", f"{INFOBOX}<p>…</p>{NAVBOX}")
    with pytest.raises(errors.EmptyText):
        sources.article("https://he.wikipedia.org/wiki/א")


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


@pytest.mark.parametrize(
    ("language", "host"),
    [
        *(("he", HE), ("yi", YI), ("en-GB", EN), ("zh-Hant-TW", "zh.wikipedia.org"), ("nb", "no.wikipedia.org")),
        *(("nan", "zh-min-nan.wikipedia.org"), ("be-tarask", "be-tarask.wikipedia.org"), ("en", EN)),
    ],
)
def test_each_language_has_its_wikipedia(language: str, host: str) -> None:
    wiki = wikipedia_in(Language(language))
    assert wiki is not None
    assert wiki.host == host


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


def test_a_page_of_any_other_mediawiki_loses_its_boxes(web: LoopbackWeb, sources: Sources) -> None:
    head = '<head><meta name="generator" content="MediaWiki 1.43.0"><title>ירושלים – אתר</title></head>'
    body = f"<!DOCTYPE html><html>{head}<body><h1>ירושלים</h1>{old_html()}</body></html>".encode()
    web.answers["example.org", "/wiki/1"] = lambda asked: send(asked, body)
    page = sources.page("https://example.org/wiki/1")
    assert page.title == "ירושלים"
    assert page.blocks == ("ירושלים", *READ)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://169.254.169.254/", "http://[::1]/", "file:///etc/passwd"])
def test_not_even_an_operator_reads_private_pages(web: LoopbackWeb, sources: Sources, url: str) -> None:
    with pytest.raises(errors.SiteNotAllowed):
        sources.page(url)
    assert web.network.dialled == []
