"""A person reads a text aloud, and what is published is what they read: to the sample, to the word."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.stage import (
    LEAD_MS,
    RATE,
    Heard,
    Samples,
    added_text,
    chirps_in,
    chirps_of,
    chromium,
    decoded,
    is_no_more_than,
    published,
    same_sound,
    signed_in,
    start_reading,
    where,
    without,
)
from tests.reading import Reading
from tests.running import Server, wait_until

WORST_MARK_MS = {"idle": 40, "blocked": 60}
TYPICAL_MARK_MS = 20
CLOCKS_MS = 1
WAV_EARS_MS = 30
"""The fake microphone skips 10 ms now and then when the machine starves it."""


class Run(NamedTuple):
    """One recorded reading: what the second ear heard, when keys were pressed, what was published."""

    name: str
    heard: Heard
    presses: list[float]
    record: dict[str, Any]
    folder: Path


def read_aloud(page: Page, reading: Reading, played: Samples, *, blocked: bool) -> tuple[Heard, list[float]]:
    """Press Space in the middle of each pause; the last one ends the recording."""
    early = Heard(page, RATE, at_least_s=0.5)
    lead = RATE * LEAD_MS // 1000 - where(early.pcm, played)
    if blocked:
        page.evaluate("window.__truth.block()")
    around = []
    for spoken in reading.sentences:
        due = early.moment_of(spoken.next + lead)
        wait_until(lambda due=due: time.time() * 1000 >= due, 20)
        began = time.time() * 1000
        page.keyboard.press("Space")
        around.append((began, time.time() * 1000))
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "stopped")
    assert page.get_by_role("alert").all_inner_texts() == [], "the recording stopped by itself"
    presses = page.evaluate("window.__truth.presses.filter(({key}) => key === ' ').map(({at}) => at)")
    for press, (began, ended) in zip(presses, around, strict=True):
        assert began - CLOCKS_MS <= press <= ended + CLOCKS_MS, "the browser's clock is not this test's"
    return Heard(page, RATE), presses


@pytest.fixture(scope="module", params=["idle", "blocked"])
def run(
    request: pytest.FixtureRequest,
    playwright: Playwright,
    server: Server,
    minute: Reading,
    microphone: Path,
) -> Run:
    text_id = added_text(server, minute)
    with chromium(playwright, server.folder.with_name(f"profile-{request.param}"), microphone) as context:
        page = signed_in(context, server)
        start_reading(page, f"{server.url}/texts/{text_id}")
        heard, presses = read_aloud(page, minute, decoded(microphone, RATE), blocked=request.param == "blocked")
        page.get_by_role("button", name="Keep", exact=True).click()
        record, folder = published(server, text_id)
    return Run(request.param, heard, presses, record, folder)


def test_every_mark_is_at_the_sound_that_was_heard_when_the_key_was_pressed(run: Run) -> None:
    """The sound: a chirp that is found in the file. Its moment: the device's stamps. The press: the browser's stamp."""
    published = chirps_in(decoded(run.folder / "source.audio.flac", RATE), RATE)
    pressed = np.array([run.heard.sample_captured_at(press) for press in run.presses])
    marked = np.array([cue["raw_end_sample"] for cue in run.record["cues"]])
    errors = ((marked - published) - (pressed - chirps_in(run.heard.pcm, RATE))) * 1000 / RATE
    worst, usual, starved = np.max(np.abs(errors)), np.quantile(np.abs(errors), 0.95), run.heard.starved_ms
    print(f"{run.name}: worst mark {worst:.1f} ms, 95 % within {usual:.1f} ms, median {np.median(errors):+.1f} ms")
    print(f"{run.name}: the machine starved the microphone for {starved:.0f} ms")
    assert worst <= WORST_MARK_MS[run.name] + starved
    assert np.quantile(np.abs(errors - np.median(errors)), 0.95) <= TYPICAL_MARK_MS + starved


def test_every_chirp_that_was_played_is_kept_in_its_place(run: Run, minute: Reading) -> None:
    source = without(run.record["gaps"], decoded(run.folder / "source.audio.flac", RATE))
    moved = chirps_in(source, RATE) - chirps_of(minute)
    print(f"{run.name}: {len(moved)} chirps, {np.ptp(moved)} samples apart from where they were played")
    assert len(moved) == len(minute.sentences)
    assert np.ptp(moved) <= 1


def test_every_cue_ends_in_the_pause_after_its_words(run: Run, minute: Reading) -> None:
    source = decoded(run.folder / "source.audio.flac", RATE)
    shift = where(minute.pcm(), source)
    ends = [cue["end_sample"] - shift for cue in run.record["cues"]]
    next_starts = [*(spoken.start for spoken in minute.sentences[1:]), minute.samples]
    slack = RATE * WAV_EARS_MS // 1000
    assert shift >= 0, "the recording began after the reading"
    assert run.record["cues"][0]["start_sample"] == 0
    for end, spoken, next_start in zip(ends, minute.sentences, next_starts, strict=True):
        assert spoken.end - slack < end < next_start + slack


def test_the_words_are_the_text_s_in_their_order(run: Run, minute: Reading) -> None:
    assert [cue["words"] for cue in run.record["cues"]] == [spoken.text for spoken in minute.sentences]


def test_main_audio_holds_every_sample_of_the_reading(run: Run) -> None:
    main = without(run.record["gaps"], decoded(run.folder / "main.audio.mka", RATE))
    first = where(main, run.heard.pcm)
    assert first >= 0
    heard = run.heard.pcm[first : first + len(main)]
    assert len(heard) == len(main)
    assert same_sound(main, heard, RATE) == ""


def test_main_audio_is_the_source_s_kept_samples(run: Run) -> None:
    source, main = (decoded(run.folder / name, RATE) for name in ("source.audio.flac", "main.audio.mka"))
    cues = run.record["cues"]
    kept = np.concatenate([source[cue["start_sample"] : cue["end_sample"]] for cue in cues])
    assert np.array_equal(kept, main)
    assert all(before["end_ms"] == after["start_ms"] for before, after in itertools.pairwise(cues))
    assert abs(len(main) * 1000 / RATE - cues[-1]["end_ms"]) <= 1


def test_the_device_s_samples_are_all_there_and_said_to_be(run: Run) -> None:
    capture = run.record["capture"]
    assert capture["declared"]["sample_rate_hz"] == capture["measured"]["sample_rate_hz"] == RATE
    assert capture["measured"]["samples"] == sum(segment["samples"] for segment in run.record["segments"])
    assert run.record["problems"] == []
    assert is_no_more_than(run.heard.starved_ms, run.record["gaps"])
    assert not any(
        capture["declared"][name] for name in ("echo_cancellation", "noise_suppression", "auto_gain_control")
    )
