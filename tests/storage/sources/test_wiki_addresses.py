"""Which article an address means, however people write it."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from adapters_storage.articles.wiki_addresses import WIKIPEDIAS, reference_of, wikipedia_in
from recital_core import errors
from recital_core.texts import Language
from tests.storage.sources.made_articles import (
    EN,
    HAMICHLOL,
    HE,
    SLUG,
    TITLE,
    YI,
    YIDDISH_HAMICHLOL,
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
