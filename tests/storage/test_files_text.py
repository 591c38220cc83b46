"""Plain text: every encoding that Hebrew, Yiddish and English files come in, and lines that were wrapped by hand."""

from __future__ import annotations

import codecs
import os
import textwrap

import pytest

from recital_core import errors
from tests.storage.made_files import blocks, read

HEBREW = "שלום עולם, מה שלומך?\nאני קורא “ספר” טוב – מאוד."
YIDDISH = "א ייִד איז געקומען אין שטאָט."
ENGLISH = "The café’s owner said “no” — again.\nNaïve, she thought."


@pytest.mark.parametrize("text", [HEBREW, YIDDISH, ENGLISH])
@pytest.mark.parametrize(
    ("codec", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
    ],
)
def test_unicode_is_recognised_with_and_without_its_mark(text: str, codec: str, mark: bytes) -> None:
    assert blocks(mark + text.encode(codec)) == text.split("\n")


@pytest.mark.parametrize(
    "text",
    [
        "לא",
        "שלום עולם",
        "“כן”, אמר.",
        HEBREW,
        YIDDISH,
        "שָׁלוֹם",
        "Chapter 1\nשלום עולם",
        "בשנת 1948 הוקמה מדינת ישראל.",
    ],
)
def test_windows_1255_is_recognised_in_a_book_and_in_a_word(text: str) -> None:
    assert blocks(text.encode("cp1255")) == text.split("\n")
    assert blocks("\n".join([text] * 500).encode("cp1255")) == text.split("\n") * 500


@pytest.mark.parametrize("text", [ENGLISH, "Übung", "Ça", "Price: £5", "L’été dernier, à l’école, nous étions là."])
def test_windows_1252_is_recognised(text: str) -> None:
    assert blocks(text.encode("cp1252")) == text.split("\n")


@pytest.mark.parametrize("text", ["שלום עולם", "בראשית ברא אלהים את השמים ואת הארץ"])
def test_iso_8859_8_reads_like_windows_1255(text: str) -> None:
    assert blocks(text.encode("iso8859_8")) == [text]


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\u2028"])
def test_a_line_is_a_paragraph(line_break: str) -> None:
    assert blocks(f"אחת{line_break}{line_break}שתיים{line_break}three") == ["אחת", "שתיים", "three"]


def test_lines_wrapped_by_hand_are_joined() -> None:
    paragraphs = [f"Paragraph {n} " + "goes on and on with some more common words, " * (2 + n % 3) for n in range(9)]
    wrapped = "\n\n".join(textwrap.fill(paragraph, 72) for paragraph in paragraphs)
    assert blocks(wrapped) == [paragraph.strip() for paragraph in paragraphs]


def test_wrapped_hebrew_is_joined_too() -> None:
    paragraph = "ויאמר אלהים יהי אור ויהי אור וירא אלהים את האור כי טוב ויבדל אלהים בין האור ובין החשך " * 3
    wrapped = "\r\n\r\n".join([textwrap.fill(paragraph, 75).replace("\n", "\r\n")] * 4)
    assert blocks(wrapped.encode("cp1255")) == [paragraph.strip()] * 4


def test_verse_and_dialogue_keep_their_lines() -> None:
    verse = "Tyger Tyger, burning bright,\nIn the forests of the night;\nWhat immortal hand or eye,\n\nCould frame\nthy"
    assert blocks(verse) == [line for line in verse.split("\n") if line]


def test_short_paragraphs_without_blank_lines_stay_apart() -> None:
    lines = [f"This is line number {n}, and a line is a paragraph." + " More of it." * (n % 4) for n in range(20)]
    assert blocks("\n".join(lines)) == lines


@pytest.mark.parametrize(
    "body",
    [
        os.urandom(5000),
        bytes(range(256)) * 20,
        b"\x00\x00\x00\x18ftypmp42" + bytes(1000),
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000),
        b"\x7fELF" + bytes(1000),
    ],
)
def test_what_is_no_text_is_refused(body: bytes) -> None:
    with pytest.raises(errors.UnreadableFile):
        read(body)


@pytest.mark.parametrize("body", [b"", b" \r\n\t", b"... --- ...", b"<p></p>"])
def test_nothing_to_read_is_an_empty_text(body: bytes) -> None:
    with pytest.raises(errors.EmptyText):
        read(body)


def test_a_file_without_a_title_is_called_by_its_name() -> None:
    assert read("שלום", name="C:\\texts\\הספר שלי.txt").title == "הספר שלי"
