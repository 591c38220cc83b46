"""Articles through the API of MediaWiki: https://www.mediawiki.org/wiki/API:Parsing_wikitext and API:Random."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from adapters_storage.articles.fetching import USUAL_RETRY_AFTER_S, Address, Fetcher
from adapters_storage.articles.wiki_addresses import Wiki, reference_of, wiki_of, wikipedia_in
from recital_core import errors
from recital_core.ports import Suggestion
from recital_core.texts import Language, language_tag

MAX_LAG_S = 5
JSON = frozenset(("application/json",))
NOT_THERE = frozenset(
    (
        *("invalidtitle", "missingtitle", "nosuchpageid", "nosuchrevid", "pagecannotexist", "permissiondenied"),
        *("missingcontent-pageid", "missingcontent-revid", "readapidenied"),
    )
)
LATER = frozenset(("maxlag", "ratelimited", "readonly"))
AMBIGUOUS = frozenset(("All disambiguation pages", "Disambiguation pages", "פירושונים", "דפי פירושונים", "באדייטן"))
"""Categories that say so where no property does."""
MAX_CHOICES = 200
LINK = re.compile(r"<a\s[^>]*?\btitle=\"([^\"]*)\"", re.IGNORECASE)
CREATIVE_COMMONS = re.compile(r"//creativecommons\.org/licenses/([a-z-]+)/([0-9.]+)")
LICENCE_OF_WIKIPEDIA = "CC BY-SA 4.0"

ASKED_AT_ONCE, MAX_ASKS = 20, 3
LEAST_ARTICLE_BYTES, LEAST_EXTRACT, MOST_EXTRACT = 3000, 150, 400

Shape = TypeVar("Shape")


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """`page` is what the parser made of the wikitext: HTML, with all that is no text still in it."""

    title: str
    url: str
    revision: str
    language: Language
    licence: str | None
    page: str


class _Link(msgspec.Struct):
    ns: int
    title: str
    exists: bool = False


class _Category(msgspec.Struct):
    category: str


class _Parsed(msgspec.Struct):
    title: str
    text: str
    revid: int = 0
    properties: dict[str, Any] | list[Any] = {}
    links: list[_Link] = []
    categories: list[_Category] = []


class _General(msgspec.Struct):
    lang: str = ""


class _Rights(msgspec.Struct):
    url: str | None = None
    text: str | None = None


class _Page(msgspec.Struct):
    title: str
    length: int = 0
    extract: str = ""
    pageprops: dict[str, Any] = {}


class _Query(msgspec.Struct):
    general: _General = msgspec.field(default_factory=_General)
    rightsinfo: _Rights = msgspec.field(default_factory=_Rights)
    pages: list[_Page] = []


class _Refusal(msgspec.Struct):
    code: str
    info: str = ""


class _Said(msgspec.Struct):
    parse: _Parsed | None = None
    query: _Query | None = None
    error: _Refusal | None = None


class Wikis:
    """Wikipedia in any language, and hamichlol."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._described: dict[str, _Query] = {}

    def article(self, url: str) -> Article:
        """Raises SiteNotAllowed, ArticleNotFound, AmbiguousArticle, ArticlesUnavailable, TooLarge."""
        wiki, (parameter, value) = reference_of(url)
        asked = {"prop": "text|revid|properties|links|categories", parameter: value}
        quiet = {"redirects": "1", "disableeditsection": "1", "disabletoc": "1", "disablelimitreport": "1"}
        parsed = self._ask(wiki, action="parse", **asked, **quiet).parse
        if parsed is None:
            raise errors.ArticlesUnavailable(f"{wiki.host} gives an answer that is not known.")
        if _is_ambiguous(parsed):
            choices = [{"title": title, "url": wiki.url_of(title)} for title in _choices(parsed)]
            raise errors.AmbiguousArticle(f"“{parsed.title}” stands for several articles.", choices=choices)
        described = self._description(wiki)
        return Article(
            title=parsed.title,
            url=wiki.url_of(parsed.title),
            revision=str(parsed.revid),
            language=_language(described.general.lang) or wiki.language,
            licence=_licence(described.rightsinfo) or (LICENCE_OF_WIKIPEDIA if wiki.is_wikipedia else None),
            page=parsed.text,
        )

    def suggestions(self, language: Language, count: int) -> Sequence[Suggestion]:
        """As `Sources.suggestions` promises; fewer than `count` where the wiki's articles are mostly short."""
        wiki = wikipedia_in(language)
        if wiki is None or count < 1:
            return ()
        found: dict[str, Suggestion] = {}
        for _ in range(MAX_ASKS):
            for page in self._random(wiki):
                if _is_worth_reading(page):
                    extract = _shortened(page.extract)
                    found[page.title] = Suggestion(title=page.title, extract=extract, url=wiki.url_of(page.title))
            if len(found) >= count:
                break
        return tuple(found.values())[:count]

    def _random(self, wiki: Wiki) -> Sequence[_Page]:
        generator = {"generator": "random", "grnnamespace": "0", "grnfilterredir": "nonredirects"}
        extracts = {"exintro": "1", "explaintext": "1", "exlimit": "max", "grnlimit": str(ASKED_AT_ONCE)}
        props = {"prop": "extracts|info|pageprops", "ppprop": "disambiguation"}
        query = self._ask(wiki, action="query", **generator, **extracts, **props).query
        return query.pages if query else ()

    def _description(self, wiki: Wiki) -> _Query:
        """Asked for once: a wiki does not change its language and its licence while Recital runs."""
        if wiki.host not in self._described:
            said = self._ask(wiki, action="query", meta="siteinfo", siprop="general|rightsinfo")
            self._described[wiki.host] = said.query or _Query()
        return self._described[wiki.host]

    def _ask(self, wiki: Wiki, **parameters: str) -> _Said:
        query = urlencode({**parameters, "format": "json", "formatversion": "2", "maxlag": str(MAX_LAG_S)})
        try:
            answer = self._fetcher.get(wiki.api(query), media_types=JSON, may_ask=_is_of_a_wiki)
            said = msgspec.json.decode(answer.body, type=_Said)
        except (msgspec.MsgspecError, UnicodeDecodeError, errors.UnreadableFile) as wrong:
            raise errors.ArticlesUnavailable(f"{wiki.host} gives an answer that is not known.") from wrong
        except errors.ArticleNotFound as wrong:  # the API itself is not there
            raise errors.ArticlesUnavailable(f"{wiki.host} has no API where it should be.") from wrong
        if said.error is None:
            return said
        if said.error.code in NOT_THERE:
            raise errors.ArticleNotFound(f"{wiki.host} has no such article.")
        if said.error.code in LATER:
            after = answer.retry_after or USUAL_RETRY_AFTER_S
            raise errors.ArticlesUnavailable(f"{wiki.host} wants to be asked later.", retry_after=after)
        raise errors.ArticlesUnavailable(f"{wiki.host} refuses: {said.error.code[:40]}.")


