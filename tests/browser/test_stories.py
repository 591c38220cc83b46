"""What happens to readers: with a keyboard, with a thumb, with a microphone that is refused or pulled out."""

from __future__ import annotations

import itertools
from pathlib import Path

import httpx
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, expect

from tests.benchmarks.memory import LIMIT_MB, recorded
from tests.browser.stage import (
    RATE,
    Heard,
    added_text,
    chromium,
    decoded,
    published,
    read_for,
    read_on,
    same_sound,
    signed_in,
    start_reading,
    wait_a_moment,
    where,
    without,
)
from tests.reading import Reading
from tests.running import Server

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SENTENCES = 12
ENGLISH = "The sun rose over the hills. The children ran to the river. Grandmother read an old book by the window."
SIGNED_OUT_AT_S, CLOSED_AT_S = 12, 40
PRESS_EVERY_S = 4
LOST_AT_MOST_S = 0.5


def studio(page: Page) -> Locator:
    return page.locator("[data-state]")


def allow(context: BrowserContext, server: Server, setting: str) -> None:
    """What the reader says to the browser's question about the microphone, or changes later in its settings."""
    wanted = {"permission": {"name": "microphone"}, "setting": setting, "origin": server.url}
    context.new_cdp_session(context.pages[0]).send("Browser.setPermission", wanted)


def test_twelve_sentences_are_read_with_the_keyboard_alone(
    playwright: Playwright, server: Server, minute: Reading, microphone: Path, tmp_path: Path
) -> None:
    text_id = added_text(server, minute)
    with chromium(playwright, tmp_path / "profile", microphone) as context:
        page = signed_in(context, server)
        page.goto(f"{server.url}/texts/{text_id}")
        studio(page).wait_for()
        for key in ("ArrowDown", "ArrowLeft", "ArrowRight", "ArrowUp"):  # one may start anywhere, and starts at the top
            page.keyboard.press(key)
        expect(studio(page)).to_have_attribute("data-place", "0.0")
        page.keyboard.press("Enter")
        expect(studio(page)).to_have_attribute("data-state", "recording")
        for n in range(SENTENCES - 1):
            if n == 3:
                read_on(page, "Backspace")
            if n == 6:
                read_on(page, "Backspace")
                page.keyboard.press("Shift+Backspace")
            read_on(page, "Space" if n % 2 else "ArrowLeft")
        read_on(page, "Enter")
        expect(studio(page)).to_have_attribute("data-state", "stopped")
        expect(page.get_by_role("list", name="Sentences").get_by_role("button")).to_have_count(SENTENCES)
        page.keyboard.press("Space")
        expect(page.get_by_text("0:01 /")).to_be_visible()
        page.keyboard.press("Delete")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("Shift+Enter")
        expect(studio(page)).to_have_attribute("data-place", "2.1")
        page.keyboard.press("ArrowLeft")
        expect(studio(page)).to_have_attribute("data-place", "2.2")
        record, _ = published(server, text_id)
    cues = record["cues"]
    assert [(cue["paragraph"], cue["sentence"]) for cue in cues] == [divmod(n, 5) for n in range(SENTENCES - 1)]
    cut_out = [
        after["sentence"] + 5 * after["paragraph"]
        for before, after in itertools.pairwise(cues)
        if after["raw_start_sample"] > before["raw_end_sample"]
    ]
    assert cut_out == [3], "the slip is cut out, the undone one is not"


def test_an_english_text_is_read_with_a_thumb_and_then_with_arrows(
    playwright: Playwright, server: Server, microphone: Path, tmp_path: Path
) -> None:
    answer = httpx.post(
        f"{server.url}/api/texts",
        json={"kind": "prose", "prose": ENGLISH, "language": "en"},
        headers={"Authorization": f"Bearer {server.token()}"},
    )
    text_id = answer.json()["id"]
    with chromium(playwright, tmp_path / "profile", microphone, **PHONE) as context:
        page = signed_in(context, server)
        page.goto(f"{server.url}/texts/{text_id}")
        page.get_by_role("button", name="Start recording").tap()
        expect(studio(page)).to_have_attribute("data-state", "recording")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
        read_on(page, page.get_by_role("listbox").tap)
        expect(studio(page)).to_have_attribute("data-place", "0.1")
        read_on(page, page.get_by_role("button", name="Again", exact=True).tap)
        page.get_by_role("button", name="Undo").tap()
        read_on(page, page.get_by_role("button", name="Stop").tap)
        page.get_by_role("button", name="Keep", exact=True).tap()
        expect(studio(page)).to_have_attribute("data-place", "0.2")
        record, _ = published(server, text_id)
        assert [cue["sentence"] for cue in record["cues"]] == [0, 1]
        page.keyboard.press("ArrowLeft")
        expect(studio(page)).to_have_attribute("data-place", "0.1")
        wait_a_moment(page)
        page.keyboard.press("Enter")
        expect(studio(page)).to_have_attribute("data-state", "recording")
        read_on(page, "ArrowRight")
        expect(studio(page)).to_have_attribute("data-place", "0.2")
        read_on(page, "ArrowRight")  # the last sentence: the recording stops by itself
        expect(studio(page)).to_have_attribute("data-state", "stopped")


