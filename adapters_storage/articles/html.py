"""HTML as blocks of text: what a person would read aloud of a page, in order, no word glued and none split.

An element of the block kind ends a block and begins one; `br` ends one; everything inline leaves the text as it is.
The cells of a table's row are one block, parted by tabs, unless a cell has blocks of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import msgspec
from justhtml import JustHTML, Node, Text

from adapters_storage.articles.elements import attribute, elements, names, text_of
from adapters_storage.articles.encodings import html_text
from adapters_storage.articles.left_out import is_left_out
from recital_core import errors
from recital_core.texts import Language, language_tag

BLOCKS = names(
    "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption"
    " figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p pre"
    " search section summary table tbody tfoot thead tr ul"
)
CELLS = names("td th")
PREFORMATTED = names("listing plaintext pre")
VOID = names("area base br col embed hr img input link meta param source track wbr")
SELF_CLOSED = re.compile(r"<([A-Za-z][\w:.-]*)((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)(?<=/)>")


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What a page says. `anchors` are the ids in it, each with the number of the block where it stands."""

    title: str | None
    language: Language | None
    blocks: Sequence[str]
    anchors: Mapping[str, int]


def read_page(
    body: bytes | str,
    *,
    charset: str | None = None,
    also_left_out: Callable[[Node], bool] = lambda _: False,
    xhtml: bool = False,
) -> Page:
    """The text of a page; no text is an empty list of blocks.

    `charset` is what HTTP said of the bytes. `also_left_out` says of an element whether what it holds is no text of
    this site. Time and memory grow faster than some malicious pages: those of strangers are read by `files.documents`.
    """
    text = body if isinstance(body, str) else html_text(body, charset)
    if xhtml:
        text = SELF_CLOSED.sub(_opened_and_closed, text)
    root = JustHTML(text, sanitize=False, scripting_enabled=False).root
    collected = _Blocks(also_left_out)
    mains = [element for element in elements(root) if element.name == "main" or attribute(element, "role") == "main"]
    for part in [*mains[:1], root]:
        collected = _Blocks(also_left_out)
        collected.take(part)
        if any(c.isalnum() for block in collected.blocks for c in block):
            break
    return Page(title=_title(root), language=_language(root), blocks=tuple(collected.blocks), anchors=collected.anchors)


class _Blocks:
    """Walks a tree without recursion, however deep it is, and collects its blocks."""

    def __init__(self, also_left_out: Callable[[Node], bool]) -> None:
        self.blocks: list[str] = []
        self.anchors: dict[str, int] = {}
        self._pieces: list[str] = []
        self._also_left_out = also_left_out

    def take(self, root: Node) -> None:
        # What is still to be visited, the next one last; None ends the block in which it is met.
        ahead: list[tuple[Node | Text | None, bool]] = [(root, False)]
        while ahead:
            node, preformatted = ahead.pop()
            if node is None:
                self._end_block()
            elif isinstance(node, Text):
                self._take_text(node.data or "", preformatted)
            elif node.name.startswith(("#", "!")):
                if node.name.startswith("#document"):
                    ahead.extend((child, preformatted) for child in reversed(node.children or ()))
            elif not (self._also_left_out(node) or is_left_out(node)):
                if node.name in CELLS:
                    self._begin_cell(node)
                elif node.name in BLOCKS:
                    self._end_block()
                    ahead.append((None, False))
                self._note_anchor(node)
                preformatted = preformatted or node.name in PREFORMATTED
                ahead.extend((child, preformatted) for child in reversed(node.children or ()))
        self._end_block()

    def _take_text(self, text: str, preformatted: bool) -> None:
        if not preformatted:
            self._pieces.append(text)
            return
        first, *others = text.split("\n")
        self._pieces.append(first)
        for line in others:
            self._end_block()
            self._pieces.append(line)

    def _begin_cell(self, cell: Node) -> None:
        row = cell.parent
        if row is not None and _has_plain_cells(row):
            self._pieces.append("\t")
        else:
            self._end_block()

    def _end_block(self) -> None:
        cells = "".join(self._pieces).split("\t") if "\t" in self._pieces else ["".join(self._pieces)]
        block = "\t".join(filled for cell in cells if (filled := " ".join(cell.split())))
        if block:
            self.blocks.append(block)
        self._pieces.clear()

    def _note_anchor(self, node: Node) -> None:
        for name in (attribute(node, "id"), attribute(node, "name") if node.name == "a" else ""):
            if name:
                self.anchors.setdefault(name, len(self.blocks))


def _has_plain_cells(row: Node) -> bool:
    return not any(
        inner.name in BLOCKS or inner.name in CELLS for cell in row.children or () for inner in elements(cell)
    )


def _title(root: Node) -> str | None:
    """The heading, where the page's title has it and something more, such as the site's name."""
    titles = [text_of(element) for element in elements(root) if element.name == "title" and element.namespace == "html"]
    headings = [text_of(element) for element in elements(root) if element.name == "h1"]
    title = next(filter(None, titles), None)
    heading = next(filter(None, headings), None)
    if heading and (title is None or heading in title):
        return heading
    return title


def _language(root: Node) -> Language | None:
    for element in elements(root):
        if element.name in ("html", "body"):
            tag = attribute(element, "lang") or attribute(element, "xml:lang")
            if tag:
                return language(tag)
    return None


def language(tag: str) -> Language | None:
    """What a document says of its language, if that is a language tag."""
    try:
        return language_tag(tag.strip().replace("_", "-"))
    except errors.UnsupportedLanguage:
        return None


def _opened_and_closed(tag: re.Match[str]) -> str:
    """XHTML's `<title/>` as HTML reads it: opened and closed."""
    name, attributes = tag[1], tag[2].removesuffix("/")
    return tag[0] if name.lower() in VOID else f"<{name}{attributes}></{name}>"
