"""How quick the studio is in a real Chromium, against a real server: `python -m tests.benchmarks.studio [minutes]`.

- from "stop" to hearing it: from the press to the first sound of the recording, by a reader who presses "play" as soon
  as it is there; after half a minute, and after `minutes` (5), heard at ten times the pace of time;
- from "keep" to "available": until the server answers a preview of those `minutes`, its worker being idle before;
- long tasks: what keeps the page busy for over 100 ms while half a minute is recorded, the processor slowed 4 times.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.benchmarks.memory import CLOCK, SPEED, read_until
from tests.browser.stage import HERE, RATE, added_text, deaf_chromium, read_for, signed_in, start_reading
from tests.reading import reading
from tests.running import Server, running, wait_until

SLOWED = 4
SHORT_S = 30
PRESS_EVERY_S = 3
LONG_MS = 100
HEARD_LIMIT_MS, AVAILABLE_LIMIT_S = 300, 5
WATCHING = """
window.__tasks = []
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) window.__tasks.push([startTime, duration])
}).observe({ type: 'longtask', buffered: true })
addEventListener('keydown', (event) => {
  if (event.key === 'Enter') window.__pressed = event.timeStamp
}, true)
addEventListener('playing', (event) => (window.__heard ??= performance.now()), true)
"""
LISTEN = """async () => {
  const until = (met) => new Promise((done) => {
    const look = () => (met() ? done(met()) : requestAnimationFrame(look))
    look()
  })
  const play = await until(() => document.querySelector('.play'))
  const shownMs = performance.now() - window.__pressed
  play.click()
  await until(() => window.__heard)
  return { shownMs, heardMs: window.__heard - window.__pressed }
}"""


def main(minutes: float) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "data") as server,
        sync_playwright() as started,
    ):
        minute = reading(Path(folder) / "readings", rate=RATE)

        def opened(name: str) -> Any:
            return deaf_chromium(started, Path(folder) / name, Path(minute.wav))

        with opened("short") as context:
            page = begun(context, server, added_text(server, minute, times=4))
            read_for(page, SHORT_S, PRESS_EVERY_S)
            short = heard(page)
        with opened("long") as context:
            context.add_init_script(path=HERE / "fast-microphone.js")
            text_id = added_text(server, minute, times=40)
            page = begun(context, server, text_id)
            clock = page.locator(CLOCK)
            read_until(minutes, SPEED, clock=clock.inner_text, press=lambda: page.keyboard.press("Space"))
            long = heard(page)
            wait_until(lambda: sent(page), 120, "all but the ending is sent")
            available_s = kept(page, server, text_id)
        with opened("slow") as context:
            page = begun(context, server, added_text(server, minute, times=4))
            began = page.evaluate("performance.now()")
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
            read_for(page, SHORT_S, PRESS_EVERY_S)
            tasks = [ms for at, ms in page.evaluate("window.__tasks") if at >= began]
    print(
        f"{'from stop to hearing, ' + str(SHORT_S) + ' s':<42}{short['heardMs']:7.0f} ms   (limit {HEARD_LIMIT_MS} ms)"
    )
    print(f"{'  until it can be played':<42}{short['shownMs']:7.0f} ms")
    print(f"{f'from stop to hearing, {minutes:g} minutes':<42}{long['heardMs']:7.0f} ms   (limit {HEARD_LIMIT_MS} ms)")
    print(f"{'  until it can be played':<42}{long['shownMs']:7.0f} ms")
    print(f"{f'from keep to available, {minutes:g} minutes':<42}{available_s:7.1f} s    (limit {AVAILABLE_LIMIT_S} s)")
    over = [ms for ms in tasks if ms > LONG_MS]
    print(f"{f'tasks over {LONG_MS} ms, slowed {SLOWED} times':<42}{len(over):7d}      (limit 0)")
    print(f"{'  the longest':<42}{max(tasks, default=0):7.0f} ms")


def begun(context: BrowserContext, server: Server, text_id: str) -> Page:
    context.add_init_script(WATCHING)
    page = signed_in(context, server)
    start_reading(page, f"{server.url}/texts/{text_id}")
    return page


def heard(page: Page) -> dict[str, float]:
    """Stop, and listen as soon as that is possible."""
    page.keyboard.press("Enter")
    told: dict[str, float] = page.evaluate(LISTEN)
    return told


def sent(page: Page) -> bool:
    return page.locator("[data-upload='upload.safe']").count() == 1


def kept(page: Page, server: Server, text_id: str) -> float:
    """Keep it; gives the seconds until it can be heard from the server."""
    page.get_by_role("button", name="Pause").click()
    token = server.token()
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}) as client:
        session = client.get("/api/sessions", params={"text_id": text_id}).json()["items"][0]["id"]
        page.get_by_role("button", name="Keep", exact=True).click()
        began = time.monotonic()
        wait_until(lambda: client.get(f"/api/sessions/{session}/preview").status_code == httpx.codes.OK, 120)
        return time.monotonic() - began


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5)
