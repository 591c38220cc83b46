"""Where texts come from: files, articles of wikis, pages of the web."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Protocol

import msgspec

from recital_core.texts import Language, TextSource


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """Text to be read aloud, as a source gives it, before it is normalised and split.

    `blocks` are its paragraphs, headings, list items, table rows and quotes in reading order, none with a line break
    inside. `language` is what the source says of itself, if it does.
    """

    title: str | None
    language: Language | None
    blocks: Sequence[str]
    source: TextSource


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """An article that somebody may like to read; `url` is what `Sources.article` takes."""

    title: str
    extract: str
    url: str


class Sources(Protocol):
    def file(self, name: str, body: BinaryIO) -> Iterator[Document]:
        """What a file holds: one document, of a book one for each chapter, as they are read.

        Plain text, HTML, .docx, .epub and .pdf are known by their bytes, not by `name`, which becomes the title where
        the file has none. Raises UnreadableFile, TooLarge, EmptyText; in bounded memory and time whatever is sent.
        """

    def article(self, url: str) -> Document:
        """An article of an allowed wiki, in whichever way its address is written.

        Raises SiteNotAllowed, ArticleNotFound, AmbiguousArticle, ArticlesUnavailable.
        """

    def page(self, url: str) -> Document:
        """Any page of the public web, for operators. Raises as `article` and `file` do."""

    def suggestions(self, language: Language, count: int) -> Sequence[Suggestion]:
        """Random articles in a language; none where no wiki is known for it. Raises ArticlesUnavailable."""
