"""A real Chromium whose microphone plays a reading with a known truth, and a second ear on that microphone."""

from __future__ import annotations

import base64
import json
import secrets
import shutil
import subprocess
import time
import wave
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.reading import Reading
from tests.running import HTTP, Server, wait_until

PUBLISHED_WITHIN_S = 60
ROUNDING = 2
"""Samples go through 32-bit floats on their way; two ears may round them differently."""
STAMPS_OFF_MS = 2
HERE = Path(__file__).parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "chromium")
ALWAYS_ALLOWED = "--use-fake-ui-for-media-stream"
FLAGS = (
    ALWAYS_ALLOWED,
    "--use-fake-device-for-media-stream",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PRESSED_APART_S = 1.0
EAGER_MS = 500
PATIENCE_S = 30
RATE = 44_100
"""Of Chromium's fake microphone; a reading of the same rate reaches the page without resampling."""
LEAD_MS = 2500
"""Silence before the reading: the microphone plays from its opening, the recording starts a little later."""

AROUND_MS = 3000
"""The fake microphone skips 10 ms now and then when the machine is busy: its pace is told by what is near."""

CHIRP_MS = 30
CHIRP_HZ = (1500, 6000)
CHIRP_LOUD = 100
"""50 dB below full scale: the matched filter finds it in the noise, and it is nothing beside a voice."""
CHIRP_BEFORE_MS = 150
CHIRP_ALIKE = 0.7
"""A chirp in the noise is alike to itself by more than 0.9, a voice by less than half."""

Samples = npt.NDArray[np.int16]


def chirp(rate: int) -> npt.NDArray[np.float64]:
    """A short rising tone, as no voice makes it."""
    at = np.arange(rate * CHIRP_MS // 1000) / rate
    low, high = CHIRP_HZ
    tone = np.sin(2 * np.pi * (low + (high - low) * at / at[-1] / 2) * at)
    return np.asarray(CHIRP_LOUD * np.hanning(len(at)) ** 0.5 * tone)


def chirps_of(reading: Reading) -> npt.NDArray[np.intp]:
    """Where chirps begin in what the microphone plays: one in each pause, a moment before the middle of it."""
    before = LEAD_MS - CHIRP_BEFORE_MS
    return np.array([spoken.next + reading.rate * before // 1000 for spoken in reading.sentences])


def chirps_in(samples: Samples, rate: int) -> npt.NDArray[np.intp]:
    """Where chirps begin in a recording: by matched filter, whatever else is in it."""
    wanted = chirp(rate)
    starts = len(samples) - len(wanted) + 1
    size = 1 << len(samples).bit_length()
    product = np.fft.irfft(np.fft.rfft(samples, size) * np.conj(np.fft.rfft(wanted, size)), size)[:starts]
    power = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
    around = power[len(wanted) :] - power[: -len(wanted)]
    alike = product / np.sqrt(np.maximum(around, 1.0) * np.sum(wanted**2))
    found = np.flatnonzero(alike > CHIRP_ALIKE)
    each = np.split(found, np.flatnonzero(np.diff(found) > rate // 10) + 1)
    return np.array([near[np.argmax(alike[near])] for near in each if len(near)], dtype=np.intp)


def microphone_file(reading: Reading, folder: Path) -> Path:
    """The reading with LEAD_MS of near silence before it and a chirp in each pause, as the fake microphone plays it."""
    path = folder / f"{Path(reading.wav).stem}-chirps.wav"
    if not path.exists():
        unfinished = path.with_suffix(f".{secrets.token_hex(4)}")  # others may make it at the same time
        hiss = np.random.default_rng(7).integers(-8, 9, reading.rate * LEAD_MS // 1000).astype(np.int16)
        played = np.concatenate([hiss, reading.pcm()])
        note = np.rint(chirp(reading.rate)).astype(np.int16)
        for start in chirps_of(reading):
            played[start : start + len(note)] += note
        with wave.open(str(unfinished), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(reading.rate)
            file.writeframes(played.tobytes())
        unfinished.replace(path)
    return path


@contextmanager
def deaf_chromium(
    playwright: Playwright, profile: Path, microphone: Path, *flags: str, asks: bool = False, **options: Any
) -> Iterator[BrowserContext]:
    """Chromium on `profile`, which may have been used before; its microphone plays the file once when it is opened.

    The microphone is allowed unless Chromium `asks` for it; `options` are Playwright's. Service workers are blocked
    unless these allow them: what one answers cannot be intercepted by a test.
    """
    allowed: dict[str, Any] = {} if asks else {"permissions": ["microphone"]}
    context = playwright.chromium.launch_persistent_context(
        profile,
        executable_path=CHROMIUM,
        headless=True,
        args=[
            *(flag for flag in (*FLAGS, *flags) if not (asks and flag == ALWAYS_ALLOWED)),
            f"--use-file-for-fake-audio-capture={microphone}%noloop",
        ],
        **allowed,
        **{"service_workers": "block", **options},
    )
    context.set_default_timeout(20_000)
    try:
        yield context
    finally:
        context.close()


@contextmanager
def chromium(
    playwright: Playwright, profile: Path, microphone: Path, *flags: str, asks: bool = False, **options: Any
) -> Iterator[BrowserContext]:
    """The same, with a second ear, which keeps every sample in memory."""
    with deaf_chromium(playwright, profile, microphone, *flags, asks=asks, **options) as context:
        context.add_init_script(path=HERE / "truth.js")
        context.route("**/truth-worker.js", lambda route: route.fulfill(path=HERE / "truth-worker.js"))
        yield context


def processes_of(profile: Path) -> list[int]:
    """Every process of the browser that runs on this profile."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and f"--user-data-dir={profile}".encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found


def heard_for(page: Page, seconds: float, rate: int) -> int:
    """How many samples the second ear has heard, as soon as they last longer than this. Raises TimeoutError."""
    heard: int = page.evaluate(
        "([samples, forMs]) => window.__truth.count(samples, forMs)", [seconds * rate, (seconds + PATIENCE_S) * 1000]
    )
    if not heard:
        raise TimeoutError(f"the second ear has not heard {seconds:g} s")
    return heard


class Heard:
    """What the second ear heard so far: samples, and the moment at which each was there, in ms since 1970."""

    def __init__(self, page: Page, rate: int, *, at_least_s: float = 0.0) -> None:
        self._rate = rate
        told = heard_for(page, at_least_s, rate) and page.evaluate("window.__truth.heard()")
        self.pcm: Samples = np.frombuffer(base64.b64decode(told["pcm"]), dtype=np.int16)
        arrivals = np.array(told["arrivals"], dtype=np.float64)
        restarts = np.flatnonzero(np.diff(arrivals[:, 2]) < 0)  # of the device's clock, as its packets begin to flow
        self._ends, self._at, self._stamps = arrivals[restarts[-1] + 1 if len(restarts) else 0 :].T

    @property
    def samples_by_now(self) -> float:
        """How many samples the microphone has given by this moment, those included that were not told yet."""
        return self.sample_at(time.time() * 1000)

    def sample_at(self, moment_ms: float) -> float:
        """The sample that the microphone gave at a moment: by the earliest arrival in the seconds around it."""
        return (moment_ms - self._start_ms(moment_ms)) * self._rate / 1000

    def sample_captured_at(self, moment_ms: float) -> float:
        """The sample that the device heard at a moment, by the stamps that it puts on packets; they come complete.

        Its clock counts from some moment of its own, which the usual delay of all packets tells.
        """
        moment_ms -= float(np.median(self._at - self._stamps))
        packet = int(np.searchsorted(self._stamps, moment_ms))
        early = (self._stamps[packet] - moment_ms) * self._rate / 1000
        return float(max(self._ends[packet] - early, self._ends[packet - 1]))

    @property
    def starved_ms(self) -> float:
        """For how long the microphone gave nothing, by its own stamps, as the fake one does on a busy machine."""
        behind = self._stamps - self._ends * 1000 / self._rate
        return float(behind[-1] - np.min(behind))

    def moment_of(self, sample: float) -> float:
        return self._start_ms(float(self._at[-1])) + sample * 1000 / self._rate

    def _start_ms(self, moment_ms: float) -> float:
        """When sample 0 was there, if the microphone had kept the pace that it has around a moment."""
        near = np.abs(self._at - moment_ms) <= AROUND_MS
        near = near if near.any() else self._at >= self._at[-1] - AROUND_MS
        return float(np.min((self._at - self._ends * 1000 / self._rate)[near]))


def signed_in(context: BrowserContext, server: Server) -> Page:
    page = context.new_page()
    page.goto(server.sign_in_link())
    return page


def added_text(server: Server, reading: Reading, *, times: int = 1) -> str:
    """The id of a new text with the reading's sentences, so many times over, a paragraph for every five."""
    sentences = [spoken.text for spoken in reading.sentences] * times
    prose = "\n".join(" ".join(sentences[at : at + 5]) for at in range(0, len(sentences), 5))
    answer = HTTP.post(
        f"{server.url}/api/texts",
        json={"kind": "prose", "prose": prose, "language": "he", "title": "קריאה"},
        headers={"Authorization": f"Bearer {server.token()}"},
    )
    assert answer.status_code == httpx.codes.CREATED, answer.text
    assert [sentence for paragraph in answer.json()["paragraphs"] for sentence in paragraph] == sentences
    return str(answer.json()["id"])


def start_reading(page: Page, studio: str) -> None:
    """Open the studio's address and press Enter: it records, and sound has been heard, when this is over."""
    page.goto(studio)
    page.locator("[data-state]").wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "recording")


def read_on(page: Page, press: str | Callable[[], None], *, for_s: float = PRESSED_APART_S) -> None:
    """Let some sound go by, as a reader does between two presses, then press a key, or do what else is done."""
    heard_for(page, heard_for(page, 0, RATE) / RATE + for_s, RATE)
    if callable(press):
        press()
    else:
        page.keyboard.press(press)


def wait_a_moment(page: Page) -> None:
    """Until a press is no more taken for the second one of an eager finger, by the page's own clock."""
    page.wait_for_function("until => performance.now() > until", arg=page.evaluate("performance.now()") + EAGER_MS)


def read_for(page: Page, seconds: float, press_every_s: float) -> int:
    """Press "next" now and then, for some seconds, and give how often."""
    began = time.monotonic()
    presses = 0
    while time.monotonic() - began < seconds:
        due = began + (presses + 1) * press_every_s
        wait_until(lambda due=due: time.monotonic() >= due, press_every_s + 5)
        page.keyboard.press("Space")
        presses += 1
    return presses


def published(server: Server, text_id: str) -> tuple[dict[str, Any], Path]:
    """The record of the text's one session, once it is uploaded, and its folder in the archive."""
    authorization = {"Authorization": f"Bearer {server.token()}"}

    def uploaded() -> str | None:
        answer = HTTP.get(f"{server.url}/api/sessions", params={"text_id": text_id}, headers=authorization)
        items = answer.json()["items"]
        return items[0]["id"] if items and items[0]["state"] == "uploaded" else None

    folder = server.archive / wait_until(uploaded, PUBLISHED_WITHIN_S, "the session is uploaded")
    return json.loads((folder / "session.json").read_text("utf-8")), folder


def where(part: Samples, whole: Samples) -> int:
    """At which sample of `whole` its piece `part` starts, however quiet it is: by phase correlation (GCC-PHAT)."""
    size = 1 << (len(part) + len(whole)).bit_length()
    spectrum = np.fft.rfft(whole, size) * np.conj(np.fft.rfft(part, size))
    best = int(np.argmax(np.fft.irfft(spectrum / np.maximum(np.abs(spectrum), 1e-9), size)))
    return best if best < size // 2 else best - size


def same_sound(ours: Samples, heard: Samples, rate: int) -> str:
    """Empty when two ears heard the same to the rounding; else from where to where they differ, in seconds."""
    length = min(len(ours), len(heard))
    differing = np.flatnonzero(np.abs(ours[:length].astype(int) - heard[:length]) > ROUNDING)
    if not len(differing):
        return ""
    return f"{len(differing)} samples differ, from {differing[0] / rate:.3f} s to {differing[-1] / rate:.3f} s"


def without(gaps: Sequence[tuple[int, int]], ours: Samples) -> Samples:
    """A recording without the silence that was put into it, from these samples on so many."""
    kept = np.ones(len(ours), dtype=bool)
    for at, count in gaps:
        kept[at : at + count] = False
    return ours[kept]


def is_no_more_than(starved_ms: float, gaps: Sequence[tuple[int, int]]) -> bool:
    """Whether only as much is said to be lost as the microphone itself did not give."""
    return sum(count for _, count in gaps) * 1000 / RATE <= starved_ms + STAMPS_OFF_MS


def decoded(path: Path, rate: int) -> Samples:
    """An audio file's samples, mono, at `rate`."""
    import imageio_ffmpeg

    done = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-ac", "1", "-ar", str(rate), "-f", "s16le", "-"],
        check=True,
        capture_output=True,
    )
    return np.frombuffer(done.stdout, dtype=np.int16)
