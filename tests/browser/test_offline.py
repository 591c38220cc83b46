"""Without a network the client opens, a text that was opened before is read, and all of it arrives later."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, Playwright, expect

from tests.browser.released import Released
from tests.browser.stage import RATE, Heard, added_text, chromium, published, read_on, signed_in, start_reading
from tests.reading import Reading
from tests.running import Server, wait_until

KEPT = """async () => {
  await navigator.serviceWorker.ready
  return navigator.serviceWorker.controller !== null
}"""
OPENED = "caches.keys().then((names) => names.filter((name) => name.startsWith('recital-opened-')).length)"
UPDATED = """async () => {
  const registration = await navigator.serviceWorker.ready
  await registration.update()
  const worker = registration.installing ?? registration.waiting
  while (worker.state !== 'installed') await new Promise((changed) => (worker.onstatechange = changed))
}"""
FORGOTTEN_WITHIN_S = 20
ENOUGH_S = 1.5


def kept_with(page: Page, text_id: str, server: Server) -> None:
    """Open a text while the server is there, and wait until this device keeps it, and the client."""
    page.goto(f"{server.url}/texts/{text_id}")
    page.locator("[data-state]").wait_for()
    page.wait_for_function(KEPT)
    page.wait_for_function(f"caches.match('/texts/{text_id}').then((kept) => kept !== undefined)")


def test_a_text_that_was_opened_is_read_without_a_server_and_arrives_later(
    playwright: Playwright, server: Server, minute: Reading, microphone: Path, tmp_path: Path
) -> None:
    text_id, other_id = added_text(server, minute), added_text(server, minute)
    with chromium(playwright, tmp_path / "profile", microphone, service_workers="allow") as context:
        page = signed_in(context, server)
        kept_with(page, text_id, server)
        page.close()
        server.stop()
        try:
            page = context.new_page()
            page.goto(server.url)
            expect(page.get_by_role("link", name="קריאה")).to_have_count(1)
            page.goto(f"{server.url}/texts/{other_id}")
            expect(page.get_by_text("The server does not answer")).to_be_visible()
            start_reading(page, f"{server.url}/texts/{text_id}")
            Heard(page, RATE, at_least_s=ENOUGH_S)
            page.keyboard.press("Enter")
            page.get_by_role("button", name="Keep", exact=True).click()
            expect(page.locator("[data-state]")).to_have_attribute("data-state", "idle")
        finally:
            server.start()
        record, _ = published(server, text_id)
        assert [cue["sentence"] for cue in record["cues"]] == [0]
        page.goto(server.url)
        page.get_by_role("button", name="Account").click()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_text("How to sign in").wait_for()
        wait_until(lambda: page.evaluate(OPENED) == 0, FORGOTTEN_WITHIN_S, "what was opened is forgotten")


def test_a_new_release_disturbs_no_recording_says_so_then_and_comes_when_it_is_asked_for(
    playwright: Playwright, minute: Reading, microphone: Path, tmp_path: Path
) -> None:
    server = Released(tmp_path / "data")
    try:
        server.start()
        text_id = added_text(server, minute)
        with chromium(playwright, tmp_path / "profile", microphone, service_workers="allow") as context:
            page = signed_in(context, server)
            kept_with(page, text_id, server)
            start_reading(page, f"{server.url}/texts/{text_id}")
            server.release_again()
            page.evaluate(UPDATED)
            load, studio = page.get_by_role("button", name="Load it"), page.locator("[data-state]")
            read_on(page, "Space")
            expect(studio).to_have_attribute("data-place", "0.1")
            expect(load).to_have_count(0)
            read_on(page, "Enter")
            expect(studio).to_have_attribute("data-state", "stopped")
            expect(load).to_have_count(0)
            page.get_by_role("button", name="Keep", exact=True).click()
            expect(page.locator("meta[name=second-release]")).to_have_count(0)
            load.click()
            expect(page.locator("meta[name=second-release]")).to_have_count(1)
            expect(load).to_have_count(0)
            record, _ = published(server, text_id)
        assert [cue["sentence"] for cue in record["cues"]] == [0, 1]
    finally:
        server.end()
