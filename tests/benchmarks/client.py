"""How light and how quick the studio comes up: `python -m tests.benchmarks.client [loads]`.

A real Chromium opens a text of some length at a real server on this machine, each time as a browser that was never
here before (nothing in its cache), its processor slowed 4 times:

- what it transfers: bytes of scripts and styles as they come over the wire, until the text can be read aloud, with
  and without the recorder and its thread, for which the first screen of a tab does not wait;
- largest contentful paint (https://web.dev/articles/lcp);
- total blocking time: of each long task between the first contentful paint and five seconds without one, what is over
  50 ms (https://web.dev/articles/tbt).
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from tests.browser.people import browser_of
from tests.browser.stage import RATE, added_text, signed_in
from tests.reading import reading
from tests.running import running

SLOWED = 4
LOADS = 9
TOLERATED_MS = 50
RECORDER = ("/assets/recorder-", "/assets/worker-")
BYTES_LIMIT_KB, PAINT_LIMIT_MS, BLOCKING_LIMIT_MS = 90, 1200, 150
WATCHING = """
window.__seen = { paintMs: 0, firstMs: 0, tasks: [] }
const watch = (type, heard) =>
  new PerformanceObserver((list) => list.getEntries().forEach(heard)).observe({ type, buffered: true })
watch('largest-contentful-paint', (entry) => (window.__seen.paintMs = entry.startTime))
watch('paint', ({ name, startTime }) => {
  if (name === 'first-contentful-paint') window.__seen.firstMs = startTime
})
watch('longtask', ({ startTime, duration }) => window.__seen.tasks.push([startTime, startTime + duration]))
window.__quiet = new Promise((done) => setInterval(() => {
  const { tasks, paintMs } = window.__seen
  const quietMs = performance.now() - Math.max(paintMs, ...tasks.map(([, end]) => end))
  if (document.querySelector('[data-state=idle]') !== null && quietMs >= 5000) done()
}, 1000))
"""
TRANSFERRED = """() => performance.getEntriesByType('resource')
  .filter(({ name }) => /[.](js|css)$/.test(name))
  .map(({ name, encodedBodySize }) => [name, encodedBodySize])"""


class Load(NamedTuple):
    paint_ms: float
    blocking_ms: float
    longest_ms: float
    files: dict[str, int]
    """Bytes of each script and style, as transferred."""


def main(loads: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "data") as server,
        sync_playwright() as started,
        browser_of(started) as browser,
    ):
        text_id = added_text(server, reading(Path(folder) / "readings", rate=RATE), times=10)
        with browser.new_context() as context:
            signed_in(context, server).get_by_role("heading", name="Texts").wait_for()
            cookies: Any = context.storage_state()
        done = [loaded(browser, cookies, f"{server.url}/texts/{text_id}") for _ in range(loads)]
    files = done[-1].files
    for name, size in sorted(files.items(), key=lambda of: -of[1]):
        print(f"  {name:<44}{size / 1000:7.1f} kB")
    total = sum(files.values()) / 1000
    recorder = sum(size for name, size in files.items() if name.startswith(RECORDER)) / 1000
    print(f"{'scripts and styles of the first load':<46}{total:7.1f} kB   (limit {BYTES_LIMIT_KB} kB)")
    print(f"{'  without the recorder':<46}{total - recorder:7.1f} kB")
    told("largest contentful paint", [load.paint_ms for load in done], PAINT_LIMIT_MS)
    told("total blocking time", [load.blocking_ms for load in done], BLOCKING_LIMIT_MS)
    told("the longest task", [load.longest_ms for load in done], None)


def told(what: str, figures: list[float], limit: int | None) -> None:
    shown = f"{statistics.median(figures):7.0f} ms   median of {len(figures)}, {min(figures):.0f} to {max(figures):.0f}"
    print(f"{what:<46}{shown}{f'   (limit {limit} ms)' if limit else ''}")


def loaded(browser: Browser, cookies: Any, address: str) -> Load:
    """The address, opened by somebody who is signed in and has nothing of ours in the browser's cache."""
    with browser.new_context(storage_state=cookies) as context:
        page = context.new_page()
        page.add_init_script(WATCHING)
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        page.goto(address)
        page.evaluate("window.__quiet")  # nothing else is asked of the page before: it would be work for it
        seen, transferred = page.evaluate("window.__seen"), page.evaluate(TRANSFERRED)
    long = [end - max(start, seen["firstMs"]) for start, end in seen["tasks"] if end > seen["firstMs"]]
    return Load(
        paint_ms=seen["paintMs"],
        blocking_ms=sum(max(0.0, ms - TOLERATED_MS) for ms in long),
        longest_ms=max(long, default=0.0),
        files={urlsplit(address).path: size for address, size in transferred},
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LOADS)
