"""Every screen of the client, and how to come to each: what is looked at by axe, and by people as pictures.

A new screen gets a line in SCREENS, and so does a dialog; what a step presses is named by its message's key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

import httpx
from playwright.sync_api import Browser, BrowserContext, Locator, Page, StorageState, expect

from tests.chaos.readings import add_text, short_reading, take_of
from tests.client import Client, Outbox, new_id
from tests.running import Server

Language = Literal["he", "yi", "en"]
Scheme = Literal["light", "dark"]
Who = Literal["nobody", "waiting", "reader", "admin"]

MESSAGES = Path(__file__).parents[2] / "web" / "src" / "i18n"
MESSAGE = re.compile(r"^  '([\w.-]+)': '(.*)',$", re.MULTILINE)
PUBLISHED_WITHIN_S = 60
READER, WAITING = "dana@example.org", "noam@example.org"
ENGLISH = """It was a bright morning. The market was already full of people.
“Where are you going?” she asked. Nobody knew what to answer, for nobody had thought about it before."""
SIGN_IN_WAYS = {
    "RECITAL_SIGN_IN_PROVIDERS": '[{"id": "village", "name": "Village", "issuer": "https://village.example",'
    ' "client_id": "recital", "client_secret": "known to both"}]',
    "RECITAL_MAIL": "smtp://127.0.0.1:9",
    "RECITAL_MAIL_FROM": "recital@example.org",
}
"""Settings by which the sign-in shows all of its ways; nobody takes them."""


def messages(language: Language) -> dict[str, str]:
    """What the client says in a language, by key."""
    files = [MESSAGES / f"{language}.ts", *sorted(MESSAGES.glob(f"*.{language}.ts"))]
    return {key: said for file in files for key, said in MESSAGE.findall(file.read_text("utf-8"))}


class Visit(NamedTuple):
    """A page at a screen, and the words that its steps need."""

    page: Page
    says: dict[str, str]

    def button(self, key: str) -> Locator:
        return self.page.get_by_role("button", name=self.says[key], exact=True)

    def opens(self, key: str) -> None:
        """Presses what opens a dialog."""
        self.button(key).first.click()
        self.page.get_by_role("dialog").wait_for()


def stay(visit: Visit) -> None:
    """Nothing more is to be done."""


def opening(key: str) -> Callable[[Visit], None]:
    return lambda visit: visit.opens(key)


def in_menu(visit: Visit) -> None:
    visit.button("account.menu").click()
    visit.page.get_by_role("group").wait_for()


def previewing(visit: Visit) -> None:
    visit.opens("texts.add")
    dialog = visit.page.get_by_role("dialog")
    dialog.locator("textarea").fill(ENGLISH)
    dialog.get_by_role("button", name=visit.says["add.preview"]).click()
    dialog.get_by_role("button", name=visit.says["add.save"]).wait_for()


def recording(visit: Visit) -> None:
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("[data-state]")).to_have_attribute("data-state", "recording")


def stopped(visit: Visit) -> None:
    recording(visit)
    expect(visit.page.get_by_text("0:02", exact=True)).to_be_visible()  # of sound, which a picture of it needs
    visit.page.keyboard.press("Space")
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("[data-state]")).to_have_attribute("data-state", "stopped")


def leaving(visit: Visit) -> None:
    recording(visit)
    visit.page.go_back()
    visit.page.get_by_role("dialog").wait_for()


class Screen(NamedTuple):
    """`path` may name {text}, {english} and {session}; `steps` lead on from there."""

    name: str
    path: str
    who: Who
    steps: Callable[[Visit], None] = stay


SCREENS = (
    Screen("sign-in", "/sign-in", "nobody"),
    Screen("sign-in-refused", "/sign-in?problem=link-not-valid", "nobody"),
    Screen("sign-in-mailed", "/sign-in#link=secret", "nobody"),
    Screen("invitation", "/invitation#secret", "nobody"),
    Screen("agreement", "/agreement", "nobody"),
    Screen("waiting", "/", "waiting"),
    Screen("texts", "/", "reader"),
    Screen("menu", "/", "reader", in_menu),
    Screen("texts-add", "/", "reader", opening("texts.add")),
    Screen("texts-preview", "/", "reader", previewing),
    Screen("studio", "/texts/{text}", "reader"),
    Screen("studio-english", "/texts/{english}", "reader"),
    Screen("studio-microphone", "/texts/{text}", "reader", opening("microphone.check")),
    Screen("studio-recording", "/texts/{text}", "reader", recording),
    Screen("studio-leaving", "/texts/{text}", "reader", leaving),
    Screen("studio-stopped", "/texts/{text}", "reader", stopped),
    Screen("recordings", "/recordings", "reader"),
    Screen("recordings-delete", "/recordings", "reader", opening("recordings.delete")),
    Screen("player", "/recordings/{session}", "reader"),
    Screen("account", "/account", "reader"),
    Screen("account-token", "/account", "reader", opening("tokens.make")),
    Screen("account-everywhere", "/account", "reader", opening("sign-ins.everywhere")),
    Screen("account-erase", "/account", "reader", opening("erase.open")),
    Screen("admin-overview", "/admin", "admin"),
    Screen("admin-people", "/admin/people", "admin"),
    Screen("admin-people-approve", "/admin/people", "admin", opening("people.approve-title")),
    Screen("admin-invitations", "/admin/invitations", "admin"),
    Screen("admin-invitations-make", "/admin/invitations", "admin", opening("invitations.make")),
    Screen("admin-sessions", "/admin/sessions", "admin"),
    Screen("admin-session", "/admin/sessions/{session}", "admin"),
    Screen("admin-texts", "/admin/texts", "admin"),
    Screen("admin-jobs", "/admin/jobs", "admin"),
    Screen("admin-log", "/admin/log", "admin"),
    Screen("texts-none", "/", "admin"),
    Screen("recordings-none", "/recordings", "admin"),
    Screen("not-found", "/nowhere", "reader"),
)


@dataclass
class Stage:
    """An installation in which somebody has read, and the browsers of those who come to it."""

    server: Server
    browser: Browser
    places: dict[str, str]
    _signed_in: dict[Who, StorageState] = field(default_factory=dict)

    @contextmanager
    def context(self, who: Who, language: Language, scheme: Scheme, width: int) -> Iterator[BrowserContext]:
        context = self.browser.new_context(
            storage_state=self._signed_in.get(who),
            viewport={"width": width, "height": 844 if width < 600 else 800},
            color_scheme=scheme,
            reduced_motion="reduce",
            permissions=["microphone"],
            service_workers="block",
        )
        context.set_default_timeout(20_000)
        context.add_init_script(f"localStorage.setItem('recital.language', '\"{language}\"')")
        try:
            yield context
        finally:
            context.close()

    def sign_in(self, who: Who, link: str) -> None:
        with self.context("nobody", "en", "light", 1280) as context:
            page = context.new_page()
            page.goto(link)
            page.get_by_role("heading", level=1).wait_for()
            self._signed_in[who] = context.storage_state()

    def walk(
        self, language: Language, scheme: Scheme, width: int, names: tuple[str, ...] = ()
    ) -> Iterator[tuple[Screen, Page]]:
        """Every screen (whose name begins with one of `names`) in a page of its own, with all that it will show."""
        says = messages(language)
        screens = [screen for screen in SCREENS if screen.name.startswith(names or "")]
        for who in dict.fromkeys(screen.who for screen in screens):
            with self.context(who, language, scheme, width) as context:
                for screen in (screen for screen in screens if screen.who == who):
                    page = context.new_page()
                    page.goto(self.server.url + screen.path.format(**self.places))
                    settle(page)
                    screen.steps(Visit(page, says))
                    settle(page)
                    yield screen, page
                    page.close(run_before_unload=False)


def settle(page: Page) -> None:
    """Wait until the screen is there, and nothing of it is still to come."""
    page.locator("main :is(h1, h2, [data-state])").first.wait_for()
    expect(page.locator("main [data-loading]")).to_have_count(0)


def staged(server: Server, browser: Browser, readings: Path) -> Stage:
    """Texts in two languages, a published recording, an invitation; a reader, an admin, and one who waits."""
    spoken = short_reading(readings)
    operator = {"Authorization": f"Bearer {server.token()}"}
    approved = {"email": READER, "role": "speaker"}
    httpx.post(f"{server.url}/api/admin/speakers", json=approved, headers=operator).raise_for_status()
    pending = {"email": WAITING, "role": "pending"}
    httpx.post(f"{server.url}/api/admin/speakers", json=pending, headers=operator).raise_for_status()
    for note in ("כיתה ה׳", "The reading circle at the library"):
        invitation = {"uses": 20, "days": 30, "note": note}
        httpx.post(f"{server.url}/api/admin/invitations", json=invitation, headers=operator).raise_for_status()
    with Client(server.url, server.token(READER)) as client:
        text, session = add_text(client, spoken), new_id()
        Outbox(client).send(session, text, take_of(spoken))
        client.wait_for(session, "uploaded", PUBLISHED_WITHIN_S)
        english = str(client.add_text(ENGLISH, "en")["id"])
    stage = Stage(server, browser, {"text": text, "english": english, "session": session})
    stage.sign_in("admin", server.sign_in_link())
    stage.sign_in("reader", server.sign_in_link(READER))
    stage.sign_in("waiting", server.command("speakers", "login-link", WAITING).split()[-1])
    return stage
