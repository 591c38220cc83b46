"""Sources in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from recital_core import errors
from recital_core.ports import Document, Suggestion
from recital_core.texts import Language, TextSource


class MemorySources:
    """Files are UTF-8 text, of which a form feed begins another chapter; articles and pages are told before."""

    def __init__(self) -> None:
        self.articles: dict[str, Document] = {}

    def file(self, name: str, body: BinaryIO) -> Iterator[Document]:
        try:
            chapters = body.read().decode().split("\f")
        except UnicodeDecodeError as wrong:
            raise errors.UnreadableFile("This is not text.") from wrong
        for chapter in chapters:
            title, *blocks = chapter.strip().split("\n")
            source = TextSource(kind="file", title=name)
            yield Document(title=title, language=None, blocks=blocks or [title], source=source)

    def article(self, url: str) -> Document:
        if url not in self.articles:
            raise errors.ArticleNotFound("There is no such article.")
        return self.articles[url]

    page = article

    def suggestions(self, language: Language, count: int) -> Sequence[Suggestion]:
        fitting = [(url, one) for url, one in self.articles.items() if one.language == language]
        return [
            Suggestion(title=one.title or "", extract=" ".join(one.blocks)[:100], url=url)
            for url, one in fitting[:count]
        ]
