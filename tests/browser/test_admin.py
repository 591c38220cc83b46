"""What an admin does for the whole: looks after recordings, jobs and texts, in a real browser on a real server."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.people import browser_of, path_of
from tests.chaos.readings import add_text, short_reading, take_of
from tests.client import Client, Outbox, Take, cut, new_id
from tests.reading import Reading
from tests.running import Server, running, wait_until

PUBLISHED_WITHIN_S = 60
SEEN_WITHIN_MS = 30_000
VOICE_LEFT_S = 0.5
HEARD_S, HEARD_WITHIN_S = 0.2, 20
NAME_OF_FOCUSED = "(({ ariaLabel, innerText }) => (ariaLabel ?? innerText).trim())(document.activeElement)"
SPEAKERS = ("dana", "noam")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("admin") / "data") as started:
        headers = {"Authorization": f"Bearer {started.token()}"}
        for name in SPEAKERS:
            body = {"email": f"{name}@example.org", "role": "speaker"}
            httpx.post(f"{started.url}/api/admin/speakers", json=body, headers=headers).raise_for_status()
        yield started


@pytest.fixture(scope="module")
def spoken(request: pytest.FixtureRequest) -> Reading:
    return short_reading(request.config.cache.mkdir("readings"))


@pytest.fixture(scope="module")
def clients(server: Server) -> Iterator[dict[str, Client]]:
    """Programs of the speakers."""
    made = {name: Client(server.url, server.token(f"{name}@example.org")) for name in SPEAKERS}
    yield made
    for client in made.values():
        client.close()


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with browser_of(playwright) as browser:
        yield browser


def signed_in(browser: Browser, server: Server, email: str) -> Page:
    page = browser.new_context(viewport={"width": 1000, "height": 900}).new_page()
    page.set_default_timeout(20_000)
    page.goto(server.sign_in_link(email))
    expect(page.get_by_role("heading", name="Texts")).to_be_visible()
    return page


@pytest.fixture(scope="module")
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The admin's, for the whole module; whatever goes wrong in it is a failure."""
    page = signed_in(browser, server, "admin@localhost")
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: "Content Security" in said.text and complaints.append(said.text))
    yield page
    assert complaints == []


def mostly_silent(spoken: Reading) -> Take:
    """The reading, of which the microphone heard the first moment and then nothing."""
    pcm = spoken.pcm().copy()
    pcm[int(VOICE_LEFT_S * spoken.rate) :] = np.random.default_rng(1).integers(
        -3, 4, len(pcm) - int(VOICE_LEFT_S * spoken.rate)
    )
    return replace(take_of(spoken), pcm=pcm, segments=cut(pcm, spoken.rate, "audio/flac", 5_000))


def sent(client: Client, spoken: Reading, take: Take | None = None) -> tuple[str, dict[str, object]]:
    """The text and the session of a reading that was sent and published."""
    text_id, session_id = add_text(client, spoken), new_id()
    Outbox(client).send(session_id, text_id, take or take_of(spoken))
    return text_id, client.wait_for(session_id, "uploaded", PUBLISHED_WITHIN_S)


@contextlib.contextmanager
def unreadable(folder: Path) -> Iterator[None]:
    """For as long as the block nobody can make out the sound that lies in a folder."""
    kept = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert kept, "nothing lies there"
    for file in kept:
        file.write_bytes(bytes(file.stat().st_size))
    try:
        yield
    finally:
        for file, body in kept.items():
            file.write_bytes(body)