def _is_of_a_wiki(address: Address) -> bool:
    return address.scheme == "https" and wiki_of(address.host) is not None


def _is_ambiguous(parsed: _Parsed) -> bool:
    categories = {category.category.replace("_", " ") for category in parsed.categories}
    return "disambiguation" in parsed.properties or not categories.isdisjoint(AMBIGUOUS)


def _choices(parsed: _Parsed) -> Sequence[str]:
    """The articles that a page leads to, in its order; the list of its links has an order of its own."""
    articles = {link.title for link in parsed.links if link.ns == 0 and link.exists}
    titles = dict.fromkeys(html.unescape(title) for title in LINK.findall(parsed.text))
    return [title for title in titles if title in articles][:MAX_CHOICES]


def _language(tag: str) -> Language | None:
    try:
        return language_tag(tag)
    except errors.UnsupportedLanguage:
        return None


def _licence(rights: _Rights) -> str | None:
    """`CC BY-SA 4.0`, where the wiki names a licence of Creative Commons; else as the wiki puts it."""
    found = CREATIVE_COMMONS.search(rights.url or "")
    if found:
        return f"CC {found[1].upper()} {found[2]}"
    return (rights.text or "").strip() or (rights.url or "").strip() or None


def _is_worth_reading(page: _Page) -> bool:
    long_enough = page.length >= LEAST_ARTICLE_BYTES and len(page.extract.strip()) >= LEAST_EXTRACT
    return long_enough and "disambiguation" not in page.pageprops


def _shortened(extract: str) -> str:
    words = " ".join(extract.split())
    if len(words) <= MOST_EXTRACT:
        return words
    return f"{words[:MOST_EXTRACT].rpartition(' ')[0].rstrip('.,;: ')}…"
