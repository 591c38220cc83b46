"""A real Chromium whose microphone plays a reading with a known truth, and a second ear on that microphone."""

from __future__ import annotations

import base64
import shutil
import subprocess
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
from playwright.sync_api import BrowserContext, Page, Playwright

from tests.reading import Reading
from tests.running import Server, wait_until

HERE = Path(__file__).parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "chromium")
FLAGS = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
RATE = 44_100
"""Of Chromium's fake microphone; a reading of the same rate reaches the page without resampling."""
LEAD_MS = 2500
"""Silence before the reading: the microphone plays from its opening, the recording starts a little later."""

Samples = npt.NDArray[np.int16]


def microphone_file(reading: Reading, folder: Path) -> Path:
    """The reading with LEAD_MS of near silence before it, as the fake microphone plays it."""
    path = folder / f"{Path(reading.wav).stem}-led.wav"
    if not path.exists():
        hiss = np.random.default_rng(7).integers(-8, 9, reading.rate * LEAD_MS // 1000).astype(np.int16)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(reading.rate)
            file.writeframes(hiss.tobytes() + reading.pcm().tobytes())
    return path


@contextmanager
def chromium(playwright: Playwright, profile: Path, microphone: Path, **more: Any) -> Iterator[BrowserContext]:
    """Chromium on `profile`, which may have been used before; its microphone plays the file once when it is opened."""
    context = playwright.chromium.launch_persistent_context(
        profile,
        executable_path=CHROMIUM,
        headless=True,
        args=[*FLAGS, f"--use-file-for-fake-audio-capture={microphone}%noloop"],
        permissions=["microphone"],
        **more,
    )
    context.set_default_timeout(20_000)
    context.add_init_script(path=HERE / "truth.js")
    context.route("**/truth-worker.js", lambda route: route.fulfill(path=HERE / "truth-worker.js"))
    try:
        yield context
    finally:
        context.close()


class Heard:
    """What the second ear heard so far: samples, and the moment at which each was there, in ms since 1970."""

    def __init__(self, page: Page, rate: int, *, at_least_s: float = 0.0) -> None:
        self._rate = rate
        told = wait_until(lambda: self._told(page, at_least_s), at_least_s + 20, "the second ear hears")
        self.pcm: Samples = np.frombuffer(base64.b64decode(told["pcm"]), dtype=np.int16)
        ends, at = np.array(told["arrivals"], dtype=np.float64).T
        self._start_ms = float(np.min(at - ends * 1000 / rate))

    def _told(self, page: Page, at_least_s: float) -> dict[str, Any] | None:
        told: dict[str, Any] = page.evaluate("window.__truth.heard()")
        return told if told["arrivals"] and told["arrivals"][-1][0] > at_least_s * self._rate else None

    def sample_at(self, moment_ms: float) -> float:
        """The sample that the microphone gave at a moment: by the earliest arrival of all that was heard."""
        return (moment_ms - self._start_ms) * self._rate / 1000

    def moment_of(self, sample: float) -> float:
        return self._start_ms + sample * 1000 / self._rate


def signed_in(context: BrowserContext, server: Server) -> Page:
    page = context.new_page()
    page.goto(server.sign_in_link())
    return page


def added_text(server: Server, reading: Reading) -> str:
    """The id of a new text with the reading's sentences, a paragraph for every five."""
    sentences = [spoken.text for spoken in reading.sentences]
    prose = "\n".join(" ".join(sentences[at : at + 5]) for at in range(0, len(sentences), 5))
    answer = httpx.post(
        f"{server.url}/api/texts",
        json={"kind": "prose", "prose": prose, "language": "he", "title": "קריאה"},
        headers={"Authorization": f"Bearer {server.token()}"},
    )
    assert answer.status_code == httpx.codes.CREATED, answer.text
    assert [sentence for paragraph in answer.json()["paragraphs"] for sentence in paragraph] == sentences
    return str(answer.json()["id"])


def where(part: Samples, whole: Samples) -> int:
    """At which sample of `whole` its piece `part` starts, however quiet it is: by phase correlation (GCC-PHAT)."""
    size = 1 << (len(part) + len(whole)).bit_length()
    spectrum = np.fft.rfft(whole, size) * np.conj(np.fft.rfft(part, size))
    best = int(np.argmax(np.fft.irfft(spectrum / np.maximum(np.abs(spectrum), 1e-9), size)))
    return best if best < size // 2 else best - size


def decoded(path: Path, rate: int) -> Samples:
    """An audio file's samples, mono, at `rate`."""
    import imageio_ffmpeg

    done = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-ac", "1", "-ar", str(rate), "-f", "s16le", "-"],
        check=True,
        capture_output=True,
    )
    return np.frombuffer(done.stdout, dtype=np.int16)
