"""What becomes of a reading: it is heard, its way is followed, it counts; and help for whoever has questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from tests.browser.people import browser_of
from tests.browser.stage import signed_in
from tests.chaos.readings import add_text, short_reading, take_of
from tests.client import Client, Outbox, new_id
from tests.running import Server

PUBLISHED_WITHIN_S = 60


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with browser_of(playwright) as browser:
        yield browser


@pytest.fixture(scope="module")
def readings(request: pytest.FixtureRequest) -> Path:
    return request.config.cache.mkdir("readings")


@pytest.fixture(scope="module")
def session_id(server: Server, readings: Path) -> str:
    return published(server, readings)


def published(server: Server, readings: Path) -> str:
    """The id of a reading of three sentences that can be heard now."""
    spoken = short_reading(readings)
    with Client(server.url, server.token()) as client:
        session_id = new_id()
        Outbox(client).send(session_id, add_text(client, spoken), take_of(spoken))
        client.wait_for(session_id, "uploaded", PUBLISHED_WITHIN_S)
    return session_id


@pytest.fixture
def page(browser: Browser, server: Server, session_id: str) -> Iterator[Page]:
    """The recording's page, on a screen of twice the usual density."""
    context = browser.new_context(device_scale_factor=2, color_scheme="dark")
    page = signed_in(context, server)
    page.goto(f"{server.url}/recordings/{session_id}")
    expect(sentences_of(page)).to_have_count(3)
    yield page
    context.close()


def sentences_of(page: Page) -> Locator:
    return page.get_by_role("list", name="Sentences").get_by_role("button")


def test_a_press_on_the_waveform_leads_to_the_sentence_that_lies_there(page: Page) -> None:
    sentences = sentences_of(page)
    expect(sentences.nth(0)).to_have_attribute("aria-current", "true")
    waveform = page.locator("canvas")
    box = waveform.bounding_box()
    assert box is not None
    waveform.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    expect(sentences.nth(1)).to_have_attribute("aria-current", "true")
    assert waveform.evaluate("canvas => canvas.width") == round(box["width"] * 2), "it is as dense as the screen"
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 9)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 50, box["y"] + 9, steps=4)
    page.mouse.up()
    expect(sentences.nth(2)).to_have_attribute("aria-current", "true")


def test_keys_play_a_sentence_again_and_again_at_a_speed_that_is_kept(page: Page) -> None:
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("KeyR")
    for _ in range(3):
        page.keyboard.press("+")
    expect(page.get_by_role("button", name="Repeat the sentence")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Speed")).to_have_value("2")
    turns = page.evaluate_handle(
        """() => {
            const turns = []
            document.querySelector('audio').addEventListener('seeking', ({ target }) => turns.push(target.currentTime))
            return turns
        }"""
    )
    page.keyboard.press("Space")
    page.wait_for_function("turns => turns.length > 1", arg=turns)
    expect(sentences_of(page).nth(1)).to_have_attribute("aria-current", "true")
    page.reload()
    expect(page.get_by_label("Speed")).to_have_value("2")


def test_one_recording_leads_to_the_next(page: Page, server: Server, session_id: str, readings: Path) -> None:
    newest = f"{server.url}/recordings/{published(server, readings)}"
    page.goto(newest)
    older, newer = (page.get_by_role("link", name=f"{which} recording") for which in ("Previous", "Next"))
    expect(older).to_be_visible()
    expect(newer).to_have_count(0)
    older.click()
    page.wait_for_url(f"**/{session_id}")
    newer.click()
    page.wait_for_url(newest)


def test_what_becomes_of_a_recording_is_told_without_a_reload(browser: Browser, server: Server, readings: Path) -> None:
    context = browser.new_context()
    page = signed_in(context, server)
    spoken = short_reading(readings)
    with Client(server.url, server.token()) as client:
        text_id, session_id = add_text(client, spoken), new_id()
        page.goto(f"{server.url}/recordings?text={text_id}")
        expect(page.get_by_text("There is no such recording")).to_be_visible()
        stays = page.evaluate("window.stays = true")
        Outbox(client).send(session_id, text_id, take_of(spoken))
        row = page.locator(f"[data-session='{session_id}']")
        expect(row).to_have_attribute("data-state", "uploaded", timeout=PUBLISHED_WITHIN_S * 1000)
        expect(row.get_by_text("Published")).to_be_visible()
    assert stays == page.evaluate("window.stays"), "the page was loaded anew"
    context.close()


def test_a_recording_of_which_nothing_was_kept_says_so(browser: Browser, server: Server, readings: Path) -> None:
    context = browser.new_context()
    page = signed_in(context, server)
    spoken = short_reading(readings)
    take = take_of(spoken)
    with Client(server.url, server.token()) as client:
        text_id, session_id = add_text(client, spoken), new_id()
        page.goto(f"{server.url}/recordings?text={text_id}")
        expect(page.get_by_text("There is no such recording")).to_be_visible()
        Outbox(client).send(session_id, text_id, replace(take, drop_last=len(take.marks)))
        row = page.locator(f"[data-session='{session_id}']")
        expect(row).to_have_attribute("data-state", "discarded", timeout=PUBLISHED_WITHIN_S * 1000)
    words = "It holds no sentence that was read to its end and kept"
    expect(row.get_by_text(words)).to_be_visible()
    expect(row.get_by_role("button")).to_have_count(0)
    page.goto(f"{server.url}/recordings?text={text_id}&show=trouble")
    expect(row.get_by_text(words)).to_be_visible()
    page.goto(f"{server.url}/recordings/{session_id}")
    expect(page.get_by_text(words)).to_be_visible()
    context.close()


def test_standings_follow_what_is_published_and_help_is_there_for_whoever_is_not_signed_in(
    browser: Browser, page: Page, server: Server
) -> None:
    page.get_by_role("link", name="Standings").click()
    expect(page.get_by_role("heading", name="Standings")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="you").get_by_text("(Gold)")).to_be_attached()

    context = browser.new_context(viewport={"width": 320, "height": 640}, locale="he")
    stranger = context.new_page()
    stranger.goto(server.url)
    stranger.get_by_role("link", name="עזרה").click()
    stranger.get_by_role("searchbox").fill("סוללה")
    expect(stranger.get_by_role("heading", level=3)).to_have_text(["סגרתי את הדף, או שהסוללה נגמרה."])
    assert stranger.evaluate("document.documentElement.scrollWidth") <= 320, "one would have to scroll sideways"
    context.close()
