"""A second engine: the way of a recording in Firefox, from the sign-in to what is published."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.browser.firefox import FIREFOX, PULSEAUDIO, firefox
from tests.browser.stage import published
from tests.reading import HEBREW
from tests.running import Server

pytestmark = pytest.mark.skipif(
    FIREFOX is None or PULSEAUDIO is None,
    reason="Firefox or its sound card is missing: apt-get install firefox-esr pulseaudio",
)
READ = HEBREW[:4]


def test_firefox_records_three_sentences_and_they_are_heard_kept_and_published(server: Server, tmp_path: Path) -> None:
    text = {"kind": "prose", "prose": " ".join(READ), "language": "he", "title": "קריאה בשועל"}
    headers = {"Authorization": f"Bearer {server.token()}"}
    text_id = httpx.post(f"{server.url}/api/texts", json=text, headers=headers).raise_for_status().json()["id"]
    with firefox(tmp_path / "firefox") as tab:
        tab.opens(server.sign_in_link())
        tab.sees("main", "קריאה בשועל")
        tab.opens(f"{server.url}/texts/{text_id}")
        tab.sees("[data-state=idle]", READ[-1])
        tab.press("Enter")
        clock = tab.sees("[data-state=recording] .time").strip()
        for key in ("ArrowLeft", "Space", "Enter"):
            clock = tab.other("[data-state=recording] .time", than=clock)
            tab.press(key)
        tab.sees("[data-state=stopped] .play")
        tab.press("Space")
        tab.sees("[data-state=stopped]", "0:01 /")
        assert tab.told("document.querySelector('audio').paused") == "false"
        tab.press("Enter")
        tab.sees("[data-place='0.3'][data-state=idle]")
        record, folder = published(server, text_id)
        complaints = tab.complaints
    assert [(cue["paragraph"], cue["sentence"]) for cue in record["cues"]] == [(0, 0), (0, 1), (0, 2)]
    assert record["capture"]["declared"]["source"] == "worklet"
    assert (folder / "source.audio.flac").exists()
    assert complaints == []
