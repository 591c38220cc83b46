"""How texts come into the library, are found there and looked after; and how long and pointed ones are read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, expect
from pypdf import PdfReader, PdfWriter

from tests.browser.stage import chromium, published, signed_in, start_reading
from tests.browser.test_screens import read_on
from tests.running import HTTP, Server
from tests.storage.made_files import book, printed, word
from tests.wiki_server import running_with_wiki

LONG = "הילדים יצאו לחצר הגדולה שמאחורי הבית, ואמא נשארה לבדה במטבח; אחר כך חזרו כולם."
PIECES = ["הילדים יצאו לחצר הגדולה שמאחורי הבית, ", "ואמא נשארה לבדה במטבח; אחר כך חזרו כולם."]
POINTED = "בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים אֵ֥ת הַשָּׁמַ֖יִם וְאֵ֥ת הָאָֽרֶץ׃"
BARE = "בראשית ברא אלהים את השמים ואת הארץ׃"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that reaches a small Wikipedia."""
    with running_with_wiki(tmp_path_factory.mktemp("library") / "data") as started:
        yield started


@pytest.fixture
def context(playwright: Playwright, microphone: Path, tmp_path: Path) -> Iterator[BrowserContext]:
    with chromium(playwright, tmp_path / "profile", microphone) as opened:
        yield opened


@pytest.fixture
def page(context: BrowserContext, library: Server) -> Page:
    return signed_in(context, library)


def added(library: Server, prose: str, **wishes: object) -> str:
    """The id of a new Hebrew text."""
    offer = {"kind": "prose", "prose": prose, "language": "he", **wishes}
    headers = {"Authorization": f"Bearer {library.token()}"}
    return str(HTTP.post(f"{library.url}/api/texts", json=offer, headers=headers).raise_for_status().json()["id"])


def adding(page: Page, way: str) -> Locator:
    """The form for a new text, open at one of its ways."""
    page.get_by_role("button", name="Add a text").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(way, exact=True).click()
    return dialog


def offered_file(page: Page, name: str, body: bytes) -> Locator:
    dialog = adding(page, "A file")
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": body}
    dialog.locator("input[type=file]").set_input_files(files=[file])  # type: ignore[list-item]
    dialog.get_by_role("button", name="Show the sentences").click()
    return dialog


def test_a_long_sentence_is_read_piece_by_piece_and_published_whole(page: Page, library: Server) -> None:
    text_id = added(library, f"{LONG} הכול טוב. {LONG}", long_sentence_words=8, title="קטעים")
    start_reading(page, f"{library.url}/texts/{text_id}")
    studio, now = page.locator("[data-state]"), page.locator("[aria-current=true]")
    expect(now).to_have_text(PIECES[0].strip())
    read_on(page, "Space")
    expect(now).to_have_text(PIECES[1])
    read_on(page, "Backspace")
    expect(now).to_have_text(PIECES[0].strip())
    for _ in PIECES:
        read_on(page, "Space")
    expect(studio).to_have_attribute("data-place", "0.1")
    read_on(page, "Space")
    expect(studio).to_have_attribute("data-place", "0.2")
    read_on(page, "Enter")
    expect(page.get_by_text("was not read to its end")).to_be_visible()
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(studio).to_have_attribute("data-place", "0.2")
    record, _ = published(library, text_id)
    assert [(cue["sentence"], cue["words"]) for cue in record["cues"]] == [(0, LONG), (1, "הכול טוב.")]


def test_points_and_accents_may_be_hidden_and_stay_so_on_this_device(page: Page, library: Server) -> None:
    pointed, plain = added(library, POINTED, title="פסוק"), added(library, "הכול טוב.", title="בלי ניקוד")
    sentence = page.locator("[data-sentence='0.0']")
    page.goto(f"{library.url}/texts/{pointed}")
    expect(sentence).to_have_text(POINTED)
    page.get_by_role("button", name="How the text looks").click()
    page.get_by_role("switch", name="Hide vowel points").check()
    page.get_by_role("switch", name="Hide cantillation marks").check()
    expect(sentence).to_have_text(BARE)
    page.reload()
    expect(sentence).to_have_text(BARE)
    page.goto(f"{library.url}/texts/{plain}")
    page.get_by_role("button", name="How the text looks").click()
    expect(page.get_by_role("switch")).to_have_count(0)


