"""From the bytes of a file to documents, in whichever format it is: in this process, without a limit of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from adapters_storage.articles.encodings import plain_text
from adapters_storage.articles.kinds import Kind, kind_of
from recital_core import errors
from recital_core.ports import Document
from recital_core.texts import Language, TextSource

MAX_BYTES = 10 * 2**20


def documents(name: str, body: bytes, charset: str | None = None) -> Iterator[Document]:
    """As `Sources.file` promises; `charset` is what HTTP said of a page."""
    if len(body) > MAX_BYTES:
        raise errors.TooLarge("A file has at most 10 MiB.", limit=MAX_BYTES)
    if not body.strip():
        raise errors.EmptyText("This file is empty.")
    found = False
    for document in _documents(kind_of(body), body, charset):
        if any(c.isalnum() for block in document.blocks for c in block):
            found = True
            yield document if document.title else _named(document, name)
    if not found:
        raise errors.EmptyText("This file has no letter or digit to read aloud.")


def _documents(kind: Kind, body: bytes, charset: str | None) -> Iterator[Document]:
    """Readers are imported when something is there for them."""
    match kind:
        case Kind.TEXT:
            from adapters_storage.articles.plain import blocks_of

            yield _document(None, None, blocks_of(plain_text(body)))
        case Kind.HTML:
            from adapters_storage.articles.html import read_page
            from adapters_storage.articles.wiki_pages import left_out_of

            page = read_page(body, charset=charset, also_left_out=left_out_of(body))
            yield _document(page.title, page.language, page.blocks)
        case Kind.WORD:
            from adapters_storage.articles.word import read_word

            page = read_word(body)
            yield _document(page.title, page.language, page.blocks)
        case Kind.PDF:
            from adapters_storage.articles.pdf import read_pdf

            page = read_pdf(body)
            yield _document(page.title, page.language, page.blocks)
        case Kind.BOOK:
            from adapters_storage.articles.epub import Book

            book = Book(body)
            source = TextSource(kind="file", title=book.title, licence=book.rights)
            for chapter in book.chapters():
                yield Document(
                    title=chapter.title or book.title, language=book.language, blocks=chapter.blocks, source=source
                )


def _document(title: str | None, language: Language | None, blocks: Sequence[str]) -> Document:
    return Document(title=title, language=language, blocks=blocks, source=TextSource(kind="file", title=title))


def _named(document: Document, name: str) -> Document:
    stem = PurePath(name.replace("\\", "/")).stem
    return Document(title=stem or None, language=document.language, blocks=document.blocks, source=document.source)
