"""What a long recording takes of the browser's memory.

    python -m tests.benchmarks.memory [minutes] [--as-time-passes]

A real Chromium records, stores and sends to a real server while the reader presses "next" every few seconds. The
microphone hears ten times as fast as time passes, unless it is asked to take its time. Memory is what the kernel
counts for the processes of the browser (PSS), the least of some looks, since nobody knows when garbage is collected.
"""

from __future__ import annotations

import math
import sys
import tempfile
import time
import wave
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, Playwright, sync_playwright

from tests.browser.stage import HERE, RATE, added_text, deaf_chromium, processes_of, signed_in, start_reading
from tests.reading import Reading, reading
from tests.running import Server, running, wait_until

MB = 1024
LIMIT_MB = 20
LOOKS, LOOK_EVERY_S = 20, 0.5
SPEED = 10
PRESS_EVERY_S = 5


class Memory(NamedTuple):
    page_mb: float
    """Of the page and its worker, which share a process."""
    all_mb: float


def main(minutes: float, *, speed: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "data") as server,
        sync_playwright() as started,
    ):
        minute = reading(Path(folder) / "readings", rate=RATE)
        early, late = recorded(started, server, minute, Path(folder), minutes, speed=speed)
    uncoded_mb = minutes * 60 * RATE * 2 / 1e6
    print(f"recorded {minutes:g} minutes in {minutes * 60 / speed:.0f} s, {uncoded_mb:.0f} MB of uncoded sound")
    print(f"{'':<28}{'after 1 min':>14}{f'after {minutes:g} min':>14}{'more':>10}")
    for name, before, after in (
        ("page and recorder", early.page_mb, late.page_mb),
        ("all of the browser", early.all_mb, late.all_mb),
    ):
        print(f"{name:<28}{before:>11.1f} MB{after:>11.1f} MB{after - before:>+7.1f} MB   (limit +{LIMIT_MB} MB)")


def recorded(
    playwright: Playwright,
    server: Server,
    minute: Reading,
    folder: Path,
    minutes: float,
    *,
    speed: int = SPEED,
    looks: int = LOOKS,
) -> tuple[Memory, Memory]:
    """Memory after one minute and after `minutes` of recording."""
    microphone = played_again_and_again(minute, folder / "microphone.wav", minutes)
    text_id = added_text(server, minute, times=40)
    profile = folder / "profile"
    with deaf_chromium(playwright, profile, microphone) as context:
        if speed != 1:
            context.add_init_script(path=HERE / "fast-microphone.js")
        page = signed_in(context, server)
        start_reading(page, f"{server.url}/texts/{text_id}")
        read_until(page, 1, speed)
        early = memory_of(page, profile, looks)
        read_until(page, minutes, speed)
        late = memory_of(page, profile, looks)
        page.keyboard.press("Enter")
        page.locator("[data-state=stopped]").wait_for()
    return early, late


def played_again_and_again(minute: Reading, path: Path, minutes: float) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(minute.rate)
        for _ in range(math.ceil(minutes) + 1):
            file.writeframes(minute.pcm().tobytes())
    return path


def read_until(page: Page, minutes: float, speed: int) -> None:
    """Press "next" now and then, until the studio's clock says that so much is recorded."""
    while recorded_s(page) < minutes * 60:
        due = time.monotonic() + PRESS_EVERY_S / speed
        wait_until(lambda due=due: time.monotonic() >= due, PRESS_EVERY_S + 5)
        page.keyboard.press("Space")
        assert page.locator("[data-state=recording]").count() == 1, page.locator("main").inner_text()


def recorded_s(page: Page) -> int:
    seconds = 0
    for part in page.locator(".time bdi").inner_text().split(":"):
        seconds = seconds * 60 + int(part)
    return seconds


def memory_of(page: Page, profile: Path, looks: int) -> Memory:
    seen = []
    collector = page.context.new_cdp_session(page)
    for _ in range(looks):
        collector.send("HeapProfiler.collectGarbage")
        by_pid = {pid: pss_mb(pid) for pid in processes_of(profile)}
        renderers = [
            mb for pid, mb in by_pid.items() if b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]
        seen.append(Memory(max(renderers), sum(by_pid.values())))
        due = time.monotonic() + LOOK_EVERY_S
        wait_until(lambda due=due: time.monotonic() >= due, LOOK_EVERY_S + 5)
    collector.detach()
    return Memory(min(memory.page_mb for memory in seen), min(memory.all_mb for memory in seen))


def pss_mb(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(rollup.split("\nPss:")[1].split()[0]) / MB


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    main(float(given[0]) if given else 30, speed=1 if "--as-time-passes" in sys.argv else SPEED)
