"""How people come in, what they agree to, what they see of their own, and how they leave: in a real browser."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.people import (
    Place,
    Visitor,
    admin,
    browser_of,
    database,
    files_with,
    installation,
    made_token,
    path_of,
    provider,
    recorded,
)
from tests.running import wait_until

ERASED_WITHIN_S = 30
SENT_WITHIN_S = 20


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with provider() as issuer, installation(tmp_path_factory.mktemp("people"), issuer) as place:
        yield place


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with browser_of(playwright) as browser:
        yield browser


@pytest.fixture(scope="module")
def operator(browser: Browser, place: Place) -> Iterator[Visitor]:
    visitor = admin(browser, place)
    yield visitor
    assert visitor.complaints == []


@pytest.fixture
def readings(request: pytest.FixtureRequest) -> Path:
    return request.config.cache.mkdir("readings")


@pytest.fixture
def visitors(browser: Browser, place: Place) -> Iterator[Callable[[], Visitor]]:
    """Makes people who come to the place, each with a browser of their own."""
    came: list[Visitor] = []

    def visitor() -> Visitor:
        came.append(Visitor(browser, place))
        return came[-1]

    yield visitor
    for one in came:
        one.context.close()
    assert [complaint for one in came for complaint in one.complaints] == []


@pytest.fixture
def visitor(visitors: Callable[[], Visitor]) -> Visitor:
    return visitors()


@pytest.fixture
def speaker(place: Place, visitor: Visitor) -> Callable[[str], Page]:
    """Signs an approved person in, who then agrees."""

    def signed_in(name: str) -> Page:
        place.approve(name)
        visitor.signs_in(name)
        visitor.agrees()
        expect(visitor.page.get_by_role("heading", name="Texts")).to_be_visible()
        return visitor.page

    return signed_in


def test_a_stranger_signs_in_agrees_waits_and_goes_on_when_approved(visitor: Visitor, operator: Visitor) -> None:
    page = visitor.signs_in("dana", "/recordings")
    expect(page.get_by_role("heading", name="Agreement")).to_be_visible()
    assert path_of(page) == "/recordings", "one comes back to where one wanted to go"
    expect(page.get_by_text("The first agreement (en)")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Agreement")).to_be_visible()
    visitor.agrees()
    expect(page.get_by_role("heading", name="Almost there")).to_be_focused()
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("Not yet.")).to_be_visible()

    approving = operator.opens("/admin/people")
    approving.get_by_label("Role", exact=True).select_option("pending")
    approving.get_by_role("button", name="Approve Dana").click()
    expect(approving.get_by_role("combobox", name="Role of Dana")).to_have_value("speaker")
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("heading", name="Recordings")).to_be_focused()
    page.get_by_role("link", name="Texts", exact=True).click()
    page.get_by_role("button", name="Add a text").first.click()
    page.get_by_role("dialog").get_by_label("The text").fill("שלום לכולם.")
    page.get_by_role("dialog").get_by_role("button", name="Show the sentences").click()
    page.get_by_role("dialog").get_by_role("button", name="Save the text").click()
    expect(page.locator("[data-sentence]")).to_have_text(["שלום לכולם."])
    expect(page.get_by_role("button", name="Start recording")).to_be_visible()


def test_an_invitation_spares_the_waiting_and_does_not_stay_in_the_address(
    visitors: Callable[[], Visitor], operator: Visitor
) -> None:
    made = operator.opens("/admin/invitations")
    made.get_by_role("button", name="Make an invitation").click()
    dialog = made.get_by_role("dialog")
    dialog.get_by_label("Note").fill("the reading club")
    dialog.get_by_label("For how many people").fill("2")
    dialog.get_by_role("button", name="Make an invitation").click()
    invitation = dialog.get_by_label("Copy the address now").input_value()
    dialog.get_by_role("button", name="Done").click()
    expect(made.locator("[data-fate=open]")).to_contain_text("0 of 2 used")

    stranger = visitors()
    stranger.page.goto(invitation)
    expect(stranger.page.get_by_role("heading", name="You are invited")).to_be_visible()
    assert path_of(stranger.page) == "/invitation"
    stranger.signs_in_here("noam")
    stranger.agrees()
    expect(stranger.page.get_by_role("heading", name="Texts")).to_be_visible()

    waiting = visitors()
    waiting.signs_in("tamar")
    expect(waiting.page.get_by_role("heading", name="Agreement")).to_be_visible()
    waiting.page.goto(invitation)
    waiting.page.get_by_role("button", name="Accept the invitation").click()
    waiting.agrees()
    expect(waiting.page.get_by_role("heading", name="Texts")).to_be_visible()
    waiting.page.goto(invitation)
    expect(waiting.page.get_by_text("You may record already")).to_be_visible()

    made.reload()
    expect(made.locator("[data-fate=full]")).to_contain_text("2 of 2 used")
    late = visitors()
    late.page.goto(invitation)
    late.signs_in_here("omer")
    expect(late.page.get_by_role("alert")).to_contain_text("This invitation is used up")


def test_a_withdrawn_invitation_admits_nobody(visitor: Visitor, operator: Visitor, place: Place) -> None:
    invitation = place.invitation()
    page = operator.opens("/admin/invitations")
    page.get_by_role("button", name="Withdraw").first.click()
    expect(page.locator("[data-fate=open]")).to_have_count(0)
    visitor.page.goto(invitation)
    visitor.signs_in_here("omer")
    expect(visitor.page.get_by_role("alert")).to_contain_text("This invitation is used up")


def test_a_mailed_link_signs_in_only_when_a_person_says_so(visitors: Callable[[], Visitor], place: Place) -> None:
    place.approve("yael")
    visitor = visitors()
    page = visitor.opens("/recordings")
    page.get_by_label("E-mail address").fill("nobody-knows@example.org")
    page.get_by_role("button", name="Send me a link").click()
    answer = page.get_by_text("If this address may sign in here")
    expect(answer).to_be_visible()
    words = answer.inner_text()
    page.get_by_label("E-mail address").fill("Yael@example.org")
    page.get_by_role("button", name="Send me a link").click()
    expect(answer).to_have_text(words)

    link = place.mailed_link("yael@example.org")
    assert not [letter for letter in place.post.letters if "nobody-knows" in letter["To"]]
    for _ in range(2):  # a program that looks through mail opens it, too
        page.goto("about:blank")
        page.goto(link)
        expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
        assert path_of(page) == "/sign-in"
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Agreement")).to_be_visible()

    late = visitors()
    late.page.goto(link)
    late.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(late.page.get_by_role("alert")).to_contain_text("That link does not work any more")


@pytest.mark.parametrize(
    ("provider", "decision", "words"),
    [
        ("Village", "Deny", "The sign-in did not come to its end"),
        ("Village", "another-dana", "belongs to an account that signs in another way"),
        ("Ruin", None, "The sign-in service does not answer"),
    ],
    ids=["called-off", "somebody-else-has-the-address", "provider-down"],
)
def test_a_sign_in_that_fails_says_so_in_plain_words(
    visitor: Visitor, place: Place, provider: str, decision: str | None, words: str
) -> None:
    page = visitor.opens("/")
    page.get_by_role("link", name=f"Sign in with {provider}").click()
    if decision is not None:
        page.get_by_role("button", name=decision, exact=True).first.click()
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.get_by_role("link", name="Sign in with Village")).to_be_visible()


def test_a_new_version_of_the_agreement_asks_again_and_what_was_recorded_meanwhile_waits_for_it(
    speaker: Callable[[str], Page], visitor: Visitor, place: Place
) -> None:
    page = speaker("shira")
    text = {"kind": "prose", "prose": "שלום לכולם. מה שלומכם?", "language": "he"}
    text_id = page.request.post(f"{place.url}/api/texts", data=text, headers={"Origin": place.url}).json()["id"]
    visitor.opens(f"/texts/{text_id}")
    studio = page.locator("[data-state]")
    expect(studio).to_have_attribute("data-state", "idle")
    place.server.stop()
    place.agreement("2", "The second agreement")
    page.keyboard.press("Enter")
    expect(studio).to_have_attribute("data-state", "recording")
    expect(page.get_by_text("0:01", exact=True)).to_be_visible()
    page.keyboard.press("Space")
    expect(studio).to_have_attribute("data-place", "0.1")
    page.keyboard.press("Enter")
    place.server.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    page.get_by_role("button", name="Keep", exact=True).click()
    changed = page.get_by_text("The agreement has changed since you last agreed")
    expect(changed).to_be_visible(timeout=SENT_WITHIN_S * 1000)
    expect(page.get_by_text("The second agreement (en)")).to_be_visible()
    page.get_by_label("Language of the agreement").select_option("he")
    expect(page.get_by_text("The second agreement (he)")).to_be_visible()
    expect(page.get_by_role("article")).to_have_attribute("dir", "rtl")
    assert page.request.get(f"{place.url}/api/sessions").json()["items"] == []
    visitor.agrees()
    expect(page.locator("[data-sentence]")).to_have_count(2)

    def ended() -> bool:
        items = page.request.get(f"{place.url}/api/sessions").json()["items"]
        return [item["state"] != "active" for item in items] == [True]

    wait_until(ended, SENT_WITHIN_S, "the recording reaches the server")


def test_what_one_says_of_oneself_is_kept(speaker: Callable[[str], Page], visitor: Visitor) -> None:
    page = speaker("omer")
    visitor.chooses("Your account")
    page.get_by_label("Name", exact=True).fill("עומר")
    page.get_by_label("Year of birth").fill("1950")
    page.get_by_label("Sex").select_option("male")
    page.get_by_label("Show me in the standings").uncheck()
    page.get_by_label("Language of the pages").select_option("he")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.evaluate("localStorage.clear()")
    page.reload()
    expect(page.get_by_label("שם", exact=True)).to_have_value("עומר")
    expect(page.get_by_label("שנת לידה")).to_have_value("1950")
    expect(page.get_by_label("להציג אותי")).not_to_be_checked()


def test_a_token_works_until_it_is_revoked(operator: Visitor, place: Place) -> None:
    page = operator.opens("/account")
    bearer = {"Authorization": f"Bearer {made_token(page, 'a script')}"}
    assert httpx.get(f"{place.url}/api/me", headers=bearer).status_code == httpx.codes.OK
    page.get_by_role("button", name="Revoke “a script”").click()
    expect(page.get_by_role("button", name="Revoke “a script”")).to_have_count(0)
    assert httpx.get(f"{place.url}/api/me", headers=bearer).status_code == httpx.codes.UNAUTHORIZED


def test_signing_out_everywhere_ends_the_other_browsers_too(visitors: Callable[[], Visitor], place: Place) -> None:
    here, there = visitors(), visitors()
    for one in (here, there):
        one.signs_in("yael")
        expect(one.page.get_by_role("heading").first).to_be_visible()
    here.opens("/account")
    expect(here.page.get_by_text("Another browser").first).to_be_visible()
    here.page.get_by_role("button", name="Sign out everywhere").click()
    here.page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    for one in (here, there):
        one.page.reload()
        expect(one.page.get_by_text("How to sign in")).to_be_visible()


def test_admins_find_people_change_roles_and_read_what_happened(operator: Visitor) -> None:
    page = operator.opens("/admin/people")
    page.get_by_label("Name or e-mail address").fill("nobody of that name")
    expect(page.get_by_text("Nobody found")).to_be_visible()
    page.get_by_role("button", name="Approve somebody").click()
    page.get_by_role("dialog").get_by_label("E-mail address").fill("new@example.org")
    page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    role = page.get_by_role("combobox", name="Role of new")
    role.select_option("admin")
    page.get_by_role("dialog").get_by_role("button", name="Leave it").click()
    expect(role).to_have_value("speaker")
    role.select_option("admin")
    page.get_by_role("dialog").get_by_role("button", name="Change to").click()
    expect(role).to_have_value("admin")
    page.get_by_role("link", name="Log", exact=True).click()
    page.get_by_label("What happened").select_option("role-changed")
    first = page.locator("[data-event=role-changed]").first
    expect(first).to_contain_text("new@example.org")
    expect(first).to_contain_text("Speaker → Admin")


def test_everything_of_ones_own_is_downloaded_and_after_an_erasure_nothing_of_it_is_left(
    speaker: Callable[[str], Page], visitor: Visitor, place: Place, tmp_path: Path, readings: Path
) -> None:
    page = speaker("zilpa")
    speaker_id, text_id, session_id = recorded(page, visitor, readings)
    page.goto(f"{place.url}/admin")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()

    visitor.chooses("Your account")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download everything").click()
    downloading.value.save_as(tmp_path / "mine.zip")
    with zipfile.ZipFile(tmp_path / "mine.zip") as mine:
        assert mine.testzip() is None
        assert json.loads(mine.read("account.json"))["account"]["email"] == "zilpa@example.org"
        names = mine.namelist()
    assert f"texts/{text_id}.json" in names
    assert [name for name in names if re.fullmatch(f"sessions/{session_id}/.*flac", name)]

    words = [speaker_id, "zilpa"]
    assert [word for word in words if word not in database(place)] == []
    page.get_by_role("button", name="Erase my account").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Erase everything")).to_be_disabled()
    dialog.get_by_label("To be sure, type").fill("Zilpa@example.org")
    dialog.get_by_role("button", name="Erase everything").click()
    expect(page.get_by_text("Your account is erased")).to_be_visible()
    assert path_of(page) == "/sign-in"

    server = place.server
    wait_until(lambda: not (server.archive / session_id).exists(), ERASED_WITHIN_S, "the archive forgets the session")
    kept = database(place)
    assert [word for word in words if word in kept] == []
    assert files_with(server.archive, words) + files_with(server.staging, [*words, session_id]) == []
    page.reload()
    expect(page.get_by_text("How to sign in")).to_be_visible()
