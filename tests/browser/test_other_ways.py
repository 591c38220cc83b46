"""Browsers without a track processor record by a worklet, and those without that by slices of the browser's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.browser.stage import RATE, Heard, added_text, chromium, decoded, published, signed_in, start_reading
from tests.reading import Reading
from tests.running import Server

READ_S = 7
WITHOUT = {
    "worklet": "delete window.MediaStreamTrackProcessor",
    "media-recorder": "delete window.MediaStreamTrackProcessor; delete window.AudioWorkletNode",
}
SOURCE = {"worklet": "source.audio.flac", "media-recorder": "source.audio.webm"}
OFF_BY_S = 0.15
"""Slices are timed by the clock, and the page opens and stops its two ears one after the other."""


@pytest.mark.parametrize("way", ["worklet", "media-recorder"])
def test_a_reading_is_published_by_way_of(
    way: str, playwright: Playwright, server: Server, minute: Reading, microphone: Path
) -> None:
    text_id = added_text(server, minute)
    with chromium(playwright, server.folder.with_name(f"profile-{way}"), microphone) as context:
        context.add_init_script(WITHOUT[way])
        page = signed_in(context, server)
        start_reading(page, f"{server.url}/texts/{text_id}")
        before = len(Heard(page, RATE).pcm)
        Heard(page, RATE, at_least_s=before / RATE + READ_S / 2)
        page.keyboard.press("Space")
        Heard(page, RATE, at_least_s=before / RATE + READ_S)
        page.keyboard.press("Enter")
        presses = page.evaluate("window.__truth.presses.filter(({key}) => key !== 'pointer').map(({at}) => at)")
        page.get_by_role("button", name="Keep", exact=True).click()
        record, folder = published(server, text_id)
    declared, measured = record["capture"]["declared"], record["capture"]["measured"]
    assert declared["source"] == way
    assert (folder / SOURCE[way]).exists()
    assert [cue["sentence"] for cue in record["cues"]] == [0, 1]
    pressed_apart_s = (presses[-1] - presses[-2]) / 1000
    _, last = record["cues"]
    marked_apart_s = (last["raw_end_sample"] - last["raw_start_sample"]) / measured["sample_rate_hz"]
    assert abs(marked_apart_s - pressed_apart_s) <= OFF_BY_S
    main = decoded(folder / "main.audio.mka", RATE)
    assert abs(len(main) / RATE - last["end_ms"] / 1000) <= 0.001
    assert max(abs(main.astype(int))) > 1000, "the voice is not in it"
