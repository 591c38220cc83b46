"""What a long recording takes of the browser's memory.

    python -m tests.benchmarks.memory [minutes] [--as-time-passes]

A real Chromium records, stores and sends to a real server while the reader presses "next" every few seconds. The
microphone hears ten times as fast as time passes, unless it is asked to take its time. Memory is what the kernel
counts for the processes of the browser (PSS) without the files that it shares with other programs, the least of some
looks.

Nobody but the recording must fill the memory, so the browser is the one that people have, its service worker included,
and is spoken to directly: Playwright listens to the page's network, and for that Chromium keeps the body of every
request, which is all the sound once more. For the same reason no collection of garbage is asked for.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.browser.remote import Remote, remote
from tests.browser.stage import CHROMIUM, FLAGS, HERE, RATE, added_text, processes_of
from tests.reading import Reading, reading
from tests.running import Server, running, wait_until

MB = 1024
LIMIT_MB = 20
LOOKS, LOOK_EVERY_S = 20, 0.5
SPEED = 10
PRESS_EVERY_S = 5
STARTS_WITHIN_S = 30
CLOCK = "[data-state=recording] .time bdi"
KEYS = {"Enter": ("Enter", 13, "\r"), "Space": (" ", 32, " ")}
"""Of a key's place on the keyboard: its name, its number on Windows, and what it types."""


class Memory(NamedTuple):
    page_mb: float
    """Of the page and its worker, which share a process."""
    all_mb: float


def main(minutes: float, *, speed: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "data") as server,
    ):
        minute = reading(Path(folder) / "readings", rate=RATE)
        early, late = recorded(server, minute, Path(folder), minutes, speed=speed)
    uncoded_mb = minutes * 60 * RATE * 2 / 1e6
    print(f"recorded {minutes:g} minutes in {minutes * 60 / speed:.0f} s, {uncoded_mb:.0f} MB of uncoded sound")
    print(f"{'':<28}{'after 1 min':>14}{f'after {minutes:g} min':>14}{'more':>10}")
    for name, before, after in (
        ("page and recorder", early.page_mb, late.page_mb),
        ("all of the browser", early.all_mb, late.all_mb),
    ):
        print(f"{name:<28}{before:>11.1f} MB{after:>11.1f} MB{after - before:>+7.1f} MB   (limit +{LIMIT_MB} MB)")


class Page:
    """The one page of a Chromium that only this program speaks to."""

    def __init__(self, browser: Remote) -> None:
        self._browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def call(self, method: str, **params: object) -> None:
        self._browser.call(method, session=self._session, **params)

    def text(self, selector: str) -> str:
        """The words of the first such element; empty while there is none."""
        expression = f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"
        told = self._browser.call("Runtime.evaluate", session=self._session, expression=expression)
        return str(told["result"]["value"])

    def opens(self, address: str, until: str) -> None:
        self.call("Page.navigate", url=address)
        wait_until(lambda: self.text(until), STARTS_WITHIN_S, f"{until} of {address}")

    def press(self, code: str) -> None:
        key, number, types = KEYS[code]
        pressed = {"key": key, "code": code, "windowsVirtualKeyCode": number}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=types, **pressed)
        self.call("Input.dispatchKeyEvent", type="keyUp", **pressed)


@contextmanager
def unwatched_chromium(profile: Path, microphone: Path) -> Iterator[Page]:
    """Chromium as people have it; its microphone plays the file once when it is opened."""
    where = profile / "DevToolsActivePort"
    fake = f"--use-file-for-fake-audio-capture={microphone}%noloop"
    flags = [*FLAGS, "--headless", "--remote-debugging-port=0", f"--user-data-dir={profile}", fake]
    process = subprocess.Popen([CHROMIUM, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: where.exists() and where.read_text().count("\n") == 1, STARTS_WITHIN_S, "Chromium starts")
        port, path = where.read_text().split()
        with remote(f"ws://127.0.0.1:{port}{path}") as browser:
            yield Page(browser)
            browser.call("Browser.close")
    finally:
        process.terminate()
        process.wait()
        wait_until(lambda: not processes_of(profile), STARTS_WITHIN_S, "Chromium is gone")


def recorded(
    server: Server, minute: Reading, folder: Path, minutes: float, *, speed: int = SPEED, looks: int = LOOKS
) -> tuple[Memory, Memory]:
    """Memory after one minute and after `minutes` of recording."""
    microphone = played_again_and_again(minute, folder / "microphone.wav", minutes)
    text_id = added_text(server, minute, times=40)
    profile = folder / "profile"
    with unwatched_chromium(profile, microphone) as page:
        if speed != 1:
            page.call("Page.enable")
            page.call("Page.addScriptToEvaluateOnNewDocument", source=(HERE / "fast-microphone.js").read_text())
        page.opens(server.sign_in_link(), "h1")
        page.opens(f"{server.url}/texts/{text_id}", "[data-state=idle]")
        page.press("Enter")
        wait_until(lambda: page.text("[data-state=recording]"), STARTS_WITHIN_S, "it records")
        clock, press = partial(page.text, CLOCK), partial(page.press, "Space")
        read_until(1, speed, clock=clock, press=press)
        early = memory_of(profile, looks)
        read_until(minutes, speed, clock=clock, press=press)
        late = memory_of(profile, looks)
        page.press("Enter")
        wait_until(lambda: page.text("[data-state=stopped]"), STARTS_WITHIN_S, "it has stopped")
    return early, late


def played_again_and_again(minute: Reading, path: Path, minutes: float) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(minute.rate)
        for _ in range(math.ceil(minutes) + 1):
            file.writeframes(minute.pcm().tobytes())
    return path


def read_until(minutes: float, speed: int, *, clock: Callable[[], str], press: Callable[[], None]) -> None:
    """Press "next" now and then, until the studio's clock says that so much is recorded."""
    while recorded_s(clock()) < minutes * 60:
        due = time.monotonic() + PRESS_EVERY_S / speed
        wait_until(lambda due=due: time.monotonic() >= due, PRESS_EVERY_S + 5)
        press()


def recorded_s(clock: str) -> int:
    """The seconds that the studio's clock shows."""
    seconds = 0
    for part in clock.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds


def memory_of(profile: Path, looks: int) -> Memory:
    seen = []
    for _ in range(looks):
        by_pid = {pid: own_mb(pid) for pid in processes_of(profile)}
        renderers = [
            mb for pid, mb in by_pid.items() if b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]
        seen.append(Memory(max(renderers), sum(by_pid.values())))
        due = time.monotonic() + LOOK_EVERY_S
        wait_until(lambda due=due: time.monotonic() >= due, LOOK_EVERY_S + 5)
    return Memory(min(memory.page_mb for memory in seen), min(memory.all_mb for memory in seen))


def own_mb(pid: int) -> float:
    """What a process has of memory, without the files that it shares with others, such as its program."""
    facts = dict(line.split(":") for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    return (int(facts["Pss"].split()[0]) - int(facts["Pss_File"].split()[0])) / MB


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    main(float(given[0]) if given else 30, speed=1 if "--as-time-passes" in sys.argv else SPEED)
