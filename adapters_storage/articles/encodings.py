"""Bytes as characters: byte order marks, what was declared, UTF-8, UTF-16, Windows pages of Hebrew and Latin."""

from __future__ import annotations

import codecs
import re

import webencodings

from recital_core import errors

BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
OLD_PAGES = ["cp1255", "cp1252"]
FEW_BYTES, ENOUGH_TIMES = 64, 10
SAMPLE_BYTES = 200_000
PRESCAN_BYTES = 1024
UNLIKELY_SHARE = 0.02

TAG = re.compile(rb"<[^<>]*>")
WORD_BEYOND_ASCII = re.compile(rb"[A-Za-z\xc0-\xff]*[\xc0-\xff][A-Za-z\xc0-\xff]*")
COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
META = re.compile(rb"<meta[\s/]((?:[^>\"']|\"[^\"]*\"|'[^']*')*)", re.IGNORECASE)
ATTRIBUTE = re.compile(rb"([^\s/>=\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))")
CHARSET_IN_CONTENT = re.compile(rb"charset\s*=\s*[\"']?([^\s;\"']+)", re.IGNORECASE)
XML_DECLARATION = re.compile(rb"\s*<\?xml[^>]*?\bencoding\s*=\s*[\"']([^\"']+)[\"']")


def plain_text(body: bytes) -> str:
    """The characters of a file that says nothing of its encoding. Raises UnreadableFile where it is no text."""
    text = _decoded(body, _by_mark(body) or _guessed(body))
    sample = text[:SAMPLE_BYTES]
    if "\0" in sample or sum(_is_unlikely(c) for c in sample) > UNLIKELY_SHARE * len(sample):
        raise errors.UnreadableFile("This file holds no text that Recital knows how to read.", reason="kind")
    return text


def html_text(body: bytes, charset: str | None = None) -> str:
    """The characters of an HTML page, `charset` being what came with it over HTTP.

    In the order of the HTML standard, 13.2.3.2: the byte order mark, HTTP, what the first 1024 bytes declare, a guess.
    """
    return _decoded(body, _by_mark(body) or _by_label(charset) or _declared(body) or _guessed(body))


def _decoded(body: bytes, codec: str) -> str:
    return codecs.decode(body, codec, "replace").removeprefix("\ufeff")


def _by_mark(body: bytes) -> str | None:
    return next((codec for mark, codec in BYTE_ORDER_MARKS if body.startswith(mark)), None)


def _by_label(label: str | None) -> str | None:
    """The codec that the Encoding standard means by a label: `iso-8859-1` is windows-1252."""
    known = webencodings.lookup(label) if label else None
    return str(known.codec_info.name) if known and known.name != "x-user-defined" else None


def _declared(body: bytes) -> str | None:
    start = body[:PRESCAN_BYTES]
    declaration = XML_DECLARATION.match(start)
    labels = [declaration[1]] if declaration else []
    for meta in META.finditer(COMMENT.sub(b"", start)):
        found = {name.lower(): a or b or c for name, a, b, c in ATTRIBUTE.findall(meta[1])}
        content = CHARSET_IN_CONTENT.search(found.get(b"content", b""))
        if b"charset" in found:
            labels.append(found[b"charset"])
        elif content and found.get(b"http-equiv", b"").lower() == b"content-type":
            labels.append(content[1])
    for label in labels:
        codec = _by_label(label.decode("latin-1"))
        if codec:  # bytes in which this could be read are not UTF-16
            return "utf-8" if codec.startswith("utf-16") else codec
    return None


def _guessed(body: bytes) -> str:
    try:
        body.decode()
    except UnicodeDecodeError:
        pass
    else:
        if b"\0" not in body[:SAMPLE_BYTES]:
            return "utf-8"
    return _utf_16(body) or _old_page(body)


def _utf_16(body: bytes) -> str | None:
    """UTF-16 without a mark: spaces and line ends have a zero byte, on the side that tells the order."""
    sample = body[: SAMPLE_BYTES // 2 * 2]
    if len(body) % 2 or b"\0" not in sample:
        return None
    codec = "utf-16-be" if sample[::2].count(0) > sample[1::2].count(0) else "utf-16-le"
    text = sample.decode(codec, "replace")
    unlikely = sum(_is_unlikely(c) or (not c.isprintable() and not c.isspace()) for c in text)
    return codec if unlikely <= UNLIKELY_SHARE * len(text) else None


def _old_page(body: bytes) -> str:
    """The page in which the words with letters beyond ASCII are words. Signs beyond ASCII are the same in both."""
    import charset_normalizer

    words = b" ".join(WORD_BEYOND_ASCII.findall(TAG.sub(b" ", body[:SAMPLE_BYTES])))
    if len(words) < FEW_BYTES:  # in a word or two the detector sees too little to compare
        words = b"\n".join([words] * ENOUGH_TIMES)
    best = charset_normalizer.from_bytes(words, cp_isolation=OLD_PAGES).best() if words.strip() else None
    return best.encoding if best and best.encoding in OLD_PAGES else "cp1252"


def _is_unlikely(character: str) -> bool:
    return character == "\ufffd" or (character < " " and character not in "\t\n\v\f\r\x1a\x1b")
