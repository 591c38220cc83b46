"""Which format some bytes are, by what they hold and never by their name."""

from __future__ import annotations

import io
import re
import zipfile
from enum import StrEnum

from recital_core import errors


class Kind(StrEnum):
    TEXT = "text"
    HTML = "html"
    WORD = "docx"
    BOOK = "epub"
    PDF = "pdf"


PDF_HEADER_WITHIN = 1024
HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*"
    rb"<(?:!doctype\s+html|(?:html|head|body|title|meta|div|p|h[1-6]|table|article|section|main|span|script|style)[\s>/])",
    re.IGNORECASE | re.DOTALL,
)
HTML_START_WITHIN = 4096
OTHERS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or encrypted Office document; save it as .docx without a password"),
    (b"{\\rtf", "RTF; save it as .docx"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"BZh", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"%!PS", "PostScript"),
    (b"ID3", "sound"),
    (b"OggS", "sound"),
    (b"RIFF", "sound or video"),
)


def kind_of(body: bytes) -> Kind:
    """Raises UnreadableFile for what is clearly something else; what is not known may be plain text."""
    if body.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(body)
    if b"%PDF-" in body[:PDF_HEADER_WITHIN]:
        return Kind.PDF
    for start, name in OTHERS:
        if body.startswith(start):
            raise errors.UnreadableFile(f"This file is {name}.", reason="kind")
    start = body[:HTML_START_WITHIN]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.decode("utf-16", "replace").encode()
    return Kind.HTML if HTML_START.match(start) else Kind.TEXT


def _kind_of_zip(body: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as broken:
        raise errors.UnreadableFile(
            "This file is a broken archive: it may have been cut short.", reason="damaged"
        ) from broken
    if "META-INF/container.xml" in names:
        return Kind.BOOK
    if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names):
        return Kind.WORD
    raise errors.UnreadableFile("This file is an archive, but neither .docx nor .epub.", reason="kind")
