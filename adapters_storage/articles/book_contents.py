"""A book's table of contents: the navigation document of EPUB 3, or the NCX of EPUB 2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from justhtml import JustHTML

from adapters_storage.articles import safe_xml
from adapters_storage.articles.elements import attribute, elements, text_of
from adapters_storage.articles.encodings import html_text
from adapters_storage.articles.safe_xml import local


class Entry(NamedTuple):
    """`address` is relative to the table of contents, with a fragment or without."""

    address: str
    title: str


def from_navigation(body: bytes) -> Iterator[Entry]:
    root = JustHTML(html_text(body), sanitize=False).root
    navigations = [element for element in elements(root) if element.name == "nav"]
    contents = [each for each in navigations if "toc" in attribute(each, "epub:type").split()]
    for navigation in contents[:1] or navigations[:1]:
        for link in elements(navigation):
            if link.name == "a" and attribute(link, "href"):
                yield Entry(attribute(link, "href"), text_of(link))


def from_ncx(body: bytes) -> Iterator[Entry]:
    for point in _inner(safe_xml.tree(body), "navPoint"):
        label = next(
            (each for child in point if local(child.tag) == "navLabel" for each in _inner(child, "text")), None
        )
        content = next((child for child in point if local(child.tag) == "content"), None)
        if content is not None and content.get("src"):
            title = "" if label is None else " ".join((label.text or "").split())
            yield Entry(content.get("src", ""), title)


def _inner(element: Element, name: str) -> Iterator[Element]:
    return (each for each in element.iter() if local(each.tag) == name)