def test_a_microphone_is_refused_then_allowed_then_heard_then_pulled_out(
    playwright: Playwright, server: Server, minute: Reading, microphone: Path, tmp_path: Path
) -> None:
    text_id = added_text(server, minute)
    with chromium(playwright, tmp_path / "profile", microphone, asks=True) as context:
        page = signed_in(context, server)
        page.goto(f"{server.url}/texts/{text_id}")
        studio(page).wait_for()
        allow(context, server, "denied")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Allow it")
        expect(studio(page)).to_have_attribute("data-state", "idle")
        allow(context, server, "granted")
        expect(page.get_by_role("alert")).to_be_hidden()

        page.get_by_role("button", name="Check the microphone").click()
        expect(page.get_by_text("The browser leaves the sound as it is.")).to_be_visible()
        page.get_by_role("button", name="Record three seconds").click()
        expect(page.locator("[data-try]")).to_have_attribute("data-try", "playing")
        assert page.evaluate("document.querySelector('dialog ~ audio, dialog audio').duration") > 2.9
        expect(page.locator("[data-hearing]")).to_have_attribute("data-hearing", "good")
        page.keyboard.press("Escape")

        page.get_by_role("button", name="Start recording").dblclick()
        expect(studio(page)).to_have_attribute("data-state", "recording")
        read_on(page, "Space")
        expect(studio(page)).to_have_attribute("data-place", "0.1")
        read_on(page, lambda: allow(context, server, "denied"))
        expect(page.get_by_role("alert")).to_contain_text("pulled out or taken away")
        allow(context, server, "granted")
        page.get_by_role("button", name="Keep", exact=True).click()
        expect(studio(page)).to_have_attribute("data-place", "0.1")
        expect(page.locator("[data-upload]")).to_have_attribute("data-upload", "upload.safe")
        record, _ = published(server, text_id)
    assert [cue["sentence"] for cue in record["cues"]] == [0]


def test_another_tab_waits_for_its_turn_and_whoever_leaves_is_asked_and_takes_nothing_away(
    playwright: Playwright, server: Server, minute: Reading, microphone: Path, tmp_path: Path
) -> None:
    text_id = added_text(server, minute)
    with chromium(playwright, tmp_path / "profile", microphone) as context:
        page = signed_in(context, server)
        start_reading(page, f"{server.url}/texts/{text_id}")
        other = context.new_page()
        other.goto(f"{server.url}/texts/{text_id}")
        studio(other).wait_for()
        other.keyboard.press("Enter")
        expect(other.get_by_role("alert")).to_contain_text("Another tab or window of this browser is recording")
        other.close()

        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        page.close(run_before_unload=True)
        read_on(page, "Space")
        assert asked == ["beforeunload"]
        dialog = page.get_by_role("dialog", name="You are recording")
        page.get_by_role("link", name="All texts").click()
        dialog.get_by_role("button", name="Go on recording").click()
        read_on(page, "Space")
        expect(studio(page)).to_have_attribute("data-place", "0.2")
        page.get_by_role("link", name="All texts").click()
        dialog.get_by_role("button", name="Keep it and leave").click()
        expect(page.get_by_role("heading", name="Texts")).to_be_visible()
        record, _ = published(server, text_id)
    assert [cue["sentence"] for cue in record["cues"]] == [0, 1, 2]


def test_a_sign_in_expires_and_the_tab_is_closed_in_mid_recording(
    playwright: Playwright, server: Server, minute: Reading, microphone: Path, tmp_path: Path
) -> None:
    text_id = added_text(server, minute)
    with chromium(playwright, tmp_path / "profile", microphone) as context:
        page = signed_in(context, server)
        start_reading(page, f"{server.url}/texts/{text_id}")
        presses = read_for(page, SIGNED_OUT_AT_S, PRESS_EVERY_S)
        context.clear_cookies()
        line = page.locator("[data-upload]")
        expect(line).to_have_attribute("data-upload", "upload.signed-out")

        other = context.new_page()
        other.goto(f"{server.url}/texts")
        expect(other.get_by_text("How to sign in")).to_be_visible()
        expect(other.get_by_text("A recording")).to_be_hidden()
        expect(studio(page)).to_have_attribute("data-state", "recording")
        presses += read_for(page, CLOSED_AT_S - SIGNED_OUT_AT_S, PRESS_EVERY_S)
        heard = Heard(page, RATE)
        captured = heard.samples_by_now
        page.close()

        other.bring_to_front()
        other.reload()
        expect(other.get_by_text("A recording was cut off.")).to_be_visible()
        other.goto(server.sign_in_link())
        other.get_by_role("link", name="See it").click()
        other.get_by_role("button", name="Finish and send").click()
        record, folder = published(server, text_id)
    source = without(record["gaps"], decoded(folder / "source.audio.flac", RATE))
    first = where(source, heard.pcm)
    lost_s = (captured - first - len(source)) / RATE
    print(f"closed after {captured / RATE:.2f} s: {lost_s * 1000:.0f} ms lost, starved of {heard.starved_ms:.0f} ms")
    assert lost_s <= LOST_AT_MOST_S
    assert same_sound(source, heard.pcm[first : first + len(source)], RATE) == ""
    assert len(record["cues"]) in (presses - 1, presses)
    assert record["problems"] == []


def test_a_long_recording_takes_no_more_memory_than_a_short_one(
    server: Server, minute: Reading, tmp_path: Path
) -> None:
    early, late = recorded(server, minute, tmp_path, minutes=2, looks=12)
    print(f"page and recorder: {early.page_mb:.0f} MB after a minute, {late.page_mb:.0f} MB after two")
    assert late.page_mb - early.page_mb <= LIMIT_MB
