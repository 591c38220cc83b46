"""Without a network the client opens, a text that was opened before is read, and all of it arrives later."""

from __future__ import annotations

import contextlib
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from litestar import Litestar
from playwright.sync_api import Page, Playwright, expect

from adapters_http.headers import on_every_answer
from adapters_http.problems import refused
from adapters_http.requests import RecitalRequest
from adapters_http.web import BUILT, client_routes
from recital_core.errors import RecitalError
from tests.browser.people import browser_of
from tests.browser.stage import RATE, Heard, added_text, chromium, published, signed_in, start_reading
from tests.reading import Reading
from tests.running import LOOPBACK, Server, free_port, wait_until

KEPT = """async () => {
  await navigator.serviceWorker.ready
  return navigator.serviceWorker.controller !== null
}"""
OPENED = "caches.keys().then((names) => names.filter((name) => name.startsWith('recital-opened-')).length)"
RELEASE = re.compile(r"[0-9a-f]{16}")
STARTS_WITHIN_S = 20
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
        wait_until(lambda: page.evaluate(OPENED) == 0, STARTS_WITHIN_S, "what was opened is forgotten")


def test_a_new_release_says_so_and_comes_when_it_is_asked_for(playwright: Playwright, tmp_path: Path) -> None:
    folder, port = tmp_path / "client", free_port()
    shutil.copytree(BUILT, folder)
    with browser_of(playwright) as browser:
        page = browser.new_page()
        with served(folder, port):
            page.goto(f"http://{LOOPBACK}:{port}/sign-in")
            page.wait_for_function(KEPT)
            expect(page.get_by_role("button", name="Load it")).to_have_count(0)
        release_again(folder)
        with served(folder, port):
            page.reload()
            expect(page.locator("meta[name=second-release]")).to_have_count(0)
            page.get_by_role("button", name="Load it").click()
            expect(page.locator("meta[name=second-release]")).to_have_count(1)
            expect(page.get_by_role("button", name="Load it")).to_have_count(0)


def release_again(folder: Path) -> None:
    """Make another release of the built client, whose page is a little different."""
    page, worker = folder / "index.html", folder / "service-worker.js"
    page.write_text(page.read_text("utf-8").replace("<title>", '<meta name="second-release" content="" /><title>'))
    worker.write_text(RELEASE.sub("f" * 16, worker.read_text("utf-8")))
    for changed in (page, worker):
        changed.with_name(f"{changed.name}.br").unlink()


@contextlib.contextmanager
def served(folder: Path, port: int) -> Iterator[None]:
    """A built client alone, without the API."""
    app = Litestar(
        client_routes(folder),
        request_class=RecitalRequest,
        exception_handlers={RecitalError: refused},
        before_send=[on_every_answer(https_only=False, media_from=())],
        openapi_config=None,
    )
    site = uvicorn.Server(uvicorn.Config(app, host=LOOPBACK, port=port, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=site.run)
    thread.start()
    try:
        wait_until(lambda: site.started, STARTS_WITHIN_S, "the client is served")
        yield
    finally:
        site.should_exit = True
        thread.join()
