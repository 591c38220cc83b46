"""Books (.epub, W3C EPUB 3.3 and the older IDPF EPUB 2): the chapters that the contents name, as the spine has them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote, urldefrag
from xml.etree.ElementTree import Element

import msgspec

from adapters_storage.articles import book_contents, safe_xml
from adapters_storage.articles.archives import Archive
from adapters_storage.articles.encodings import html_text
from adapters_storage.articles.html import Page, language, read_page
from adapters_storage.articles.safe_xml import local
from recital_core import errors

CONTAINER, ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
XHTML = frozenset(("application/xhtml+xml", "text/html", "text/x-oeb1-document"))
NCX = "application/x-dtbncx+xml"


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    title: str | None
    blocks: Sequence[str]


class Book:
    """An opened book, whose chapters are read one after the other. All of it raises UnreadableFile, TooLarge."""

    def __init__(self, body: bytes) -> None:
        self._archive = Archive(body)
        container = safe_xml.tree(self._archive.read(CONTAINER))
        self._package_path = next((each.get("full-path", "") for each in _named(container, "rootfile")), "")
        self._package = safe_xml.tree(self._archive.read(self._package_path))
        self._items = {item.get("id", ""): item for item in _named(self._package, "item")}
        self.title = self._fact("title")
        self.language = language(self._fact("language") or "")
        self.rights = self._fact("rights")

    def chapters(self) -> Iterator[Chapter]:
        """Where the contents name a place, a chapter begins; without contents, with each file of the spine."""
        headings, locked = self._headings(), self._locked()
        title: str | None = None
        blocks: list[str] = []
        for path in self._spine():
            if path in locked:
                raise errors.UnreadableFile("This book is locked by its seller (DRM).", reason="locked")
            page = read_page(html_text(self._archive.read(path)), xhtml=True)
            starts = _starts(page, headings.get(path, {})) if headings else {0: page.title or ""}
            done = 0
            for start, heading in sorted(starts.items()):
                blocks.extend(page.blocks[done:start])
                yield from _filled(title, blocks)
                title, blocks, done = heading or None, [], start
            blocks.extend(page.blocks[done:])
        yield from _filled(title, blocks)

    def _spine(self) -> list[str]:
        """The files to be read, in order. What is not linear is reached by links alone: notes, answers."""
        refs = [ref for ref in _named(self._package, "itemref") if ref.get("linear") != "no"]
        items = [self._items[idref] for ref in refs if (idref := ref.get("idref", "")) in self._items]
        return [self._path(item) for item in items if item.get("media-type") in XHTML and not _is_navigation(item)]

    def _headings(self) -> dict[str, dict[str, str]]:
        """The titles in the contents, by file and by the anchor where the chapter begins; the innermost counts."""
        found: dict[str, dict[str, str]] = {}
        for address, title in self._contents():
            path, anchor = urldefrag(address)
            found.setdefault(path, {})[unquote(anchor)] = title
        return found

    def _contents(self) -> Iterator[tuple[str, str]]:
        items = [item for item in self._items.values() if _is_navigation(item)]
        items += [item for item in self._items.values() if item.get("media-type") == NCX]
        for item in items:
            path = self._path(item)
            if path not in self._archive:
                continue
            read = book_contents.from_navigation if _is_navigation(item) else book_contents.from_ncx
            entries = [(_beside(path, address), title) for address, title in read(self._archive.read(path))]
            if entries:
                yield from entries
                return

    def _locked(self) -> frozenset[str]:
        """The files that are encrypted. Fonts often are, and nobody reads them."""
        if ENCRYPTION not in self._archive:
            return frozenset()
        references = _named(safe_xml.tree(self._archive.read(ENCRYPTION)), "CipherReference")
        return frozenset(unquote(reference.get("URI", "")) for reference in references)

    def _path(self, item: Element) -> str:
        return _beside(self._package_path, item.get("href", ""))

    def _fact(self, name: str) -> str | None:
        texts = (" ".join((element.text or "").split()) for element in _named(self._package, name))
        return next(filter(None, texts), None)


def _starts(page: Page, headings: Mapping[str, str]) -> dict[int, str]:
    """The numbers of the blocks where chapters begin, with their titles. An anchor that is missing means the start."""
    return {page.anchors.get(anchor, 0): title for anchor, title in headings.items()}


def _filled(title: str | None, blocks: Sequence[str]) -> Iterator[Chapter]:
    if any(c.isalnum() for block in blocks for c in block):
        yield Chapter(title=title, blocks=tuple(blocks))


def _beside(path: str, address: str) -> str:
    """The path in the archive of what `path` calls by a relative address; the fragment stays."""
    relative, hash_sign, anchor = address.partition("#")
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(relative))) if relative else path
    return f"{joined}{hash_sign}{anchor}"


def _is_navigation(item: Element) -> bool:
    return "nav" in item.get("properties", "").split()


def _named(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if local(element.tag) == name)
