"""HTML: the charset as the standard says, blocks as a reader sees them, and no word glued or split."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters_storage.articles.html import read_page
from recital_core import errors
from tests.storage.made_files import blocks, read, read_apart

WORDS = "שלום עולם"


def body(html: str) -> list[str]:
    return list(read_page(f"<!doctype html><html><body>{html}</body></html>").blocks)


# ---- characters


@pytest.mark.parametrize(
    ("page", "charset"),
    [
        (b"\xef\xbb\xbf<html><meta charset=windows-1252><p>" + WORDS.encode(), "iso-8859-1"),
        (b"<html><meta charset=utf-8><p>" + WORDS.encode("cp1255"), "windows-1255"),
        (b"<html><meta charset='windows-1255'><p>" + WORDS.encode("cp1255"), None),
        (b"<html><meta charset=iso-8859-8-i><p>" + WORDS.encode("cp1255"), "no-such-charset"),
        (
            b'<html><META content="text/html; charset=windows-1255" http-equiv=Content-Type><p>'
            + WORDS.encode("cp1255"),
            None,
        ),
        (b'<?xml version="1.0" encoding="windows-1255"?><html><p>' + WORDS.encode("cp1255"), None),
        (b"<html><!-- <meta charset=windows-1252> --><p>" + WORDS.encode(), None),
        (b"<html><meta charset=utf-16><p>" + WORDS.encode(), None),
        (b"<html><p>" + WORDS.encode(), None),
        (b"<html><p>" + WORDS.encode("cp1255"), None),
        (f"\ufeff<html><p>{WORDS}".encode("utf-16-le"), None),
        (b"<html><title></title>" + b" " * 2000 + b"<meta charset=windows-1252><p>" + WORDS.encode(), None),
    ],
    ids=[
        "the mark wins over all",
        "HTTP wins over meta",
        "meta",
        "an unknown charset of HTTP counts for nothing",
        "http-equiv",
        "XML declaration",
        "a comment declares nothing",
        "a meta that says UTF-16 means UTF-8",
        "nothing declared, UTF-8",
        "nothing declared, windows-1255",
        "UTF-16 with its mark",
        "a meta beyond 1024 bytes counts for nothing",
    ],
)
def test_the_charset_is_found_as_the_standard_says(page: bytes, charset: str | None) -> None:
    assert blocks(page, charset) == [WORDS]


def test_latin_1_means_windows_1252() -> None:
    assert blocks(b"<html><meta charset=iso-8859-1><p>\x93yes\x94 caf\xe9") == ["“yes” café"]


# ---- blocks


def test_inline_tags_neither_glue_nor_split_words() -> None:
    assert body("<p><b>ש</b>לום <i>ע</i>ו<span>ל</span>ם,<em> he</em><strong>llo</strong> wo<wbr>rld a<!-- x -->b") == [
        "שלום עולם, hello world ab"
    ]


def test_every_block_is_one_and_a_line_break_ends_one() -> None:
    html = """<h1>כותרת</h1><p>פסקה
    ראשונה</p>בלי תגית<div>a<div>b</div>c</div><ul><li>one<li>two<ul><li>three</ul></ul>
    <blockquote><p>quote</p></blockquote><dl><dt>term<dd>meaning</dl>x<br>y<hr>z<details><summary>s</summary>t</details>
    <figure><img alt=picture><figcaption>caption</figcaption></figure>"""
    seen = "כותרת|פסקה ראשונה|בלי תגית|a|b|c|one|two|three|quote|term|meaning|x|y|z|s|t|caption"
    assert "|".join(body(html)) == seen


def test_lines_of_preformatted_text_are_blocks() -> None:
    assert body("<pre>\nשורה  אחת\n  <b>שורה</b> שתיים\n\nthree</pre>after\nthat") == [
        "שורה אחת",
        "שורה שתיים",
        "three",
        "after that",
    ]


def test_the_cells_of_a_row_are_apart_and_one_block() -> None:
    table = "<table><caption>טבלה</caption><tr><th>a</th><th>b</th></tr><tr><td>c<td><td><b>d</b> e</table>"
    assert body(table) == ["טבלה", "a\tb", "c\td e"]


def test_a_cell_with_paragraphs_is_no_cell_of_a_row() -> None:
    assert body("<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr></table>") == ["a", "b", "c"]


# ---- what is left out


@pytest.mark.parametrize(
    "beside",
    [
        "<nav>x</nav>",
        "<header><h1>x</h1></header>",
        "<footer>x</footer>",
        "<aside>x</aside>",
        "<script>x</script>",
        "<style>x</style>",
        "<template>x</template>",
        "<noscript>x</noscript>",
        "<svg><text>x</text></svg>",
        "<p hidden>x</p>",
        "<p aria-hidden=true>x</p>",
        "<p style='color: red; display : none'>x</p>",
        "<div role=navigation>x</div>",
        "<form><label>x</label><input value=x></form>",
        "<select><option>x</select>",
        "<button>x</button>",
        "<textarea>x</textarea>",
        "<sup class=reference>[1]</sup>",
        "<sup><a href='#note-1'>[1]</a></sup>",
        "<a href='notes.html#n1'><sup>12</sup></a>",
        "<a role=doc-noteref href='#n'>*</a>",
        "<span class='mw-editsection'>[<a>עריכה</a>]</span>",
        "<ruby><rt>x</rt></ruby>",
    ],
)
def test_what_nobody_would_read_aloud_is_left_out(beside: str) -> None:
    assert " ".join(body(f"לפני {beside} אחרי")).split() == ["לפני", "אחרי"]


def test_a_power_and_a_named_link_are_no_notes() -> None:
    assert body("E=mc<sup>2</sup>, the 1<sup>st</sup> <a href='#chapter'>chapter one</a>") == [
        "E=mc2, the 1st chapter one"
    ]


def test_headers_of_an_article_belong_to_it() -> None:
    assert body("<article><header><h1>כותרת</h1></header>גוף</article>") == ["כותרת", "גוף"]


def test_a_form_around_the_whole_page_is_the_page() -> None:
    assert body("<form><h1>כותרת</h1><p>גוף</p><input></form>") == ["כותרת", "גוף"]


def test_where_there_is_a_main_part_it_alone_is_read() -> None:
    assert body("<div>Menu</div><main><p>גוף</p></main><div>Links</div>") == ["גוף"]
    assert body("<div>text</div><main></main>") == ["text"]


# ---- the document


def test_title_and_language_are_the_documents_own() -> None:
    page = read(f"<html lang=yi><head><title>א מעשה – אתר</title></head><body><h1>א מעשה</h1>{WORDS}")
    assert (page.title, page.language, page.source.kind, page.source.title) == ("א מעשה", "yi", "file", "א מעשה")
    assert read("<html lang='not a tag'><title>Site</title><h1>Story</h1>").language is None
    assert read("<html><title>Site</title><h1>Story</h1>").title == "Site"


def test_xhtml_closes_elements_as_xml_does() -> None:
    page = "<html xmlns='http://www.w3.org/1999/xhtml'><head><title/><script src='a'/></head><body><p>x<a id='y'/>z</p>"
    assert read_page(page, xhtml=True).blocks == ("xz",)
    assert read_page(page, xhtml=True).anchors == {"y": 0}


def test_nesting_without_end_is_no_matter() -> None:
    assert body("<div>" * 20_000 + "x") == ["x"]


def test_markup_that_multiplies_itself_ends_in_a_refusal() -> None:
    marks = "".join(f"<b {n}>" for n in range(2000)) + "".join(f"<i {n}>" for n in range(2000))
    with pytest.raises(errors.UnreadableFile):
        read_apart(f"<html>{marks}" + "x</b>" * 2000)


# ---- properties

word = st.text("abcאבגשלםédž0", min_size=1, max_size=6)
inline = st.sampled_from(["b", "i", "span", "a", "em", "u", "font", "bdi", "mark"])


@st.composite
def marked_words(draw: st.DrawFn) -> tuple[str, str]:
    """A word, and the same word with tags of inline elements put anywhere into it."""
    plain = draw(word)
    html = ""
    for character in plain:
        tag = draw(st.none() | inline)
        html += f"<{tag}>{character}</{tag}>" if tag else character
    return plain, html


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.lists(marked_words(), min_size=1, max_size=5),
            st.sampled_from(["p", "div", "li", "h2", "blockquote", "dd", "section", "td", "pre", "center"]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_the_words_of_a_page_survive_in_order_none_glued(paragraphs: list[tuple[list[tuple[str, str]], str]]) -> None:
    html, words = "", []
    for marked, block in paragraphs:
        inner = " ".join(html_of for _, html_of in marked)
        html += f"<table><tr><td>{inner}</td></tr></table>" if block == "td" else f"<{block}>{inner}</{block}>"
        words.append([plain for plain, _ in marked])
    assert [block.split() for block in body(html)] == words


@settings(max_examples=60, deadline=None)
@given(st.text("<>/!-= \"'&;pbtdr\nאב", max_size=80))
def test_any_soup_of_tags_is_read(soup: str) -> None:
    page = read_page(soup)
    assert all(block == block.strip() and block and "\n" not in block for block in page.blocks)
