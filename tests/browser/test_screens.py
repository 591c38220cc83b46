"""What a person does on each screen, with a real microphone's sound and real uploads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.browser.stage import (
    RATE,
    Heard,
    added_text,
    chromium,
    decoded,
    published,
    read_on,
    same_sound,
    signed_in,
    start_reading,
    where,
    without,
)
from tests.reading import Reading
from tests.running import Server, wait_until

HEBREW_TEXT = "שלום לכולם. מה שלומכם היום?\nהכול טוב, תודה."
LOOKS_FOR_ROOM_MS = 15_000
TRUE_QUOTA = "--disable-features=StaticStorageQuota"
"""Else Chromium tells pages of 10 GiB, whatever there is."""
FIFTY_MB_AT_ONCE = """async () => {
  const opening = indexedDB.open('much', 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore('much')
  await new Promise((opened) => (opening.onsuccess = opened))
  const transaction = opening.result.transaction('much', 'readwrite')
  for (let n = 0; n < 1000; n++) transaction.objectStore('much').put(new Uint8Array(50_000), n)
  return new Promise((ended) => {
    transaction.oncomplete = () => ended(null)
    transaction.onabort = () => ended(transaction.error.name)
  })
}"""


@pytest.fixture
def context(playwright: Playwright, microphone: Path, tmp_path: Path) -> Iterator[BrowserContext]:
    with chromium(playwright, tmp_path / "profile", microphone) as opened:
        yield opened


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Page:
    return signed_in(context, server)


@pytest.fixture
def narrow(playwright: Playwright, server: Server, microphone: Path, tmp_path: Path) -> Iterator[Page]:
    """A page of a browser that says truly how much room it has."""
    with chromium(playwright, tmp_path / "profile", microphone, TRUE_QUOTA) as opened:
        yield signed_in(opened, server)


def leave_room(page: Page, server: Server, *, seconds: int) -> None:
    """Let the browser keep so much uncoded sound on this device, and no more."""
    used = page.evaluate("navigator.storage.estimate().then(({ usage }) => usage)")
    quota = {"origin": server.url, "quotaSize": max(1, used + seconds * RATE * 2)}
    page.context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", quota)


def fill(page: Page, server: Server) -> None:
    """Let this device take nothing more at all.

    For half a minute Chromium believes what it knew of the room, unless more is wanted at once than there was.
    """
    leave_room(page, server, seconds=-1)
    assert page.evaluate(FIFTY_MB_AT_ONCE) == "QuotaExceededError"


def test_without_a_sign_in_one_is_told_how_to_get_in(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    page.goto(f"{server.url}/recordings")
    expect(page.get_by_text("How to sign in")).to_be_visible()


def test_a_used_link_says_so(context: BrowserContext, server: Server) -> None:
    link = server.sign_in_link()
    page = context.new_page()
    page.goto(link)
    expect(page.get_by_role("heading", name="Texts")).to_be_visible()
    other = context.new_page()
    context.clear_cookies()
    other.goto(link)
    expect(other.get_by_text("That link does not work any more")).to_be_visible()


def test_a_pasted_text_is_shown_in_sentences_before_it_is_kept(page: Page) -> None:
    page.get_by_role("button", name="Add a text").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("The text").fill(HEBREW_TEXT)
    dialog.get_by_label("Title").fill("בוקר טוב")
    dialog.get_by_role("button", name="Show the sentences").click()
    expect(dialog.get_by_text("3 sentences")).to_be_visible()
    dialog.get_by_role("button", name="Save the text").click()
    expect(page.locator("[data-sentence]")).to_have_text(["שלום לכולם.", "מה שלומכם היום?", "הכול טוב, תודה."])
    page.goto(page.url.split("/texts/")[0])
    expect(page.get_by_role("link", name=re.compile("^בוקר טוב"))).to_be_visible()


def test_a_recording_is_heard_at_once_and_later_with_its_captions(page: Page, server: Server, minute: Reading) -> None:
    text_id = added_text(server, minute)
    start_reading(page, f"{server.url}/texts/{text_id}")
    read_on(page, "Space")
    read_on(page, "Space")
    read_on(page, "Enter")
    sentences = page.get_by_role("list", name="Sentences").get_by_role("button")
    expect(sentences).to_have_count(3)
    page.get_by_role("button", name="Keep", exact=True).click()
    record, _ = published(server, text_id)
    page.goto(f"{server.url}/recordings/{record['session_id']}")
    expect(sentences).to_have_count(3)
    sentences.nth(1).click()
    expect(sentences.nth(1)).to_have_attribute("aria-current", "true")
    expect(sentences.nth(2)).to_have_attribute("aria-current", "true")
    position = page.evaluate("document.querySelector('audio').currentTime * 1000")
    assert position >= record["cues"][2]["start_ms"] - 50


def test_a_device_short_of_room_is_told_of_and_the_recording_stops_by_itself_and_is_kept(
    narrow: Page, server: Server, minute: Reading
) -> None:
    text_id = added_text(server, minute)
    leave_room(narrow, server, seconds=330)
    start_reading(narrow, f"{server.url}/texts/{text_id}")
    expect(narrow.get_by_text("This device has room for 5 more minutes.")).to_be_visible()
    read_on(narrow, "Space")
    leave_room(narrow, server, seconds=50)
    expect(narrow.get_by_role("alert")).to_contain_text("no more room", timeout=LOOKS_FOR_ROOM_MS)
    narrow.get_by_role("button", name="Keep", exact=True).click()
    record, _ = published(server, text_id)
    assert [cue["sentence"] for cue in record["cues"]] == [0]
    assert record["problems"] == []


@pytest.mark.parametrize("when", ["recording", "stopped"])
def test_a_full_device_says_that_it_cannot_keep_and_gives_what_was_recorded_as_a_file(
    when: str, narrow: Page, server: Server, minute: Reading, tmp_path: Path
) -> None:
    text_id = added_text(server, minute)
    leave_room(narrow, server, seconds=100)
    start_reading(narrow, f"{server.url}/texts/{text_id}")
    read_on(narrow, "Space")
    if when == "recording":
        read_on(narrow, lambda: fill(narrow, server))
        expect(narrow.get_by_role("alert")).to_contain_text("no more room", timeout=LOOKS_FOR_ROOM_MS)
    else:
        read_on(narrow, "Enter")
        expect(narrow.locator("[data-state]")).to_have_attribute("data-state", "stopped")
        fill(narrow, server)
    ear = Heard(narrow, RATE)
    keep = narrow.get_by_role("button", name="Keep", exact=True)
    keep.click()
    expect(narrow.get_by_text("make some room, and try again")).to_be_visible()
    with narrow.expect_download() as downloading:
        narrow.get_by_role("button", name="Download").click()
    downloading.value.save_as(tmp_path / "recorded.flac")
    leave_room(narrow, server, seconds=1000)
    keep.click()
    record, folder = published(server, text_id)
    assert [cue["sentence"] for cue in record["cues"]] == ([0] if when == "recording" else [0, 1])
    assert record["problems"] == []
    given = decoded(tmp_path / "recorded.flac", RATE)
    assert np.array_equal(given, decoded(folder / "source.audio.flac", RATE))
    whole = without(record["gaps"], given)
    assert same_sound(whole, ear.pcm[where(whole, ear.pcm) :], RATE) == ""


def test_a_deleted_recording_is_gone_from_list_and_archive(page: Page, server: Server, minute: Reading) -> None:
    text_id = added_text(server, minute)
    start_reading(page, f"{server.url}/texts/{text_id}")
    read_on(page, "Enter")
    page.get_by_role("button", name="Keep", exact=True).click()
    _, folder = published(server, text_id)
    page.goto(f"{server.url}/recordings")
    page.get_by_role("button", name="Delete").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("The recording is deleted.")).to_be_attached()
    wait_until(lambda: not any(folder.glob("*")), 20, "the archive forgets the session")


def test_the_interface_in_hebrew_runs_from_right_to_left(page: Page) -> None:
    page.get_by_role("button", name="Account").click()
    page.get_by_role("radio", name="עברית").check()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("html")).to_have_attribute("lang", "he")
    expect(page.get_by_role("heading", name="טקסטים")).to_be_visible()


def test_nothing_is_fetched_from_anywhere_else_and_no_policy_is_broken(
    page: Page, server: Server, minute: Reading
) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for address in ("/", "/recordings", f"/texts/{added_text(server, minute)}"):
        page.goto(server.url + address)
        page.get_by_role("heading").first.wait_for()
    start_reading(page, page.url)
    read_on(page, "Enter")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "idle")
    assert complaints == []
    assert {url for url in asked if not url.startswith((server.url, "blob:", "data:"))} == set()