def tabbed_to(page: Page, name: str) -> None:
    """Go with Tab alone to what is called so, as somebody without a mouse does."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(NAME_OF_FOCUSED) == name:
            return
    raise AssertionError(f"Tab does not come to {name!r}")


def test_the_overview_counts_what_was_recorded_as_it_comes_in(
    page: Page, server: Server, clients: dict[str, Client], spoken: Reading
) -> None:
    page.goto(f"{server.url}/admin")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible(timeout=SEEN_WITHIN_MS)
    recordings = page.locator("[data-figure=recordings] dd")
    expect(recordings).to_have_text("0")
    sent(clients["dana"], spoken)
    sent(clients["noam"], spoken)
    expect(recordings).to_have_text("2", timeout=SEEN_WITHIN_MS)
    expect(page.locator("[data-figure=speakers] dd")).to_have_text("2")
    expect(page.locator("[data-figure=uploaded] dd")).to_have_text("2")
    chart = page.get_by_role("slider", name="Day")
    chart.focus()
    expect(chart).to_have_attribute("aria-valuetext", re.compile("2 recordings from 2 speakers"))
    page.keyboard.press("ArrowLeft")
    expect(chart).to_have_attribute("aria-valuetext", re.compile("nothing was recorded"))
    page.get_by_role("button", name="As a table").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("2")


def test_a_doubtful_recording_is_found_heard_and_discarded_with_the_keyboard_alone(
    page: Page, server: Server, clients: dict[str, Client], spoken: Reading
) -> None:
    _, good = sent(clients["dana"], spoken)
    _, doubtful = sent(clients["noam"], spoken, mostly_silent(spoken))
    assert (good["verdict"], doubtful["verdict"]) == ("good", "doubtful")
    page.goto(f"{server.url}/admin/sessions")
    rows = page.locator("tbody tr")
    expect(page.locator(f"[data-row='{good['id']}']")).to_be_visible()
    page.get_by_label("Quality").focus()
    page.keyboard.type("Doubtful")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("noam")
    assert path_of(page) == "/admin/sessions?verdict=doubtful"
    tabbed_to(page, str(doubtful["text_title"]))
    page.keyboard.press("Enter")

    expect(page.get_by_text("Most of it is silence.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Share of speech"))).to_contain_text("%")
    tabbed_to(page, "Play")
    page.keyboard.press("Enter")
    wait_until(lambda: page.evaluate("document.querySelector('audio').currentTime") > HEARD_S, HEARD_WITHIN_S, "sound")
    page.get_by_role("heading", level=1).focus()
    tabbed_to(page, "Discard")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("noam")
    tabbed_to(page, "Discard for good")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_text("This recording was discarded.")).to_be_visible()
    folder = server.archive / str(doubtful["id"])
    wait_until(lambda: not folder.exists(), PUBLISHED_WITHIN_S, "the archive forgets the session")

    page.get_by_role("link", name="All recordings", exact=True).click()
    assert path_of(page) == "/admin/sessions?verdict=doubtful", "one comes back to what one had filtered"
    expect(page.get_by_text("No recording is like that")).to_be_visible()
    page.get_by_role("link", name="Log", exact=True).click()
    entry = page.locator("[data-event=session-discarded]").first
    expect(entry).to_contain_text("discarded a recording of")
    expect(entry).to_contain_text("noam@example.org")


def test_a_job_that_failed_is_seen_and_tried_again(
    page: Page, server: Server, clients: dict[str, Client], spoken: Reading
) -> None:
    client, take = clients["dana"], take_of(spoken)
    page.goto(f"{server.url}/admin/jobs")
    expect(page.get_by_text("All is well: nothing has failed")).to_be_visible()
    text_id, session_id, outbox = add_text(client, spoken), new_id(), Outbox(client)
    client.open(session_id, text_id, take.capture)
    outbox.send_segments(session_id, take.segments)
    outbox.send_marks(session_id, take.marks)
    with unreadable(server.staging / "sessions" / session_id):
        outbox.end(session_id, take)
        row = page.locator("tbody tr")
        expect(row).to_have_count(1, timeout=SEEN_WITHIN_MS)
        expect(row).to_contain_text("Prepare and publish a recording")
        expect(row).to_contain_text("Not one segment can be read")
    row.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("All is well: nothing has failed")).to_be_visible()
    client.wait_for(session_id, "uploaded", PUBLISHED_WITHIN_S)


def test_a_text_with_few_voices_is_shared_and_withdrawn(
    page: Page, server: Server, clients: dict[str, Client], spoken: Reading
) -> None:
    title = "Nobody has read this yet"
    text_id = clients["noam"].add_text("שלום לכולם.", "he", title)["id"]
    page.goto(f"{server.url}/admin/texts")
    page.get_by_label("Order").select_option("voices")
    row = page.locator("tbody tr").filter(has_text=title)
    row.get_by_role("button", name=re.compile("Share")).click()
    expect(row).to_contain_text("Shared with all")
    found = page.request.get(f"{server.url}/api/texts", params={"scope": "public"}).json()["items"]
    assert [text["id"] for text in found] == [text_id]
    row.get_by_role("button", name=re.compile("Withdraw")).click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.locator("tbody").get_by_text(title)).to_have_count(0)


def test_a_speaker_reaches_none_of_it(browser: Browser, server: Server) -> None:
    page = signed_in(browser, server, "noam@example.org")
    for path in (
        "/admin",
        "/admin/sessions",
        f"/admin/sessions/{new_id()}",
        "/admin/texts",
        "/admin/jobs",
        "/admin/jobs",
        "/admin/log",
    ):
        page.goto(f"{server.url}{path}")
        expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    for address in ("overview", "jobs", "limits", "audit", "speakers"):
        assert page.request.get(f"{server.url}/api/admin/{address}").status == httpx.codes.FORBIDDEN