def test_one_goes_on_where_one_stopped_on_another_device_too(
    page: Page, playwright: Playwright, library: Server, microphone: Path, tmp_path: Path
) -> None:
    text_id = added(library, "ראשון. שני. שלישי.", title="המשך")
    page.goto(f"{library.url}/texts/{text_id}")
    with page.expect_response(re.compile("/place$")):
        page.get_by_text("שני.").click()
    with chromium(playwright, tmp_path / "another", microphone) as context:
        other = signed_in(context, library)
        begun = other.get_by_role("region", name="Continue where you stopped")
        begun.get_by_role("link", name=re.compile("^המשך")).click()
        expect(other.locator("[data-state]")).to_have_attribute("data-place", "0.1")


def test_texts_are_found_by_what_the_address_says_and_back_leads_to_the_same_list(page: Page, library: Server) -> None:
    added(library, "אחת. שתיים.", title="סיפור על ים")
    added(library, "אחת. שתיים. שלוש.", title="סיפור על יער", public=True)
    page.goto(library.url)
    search = page.get_by_role("searchbox", name="Search titles")
    search.press_sequentially("סיפור על")
    rows = page.get_by_role("main").get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(page.get_by_text("2 texts found")).to_be_attached()
    expect(search).to_be_focused()
    page.get_by_label("Show", exact=True).select_option("public")
    expect(rows).to_have_count(1)
    rows.get_by_role("link", name=re.compile("^סיפור על יער")).click()
    page.locator("[data-state]").wait_for()
    page.go_back()
    expect(search).to_have_value("סיפור על")
    expect(rows).to_have_count(1)
    search.fill("אין כזה")
    page.get_by_role("link", name="Show all texts").click()
    expect(search).to_have_value("")


def test_what_is_pasted_shows_where_long_sentences_are_cut_and_that_it_is_there_already(
    page: Page, library: Server
) -> None:
    twin = added(library, f"{LONG} כן.", title="תאום")
    dialog = adding(page, "Pasted")
    dialog.get_by_label("The text").fill(f"{LONG}\nכן.")
    dialog.get_by_role("button", name="Show the sentences").click()
    expect(dialog.get_by_role("link", name="תאום")).to_have_attribute("href", f"/texts/{twin}")
    expect(dialog.locator(".long")).to_have_count(0)
    dialog.get_by_label("Words from which a sentence is long").fill("8")
    dialog.get_by_role("button", name="Cut anew").click()
    expect(dialog.locator(".long .piece")).to_have_text([piece.strip() for piece in PIECES])
    expect(dialog.get_by_text("One long sentence is read in parts.")).to_be_visible()
    dialog.get_by_role("button", name="Save the text").click()
    expect(page.locator("[data-sentence]")).to_have_text([LONG, "כן."])


def test_files_become_texts_and_of_a_book_the_chapters_that_are_wanted(page: Page, library: Server) -> None:
    dialog = offered_file(page, "מכתב.docx", word("שלום לכולם (באמת). מה נשמע?", title="מכתב"))
    expect(dialog.get_by_role("alert")).to_contain_text("Say in which language it is")
    dialog.get_by_label("Language").select_option("he")
    dialog.get_by_role("button", name="Show the sentences").click()
    expect(dialog.get_by_role("listitem")).to_have_text(["שלום לכולם (באמת).", "מה נשמע?"])
    dialog.get_by_role("button", name="Change it").click()
    dialog.get_by_label("Leave out what stands in brackets").check()
    dialog.get_by_role("button", name="Show the sentences").click()
    expect(dialog.get_by_role("listitem")).to_have_text(["שלום לכולם.", "מה נשמע?"])
    dialog.get_by_role("button", name="Save the text").click()
    expect(page.locator("[data-sentence]")).to_have_count(2)

    page.goto(library.url)
    chapters = [(f"פרק {n}", f"<h1>פרק {n}</h1><p>זה המשפט של פרק {n}.</p>") for n in ("א", "ב", "ג")]
    dialog = offered_file(page, "book.epub", book(chapters))
    dialog.get_by_role("checkbox", name="פרק ב").uncheck()
    dialog.get_by_label("Each chapter a text of its own").check()
    dialog.get_by_role("button", name="Show the sentences").click()
    expect(dialog.get_by_text("זה המשפט של פרק ג.")).to_be_visible()
    expect(dialog.get_by_text("זה המשפט של פרק ב.")).to_have_count(0)
    dialog.get_by_role("button", name="Save 2 texts").click()
    for chapter in ("פרק א", "פרק ג"):
        expect(page.get_by_role("link", name=re.compile(f"^{chapter}"))).to_be_visible()


