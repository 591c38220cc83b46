"""Word documents and books: made by the usual libraries, read in order, by chapters."""

from __future__ import annotations

import docx
import pytest
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from adapters_storage.articles.reading import documents
from recital_core import errors
from recital_core.ports import Document
from tests.storage.made_files import blocks, book, read, saved, unzipped, word, zipped

# ---- Word


def test_paragraphs_of_word_are_blocks_in_order() -> None:
    document = docx.Document()
    document.add_heading("כותרת", 1)
    paragraph = document.add_paragraph("של")
    paragraph.add_run("ו").bold = True
    paragraph.add_run("ם עולם,\tוגם ")
    paragraph.add_run("English")
    document.add_paragraph("פריט", style="List Bullet")
    broken = document.add_paragraph("לפני")
    broken.add_run().add_break(WD_BREAK.LINE)
    broken.add_run("אחרי")
    document.add_paragraph("")
    assert blocks(saved(document)) == ["כותרת", "שלום עולם, וגם English", "פריט", "לפני", "אחרי"]


def test_rows_of_a_word_table_are_blocks() -> None:
    document = docx.Document()
    document.add_paragraph("לפני")
    table = document.add_table(rows=2, cols=2)
    for number, text in enumerate(["a", "b", "c", "d"]):
        table.cell(number // 2, number % 2).text = text
    table.cell(1, 1).add_paragraph("e")
    document.add_paragraph("אחרי")
    assert blocks(saved(document)) == ["לפני", "a\tb", "c", "d", "e", "אחרי"]


def test_what_word_does_not_print_is_left_out() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "כותרת עליונה"
    paragraph = document.add_paragraph("גלוי ")
    paragraph.add_run("נסתר ").font.hidden = True
    deleted = OxmlElement("w:del")
    deleted.append(paragraph.add_run("מחוק ")._r)
    paragraph._p.append(deleted)
    inserted = OxmlElement("w:ins")
    inserted.append(paragraph.add_run("נוסף")._r)
    paragraph._p.append(inserted)
    assert blocks(saved(document)) == ["גלוי נוסף"]


def test_title_and_language_of_a_word_document() -> None:
    document = docx.Document()
    document.core_properties.title = "הספר"
    document.add_paragraph("שלום עולם")
    stated = document.styles.element.find(f".//{qn('w:lang')}")
    assert stated is not None
    stated.set(qn("w:bidi"), "he-IL")
    found = read(saved(document))
    assert (found.title, found.language, found.source.title) == ("הספר", "he-IL", "הספר")
    assert read(word("Hello world"), name="letter.docx").title == "letter"


def test_word_documents_of_the_strict_kind_are_read() -> None:
    members = unzipped(word("שלום"))
    usual, strict = (
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    document = members["word/document.xml"]
    assert isinstance(document, bytes)
    assert blocks(zipped({**members, "word/document.xml": document.replace(usual, strict)})) == ["שלום"]


# ---- books


def chapters(body: bytes) -> list[Document]:
    return list(documents("book.epub", body))


def test_a_book_becomes_a_document_for_each_chapter() -> None:
    made = book([("פרק א", "<h1>פרק א</h1><p>בראשית <b>ב</b>רא</p>"), ("פרק ב", "<h1>פרק ב</h1><p>ויאמר</p>")])
    found = chapters(made)
    assert [(each.title, list(each.blocks)) for each in found] == [
        ("פרק א", ["פרק א", "בראשית ברא"]),
        ("פרק ב", ["פרק ב", "ויאמר"]),
    ]
    assert {(each.language, each.source.kind, each.source.title) for each in found} == {("he", "file", "ספר")}


def test_pages_without_words_and_the_contents_are_no_chapters() -> None:
    made = book([("שער", "<p>***</p><img src='cover.jpg' alt='cover'/>"), ("פרק", "<p>ויאמר</p>")])
    assert [each.title for each in chapters(made)] == ["פרק"]


def test_a_file_that_the_contents_do_not_name_goes_on_with_the_chapter_before() -> None:
    made = book([("פרק א", "<p>ראשון</p>"), ("", "<p>המשך</p>"), ("פרק ב", "<p>שני</p>")])
    assert [(each.title, list(each.blocks)) for each in chapters(made)] == [
        ("פרק א", ["ראשון", "המשך"]),
        ("פרק ב", ["שני"]),
    ]


def hand_made(*, contents: str, kind: str, body: str, more: dict[str, str] | None = None) -> bytes:
    """A book of one file with contents of either kind."""
    properties = 'properties="nav" media-type="application/xhtml+xml"' if kind == "nav" else ""
    package = f"""<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">
      <metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The book</dc:title><dc:language>en</dc:language>
      <dc:rights>Public domain</dc:rights></metadata>
      <manifest><item id="toc" href="toc.x" {properties or 'media-type="application/x-dtbncx+xml"'}/>
      <item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>
      <spine toc="toc"><itemref idref="a"/></spine></package>"""
    container = """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
      <rootfile full-path="OEBPS/content.opf"/></rootfiles></container>"""
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": container,
        "OEBPS/content.opf": package,
        "OEBPS/toc.x": contents,
        "OEBPS/a.xhtml": f"<html xmlns='http://www.w3.org/1999/xhtml'><head><title/></head><body>{body}</body></html>",
    }
    return zipped({**members, **(more or {})})


TWO_CHAPTERS = "<p>before</p><h2 id='one'>One</h2><p>first</p><p><a id='two'/>second<br/>third</p>"
NAVIGATION = """<html xmlns:epub="http://www.idpf.org/2007/ops"><body><nav epub:type="landmarks"><a href="a.xhtml">x</a>
  </nav><nav epub:type="toc"><ol><li><a href="a.xhtml#one">One</a><ol><li><a href="a.xhtml#two">T<i>w</i>o</a></li></ol>
  </li></ol></nav></body></html>"""
NCX = """<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>
  <navPoint><navLabel><text>One</text></navLabel><content src="a.xhtml#one"/>
  <navPoint><navLabel><text>Two</text></navLabel><content src="a.xhtml#two"/></navPoint></navPoint></navMap></ncx>"""


@pytest.mark.parametrize(("kind", "contents"), [("nav", NAVIGATION), ("ncx", NCX)])
def test_chapters_within_one_file_are_told_apart(kind: str, contents: str) -> None:
    found = chapters(hand_made(contents=contents, kind=kind, body=TWO_CHAPTERS))
    assert [(each.title, list(each.blocks)) for each in found] == [
        ("The book", ["before"]),
        ("One", ["One", "first"]),
        ("Two", ["second", "third"]),
    ]
    assert {each.source.licence for each in found} == {"Public domain"}


def test_notes_and_page_numbers_of_a_book_are_left_out() -> None:
    body = """<p xmlns:epub="x">Text<a epub:type="noteref" href="#n">1</a> goes
      <span epub:type="pagebreak" id="p2">2</span>on.</p><aside epub:type="footnote" id="n">A note.</aside>"""
    (found,) = chapters(hand_made(contents=NCX, kind="ncx", body=body))
    assert found.blocks == ("Text goes on.",)


def test_a_book_locked_by_its_seller_says_so() -> None:
    encryption = """<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:CipherData>
      <enc:CipherReference URI="OEBPS/a.xhtml"/></enc:CipherData></enc:EncryptedData></encryption>"""
    made = hand_made(contents=NCX, kind="ncx", body="<p>x</p>", more={"META-INF/encryption.xml": encryption})
    with pytest.raises(errors.UnreadableFile, match="locked"):
        chapters(made)


def test_a_book_without_anything_to_read_is_an_empty_text() -> None:
    with pytest.raises(errors.EmptyText):
        chapters(book([("שער", "<p>***</p>")]))
