"""PDF: Hebrew in the order in which it is read, lines as paragraphs, and clear words where there is no text."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject

from adapters_storage.articles.pdf import MAX_PAGES
from adapters_storage.articles.pdf_lines import Glyph, lines_of
from adapters_storage.articles.pdf_paragraphs import paragraphs
from adapters_storage.articles.visual_order import brackets_as_drawn, is_right_to_left, logical
from recital_core import errors
from recital_core.ports import Document
from tests.storage.made_files import printed, read, read_apart

PARAGRAPHS = [
    "שלום עולם, זהו קובץ לבדיקה. בשנת 1948 הוקמה מדינת ישראל (ביום ה' באייר תש\"ח), והיא שוכנת במזרח התיכון. "
    "שלום רב לכל קוראי Wikipedia, the free encyclopedia, ולכל האחרים: 12,345.67 אנשים, 50% מהם בתל־אביב.",
    "בְּרֵאשִׁית בָּרָא אֱלֹהִים אֵת הַשָּׁמַיִם וְאֵת הָאָרֶץ. והארץ היתה תהו ובהו וחשך על פני תהום ורוח אלהים "
    'מרחפת על פני המים. [סוגריים] "מרכאות" וכו\'. טלפון: 03-1234567, ב-15/3/2024.',
    "An English paragraph that is long enough to wrap over the line, with the word שלום inside and some more; 2+2=4.",
    "א ייִד איז געקומען אין שטאָט און האָט געזאָגט: „גוט מאָרגן!“",
]
LETTERS = ("12px 'DejaVu Sans'", "15px 'DejaVu Sans'", "21px serif")
"""Of which each cuts other paragraphs at the ends of pages, and others where a line happens to be short."""
STYLE = """<style>body { font: LETTER }
  @page { size: A5; margin: 2cm; @top-center { content: "ספר הבדיקות" }
  @bottom-center { content: counter(page) } } p { margin: 0; text-indent: 1.5em } .two { columns: 2 }
  </style>"""
WORDS = """ויאמר אלהים יהי אור ויהי אור וירא אלהים את האור כי טוב ויבדל אלהים
  בין האור ובין החשך ויקרא לאור יום"""
ENGLISH = "The quick brown fox jumps over the lazy dog, and then it rests under the old oak tree for a while. " * 4


def long_paragraph(number: int) -> str:
    words = WORDS.split()
    return (
        f"פסקה {number}: " + " ".join(words[(3 * number + n) % len(words)] for n in range(20 + number * 7 % 40)) + "."
    )


@pytest.fixture(scope="module")
def hebrew() -> bytes:
    style = "<style>body { width: 500px; font-family: 'DejaVu Sans' } p { margin: 1em 0; text-align: justify }</style>"
    body = "".join(f"<p dir={'ltr' if p[0] == 'A' else 'rtl'}>{p}</p>" for p in PARAGRAPHS)
    return printed(
        f"<html lang=he dir=rtl><meta charset=utf-8><title>בדיקה</title>{style}<h1>פרק ראשון</h1>{body}</html>"
    )


@pytest.fixture(scope="module", params=LETTERS)
def whole_book(request: pytest.FixtureRequest) -> Document:
    """Many pages with a header and their numbers, paragraphs told by their indent alone, and a page of two columns."""
    body = "".join(f"<p>{long_paragraph(number)}</p>" for number in range(40))
    columns = f"<div class=two dir=ltr lang=en>{ENGLISH}</div>"
    style = STYLE.replace("LETTER", request.param)
    return read(printed(f"<html lang=he dir=rtl><meta charset=utf-8>{style}<h1>פרק א</h1>{body}{columns}</html>"))


def test_hebrew_numbers_brackets_points_and_english_come_in_the_order_of_reading(hebrew: bytes) -> None:
    assert list(read(hebrew).blocks) == ["פרק ראשון", *PARAGRAPHS]


def test_title_and_language_come_from_the_pdf(hebrew: bytes) -> None:
    found = read(hebrew, name="x.pdf")
    assert (found.title, found.language, found.source.title) == ("בדיקה", "he", "בדיקה")


def test_indented_paragraphs_come_whole_over_pages_without_headers_and_numbers(whole_book: Document) -> None:
    assert list(whole_book.blocks[:41]) == ["פרק א", *map(long_paragraph, range(40))]


def test_a_column_goes_on_in_the_next_one(whole_book: Document) -> None:
    assert list(whole_book.blocks[41:]) == [ENGLISH.strip()]


def test_words_cut_at_the_end_of_a_line_are_whole_again() -> None:
    words = "extraordinary misunderstandings notwithstanding incomprehensible responsibilities " * 6
    style = "<style>p { width: 180px; hyphens: manual }</style>"
    hyphened = " ".join("\u00ad".join((word[:4], word[4:8], word[8:])) for word in words.split())
    assert list(read(printed(f"<meta charset=utf-8>{style}<p>{hyphened}</p>")).blocks) == [words.strip()]


# ---- no text


def locked(body: bytes) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(body)))
    writer.encrypt("password", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def written(pages: int) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_an_encrypted_pdf_says_that_it_is_locked(hebrew: bytes) -> None:
    with pytest.raises(errors.UnreadableFile, match="locked by a password"):
        read(locked(hebrew))


def test_a_scan_says_that_it_has_no_text_layer() -> None:
    picture = "<svg viewBox='0 0 9 9'><path d='M0 0L9 9'/></svg><canvas id=c></canvas>"
    with pytest.raises(errors.UnreadableFile, match="no text layer; it is a scan"):
        read(printed(picture))


def test_too_many_pages_are_refused() -> None:
    with pytest.raises(errors.TooLarge):
        read(written(MAX_PAGES + 1))


def test_a_tree_of_pages_that_claims_to_be_endless_is_refused() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(written(1))))
    tree = writer._root_object["/Pages"].get_object()
    assert isinstance(tree, DictionaryObject)
    kids = tree["/Kids"]
    assert isinstance(kids, ArrayObject)
    tree[NameObject("/Count")] = NumberObject(2_000_000_000)
    kids.append(tree.indirect_reference)
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises((errors.UnreadableFile, errors.TooLarge)):
        read_apart(out.getvalue())


@pytest.mark.parametrize("kept", [20, 2000])
def test_a_pdf_cut_short_is_refused(hebrew: bytes, kept: int) -> None:
    with pytest.raises(errors.UnreadableFile, match="PDF"):
        read_apart(hebrew[:kept])


# ---- the order of signs


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        ("םלוע םולש", "שלום עולם"),
        ("2024 ינויב 5", "5 ביוני 2024"),
        (".(ב) ףיעס", "סעיף (ב)."),
        ("Wikipedia (en) רתאה", "האתר Wikipedia (en)"),
        ("(Wikipedia) רתאה", "האתר (Wikipedia)"),
        (".03-1234567 ןופלט", "טלפון 03-1234567."),
        ("1950–1948 םינשב", "בשנים 1948–1950"),
        ("Wikipedia, יארוקל", "לקוראי Wikipedia,"),
        ("$5 וא 50% הלוע", "עולה 50% או $5"),
    ],
)
def test_a_line_of_hebrew_is_read_from_the_right(seen: str, meant: str) -> None:
    assert logical(seen, rtl=True) == meant


def test_hebrew_within_english_is_read_from_the_right() -> None:
    assert logical("He said םלוע םולש (a greeting).", rtl=False) == "He said שלום עולם (a greeting)."


def test_brackets_that_are_given_as_typed_stay() -> None:
    lines = [")םולש( םלוע", ")א( ףיעס"]
    assert not brackets_as_drawn(lines)
    assert logical(")םולש( םלוע", rtl=True, mirrored=False) == "עולם (שלום)"


def test_quotes_and_brackets_between_hebrew_and_english_are_as_they_were_typed() -> None:
    lines = [
        "אמר “כן” וגם ‘לא’ (לא) [אולי] «אז» „גוט“, צ’ק",
        "הוא אמר להם Yes (no) וגם לכולם (Wikipedia) ועוד מילים אחרות",
        "The word (שלום) is “Hebrew”",
    ]
    html = "".join(f"<p dir=auto>{line}</p>" for line in lines)
    assert (
        list(
            read(
                printed(f"<html lang=he dir=rtl style='font-family: DejaVu Sans'><meta charset=utf-8>{html}</html>")
            ).blocks
        )
        == lines
    )


def test_a_point_that_is_drawn_far_from_its_letter_does_no_harm() -> None:
    first, second = ("the first line of it", "and then the second")
    glyphs = [*row_of(first, y=700), Glyph("\u05b8", 50, 688, 52, 12), *row_of(second, y=674)]
    assert paragraphs([list(lines_of(glyphs))]) == [first, second]


def row_of(words: str, *, y: float) -> list[Glyph]:
    return [Glyph(sign, left, y, left + 8, 12) for left, sign in zip(range(50, 550, 8), words, strict=False)]


def test_the_direction_is_that_of_most_letters() -> None:
    assert is_right_to_left("שלום to")
    assert not is_right_to_left("hello של")
    assert is_right_to_left("123", otherwise=True)
