"""PDF with a text layer (ISO 32000): its signs by PDFium, which Chromium reads PDFs with; their order by ourselves."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from adapters_storage.articles.html import Page, language
from adapters_storage.articles.pdf_lines import Glyph, Line, lines_of
from adapters_storage.articles.pdf_paragraphs import paragraphs
from recital_core import errors
from recital_core.texts import Language

MAX_PAGES = 3000
MAX_CHARACTERS = 5_000_000
HYPHEN_AT_LINE_END = 0x02
LAST_CONTROL = 0x1F
LANGUAGE_UNITS = 128
NO_TITLE = re.compile(
    r"untitled|.*\.(?:docx?|odt|indd|tex|dvi|qxd|html?|txt|pdf)\s*|Microsoft Word - .*", re.IGNORECASE
)


def read_pdf(body: bytes) -> Page:
    """The paragraphs of a PDF. Raises UnreadableFile for what is locked, damaged or a scan; TooLarge."""
    try:
        document = pdfium.PdfDocument(body)
    except pdfium.PdfiumError as refused:
        if refused.err_code == pdfium_c.FPDF_ERR_PASSWORD:
            raise errors.UnreadableFile("This PDF is locked by a password.", reason="locked") from refused
        raise errors.UnreadableFile("This PDF is damaged.", reason="damaged") from refused
    try:
        if len(document) > MAX_PAGES:
            raise errors.TooLarge(f"A PDF has at most {MAX_PAGES} pages.", limit=MAX_PAGES)
        pages = list(_pages(document))
        title, stated = document.get_metadata_value("Title").strip(), _language(document)
    finally:
        document.close()
    blocks = paragraphs(pages)
    if not any(c.isalnum() for block in blocks for c in block):
        raise errors.UnreadableFile("This PDF has no text layer; it is a scan.", reason="scan")
    return Page(
        title=None if NO_TITLE.fullmatch(title) else title or None, language=stated, blocks=tuple(blocks), anchors={}
    )


def _pages(document: pdfium.PdfDocument) -> Iterator[list[Line]]:
    left = MAX_CHARACTERS
    for number in range(len(document)):
        try:
            page = document[number]
            text = page.get_textpage()
        except pdfium.PdfiumError as broken:
            raise errors.UnreadableFile(f"Page {number + 1} of this PDF is damaged.", reason="damaged") from broken
        left -= text.count_chars()
        if left < 0:
            raise errors.TooLarge(f"A text has at most {MAX_CHARACTERS} characters.", limit=MAX_CHARACTERS)
        yield list(lines_of(_glyphs(text)))
        text.close()
        page.close()


def _glyphs(text: pdfium.PdfTextPage) -> Iterator[Glyph]:
    """What is drawn. Line breaks and spaces that PDFium thinks of have no width and are left out."""
    x, y, box = ctypes.c_double(), ctypes.c_double(), pdfium_c.FS_RECTF()
    for index in range(text.count_chars()):
        code = pdfium_c.FPDFText_GetUnicode(text, index)
        if code <= LAST_CONTROL and code != HYPHEN_AT_LINE_END:
            continue
        pdfium_c.FPDFText_GetCharOrigin(text, index, x, y)
        pdfium_c.FPDFText_GetLooseCharBox(text, index, box)
        character = "-" if code == HYPHEN_AT_LINE_END else chr(code)
        if box.right > box.left or not character.isspace():
            yield Glyph(character, x.value, y.value, box.right, box.top - box.bottom)


def _language(document: pdfium.PdfDocument) -> Language | None:
    buffer = (ctypes.c_ushort * LANGUAGE_UNITS)()
    pdfium_c.FPDFCatalog_GetLanguage(document, buffer, ctypes.sizeof(buffer))
    return language(bytes(buffer).decode("utf-16-le", "ignore").partition("\0")[0])
