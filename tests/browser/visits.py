"""How one comes to a screen of the client: who comes, what is pressed there, and when all of it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.shown import Answer

Language = Literal["he", "yi", "en"]
Scheme = Literal["light", "dark"]
Who = Literal["nobody", "waiting", "newcomer", "reader", "reciter", "admin"]

MESSAGES = Path(__file__).parents[2] / "web" / "src" / "i18n"
CHOSEN_IN_ANOTHER_TAB = """(language) => {
  localStorage.setItem('recital.language', JSON.stringify(language))
  dispatchEvent(new StorageEvent('storage', { key: 'recital.language' }))
}"""
MESSAGE = re.compile(r"^  '([\w.-]+)': '(.*)',$", re.MULTILINE)


def messages(language: Language) -> dict[str, str]:
    """What the client says in a language, by key."""
    files = [MESSAGES / f"{language}.ts", *sorted(MESSAGES.glob(f"*.{language}.ts"))]
    return {key: said for file in files for key, said in MESSAGE.findall(file.read_text("utf-8"))}


class Visit(NamedTuple):
    """A page at a screen, and the words that its steps need: what they press is named by its message's key."""

    page: Page
    says: dict[str, str]

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def button(self, key: str) -> Locator:
        return self.page.get_by_role("button", name=self.says[key], exact=True)

    def press(self, key: str) -> None:
        self.button(key).first.click()

    def opens(self, key: str) -> None:
        """Presses what opens a dialog."""
        self.press(key)
        self.dialog.wait_for()
        settle(self.page)

    def answers(self, key: str) -> None:
        """Presses a button of the dialog that is open."""
        self.dialog.get_by_role("button", name=self.says[key], exact=True).click()

    def is_in(self, state: str) -> None:
        """Waits for the studio's state."""
        expect(self.page.locator("[data-state]")).to_have_attribute("data-state", state)


Step = Callable[[Visit], None]


def settle(page: Page) -> None:
    """Wait until the screen is there, and nothing of it is still to come."""
    page.locator("main :is(h1, h2, [data-state], [role=alert])").first.wait_for()
    expect(page.locator("main [data-loading]")).to_have_count(0)


def turn(page: Page, language: Language, scheme: Scheme) -> None:
    """Show the same in another language and other colours, as when another tab or the system chooses them."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate(CHOSEN_IN_ANOTHER_TAB, language)
    expect(page.locator("html")).to_have_attribute("lang", language)
    settle(page)


def stay(visit: Visit) -> None:
    """Nothing more is to be done."""


def steps(*several: Step) -> Step:
    def take(visit: Visit) -> None:
        for step in several:
            step(visit)

    return take


def opening(key: str) -> Step:
    return lambda visit: visit.opens(key)


def pressing(key: str) -> Step:
    return lambda visit: visit.press(key)


def refused(pattern: str, status: int, kind: str = "about:blank") -> Step:
    """The server does not do what is asked of these addresses, and says so in a problem document."""
    problem = {
        "type": kind,
        "title": "Refused",
        "status": status,
        "instance": "urn:uuid:0193a5c2-7d1e-7000-8000-000000000001",
    }

    def first(visit: Visit) -> None:
        visit.page.route(
            pattern, lambda route: route.fulfill(status=status, content_type="application/problem+json", json=problem)
        )

    return first


def cut_off(pattern: str) -> Step:
    """No answer comes from these addresses."""
    return lambda visit: visit.page.route(pattern, lambda route: route.abort())


def told(pattern: str | re.Pattern[str], change: Callable[[Answer], Answer]) -> Step:
    """The server's answer is another one than it can be brought to in a few seconds."""

    def answer(route: Route) -> None:
        came = route.fetch()
        route.fulfill(response=came, json=change(came.json()))

    return lambda visit: visit.page.route(pattern, answer)
