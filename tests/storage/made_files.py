"""Files of every kind, made by the libraries and the browser that people make them with."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import docx
from ebooklib import epub

from adapters_storage.articles import files, reading
from recital_core.ports import Document

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "chromium")
FLAGS = ("--no-sandbox", "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking")


def read(body: bytes | str, name: str = "book.bin", charset: str | None = None) -> Document:
    """The only document of a file."""
    (document,) = reading.documents(name, body.encode() if isinstance(body, str) else body, charset)
    return document


def read_apart(body: bytes | str) -> list[Document]:
    """All documents of a file, as a server reads what strangers send."""
    return list(files.documents("book.bin", io.BytesIO(body.encode() if isinstance(body, str) else body)))


def blocks(body: bytes | str, charset: str | None = None) -> list[str]:
    return list(read(body, charset=charset).blocks)


def word(*paragraphs: str, title: str = "") -> bytes:
    document = docx.Document()
    document.core_properties.title = title
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return saved(document)


def saved(document: docx.document.Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


def unzipped(body: bytes) -> dict[str, bytes | str]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def book(chapters: Sequence[tuple[str, str]], *, language: str = "he", title: str = "ספר") -> bytes:
    """A book of chapters, a title and the HTML of its body each, with both kinds of contents."""
    made = epub.EpubBook()
    made.set_title(title)
    made.set_language(language)
    chapter_files = []
    for number, (heading, body) in enumerate(chapters):
        file = epub.EpubHtml(title=heading, file_name=f"text/{number} ch.xhtml", lang=language)
        file.content = f"<html><body>{body}</body></html>"
        made.add_item(file)
        chapter_files.append(file)
    made.toc = [file for file in chapter_files if file.title]
    made.spine = ["nav", *chapter_files]
    made.add_item(epub.EpubNcx())
    made.add_item(epub.EpubNav())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "book.epub")
        epub.write_epub(str(path), made)
        return path.read_bytes()


def printed(html: str) -> bytes:
    """The PDF that Chromium prints of a page."""
    with tempfile.TemporaryDirectory() as folder:
        page, pdf = Path(folder, "page.html"), Path(folder, "page.pdf")
        page.write_text(html, "utf-8")
        command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder}/profile", "--no-pdf-header-footer"]
        subprocess.run([*command, f"--print-to-pdf={pdf}", page.as_uri()], check=True, capture_output=True, timeout=120)
        return pdf.read_bytes()