def test_what_cannot_be_read_says_why_and_what_to_do(page: Page, library: Server, tmp_path: Path) -> None:
    (tmp_path / "page.pdf").write_bytes(printed("<p>Locked away."))
    scan, locked = PdfWriter(), PdfWriter(clone_from=PdfReader(tmp_path / "page.pdf"))
    scan.add_blank_page(width=300, height=300)
    scan.write(tmp_path / "scan.pdf")
    locked.encrypt("password", algorithm="AES-256")
    locked.write(tmp_path / "locked.pdf")
    for name, reason in (("scan.pdf", "This PDF is a scan"), ("locked.pdf", "locked by a password")):
        dialog = offered_file(page, name, (tmp_path / name).read_bytes())
        expect(dialog.get_by_role("alert")).to_contain_text(reason)
        page.keyboard.press("Escape")
    dialog = offered_file(page, "endless.txt", b"a" * (12 * 2**20))
    expect(dialog.get_by_role("alert")).to_contain_text("over the limit")
    page.keyboard.press("Escape")
    dialog = offered_file(page, "picture.txt", b"\x89PNG\r\n\x1a\n")
    expect(dialog.get_by_role("alert")).to_contain_text("no file of text")


def test_an_article_comes_with_where_it_is_from_and_an_ambiguous_title_asks_which(page: Page, library: Server) -> None:
    dialog = adding(page, "An article")
    address, look = (
        dialog.get_by_label("Address of the article"),
        dialog.get_by_role("button", name="Show the sentences"),
    )
    for url, reason in (
        ("https://example.com/x", "from Wikipedia and Hamichlol only"),
        ("https://he.wikipedia.org/wiki/nowhere", "no article at this address"),
        ("https://yi.wikipedia.org/wiki/x", "does not answer"),
    ):
        address.fill(url)
        look.click()
        expect(dialog.get_by_role("alert")).to_contain_text(reason)
    address.fill("https://he.wikipedia.org/wiki/מרקורי")
    look.click()
    dialog.get_by_role("button", name="מרקורי (כוכב לכת)").click()
    dialog.get_by_role("button", name="Save the text").click()
    page.get_by_role("link", name="About this text").click()
    expect(page.get_by_role("link", name=re.compile(r"^https:..he\.wikipedia\.org"))).to_be_visible()
    expect(page.get_by_text("CC BY-SA 4.0")).to_be_visible()


def test_whoever_does_not_know_what_to_read_is_shown_something(page: Page, library: Server) -> None:
    page.get_by_role("button", name="Surprise me").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("Wikipedia does not answer just now")
    dialog.get_by_label("Language").select_option("he")
    expect(dialog.get_by_role("listitem")).to_contain_text(["החתול הוא יונק", "הקרוב ביותר לשמש", "אל המסחר"])
    dialog.get_by_role("button", name="Something else").click()
    dialog.get_by_role("button", name="Read this: חתול").click()
    expect(page.get_by_role("dialog").get_by_text("הוא ישן רוב שעות היום.")).to_be_visible()


def test_its_owner_looks_after_a_text(page: Page, library: Server) -> None:
    text_id = added(library, "שלום לקולם. מה נשמע?", title="טעות")
    page.goto(f"{library.url}/texts/{text_id}")
    page.get_by_role("link", name="About this text").click()
    page.get_by_label("Title").fill("בלי טעות")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="בלי טעות")).to_be_visible()
    page.get_by_role("switch", name="Everybody may read it").check()
    page.get_by_role("searchbox", name="Find a sentence").fill("לקולם")
    page.get_by_role("button", name="Mend the wording: שלום לקולם.").click()
    page.get_by_label("The sentence").fill("שלום לכולם.")
    expect(page.get_by_text("keep the words that they were made with")).to_be_visible()
    page.get_by_role("button", name="Show how it will be read").click()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.get_by_role("button", name="Save the sentence").click()
    page.get_by_role("searchbox", name="Find a sentence").fill("")
    expect(page.locator("li[data-sentence]").first).to_contain_text("שלום לכולם.")
    headers = {"Authorization": f"Bearer {library.token()}"}
    text = HTTP.get(f"{library.url}/api/texts/{text_id}", headers=headers).json()
    assert (text["title"], text["public"], text["revision"]) == ("בלי טעות", True, 2)
    page.get_by_role("button", name="Take it out of the library").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it out").click()
    expect(page.get_by_role("heading", name="Texts")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^בלי טעות"))).to_have_count(0)
