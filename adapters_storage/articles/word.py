"""Word documents (.docx, ECMA-376): the paragraphs as they are read, tables by rows."""

from __future__ import annotations

from collections.abc import Mapping

from adapters_storage.articles import safe_xml
from adapters_storage.articles.archives import Archive
from adapters_storage.articles.html import Page, language
from adapters_storage.articles.safe_xml import local
from recital_core.texts import Language

LEFT_OUT = frozenset(("Fallback", "del", "moveFrom"))
PROPERTIES, STYLES = "docProps/core.xml", "word/styles.xml"
SAMPLE_BLOCKS = 50
SIGNS = {"tab": " ", "ptab": " ", "noBreakHyphen": "‑"}
LINE_BREAKS = frozenset(("br", "cr"))
OFF = frozenset(("0", "false", "off"))


def read_word(body: bytes) -> Page:
    """Raises UnreadableFile, TooLarge."""
    archive = Archive(body)
    story = _Story()
    safe_xml.parse(archive.read("word/document.xml"), start=story.start, end=story.end, data=story.data)
    facts = _facts(archive)
    return Page(
        title=facts.get("title"),
        language=language(facts.get("language", "")) or _language(archive, story.blocks),
        blocks=tuple(story.blocks),
        anchors={},
    )


class _Story:
    """Collects paragraphs. A paragraph may hold a text box with paragraphs of its own: these come first."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self._open: list[list[str]] = []
        self._rows: list[list[list[str]]] = []
        self._in_text = self._hidden = False
        self._left_out = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        kind = local(name)
        if self._left_out or kind in LEFT_OUT:
            self._left_out += 1
            return
        if kind == "p":
            self._open.append([])
        elif kind == "tr":
            self._rows.append([])
        elif kind == "tc" and self._rows:
            self._rows[-1].append([])
        elif kind == "r":
            self._hidden = False
        elif kind == "vanish":
            self._hidden = _value(attributes, "val", "1") not in OFF
        elif kind == "t":
            self._in_text = True
        elif kind in LINE_BREAKS:
            self._end_block()
        elif kind in SIGNS:
            self.data(SIGNS[kind], sign=True)

    def end(self, name: str) -> None:
        if self._left_out:
            self._left_out -= 1
            return
        kind = local(name)
        if kind == "t":
            self._in_text = False
        elif kind == "p" and self._open:
            self._end_block()
            self._open.pop()
        elif kind == "tr" and self._rows:
            self._end_row(self._rows.pop())

    def data(self, text: str, *, sign: bool = False) -> None:
        if (self._in_text or sign) and not (self._hidden or self._left_out) and self._open:
            self._open[-1].append(text)

    def _end_block(self) -> None:
        block = " ".join("".join(self._open[-1]).split()) if self._open else ""
        if block:
            (self._rows[-1][-1] if self._rows and self._rows[-1] else self.blocks).append(block)
            self._open[-1].clear()

    def _end_row(self, cells: list[list[str]]) -> None:
        """A row of one-paragraph cells is one block; others keep their paragraphs."""
        around = self._rows[-1][-1] if self._rows and self._rows[-1] else self.blocks
        if all(len(cell) <= 1 for cell in cells):
            row = "\t".join(block for cell in cells for block in cell)
            around.extend([row] if row else [])
        else:
            around.extend(block for cell in cells for block in cell)


def _facts(archive: Archive) -> dict[str, str]:
    """Title and language, where the document's properties state them."""
    if PROPERTIES not in archive:
        return {}
    stated = safe_xml.tree(archive.read(PROPERTIES))
    return {local(element.tag): text for element in stated if (text := (element.text or "").strip())}


def _language(archive: Archive, blocks: list[str]) -> Language | None:
    """The styles name a language for each kind of script; which kind this is, its letters tell."""
    if STYLES not in archive:
        return None
    stated = next((each for each in safe_xml.tree(archive.read(STYLES)).iter() if local(each.tag) == "lang"), None)
    if stated is None:
        return None
    sample = "".join(blocks[:SAMPLE_BLOCKS])
    right_to_left = 2 * sum("\u0590" <= c <= "\u08ff" for c in sample) > sum(c.isalpha() for c in sample)
    return language(_value(stated.attrib, "bidi" if right_to_left else "val", ""))


def _value(attributes: Mapping[str, str], name: str, otherwise: str) -> str:
    """The attribute in whichever namespace: the strict and the usual kind of .docx differ in nothing else."""
    return next((value for key, value in attributes.items() if local(key) == name), otherwise)
