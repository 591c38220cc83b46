"""What of an HTML page is not read aloud: what leads elsewhere, what is hidden, marks of notes, and what is no text."""

from __future__ import annotations

import re

from justhtml import Node, Text

from adapters_storage.articles.elements import attribute, elements, is_inside, names, nodes

ELEMENTS = names(
    "aside audio button canvas datalist del dialog embed head iframe input math meter nav noembed noframes noscript"
    " object progress rp rt rtc script search select style svg template textarea title video"
)
ROLES = names(
    "banner complementary contentinfo dialog doc-backlink doc-biblioref doc-endnote doc-endnotes doc-footnote"
    " doc-noteref doc-pagebreak doc-toc menu navigation search"
)
CLASSES = names(
    "mw-cite-backlink mw-editsection mw-empty-elt mw-jump-link navbox noprint reference references reflist"
    " screen-reader-text sr-only visually-hidden"
)
TYPES_IN_BOOKS = names("backlink endnote endnotes footnote footnotes noteref pagebreak rearnote rearnotes")
NAMES_IN = {"class": CLASSES, "role": ROLES, "epub:type": TYPES_IN_BOOKS}
HIDDEN_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)
NOTE_MARK = re.compile(r"[\[({]?\s*(?:\d{1,4}|[*†‡§¶]+|[ivxlc]{1,6}|\w)\s*[\])}]?", re.IGNORECASE)
MAX_NOTE_MARK = 10
HEADS_OF_PAGES = names("article h1 main")
OWN_HEADERS, OWN_FOOTERS = names("article blockquote main section"), names("blockquote")


def is_left_out(node: Node) -> bool:
    return node.name in ELEMENTS or node.namespace not in (None, "html") or _is_hidden(node) or _is_beside(node)


def _is_hidden(node: Node) -> bool:
    attributes = node.attrs or {}
    if not attributes:
        return False
    return (
        "hidden" in attributes
        or attribute(node, "aria-hidden") == "true"
        or HIDDEN_STYLE.search(attribute(node, "style")) is not None
        or any(not values.isdisjoint(attribute(node, name).split()) for name, values in NAMES_IN.items())
    )


def _is_beside(node: Node) -> bool:
    match node.name:
        case "sup" | "a":
            return _is_note_mark(node)
        case "header":
            return not is_inside(node, OWN_HEADERS)
        case "footer":
            return not is_inside(node, OWN_FOOTERS)
        case "form":  # some sites put the whole page into one
            return not any(inner.name in HEADS_OF_PAGES for inner in elements(node))
    return False


def _is_note_mark(node: Node) -> bool:
    """Whether a `sup` with a link, or a link with a `sup`, is no more than a mark that leads to a note."""
    met = {node.name}
    to_note = "#" in attribute(node, "href")
    text = ""
    for inner in nodes(node):
        if isinstance(inner, Text):
            text += inner.data or ""
            if len(text) > MAX_NOTE_MARK:
                return False
        elif inner.name in ("a", "sup"):
            met.add(inner.name)
            to_note = to_note or "#" in attribute(inner, "href")
    return to_note and met == {"a", "sup"} and NOTE_MARK.fullmatch(text.strip()) is not None
