"""Browsers without a track processor record by a worklet, and those without that by slices of the browser's own.

And what a browser loses on the way is said to be lost.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.browser.stage import (
    RATE,
    Heard,
    added_text,
    chromium,
    decoded,
    heard_for,
    published,
    same_sound,
    signed_in,
    start_reading,
    where,
)
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
PACKET_MS = 10
LOST_MS = 300
LOST_AFTER_S = 4
CERTAIN_S = 5
"""A loss is certain after three seconds, or a little later."""
WHOLE_S = 1
"""So much of the recording lies before the loss; the microphone opened a moment before it."""
AFTER_PACKETS = LOST_AFTER_S * 1000 // PACKET_MS
LOSING = f"""
  const Whole = MediaStreamTrackProcessor
  window.MediaStreamTrackProcessor = function (wanted) {{
    let packets = 0
    const transform = (packet, out) => {{
      packets += 1
      const lost = packets > {AFTER_PACKETS} && packets <= {AFTER_PACKETS + LOST_MS // PACKET_MS}
      if (lost) packet.close()
      else out.enqueue(packet)
    }}
    const {{ readable }} = new Whole({{ ...wanted, maxBufferSize: 1000 }})
    this.readable = readable.pipeThrough(new TransformStream({{ transform }}))
  }}
"""
OFF_BY_MS = 10
EARLY_MS = 300
"""The silence may be put so much before the place of the loss: that often the track tells of itself."""


@pytest.mark.parametrize("way", ["worklet", "media-recorder"])
def test_a_reading_is_published_by_way_of(
    way: str, playwright: Playwright, server: Server, minute: Reading, microphone: Path
) -> None:
    text_id = added_text(server, minute)
    with chromium(playwright, server.folder.with_name(f"profile-{way}"), microphone) as context:
        context.add_init_script(WITHOUT[way])
        page = signed_in(context, server)
        start_reading(page, f"{server.url}/texts/{text_id}")
        before = heard_for(page, 0, RATE)
        heard_for(page, before / RATE + READ_S / 2, RATE)
        page.keyboard.press("Space")
        heard_for(page, before / RATE + READ_S, RATE)
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


def test_what_the_browser_loses_is_filled_with_silence_and_declared(
    playwright: Playwright, server: Server, minute: Reading, microphone: Path, tmp_path: Path
) -> None:
    text_id = added_text(server, minute)
    with chromium(playwright, tmp_path / "profile", microphone) as context:
        context.add_init_script(LOSING)
        page = signed_in(context, server)
        start_reading(page, f"{server.url}/texts/{text_id}")
        heard_for(page, LOST_AFTER_S + CERTAIN_S, RATE)
        page.keyboard.press("Enter")
        ear = Heard(page, RATE)
        page.get_by_role("button", name="Keep", exact=True).click()
        record, folder = published(server, text_id)
    source = decoded(folder / "source.audio.flac", RATE)
    [*earlier, (at, count)] = record["gaps"]
    declared_ms = sum(count for _, count in record["gaps"]) * 1000 / RATE
    print(f"lost {LOST_MS} ms, starved of {ear.starved_ms:.0f} ms, declared {declared_ms:.1f} ms")
    assert LOST_MS - OFF_BY_MS <= declared_ms <= LOST_MS + ear.starved_ms + OFF_BY_MS
    assert not source[at : at + count].any()
    before, after = source[: WHOLE_S * RATE], source[at + count + RATE * EARLY_MS // 1000 :]
    if not earlier:
        assert same_sound(before, ear.pcm[where(before, ear.pcm) :], RATE) == ""
    assert same_sound(after, ear.pcm[where(after, ear.pcm) :], RATE) == ""
