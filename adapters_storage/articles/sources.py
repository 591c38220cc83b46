"""The port `Sources`: files, articles of wikis, pages of the web."""

from __future__ import annotations

import html
import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from adapters_storage.articles.encodings import BYTE_ORDER_MARKS
from adapters_storage.articles.fetching import Address, Fetcher, address_of
from adapters_storage.articles.files import documents
from adapters_storage.articles.kinds import Kind, kind_of
from adapters_storage.articles.wiki_addresses import is_article
from adapters_storage.articles.wikis import Article, Wikis
from recital_core.ports import Clock, Document, Suggestion
from recital_core.texts import Language, TextSource

DOCTYPE = "<!DOCTYPE html>"
HTML = frozenset(("application/xhtml+xml", "text/html"))
READ_FROM_THE_WEB = HTML | frozenset(
    (
        "application/epub+zip",
        "application/octet-stream",
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "text/markdown",
        "text/plain",
    )
)
"""Their bytes say which of them they are: `application/octet-stream` is what many servers call a book."""


class OutsideSources:
    """Whatever comes from outside is parsed in a process of its own: see `files`."""

    def __init__(self, *, fetcher: Fetcher, clock: Clock) -> None:
        self._fetcher = fetcher
        self._wikis = Wikis(fetcher)
        self._clock = clock

    def file(self, name: str, body: BinaryIO) -> Iterator[Document]:
        return documents(name, body)

    def article(self, url: str) -> Document:
        article = self._wikis.article(url)
        source = TextSource(
            kind="article",
            url=article.url,
            revision=article.revision,
            retrieved_at=self._clock.now(),
            licence=article.licence,
            title=article.title,
        )
        read, *_ = documents(article.title, io.BytesIO(_whole_page(article).encode()), "utf-8")
        return Document(title=article.title, language=article.language, blocks=tuple(read.blocks), source=source)

    def page(self, url: str) -> Document:
        """An article of a wiki is taken as such; of a book, all chapters are one document."""
        if is_article(url):
            return self.article(url)
        answer = self._fetcher.get(address_of(url), media_types=READ_FROM_THE_WEB)
        address = answer.address
        body = _begun(answer.body) if answer.media_type in HTML else answer.body
        chapters = list(documents(_name_in(address), io.BytesIO(body), answer.charset))
        first = chapters[0]
        source = TextSource(
            kind="page",
            url=address.url,
            retrieved_at=self._clock.now(),
            licence=first.source.licence,
            title=first.source.title,
        )
        return Document(
            title=(first.source.title if len(chapters) > 1 else None) or first.title,
            language=first.language,
            blocks=tuple(block for chapter in chapters for block in chapter.blocks),
            source=source,
        )

    def suggestions(self, language: Language, count: int) -> Sequence[Suggestion]:
        return self._wikis.suggestions(language, count)


def _whole_page(article: Article) -> str:
    """As MediaWiki itself would begin it, so that what is no text of an article is known."""
    return (
        f'<!DOCTYPE html><html lang="{html.escape(article.language)}"><head><meta charset="utf-8">'
        f'<meta name="generator" content="MediaWiki"><title>{html.escape(article.title)}</title></head>'
        f"<body><main>{article.page}</main></body></html>"
    )


def _begun(body: bytes) -> bytes:
    """A page that its server calls HTML, so that it is known to be one however it begins."""
    if kind_of(body) is not Kind.TEXT:
        return body
    for mark, codec in BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return mark + DOCTYPE.encode(codec) + body.removeprefix(mark)
    return DOCTYPE.encode() + body


def _name_in(address: Address) -> str:
    """What the title is where the page itself has none."""
    last = unquote(urlsplit(address.target).path).rstrip("/").rpartition("/")[2]
    return last or address.host
