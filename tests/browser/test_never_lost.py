"""What was recorded arrives: through a killed browser, a cut network, a server that stumbles."""

from __future__ import annotations

import contextlib
import os
import runpy
import signal
from pathlib import Path

from playwright.sync_api import Error, Playwright, expect

from tests.browser.people import browser_of
from tests.browser.stage import (
    RATE,
    Heard,
    added_text,
    chromium,
    decoded,
    is_no_more_than,
    processes_of,
    published,
    read_for,
    same_sound,
    signed_in,
    start_reading,
    where,
    without,
)
from tests.chaos.faults import broken_network
from tests.reading import Reading
from tests.running import Server

HERE = Path(__file__).parent
WEB = HERE.parents[1] / "web"
LOST_AT_MOST_S = 0.5
CUT_S = 30
FAILING = 0.3


def test_a_killed_browser_loses_half_a_second_at_most(
    playwright: Playwright, server: Server, minute: Reading, microphone: Path, tmp_path: Path
) -> None:
    text_id = added_text(server, minute)
    profile = tmp_path / "profile"
    with contextlib.suppress(Error), chromium(playwright, profile, microphone) as context:
        page = signed_in(context, server)
        start_reading(page, f"{server.url}/texts/{text_id}")
        presses = read_for(page, seconds=9, press_every_s=3)
        heard = Heard(page, RATE)
        pids = processes_of(profile)
        captured = heard.samples_by_now
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    with chromium(playwright, profile, microphone) as context:
        page = signed_in(context, server)
        page.get_by_role("link", name="See it").click()
        page.get_by_role("button", name="Finish and send").click()
        record, folder = published(server, text_id)
    source = without(record["gaps"], decoded(folder / "source.audio.flac", RATE))
    first = where(source, heard.pcm)
    lost_s = (captured - first - len(source)) / RATE
    print(f"killed after {captured / RATE:.2f} s: {lost_s * 1000:.0f} ms lost, starved of {heard.starved_ms:.0f} ms")
    assert lost_s <= LOST_AT_MOST_S
    told = heard.pcm[first : first + len(source)]
    assert same_sound(source, told, RATE) == ""
    assert len(record["cues"]) in (presses - 1, presses)  # the last press came a moment before the end
    assert record["problems"] == []
    assert is_no_more_than(heard.starved_ms, record["gaps"])


def test_a_cut_and_failing_network_changes_no_sample(
    playwright: Playwright, server: Server, minute: Reading, microphone: Path, tmp_path: Path
) -> None:
    text_id = added_text(server, minute)
    with (
        broken_network(server.port, share=0.0, seed=5) as network,
        chromium(playwright, tmp_path / "profile", microphone) as context,
    ):
        page = context.new_page()
        page.goto(server.sign_in_link().replace(server.url, network.url))
        start_reading(page, f"{network.url}/texts/{text_id}")
        network.break_requests(FAILING)
        read_for(page, seconds=8, press_every_s=4)
        network.break_requests(1.0)
        read_for(page, seconds=CUT_S, press_every_s=5)
        expect(page.locator("[data-upload]")).not_to_have_attribute("data-upload", "upload.safe")
        network.break_requests(FAILING)
        read_for(page, seconds=8, press_every_s=4)
        heard = Heard(page, RATE)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Keep", exact=True).click()
        record, folder = published(server, text_id)
        assert sum(network.faults.values()) > 0
    source = without(record["gaps"], decoded(folder / "source.audio.flac", RATE))
    first = where(source, heard.pcm)
    told = heard.pcm[first : first + len(source)]
    assert len(told) > RATE * (CUT_S + 10)
    assert same_sound(source, told, RATE) == ""
    assert record["capture"]["measured"]["samples"] == len(source) + sum(count for _, count in record["gaps"])
    assert record["problems"] == []
    assert is_no_more_than(heard.starved_ms, record["gaps"])
    assert [cue["id"] for cue in record["cues"]] == list(range(1, len(record["cues"]) + 1))


def test_a_log_takes_what_is_written_however_short_memory_is(
    playwright: Playwright, server: Server, tmp_path: Path
) -> None:
    """Chromium never opened the log of a segment when it collected garbage meanwhile; a killed tab lost it then."""
    log = tmp_path / "opfs-log.js"
    npm = runpy.run_path(str(WEB / "build.py"))["npm"]
    npm("exec", "--", "rolldown", "src/recorder/opfs-log.ts", "--format", "esm", "--file", str(log))
    with browser_of(playwright) as browser:
        page = browser.new_page()
        page.route("**/opfs-log.js", lambda route: route.fulfill(path=log))
        page.route("**/log-worker.js", lambda route: route.fulfill(path=HERE / "log-worker.js"))
        page.goto(server.url)
        told = page.evaluate(
            """() => new Promise((told, failed) => {
                const worker = new Worker('/log-worker.js', { type: 'module' })
                worker.onmessage = ({ data }) => told(data)
                worker.onerror = ({ message }) => failed(new Error(message))
            })"""
        )
        assert told["logs"] > 0
        assert told["kept"] == told["logs"]
